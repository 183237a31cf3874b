import type { CutCode } from '../../contract/channel.ts';
import type { Fragment } from '../../contract/fragment.ts';
import { fail, ok, type Result, type TallylightError } from '../../contract/result.ts';
import type { ManifestChannel, SessionView } from '../../contract/wire.ts';
import type { Recording } from '../vault/recording.ts';
import type { Exchange } from './exchange.ts';
import { liveSender } from './live-sender.ts';
import type { Manifest, ServiceClient } from './service-client.ts';
import { storedSender } from './stored-sender.ts';

export type DeliveredChannel = {
  readonly id: string;
  readonly mode: 'live' | 'keep';
  readonly rtstreamId: string;
};

/** Gets one session's fragments to the media service, each channel by itself. */
export type Delivery = {
  /** A live-only fragment to pass on; with `noted`, it and what comes after it once that is settled. */
  readonly passOn: (fragment: Fragment, noted?: Promise<unknown>) => void;
  /** A stored channel has something new in the vault. */
  readonly wake: (channelId: string) => void;
  readonly sentBytes: (channelId: string) => number;
  readonly dropped: (channelId: string) => number;
  /** Ends the live-only channels: what the service does not take now is forgotten. */
  readonly finishLive: () => Promise<ManifestChannel[]>;
  /** Offers nothing more of a channel, and forgets what was sent: the consent to it was taken back. */
  readonly end: (channelId: string) => void;
  /** Offers nothing more of a stored channel: the service is not to have the rest, which stays here. */
  readonly cut: (channelId: string, code: CutCode) => void;
  /** Whether a stored channel ended before its end: the service holds what has a receipt, and gets nothing more. */
  readonly isCut: (channelId: string) => boolean;
  /**
   * Delivers everything stored and has the service confirm it against the manifest; may take as long as it takes. The
   * manifest is made anew for each request, as a channel may be cut meanwhile.
   */
  readonly finishStored: (manifest: () => Promise<Manifest>) => Promise<Result<SessionView>>;
  readonly close: () => void;
};

export function openDelivery(
  channels: readonly DeliveredChannel[],
  recording: Recording | undefined,
  client: ServiceClient,
  exchange: Exchange,
  on: {
    readonly change: () => void;
    /** A stored channel cannot be delivered any further; what it holds stays in the vault. */
    readonly trouble: (channelId: string, error: TallylightError) => void;
    /** The service takes nothing new of the session any more: it is at its longest, or ended or deleted there. */
    readonly over: (error: TallylightError) => void;
    /** The service refused a channel, as the policy in force there does not allow it: nothing more of it is to be captured. */
    readonly forbidden: (channelId: string, error: TallylightError) => void;
  },
): Delivery {
  const refusing = (channelId: string) => (error: TallylightError) => on.forbidden(channelId, error);
  const live = new Map(
    channels
      .filter(({ mode }) => mode === 'live')
      .map(({ id, rtstreamId }) => [
        id,
        liveSender(id, rtstreamId, client, exchange, { ...on, forbidden: refusing(id) }),
      ]),
  );
  const stored = new Map(
    recording === undefined
      ? []
      : channels
          .filter(({ mode }) => mode === 'keep')
          .map(({ id, rtstreamId }) => [
            id,
            storedSender(id, rtstreamId, recording, client, exchange, {
              ...on,
              stuck: (error) => on.trouble(id, error),
              forbidden: refusing(id),
            }),
          ]),
  );

  async function finishStored(manifest: () => Promise<Manifest>): Promise<Result<SessionView>> {
    const stop = async (token: string) => client.stop(token, await manifest());
    // The service should know at once that the session ended, also where fragments are still missing.
    await exchange.insist(stop, 1);
    const errors = await Promise.all([...stored.values()].map((sender) => sender.finish()));
    const error = errors.find((stuck) => stuck !== undefined);
    if (error !== undefined) return { ok: false, error };
    if (exchange.closed()) return fail('delivery-incomplete');
    const answer = await exchange.insist(stop);
    if (!answer.ok) return answer;
    return answer.value.status === 'stopped' || answer.value.status === 'exported'
      ? ok(answer.value)
      : fail('delivery-incomplete', `the service says ${answer.value.status}`);
  }

  return {
    passOn: (fragment, noted) => live.get(fragment.header.channelId)?.offer(fragment, noted),
    wake: (channelId) => stored.get(channelId)?.wake(),
    sentBytes: (channelId) => live.get(channelId)?.sentBytes() ?? stored.get(channelId)?.sentBytes() ?? 0,
    dropped: (channelId) => live.get(channelId)?.dropped() ?? 0,
    finishLive: () => Promise.all([...live.values()].map((sender) => sender.finish())),
    end: (channelId) => {
      live.get(channelId)?.end();
      stored.get(channelId)?.end();
    },
    cut: (channelId, code) => stored.get(channelId)?.cut(code),
    isCut: (channelId) => stored.get(channelId)?.isCut() === true,
    finishStored,
    close: exchange.close,
  };
}
