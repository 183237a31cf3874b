import { createHash } from 'node:crypto';
import type { Fragment } from '../../contract/fragment.ts';
import { fail, type TallylightError } from '../../contract/result.ts';
import type { ManifestChannel } from '../../contract/wire.ts';
import { bell } from './bell.ts';
import type { Exchange } from './exchange.ts';
import { liveRing } from './live-ring.ts';
import type { ServiceClient } from './service-client.ts';
import { isSessionOver } from './session-over.ts';

/** Passes one live-only channel on. Nothing of it is ever written; what the service does not take is dropped. */
export type LiveSender = {
  readonly offer: (fragment: Fragment) => void;
  readonly sentBytes: () => number;
  readonly dropped: () => number;
  /** Passes on what waits, as far as the service takes it, then forgets everything. */
  readonly finish: () => Promise<ManifestChannel>;
  /** Forgets what waits, at once: the consent to it was taken back. */
  readonly end: () => void;
};

/** Attempts per fragment: a live channel that waits long has nothing live left to say. */
const ATTEMPTS = 3;
const ATTEMPTS_WHEN_FINISHING = 1;

export function liveSender(
  channelId: string,
  rtstreamId: string,
  client: ServiceClient,
  exchange: Exchange,
  on: {
    readonly change: () => void;
    readonly over: (error: TallylightError) => void;
    /** The service refused it, as the policy in force there does not allow it. */
    readonly forbidden: (error: TallylightError) => void;
  },
): LiveSender {
  const ring = liveRing();
  const work = bell();
  const digest = createHash('sha256');
  const takes = new Set<number>();
  let finishing = false;
  let isEnded = false;
  let fragments = 0;
  let bytes = 0;

  async function run(): Promise<void> {
    for (;;) {
      const fragment = ring.first();
      if (fragment === undefined) {
        if (finishing) return;
        await work.wait();
        continue;
      }
      const patience = finishing ? ATTEMPTS_WHEN_FINISHING : ATTEMPTS;
      const put = async (token: string, cut: AbortSignal) =>
        isEnded ? fail('consent-revoked', channelId) : client.put(token, rtstreamId, fragment, cut);
      const answer = await exchange.send({ kind: 'live', bytes: fragment.header.bytes }, put, patience);
      if (answer.ok) {
        fragments += 1;
        bytes += fragment.header.bytes;
        takes.add(fragment.header.take);
        digest.update(Buffer.from(fragment.header.sha256, 'hex'));
        ring.passed(fragment);
      } else if (!answer.error.retryable) {
        ring.refused(fragment);
        if (isSessionOver(answer.error)) on.over(answer.error);
        if (answer.error.code === 'policy-forbids') on.forbidden(answer.error);
      } else if (finishing || exchange.closed()) {
        ring.clear();
      }
      on.change();
    }
  }
  const running = run();

  return {
    offer: (fragment) => {
      ring.push(fragment);
      work.ring();
    },
    sentBytes: () => bytes,
    dropped: ring.dropped,
    end: () => {
      isEnded = true;
      ring.clear();
    },
    finish: async () => {
      finishing = true;
      work.ring();
      await running;
      return {
        channel_id: channelId,
        takes: takes.size,
        fragments,
        bytes,
        digest: digest.copy().digest('hex'),
        dropped: ring.dropped(),
      };
    },
  };
}
