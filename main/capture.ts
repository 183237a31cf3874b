import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { ok, type Result } from '../contract/result.ts';
import { askedMemoryIn } from '../native-permissions/asked-memory.ts';
import { permissionsFor } from '../native-permissions/permissions.ts';
import { openAuditLog } from './audit/log.ts';
import { libraryCalls } from './bridge/library-calls.ts';
import { permissionCalls } from './bridge/permission-calls.ts';
import { serveBridge } from './bridge/serve.ts';
import { snapshotFeed } from './bridge/snapshot-feed.ts';
import { defaultOf, listChannels, locateChannel } from './channels/list.ts';
import { openUplink } from './delivery/uplink.ts';
import type { Capture, Host } from './host.ts';
import { openLibrary } from './library/library.ts';
import { machineOf } from './machine.ts';
import { sendSettings } from './network/send-settings.ts';
import { systemNetwork } from './network/system-network.ts';
import { secureTls } from './network/tls.ts';
import { DEFAULT_FORMAT } from './pipeline/capture-format.ts';
import type { CaptureFfmpeg } from './pipeline/capture-way.ts';
import { createChannelPipeline } from './pipeline/channel-pipeline.ts';
import { continueSessionClock, startSessionClock } from './pipeline/clock.ts';
import { watchClock } from './pipeline/clock-watch.ts';
import { chooseVideoEncoder } from './pipeline/encoder-choice.ts';
import { missingWatchdogs } from './pipeline/watchdog-filters.ts';
import { withdrawn } from './session/consent.ts';
import { watchPermissions } from './session/permission-view.ts';
import { PERMISSION, permitted, shown } from './session/permitted.ts';
import { presentChannels } from './session/present-channel.ts';
import { openRecorder } from './session/recorder.ts';
import { screenProbe } from './session/screen-probe.ts';
import { openSettings } from './settings/settings.ts';
import { diskError } from './vault/disk-error.ts';
import { freeBytes } from './vault/free-space.ts';
import { lockData } from './vault/lock.ts';
import { vaultIn } from './vault/vault.ts';

export type CaptureOptions = {
  /** Frames a second of displays. */
  readonly framesPerSecond?: 15 | 30;
};

/** Without a display no encoder has to be tried. */
const SOUND_ONLY = { TALLYLIGHT_ENCODER: 'software' };

/**
 * The composition of main: takes the data folder, opens audit log and vault, and answers the bridge. Opens no
 * device. Errors: `data-in-use`, `vault-unwritable`, `audit-broken`, and `usage` for what is set of sending or of TLS.
 */
