import { fail, type TallylightError } from '../../contract/result.ts';
import type { Recording } from '../vault/recording.ts';
import { bell } from './bell.ts';
import type { Exchange } from './exchange.ts';
import type { ServiceClient } from './service-client.ts';

/** Delivers one stored channel from the vault, in order, until the service has a receipt for everything. */
export type StoredSender = {
  /** Something new lies in the vault. */
  readonly wake: () => void;
  /** Resolves when everything that is in the vault has a receipt, with the error that stopped it, or when closed. */
  readonly finish: () => Promise<TallylightError | undefined>;
  /** Offers nothing more: the consent to it was taken back, or nothing of it is left. */
  readonly end: () => void;
  /** Whether it ended before the end of what is stored, by us or by the service. */
  readonly isCut: () => boolean;
};

/** The service takes nothing more of this channel, and what it took stays: no failure of the delivery. */
const CUT: ReadonlySet<string> = new Set(['consent-revoked', 'policy-forbids', 'session-too-long']);

export function storedSender(
  channelId: string,
  rtstreamId: string,
  recording: Recording,
  client: ServiceClient,
  exchange: Exchange,
  on: { readonly change: () => void; readonly stuck: (error: TallylightError) => void },
): StoredSender {
  const work = bell();
  let finishing = false;
  let cut = false;

  async function run(): Promise<TallylightError | undefined> {
    for (let rewinds = 0; !exchange.closed() && !cut; ) {
      const next = recording.fragments(channelId)[recording.receipted(channelId)];
      if (next === undefined) {
        if (finishing) return undefined;
        await work.wait();
        continue;
      }
      const fragment = await recording.read(next);
      if (cut) return undefined;
      if (!fragment.ok) return fragment.error;
      // What is to be forgotten is not tried again either.
      const answer = await exchange.insist(async (token) =>
        cut ? fail('consent-revoked', channelId) : client.put(token, rtstreamId, fragment.value),
      );
      if (cut) return undefined;
      if (!answer.ok && CUT.has(answer.error.code)) {
        cut = true;
      } else if (answer.ok) {
        rewinds = 0;
        await recording.noteReceipt(next);
        on.change();
      } else if (answer.error.code === 'fragment-out-of-order' && rewinds++ === 0) {
        const failed = await askWhereToGoOn();
        if (failed !== undefined) return failed;
      } else if (!exchange.closed()) return answer.error;
    }
    return undefined;
  }

  /** The service is the judge of what it holds: go on after the last fragment both sides agree on. */
  async function askWhereToGoOn(): Promise<TallylightError | undefined> {
    const list = await exchange.insist((token) => client.list(token, rtstreamId));
    if (!list.ok) return list.error;
    const held = recording.fragments(channelId);
    const agreed = held.findIndex(
      ({ header }, index) => list.value.fragments[index]?.sha256 !== header.sha256,
    );
    recording.rewindReceipts(channelId, agreed === -1 ? held.length : agreed);
    return undefined;
  }

  const running = run().then((error) => {
    if (error !== undefined) on.stuck(error);
    return error;
  });
  return {
    wake: work.ring,
    finish: () => {
      finishing = true;
      work.ring();
      return running;
    },
    end: () => {
      cut = true;
      work.ring();
    },
    isCut: () => cut,
  };
}
