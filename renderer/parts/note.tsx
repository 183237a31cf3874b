import type { Ask } from '../store/connect.ts';
import type { CallUnderWay } from '../store/face.ts';
import type { Note } from '../view/note.ts';
import { words } from '../words.ts';
import { CareIcon } from './icons.tsx';

type Props = { readonly note: Note; readonly calls: readonly CallUnderWay[]; readonly ask: Ask };

/** A field, so that the whole line is selected and copied by keyboard as well; the face may not use the clipboard. */
function CommandLine({ command }: { readonly command: string }) {
  return (
    <textarea
      className="note-command"
      readOnly={true}
      rows={1}
      spellCheck={false}
      aria-label={words.permission.command}
      value={command}
      onFocus={({ currentTarget }) => currentTarget.select()}
      onClick={({ currentTarget }) => currentTarget.select()}
    />
  );
}

function StepButton({ step, calls, ask }: Omit<Props, 'note'> & { readonly step: Note['step'] }) {
  if (step === null) return null;
  const { call, label } = step;
  const busy = calls.some(({ name }) => name === call.name);
  return (
    <button
      type="button"
      className="note-step"
      aria-disabled={busy}
      aria-busy={busy}
      onClick={() => (busy ? undefined : void ask(call.name, call.request))}
    >
      {busy ? label.busy : label.ready}
    </button>
  );
}

export function NoteBlock({ note, calls, ask }: Props) {
  return (
    <div className="note" role={note.alert ? 'alert' : undefined}>
      <CareIcon />
      <div className="note-body">
        <p className="note-message">
          {note.name === null ? null : `${note.name}: `}
          {note.message}
        </p>
        {note.action === '' ? null : <p>{note.action}</p>}
        {note.command === null ? null : <CommandLine command={note.command} />}
        <StepButton step={note.step} calls={calls} ask={ask} />
        {note.code === null ? null : (
          <details>
            <summary>{words.note.details}</summary>
            <code>{note.code}</code>
            {note.detail === null ? null : <span> {note.detail}</span>}
          </details>
        )}
      </div>
    </div>
  );
}
