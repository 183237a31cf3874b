import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { channelId } from '../../contract/channel.ts';
import { errorOf, fail, ok, type Result } from '../../contract/result.ts';
import { givenGrant } from '../../main/auth/your-backend.ts';
import { openCapture } from '../../main/capture.ts';
import type { Capture, Grant } from '../../main/host.ts';
import { finishOnBug } from '../../main/last-resort.ts';
import { keyFileSecrets } from '../../main/vault/key-file.ts';
import type { Arguments, Command } from './command.ts';
import { clientDir } from './data-dir.ts';
import { grantIn } from './given-grant.ts';
import { listedId } from './named-channels.ts';
import { type Printer, printer } from './print.ts';
import { allowedModes, consentText, LOCALE, type Modes } from './record-consent.ts';
import { recordToEnd, stopOnSignals } from './record-end.ts';
import { tellFragments } from './record-fragments.ts';
import { goOn, grantToGoOn } from './record-resume.ts';
import { tellStates } from './record-states.ts';
import { whenSnapshot } from './when-snapshot.ts';
import { withSending } from './with-sending.ts';

type Order = {
  readonly grant: Grant;
  readonly modes: Modes;
  readonly seconds: number | undefined;
  readonly framesPerSecond: 15 | 30;
  /** What a crash cut off goes on: nothing else is chosen. */
  readonly resume: boolean;
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
    'resume',
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
        connection: order.value.resume ? grantToGoOn(grant) : givenGrant(grant),
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
      const { resume, seconds } = order.value;
      return await (resume ? goOn(capture.value, seconds, out) : recordWith(capture.value, order.value, out));
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

  const stop = stopOnSignals(capture);
  tellStates(capture, out);
  const agreed = await capture.call('session.agree', {
    channels: [...order.modes].map(([id, mode]) => ({ id, mode, ...follow(id) })),
    policyVersion: ready.terms.policyVersion,
    text,
    locale: LOCALE,
  });
  if (!agreed.ok) return out.failed(agreed.error);
  return recordToEnd(capture, order.seconds, stop, out);
}

function orderOf(values: Arguments): Result<Order> {
  const grant = grantIn(values);
  if (!grant.ok) return grant;
  const named = [
    ...(values.store ?? []).map((id) => [id, 'keep'] as const),
    ...(values.ephemeral ?? []).map((id) => [id, 'live'] as const),
  ];
  const modes = new Map(named);
  const resume = values.resume === true;
  if (resume && (modes.size > 0 || values['follow-default'] === true))
    return fail(
      'usage',
      '--resume goes on with what was agreed to: no --store, --ephemeral or --follow-default',
    );
  if (modes.size === 0 && !resume) return fail('nothing-chosen');
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
    resume,
    follow: values['follow-default'] === true,
    dataDir,
  });
}
