import type { Note } from '../view/note.ts';
import { words } from '../words.ts';
import { CareIcon } from './icons.tsx';

export function NoteBlock({ note }: { readonly note: Note }) {
  return (
    <div className="note" role={note.alert ? 'alert' : undefined}>
      <CareIcon />
      <div>
        <p className="note-message">
          {note.name === null ? null : `${note.name}: `}
          {note.message}
        </p>
        <p>{note.action}</p>
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
