import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { channelId } from '../../contract/channel.ts';
import { errorOf, fail, ok, type Result, type TallylightError } from '../../contract/result.ts';
import { givenGrant } from '../../main/auth/your-backend.ts';
import { openCapture } from '../../main/capture.ts';
import { isSessionGone } from '../../main/delivery/session-over.ts';
import type { Capture, Grant } from '../../main/host.ts';
import { finishOnBug } from '../../main/last-resort.ts';
import { keyFileSecrets } from '../../main/vault/key-file.ts';
import type { Arguments, Command } from './command.ts';
import { clientDir } from './data-dir.ts';
import { grantIn } from './given-grant.ts';
import { listedId } from './named-channels.ts';
import { type Printer, printer } from './print.ts';
import { allowedModes, consentText, LOCALE, type Modes } from './record-consent.ts';
import { tellFragments } from './record-fragments.ts';
import { tellStates } from './record-states.ts';
import { whenSnapshot } from './when-snapshot.ts';
import { withSending } from './with-sending.ts';

/** How long the command waits for the last receipts; what is left then is kept and sent by the next start. */
const DELIVERY_PATIENCE_MS = 15_000;

type Order = {
  readonly grant: Grant;
  readonly modes: Modes;
  readonly seconds: number | undefined;
  readonly framesPerSecond: 15 | 30;
  /** Default devices are followed when another one becomes the default. */
  readonly follow: boolean;
  readonly dataDir: string;
};

/** Records without a window. Giving the command is the act of consent to exactly the channels it names. */
export const record: Command = {
  options: [
    'json',
    'data',
    'server',
    'session',
    'token',
    'store',
    'ephemeral',
    'duration',
    'fps',
    'follow-default',
    'max-upload',
    'metered',
  ],
  run: async (values) => {
    const out = printer(values.json === true);
    const order = orderOf(values);
    if (!order.ok) return out.failed(order.error);
    const secrets = await keyFileSecrets(order.value.dataDir);
    if (!secrets.ok) return out.failed(secrets.error);
    const { grant, dataDir, framesPerSecond } = order.value;
    const capture = await openCapture(
      {
        kind: 'cli',
        dataDir,
        secrets: secrets.value,
        connection: givenGrant(grant),
        log: (event, fields) => {
          if (event === 'ffmpeg.found') out.note(`Using ${String(fields?.sentence)}`);
          if (process.env.TALLYLIGHT_DEBUG !== undefined) out.json({ event, ...fields }, 'stderr');
        },
        env: withSending(values),
        ...(process.env.TALLYLIGHT_DEBUG === undefined ? {} : { onFragment: tellFragments(out) }),
      },
      { framesPerSecond },
    );
    if (!capture.ok) return out.failed(capture.error);
    const { close } = capture.value;
    finishOnBug(close, () => void out.failed(errorOf('internal')));
    try {
      return await recordWith(capture.value, order.value, out);
    } finally {
      await capture.value.close();
    }
  },
};

/** The modes by the ids under which the capture lists its displays now. */
function modesNow(order: Order, channels: Snapshot['channels']): Result<Modes> {
  const modes = new Map<string, 'live' | 'keep'>();
  for (const [given, mode] of order.modes) {
    const id = listedId(given, channels);
    if (!id.ok) return id;
    if (modes.has(id.value)) return fail('usage', `${given} is named twice`);
    modes.set(id.value, mode);
  }
  return ok(modes);
}

async function recordWith(capture: Capture, given: Order, out: Printer): Promise<number> {
  const ready = await whenSnapshot(capture, ({ terms, trouble }) => terms !== null || trouble !== null);
  if (ready.terms === null) return out.failed(ready.trouble ?? errorOf('service-unreachable'));
  const modes = modesNow(given, ready.channels);
  if (!modes.ok) return out.failed(modes.error);
  const allowed = allowedModes(modes.value, ready.channels);
  if (!allowed.ok) return out.failed(allowed.error);
  const order = { ...given, modes: modes.value };
  const follow = (id: string) =>
    order.follow && ready.channels.some((channel) => channel.id === id && channel.follows !== null)
      ? { follow: true }
      : {};
  for (const { id } of ready.channels) {
    const mode = order.modes.get(id) ?? 'off';
    const chosen = await capture.call('channel.choose', { channelId: id, mode, ...follow(id) });
    if (!chosen.ok) return out.failed(chosen.error);
  }
  for (const id of order.modes.keys())
    if (!ready.channels.some((channel) => channel.id === id))
      return out.failed(errorOf('channel-unknown', id));
  const text = consentText(ready.terms, ready, order);
  out.note(text);

  let stopping = false;
  const stop = (reason?: 'duration' | 'signal') => {
    if (!stopping) void capture.call('session.stop', reason === undefined ? {} : { reason });
    stopping = true;
  };
  // Ctrl+C is the person's own word; the other signals come from somewhere else.
  process.on('SIGINT', () => stop());
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop('signal'));
  tellStates(capture, out);
  const agreed = await capture.call('session.agree', {
    channels: [...order.modes].map(([id, mode]) => ({ id, mode, ...follow(id) })),
    policyVersion: ready.terms.policyVersion,
    text,
    locale: LOCALE,
  });
  if (!agreed.ok) return out.failed(agreed.error);
  if (order.seconds !== undefined) {
    const enough = order.seconds * 1000;
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
      (trouble !== null && trouble.code !== stopped.trouble?.code && trouble.code !== 'delivery-cut'),
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

function verdictOf(trouble: Pick<TallylightError, 'code'> | null): string {
  if (trouble === null) return 'everything that was to be kept';
  return trouble.code === 'delivery-cut' ? 'what the media service took' : 'what could be captured';
}

function orderOf(values: Arguments): Result<Order> {
  const grant = grantIn(values);
  if (!grant.ok) return grant;
  const named = [
    ...(values.store ?? []).map((id) => [id, 'keep'] as const),
    ...(values.ephemeral ?? []).map((id) => [id, 'live'] as const),
  ];
  const modes = new Map(named);
  if (modes.size === 0) return fail('nothing-chosen');
  if (modes.size !== named.length) return fail('usage', 'a channel is either --store or --ephemeral');
  const malformed = named.find(([id]) => !channelId.safeParse(id).success);
  if (malformed !== undefined) return fail('channel-unknown', malformed[0]);
  const seconds = values.duration === undefined ? undefined : Number(values.duration);
  if (seconds !== undefined && !(seconds > 0 && Number.isFinite(seconds)))
    return fail('usage', '--duration takes seconds, more than 0');
  const fps = Number(values.fps ?? 15);
  if (fps !== 15 && fps !== 30) return fail('usage', '--fps takes 15 or 30');
  const dataDir = values.data ?? clientDir();
  return ok({
    grant: grant.value,
    modes,
    seconds,
    framesPerSecond: fps,
    follow: values['follow-default'] === true,
    dataDir,
  });
}
