import type { Channel } from '../../contract/channel.ts';
import { type ConsentStatement, isDefaultSound } from '../../contract/consent.ts';
import { isAllowed, type Policy } from '../../contract/policy.ts';
import { errorOf, type TallylightError } from '../../contract/result.ts';
import type { SessionView } from '../../contract/wire.ts';
import { sameChannel } from '../channels/same-channel.ts';
import type { RecordingFacts } from '../vault/facts.ts';
import type { AgreedChannel } from './run.ts';

/** One channel of a recording that is to go on; `out` says why this one does not. */
export type WantedChannel = { readonly agreed: AgreedChannel; readonly out: TallylightError | null };

/**
 * The channels that were agreed to as they are now, each on its own device, found anew: what is gone, forbidden, not agreed
 * to any more, or not what the signed statement names stays off.
 */
export function wantedChannels(
  facts: RecordingFacts,
  {
    view,
    policy,
    statement,
  }: {
    readonly view: Pick<SessionView, 'revoked'>;
    readonly policy: Policy;
    readonly statement: Pick<ConsentStatement, 'channels'>;
  },
  listed: readonly Channel[],
): readonly WantedChannel[] {
  const revoked = new Set([...view.revoked, ...(facts.revoked ?? []).map(({ channelId }) => channelId)]);
  return facts.channels.map((kept) => {
    const { id, kind, name, mode } = kept;
    const follow = kept.follow === true;
    const agreedTo: Channel = {
      ...{ id, kind, name, device: kept.device ?? '', isDefault: isDefaultSound({ id, kind }) },
      ...(kept.fingerprint === undefined ? {} : { fingerprint: kept.fingerprint }),
    };
    const out = (error: TallylightError): WantedChannel => ({
      agreed: { channel: agreedTo, mode, follow },
      out: error,
    });
    if (revoked.has(id)) return out(errorOf('consent-revoked', id));
    if (!isNamed(statement, agreedTo, { mode, follow })) return out(errorOf('consent-missing', id));
    if (!isAllowed(policy, kind, mode)) return out(errorOf('policy-forbids', id));
    const cut = facts.cut?.find(({ channelId }) => channelId === id);
    if (cut !== undefined) return out(errorOf(cut.code, id));
    const found = follow ? listed.find((one) => one.id === id) : sameChannel(listed, agreedTo);
    if (found === undefined) return out(errorOf('device-gone', id));
    if (found === 'in-doubt') return out(errorOf('device-failed', id));
    return { agreed: { channel: found, mode, follow }, out: null };
  });
}

/** The facts say on which device a channel was; what may be done with it only the statement says. */
function isNamed(
  { channels }: Pick<ConsentStatement, 'channels'>,
  { id, fingerprint }: Channel,
  { mode, follow }: Pick<AgreedChannel, 'mode' | 'follow'>,
): boolean {
  return channels.some(
    (named) =>
      named.id === id &&
      named.mode === mode &&
      (named.follow === true) === follow &&
      named.fingerprint === fingerprint,
  );
}