export async function openCapture(host: Host, options: CaptureOptions = {}): Promise<Result<Capture>> {
  const { dataDir, env, log, shell } = host;
  const pointer = shell?.pointer;
  const framesPerSecond = options.framesPerSecond ?? 15;
  const now = () => new Date();
  const machine = machineOf(host);
  const sending = sendSettings(env);
  if (!sending.ok) return sending;
  const secured = secureTls(env);
  if (!secured.ok) return secured;
  const permissions = permissionsFor({
    platform: machine.platform,
    env,
    memory: askedMemoryIn(dataDir, (what, code) => log(what, { code })),
    ...(shell?.settings === undefined ? {} : { settings: shell.settings }),
    ...(shell?.bundleId === undefined ? {} : { bundleId: shell.bundleId }),
  });
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    return { ok: false, error: diskError(error, dataDir) };
  }
  const lock = lockData(dataDir);
  if (!lock.ok) return lock;
  const audit = await openAuditLog(dataDir, now, host.secrets);
  if (!audit.ok) {
    lock.value.release();
    return audit;
  }

  let ffmpeg: CaptureFfmpeg | undefined;
  const feed = snapshotFeed((revision) => {
    const shot = recorder.snapshot(revision);
    // Whatever is added to the recordings, finished or delivered changes one of these.
    const sign = `${shot.session.id} ${shot.session.state} ${shot.delivery.pendingRecordings} ${shot.lamp}`;
    return {
      ...shot,
      library: library.view(sign),
      settings: { ...settings.view(), refused: [...(host.shell?.refused?.now() ?? [])] },
    };
  });
  const settings = await openSettings({ dataDir, now, log, onChange: feed.changed });
  const followed =
    host.network === undefined ? systemNetwork({ platform: machine.platform, env }) : undefined;
  const network = host.network ?? followed;
  const uplink = openUplink({ ...sending.value, network, onChange: feed.changed });
  const watched = watchPermissions(permissions, feed.changed);
  const present = presentChannels();
  const vault = vaultIn(dataDir, host.secrets);
  const recorder = openRecorder({
    host,
    vault,
    freeBytes: () => freeBytes(dataDir),
    audit: audit.value,
    listChannels: () => listChannels(machine),
    permitted: async (chosen, signal) => {
      const allowed = await permitted(chosen, { host, permissions, platform: machine.platform, signal });
      if (!allowed.ok) return allowed;
      const found = allowed.value;
      const isShown = chosen.some(({ channel }) => channel.kind === 'display');
      const { encoder, tried } = await chooseVideoEncoder(
        found,
        machine.platform,
        isShown ? env : SOUND_ONLY,
      );
      // By now it may be another agreement's that is seen to.
      if (signal.aborted) return withdrawn();
      ffmpeg = { ...found, videoEncoder: encoder };
      log('ffmpeg.found', { sentence: found.sentence, encoder });
      for (const { tells, lacks } of missingWatchdogs(found.filters))
        log('ffmpeg.watchdog-missing', { tells, lacks: lacks.join(', ') });
      for (const { encoder: name, flaw } of tried)
        if (flaw !== null) log('encoder.passed-over', { name, flaw });
      return ok(undefined);
    },
    shown: async (chosen, look) => {
      if (ffmpeg === undefined) return ok(undefined);
      const { platform } = machine;
      const probe = screenProbe({ ffmpeg, env, platform, machine });
      return shown(chosen, { permissions, platform, probe, look });
    },
    permissions: watched.known,
    watchPermission: (kind, listener) => permissions.watch(PERMISSION[kind], listener),
    present: present.of,
    newClock: (anchorWallMs) =>
      anchorWallMs === undefined ? startSessionClock() : continueSessionClock(anchorWallMs),
    witness: (kind, evidence) => permissions.witness(PERMISSION[kind], evidence),
    openPipeline: (sessionId, clock, { channel, follow }, on, after) => {
      if (ffmpeg === undefined) throw new Error('a pipeline is opened before ffmpeg was found');
      const options = present.overheard({
        channel,
        sessionId,
        clock,
        ffmpeg,
        format: { ...DEFAULT_FORMAT, framesPerSecond },
        env,
        machine,
        ...(shell?.systemAudio === undefined ? {} : { pcm: shell.systemAudio }),
        ...(pointer === undefined ? {} : { pointer: async () => pointer() }),
        locate: (lost) => (follow ? defaultOf(machine, lost) : locateChannel(machine, lost)),
        follows: follow,
        ...(after === undefined ? {} : { after }),
        on,
      });
      return createChannelPipeline(options);
    },
    watchClock: (onJump) => watchClock(onJump),
    // Electron tells it on macOS and Windows.
    seesLock: shell !== undefined && machine.platform !== 'linux',
    uplink,
    framesPerSecond,
    act: host.kind === 'cli' ? 'command-line' : 'window',
    now,
    onChange: feed.changed,
  });

  const unheard = host.shell?.refused?.onChange(feed.changed);
  const library = openLibrary({
    ...{ dataDir, vault, host, secrets: host.secrets, audit: audit.value },
    exportDir: host.exportDir ?? homedir(),
    ...(shell?.chooseFile === undefined ? {} : { chooseFile: shell.chooseFile }),
    underWay: recorder.underWay,
    letGo: recorder.letGo,
    onChange: feed.changed,
  });

  const answered = (result: Result<unknown>) => (result.ok ? ok(feed.latest()) : result);
  const call = serveBridge(
    {
      'snapshot.read': async () => ok(feed.latest()),
      'channels.refresh': async () => answered(await recorder.refresh()),
      'channel.choose': async (wish) => answered(recorder.choose(wish)),
      'session.agree': async (agreement) => answered(await recorder.agree(agreement)),
      'consent.revoke': async (revocation) => answered(await recorder.revoke(revocation)),
      'session.pause': async ({ reason }) => answered(await recorder.pause(reason ?? 'person')),
      'session.resume': async () => answered(await recorder.resume()),
      'session.stop': async ({ reason }) => answered(await recorder.stop(reason ?? 'person')),
      'session.renew': async () => answered(await recorder.renew()),
      'interrupted.continue': async () => answered(await recorder.goOn()),
      'interrupted.finish': async () => answered(await recorder.finishInterrupted()),
      'settings.change': async (change) => answered(await settings.change(change)),
      ...libraryCalls(library, feed.latest),
      ...permissionCalls({ permissions, reopen: shell?.reopen, latest: feed.latest, log }),
    },
    log,
  );
  return ok({
    call,
    media: library.playing.read,
    onSnapshot: feed.subscribe,
    close: async () => {
      watched.close();
      unheard?.();
      // What records ends at once, whatever is being read for the library.
      await Promise.all([recorder.close(), library.cancel().then(() => library.playing.close())]);
      uplink.close();
      followed?.close();
      feed.close();
      lock.value.release();
    },
  });
}
