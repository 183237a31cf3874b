import type { Ask } from '../store/connect.ts';
import type { Revoke } from '../view/revoke.ts';
import { words } from '../words.ts';

type Props = { readonly name: string; readonly revoke: Revoke; readonly ask: Ask };

/** In two steps and in its place, so that the lamp and Stop stay in sight: what it means first, then which. */
export function RevokeConsent({ name, revoke, ask }: Props) {
  return (
    <details className="row-detail revoke">
      <summary>
        {words.revoke.open}
        <span className="unseen">{words.revoke.of(name)}</span>
      </summary>
      <ul>
        {revoke.ways.map(({ label, means, request }) => {
          const meansId = `revoke ${request.channelId} ${request.erase}`.replaceAll(/[^a-z0-9]/g, '-');
          return (
            <li key={meansId}>
              <button
                type="button"
                className="note-step"
                aria-disabled={revoke.busy}
                aria-describedby={meansId}
                onClick={() => (revoke.busy ? undefined : void ask('consent.revoke', request))}
              >
                {label}
              </button>
              <p id={meansId}>{means}</p>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
