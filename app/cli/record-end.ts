import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { errorOf, type TallylightError } from '../../contract/result.ts';
import { isSessionGone } from '../../main/delivery/session-over.ts';
import type { Capture } from '../../main/host.ts';
import type { Printer } from './print.ts';
import { whenSnapshot } from './when-snapshot.ts';

/** How long the command waits for the last receipts; what is left then is kept and sent by the next start. */
const DELIVERY_PATIENCE_MS = 15_000;

/** Troubles that do not say that delivery does not get on. */
const BESIDE: ReadonlySet<ErrorCode> = new Set(['delivery-cut', 'delivery-unnoted', 'disk-full']);

type Stop = (reason?: 'duration' | 'signal') => void;

/** Ctrl+C is the person's own word; the other signals come from somewhere else. Answers how to stop it otherwise, once. */
export function stopOnSignals(capture: Pick<Capture, 'call'>): Stop {
  let stopping = false;
  const stop = (reason?: 'duration' | 'signal') => {
    if (!stopping) void capture.call('session.stop', reason === undefined ? {} : { reason });
    stopping = true;
  };
  process.on('SIGINT', () => stop());
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop('signal'));
  return stop;
}

/** Waits for the end of what records, and for its delivery; answers the exit code. `seconds`: of recorded time, then it ends. */
export async function recordToEnd(
  capture: Capture,
  seconds: number | undefined,
  stop: Stop,
  out: Printer,
): Promise<number> {
  if (seconds !== undefined) {
    const enough = seconds * 1000;
    await whenSnapshot(capture, ({ session }) => session.activeMs >= enough || over(session.state));
    stop('duration');
  }
  const stopped = await whenSnapshot(capture, ({ session }) => over(session.state));
  // Trouble that was there when it stopped says why; new trouble says that delivery does not get on. That the service did not
  // take everything is said where it has got to its end.
  const settled = whenSnapshot(
    capture,
    ({ session, trouble }) =>
      session.state !== 'delivering' ||
      (trouble !== null && trouble.code !== stopped.trouble?.code && !BESIDE.has(trouble.code)),
  );
  // The timer also keeps the process alive: a delivery that was refused for good has nothing else that would.
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), DELIVERY_PATIENCE_MS);
  });
  const end = await Promise.race([settled, patience]);
  clearTimeout(timer);
  return concluded(end, out);
}

function over(state: Snapshot['session']['state']): boolean {
  return state === 'delivering' || state === 'complete' || state === 'failed';
}

/** The exit code for how it ended; trouble on the way counts even where everything kept was delivered. */
function concluded(end: Snapshot | undefined, out: Printer): number {
  if (end?.session.state === 'delivering' && end.trouble?.code === 'receipt-untrusted')
    return out.failed(end.trouble);
  if (end === undefined || end.session.state === 'delivering')
    return out.failed(errorOf('delivery-incomplete', end?.trouble?.code));
  if (end.session.state === 'failed') return out.failed(leftOf(end) ?? end.trouble ?? errorOf('internal'));
  const channels = end.channels.map(({ id, mode, takes, bytes, deliveredBytes, droppedFragments }) => ({
    id,
    mode,
    takes,
    bytes,
    deliveredBytes,
    droppedFragments,
  }));
  // A channel that was lost on the way delivered what it had, which is not what was asked for.
  const trouble =
    cutOf(end) ?? end.trouble ?? end.channels.find((channel) => channel.trouble !== null)?.trouble ?? null;
  out.line(
    `Complete: ${(end.session.activeMs / 1000).toFixed(1)} s recorded, ${verdictOf(trouble)} is delivered and verified.`,
    {
      event: 'complete',
      sessionId: end.session.id,
      seconds: end.session.activeMs / 1000,
      channels,
    },
  );
  return trouble === null ? 0 : out.failed(trouble);
}

/** What the service did not take is only here, which weighs more than why. */
function cutOf({ channels }: Snapshot): TallylightError | null {
  const cut = channels.flatMap(({ id, cutBy }) => (cutBy === null ? [] : [`${id}: ${cutBy}`]));
  return cut.length === 0 ? null : errorOf('delivery-cut', cut.join(', '));
}

/** Of a session that is gone at the service nothing more can be delivered: what is stored here is the only copy. */
function leftOf({ channels, trouble }: Snapshot): TallylightError | null {
  if (trouble === null || !isSessionGone(trouble)) return null;
  const left = channels.flatMap(({ id, storedBytes }) => (storedBytes > 0 ? [`${id}: ${trouble.code}`] : []));
  return left.length === 0 ? null : errorOf('delivery-cut', left.join(', '));
}

const VERDICTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  'delivery-cut': 'what the media service took',
  'delivery-unnoted': 'what was stored',
  'disk-full': 'what was stored before the disk was full',
};

function verdictOf(trouble: Pick<TallylightError, 'code'> | null): string {
  if (trouble === null) return 'everything that was to be kept';
  return VERDICTS[trouble.code] ?? 'what could be captured';
}
