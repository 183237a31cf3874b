import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { size } from '../view/format.ts';
import { cutsOf, keptBytes, outcomeOf } from '../view/outcome.ts';
import { words } from '../words.ts';
import { CareIcon, CheckIcon } from './icons.tsx';

/** How much the service has a receipt for, and that the rest is safe. Only real numbers move the bar. */
export function Delivering({ snapshot }: { readonly snapshot: Snapshot }) {
  const { all, delivered } = keptBytes(snapshot);
  return all === 0 ? null : (
    <section className="after">
      <div className="progress">
        <label htmlFor="progress">{words.delivering.progress}</label>
        <span>{words.delivering.amount(size(delivered), size(all))}</span>
        <progress id="progress" max={all} value={delivered} />
      </div>
      <p>{words.delivering.safe}</p>
      <p>{words.delivering.leave}</p>
    </section>
  );
}

export function Outcome({ snapshot }: { readonly snapshot: Snapshot }) {
  return (
    <ul className="after outcome">
      {cutsOf(snapshot).map((sentence) => (
        <li className="outcome-cut" key={sentence}>
          <CareIcon />
          <span>{sentence}</span>
        </li>
      ))}
      {outcomeOf(snapshot).map((sentence) => (
        <li key={sentence}>
          <CheckIcon />
          <span>{sentence}</span>
        </li>
      ))}
    </ul>
  );
}

/** What is safe, as main says; without its word only what the snapshot itself proves. */
export function Failed({ snapshot }: { readonly snapshot: Snapshot }) {
  const untouched = snapshot.channels.every(({ takes, bytes }) => takes === 0 && bytes === 0);
  const { kept } = snapshot.session;
  const nothing = untouched ? words.failed.nothing : null;
  const safe = kept === null ? nothing : words.spoken.kept[kept];
  return safe === null ? null : (
    <section className="after" aria-labelledby="safe-title">
      <h2 id="safe-title">{words.failed.safe}</h2>
      <p>{safe}</p>
    </section>
  );
}
