import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { Ask } from '../store/connect.ts';
import type { CallUnderWay } from '../store/face.ts';
import { interruptedOffer } from '../view/interrupted.ts';
import { words } from '../words.ts';

type Props = { readonly snapshot: Snapshot; readonly calls: readonly CallUnderWay[]; readonly ask: Ask };

/** A crash cut a recording off minutes ago: only this press makes it go on. */
export function Interrupted({ snapshot, calls, ask }: Props) {
  const offer = interruptedOffer(snapshot, calls);
  return offer === null ? null : (
    <section className="note" aria-labelledby="interrupted-title">
      <div className="note-body">
        <h2 id="interrupted-title">{words.interrupted.title}</h2>
        {offer.sentences.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        <div className="actions">
          {offer.steps.map(({ call, label, busy, blocked }) => (
            <button
              key={call}
              type="button"
              className="note-step"
              aria-disabled={blocked}
              aria-busy={busy}
              onClick={() => (blocked ? undefined : void ask(call, {}))}
            >
              {label}
            </button>
          ))}
        </div>
      </div>
    </section>
  );
}
