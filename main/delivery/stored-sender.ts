import { type CutCode, cutCode } from '../../contract/channel.ts';
import { fail, type TallylightError } from '../../contract/result.ts';
import type { Recording } from '../vault/recording.ts';
import type { StoredFragment } from '../vault/take-file.ts';
import { bell } from './bell.ts';
import type { Exchange } from './exchange.ts';
import type { ServiceClient } from './service-client.ts';
import { isSessionOver } from './session-over.ts';

/** By which the service itself refuses. */
const refusalCode = cutCode.exclude(['vault-damaged']);

/** Delivers one stored channel from the vault, in order, until the service has a receipt for everything. */
export type StoredSender = {
  /** Something new lies in the vault. */
  readonly wake: () => void;
  /** Resolves when everything that is in the vault has a receipt, with the error that stopped it, or when closed. */
  readonly finish: () => Promise<TallylightError | undefined>;
  /** Offers nothing more, and forgets what was sent: the consent to it was taken back, and nothing of it is to be left. */
  readonly end: () => void;
  /** Offers nothing more: the rest stays here, as if the service had refused it by this code. */
  readonly cut: (code: CutCode) => void;
  /** Whether it ended before the end of what is stored, by us or by the service. */
  readonly isCut: () => boolean;
  /** Bytes that the service has a receipt for, also when they are gone here. */
  readonly sentBytes: () => number;
};

export function storedSender(
  channelId: string,
  rtstreamId: string,
  recording: Recording,
  client: ServiceClient,
  exchange: Exchange,
  on: {
    readonly change: () => void;
    readonly stuck: (error: TallylightError) => void;
    /** In place of it: the service takes nothing new of the session any more (`isSessionOver`). */
    readonly over: (error: TallylightError) => void;
    /** The service refused it, as the policy in force there does not allow it. */
    readonly forbidden: (error: TallylightError) => void;
  },
): StoredSender {
  const work = bell();
  let finishing = false;
  let isForgotten = false;
  /** Why nothing more is offered, from before the service was asked how much it holds. */
  let refusal: CutCode | undefined = recording.facts().cut?.find((cut) => cut.channelId === channelId)?.code;
  let isCut = false;
  let sent = receiptedBytes();

  async function run(): Promise<TallylightError | undefined> {
    for (let rewinds = 0; !exchange.closed() && !isForgotten; ) {
      const next = sendable()[recording.receipted(channelId)];
      if (next === undefined) {
        if (finishing)
          return recording.wholeUntil(channelId) === undefined ? undefined : cutOff('vault-damaged');
        await work.wait();
        continue;
      }
      if (refusal !== undefined) {
        await askWhereToGoOn();
        // It may hold more than there are receipts for, and then all of it.
        if (exchange.closed() || isForgotten || rest() === 0) continue;
        return cutOff(refusal);
      }
      const fragment = await recording.read(next);
      if (isOver()) continue;
      if (!fragment.ok) return fragment.error;
      // What is to be forgotten is not tried again either.
      const wish = { kind: 'stored', bytes: next.header.bytes } as const;
      const answer = await exchange.send(wish, async (token, cut) =>
        isOver() ? fail('consent-revoked', channelId) : client.put(token, rtstreamId, fragment.value, cut),
      );
      if (isForgotten) return undefined;
      const refused = refusalCode.safeParse(answer.ok ? undefined : answer.error.code);
      if (refused.success) {
        refusal ??= refused.data;
        if (!answer.ok && isSessionOver(answer.error)) on.over(answer.error);
        if (!answer.ok && answer.error.code === 'policy-forbids') on.forbidden(answer.error);
      } else if (answer.ok) {
        rewinds = 0;
        sent += next.header.bytes;
        await recording.noteReceipt(next);
        on.change();
      } else if (answer.error.code === 'fragment-out-of-order' && rewinds++ === 0) {
        const failed = await askWhereToGoOn();
        if (failed !== undefined) return failed;
      } else if (!exchange.closed()) return answer.error;
    }
    return undefined;
  }

  function isOver(): boolean {
    return isForgotten || refusal !== undefined;
  }

  /** Up to the first that cannot be read: what comes after it is no part of the channel to anybody but this device. */
  function sendable(): readonly StoredFragment[] {
    const all = recording.fragments(channelId);
    const whole = recording.wholeUntil(channelId);
    return whole === undefined ? all : all.slice(0, whole);
  }

  function rest(): number {
    return recording.fragments(channelId).length - recording.receipted(channelId);
  }

  function receiptedBytes(): number {
    const held = recording.fragments(channelId).slice(0, recording.receipted(channelId));
    return held.reduce((sum, { header }) => sum + header.bytes, 0);
  }

  /** What the service took stays there and the rest here: no failure of the delivery, but one where it cannot be noted. */
  async function cutOff(code: CutCode): Promise<TallylightError | undefined> {
    const fragments = recording.receipted(channelId);
    const noted = await recording.noteCut({ channelId, code, fragments, bytes: sent });
    if (!noted.ok) return noted.error;
    isCut = true;
    on.change();
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
    sent = receiptedBytes();
    return undefined;
  }

  const running = run().then((error) => {
    if (error !== undefined) (isSessionOver(error) ? on.over : on.stuck)(error);
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
      isForgotten = true;
      work.ring();
    },
    cut: (code) => {
      refusal ??= code;
      work.ring();
    },
    isCut: () => isForgotten || isCut,
    sentBytes: () => (isForgotten ? 0 : sent),
  };
}
