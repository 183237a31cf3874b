import type { Ask } from '../store/connect.ts';
import type { Face } from '../store/face.ts';
import type { ActionShown } from '../view/actions.ts';
import { actionsOf } from '../view/actions.ts';
import { consentOf } from '../view/consent.ts';
import { ariaShortcut, isMac, shortcutWords } from '../view/shortcuts.ts';
import { isChoosing } from '../view/states.ts';
import { words } from '../words.ts';
import { perform } from './perform.ts';

const mac = isMac(navigator.platform);

type ButtonProps = { readonly action: ActionShown; readonly onPress: () => void };

/** Stays focusable while it is blocked, so that the focus is not lost and the reason can be read. */
function ActionButton({ action, onPress }: ButtonProps) {
  return (
    <button
      type="button"
      className={`action action-${action.tone}`}
      aria-disabled={action.blocked}
      aria-busy={action.busy}
      aria-keyshortcuts={ariaShortcut(action.letter, mac)}
      aria-describedby={action.name === 'session.agree' ? 'before-you-agree' : undefined}
      onClick={() => (action.blocked ? undefined : onPress())}
    >
      {action.label}
      <span className="keys" aria-hidden="true">
        {shortcutWords(action.letter, mac)}
      </span>
    </button>
  );
}

/** The one obvious thing to do, always in sight. */
export function ActionBar({ face, ask }: { readonly face: Face; readonly ask: Ask }) {
  const actions = actionsOf(face);
  if (face.snapshot === null || actions.length === 0) return null;
  const reason = actions.find((action) => action.reason !== null)?.reason ?? null;
  const choosing = isChoosing(face.snapshot.session.state);
  return (
    <section className="bar" aria-label={words.actions}>
      {choosing ? (
        <p id="before-you-agree" className="bar-words">
          {reason ?? consentOf(face.snapshot, face.calls).summary}
        </p>
      ) : null}
      <div className="actions">
        {actions.map((action) => (
          <ActionButton key={action.place} action={action} onPress={() => perform(action.name, face, ask)} />
        ))}
      </div>
    </section>
  );
}
