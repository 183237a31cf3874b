import type { Snapshot, TermsView } from '../../contract/bridge/snapshot.ts';
import { areTermsLate } from '../view/choices.ts';
import { count, listOf } from '../view/format.ts';
import { words } from '../words.ts';
import { CareIcon } from './icons.tsx';

const { terms: say } = words;

function retention({ retentionDays: days }: TermsView): string {
  return days === null ? say.forever : say.days(count(days), days);
}

function recipients({ recipients: names, organisation }: TermsView): string {
  return names.length === 0 ? say.nobody(organisation) : listOf(names);
}

/** Everything the person is told before they agree, and can read again while it records. */
export function Terms({ snapshot, title }: { readonly snapshot: Snapshot; readonly title: string }) {
  const { terms, protection } = snapshot;
  // What is said of keeping is said only where something is kept, or nothing is chosen yet.
  const chosen = snapshot.channels.filter(({ mode }) => mode !== 'off');
  const keepsNothing = chosen.length > 0 && chosen.every(({ mode }) => mode === 'live');
  const facts: readonly (readonly [string, string])[] =
    terms === null
      ? []
      : [
          [say.purpose, terms.purpose],
          [say.retention, keepsNothing ? say.nothingKept : retention(terms)],
          [say.recipients, recipients(terms)],
          ...(keepsNothing
            ? []
            : ([[say.here, terms.localCopy === 'keep' ? say.stays : say.purged]] as const)),
        ];
  return (
    <section className="terms" aria-labelledby="terms-title">
      <h2 id="terms-title">{title}</h2>
      {terms === null ? (
        <p className="terms-loading">{areTermsLate(snapshot) ? say.missing : say.loading}</p>
      ) : null}
      <dl>
        {facts.map(([term, fact]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{fact}</dd>
          </div>
        ))}
        {protection.warning === null || keepsNothing ? null : (
          <div className="terms-care">
            <dt>{say.key}</dt>
            <dd>
              <CareIcon />
              <span>{protection.warning}</span>
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}
