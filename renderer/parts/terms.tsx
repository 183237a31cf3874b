import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { withoutTerms } from '../view/agreement.ts';
import type { Consent } from '../view/consent.ts';
import { CareIcon } from './icons.tsx';

type Props = { readonly snapshot: Snapshot; readonly consent: Consent; readonly title: string };

/** Everything the person is told before they agree, and can read again while it records. */
export function Terms({ snapshot, consent, title }: Props) {
  return (
    <section className="terms" aria-labelledby="terms-title">
      <h2 id="terms-title">{title}</h2>
      {snapshot.terms === null ? <p className="terms-loading">{withoutTerms(snapshot)}</p> : null}
      <dl>
        {consent.facts.map(({ about, said, care }) => (
          <div key={about} className={care ? 'terms-care' : undefined}>
            <dt>{about}</dt>
            <dd>
              {care ? <CareIcon /> : null}
              <span>{said}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
