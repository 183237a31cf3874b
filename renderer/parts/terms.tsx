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
  const facts: readonly (readonly [string, string])[] =
    terms === null
      ? []
      : [
          [say.purpose, terms.purpose],
          [say.retention, retention(terms)],
          [say.recipients, recipients(terms)],
          [say.here, terms.localCopy === 'keep' ? say.stays : say.purged],
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
        {protection.warning === null ? null : (
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
