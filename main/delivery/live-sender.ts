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
  /**
   * With `noted`, it and what comes after it go out once that is settled, whatever came of it: a disk that cannot write does not
   * end what is live only, nor one that does not answer for `NOTED_MOST_MS`.
   */
  readonly offer: (fragment: Fragment, noted?: Promise<unknown>) => void;
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
const NOTED_MOST_MS = 2000;

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
  /** Init segments, which the ring does not drop; what comes after one waits behind it. */
  const unnoted = new Set<Fragment>();
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
      if (unnoted.has(fragment)) {
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

  function hold(fragment: Fragment, noted: Promise<unknown>): void {
    unnoted.add(fragment);
    const letGo = () => {
      clearTimeout(timer);
      unnoted.delete(fragment);
      work.ring();
    };
    const timer = setTimeout(letGo, NOTED_MOST_MS);
    noted.then(letGo, letGo);
  }

  return {
    offer: (fragment, noted) => {
      if (noted !== undefined) hold(fragment, noted);
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
