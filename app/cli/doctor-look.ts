import { existsSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import { CHANNEL_KINDS, type Channel, type ChannelKind } from '../../contract/channel.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { errorOf, type TallylightError } from '../../contract/result.ts';
import { inEnglish } from '../../contract/spoken/spoken.ts';
import type { ChannelList } from '../../main/channels/channel-list.ts';
import { listChannels } from '../../main/channels/list.ts';
import { machineOf } from '../../main/machine.ts';
import type { Ffmpeg } from '../../main/pipeline/ffmpeg-finder.ts';
import { findFfmpeg } from '../../main/pipeline/ffmpeg-finder.ts';
import type { VideoEncoder } from '../../main/pipeline/video-encoder.ts';
import { PERMISSION } from '../../main/session/permitted.ts';
import type { NextStep, Permission, Permissions } from '../../native-permissions/permission.ts';
import { permissionsFor } from '../../native-permissions/permissions.ts';
import { abilities } from './doctor-can.ts';
import { lookAtEncoders } from './doctor-encoder.ts';
import { describeFfmpeg, lackingFor } from './doctor-ffmpeg.ts';
import { KIND_WORDS, PERMISSION_KINDS } from './doctor-names.ts';
import type { DoctorReport, Problem } from './doctor-report.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What was found, for whoever goes on with it. */
export type Look = {
  readonly report: DoctorReport;
  /** With the encoder that a recording would take. */
  readonly ffmpeg: (Ffmpeg & { readonly videoEncoder: VideoEncoder }) | undefined;
  readonly channels: readonly Channel[];
  readonly permissions: Permissions;
};

/**
 * Looks at this machine as a recording would find it. Opens no device that captures, makes the system ask nothing, writes
 * nothing.
 */
export async function lookAround(env: Environment, dataDir: string, version: string): Promise<Look> {
  const { platform } = process;
  const machine = machineOf({ env }, platform);
  const permissions = permissionsFor({ platform, env });
  const found = await findFfmpeg({ platform, env });
  const [encoders, listed, data, ...asked] = await Promise.all([
    found.ok ? lookAtEncoders(found.value, platform, env) : undefined,
    listChannels(machine),
    dataAt(dataDir),
    ...PERMISSION_KINDS.map((kind) => permissions.status(kind)),
  ]);
  const ffmpeg =
    found.ok && encoders !== undefined ? { ...found.value, videoEncoder: encoders.encoder } : undefined;
  const list: ChannelList = listed.ok ? listed.value : { channels: [], missing: [listed.error] };
  const problems = [
    ...(found.ok ? [] : [problemOf(found.error, CHANNEL_KINDS)]),
    ...(found.ok ? lackProblems(found.value) : []),
    ...listProblems(list).filter(({ code }) => found.ok || code !== found.error.code),
    ...asked.flatMap(permissionProblem),
  ];
  return {
    ffmpeg,
    channels: list.channels,
    permissions,
    report: {
      event: 'doctor',
      version,
      system: systemAt(env),
      ffmpeg:
        ffmpeg === undefined
          ? null
          : {
              ...describeFfmpeg(ffmpeg),
              displayEncoder: ffmpeg.videoEncoder,
              encoderTrials: (encoders?.tried ?? []).map(({ encoder, flaw }) => ({
                encoder,
                works: flaw === null,
                why: flaw,
              })),
            },
      channels: [...list.channels],
      permissions: asked.map(({ kind, state, source, said, nextStep }) => ({
        kind,
        state,
        source,
        sentence: inEnglish(said),
        next:
          nextStep === null
            ? null
            : { sentence: inEnglish(nextStep.said), command: nextStep.command ?? null },
      })),
      data,
      can: abilities(problems, asked),
      problems,
    },
  };
}

function lackProblems(ffmpeg: Ffmpeg): readonly Problem[] {
  const [sound, picture] = [lackingFor('sound', ffmpeg), lackingFor('picture', ffmpeg)];
  return [
    ...(sound === undefined ? [] : [problemOf(sound, ['mic', 'system_audio'])]),
    ...(picture === undefined ? [] : [problemOf(picture, ['display'])]),
  ];
}

const CONCERNS: Readonly<Partial<Record<ErrorCode, readonly ChannelKind[]>>> = {
  'sound-server-missing': ['mic', 'system_audio'],
  'display-server-missing': ['display'],
  'microphone-missing': ['mic'],
  'system-audio-elsewhere': ['system_audio'],
};

function listProblems({ channels, missing }: ChannelList): readonly Problem[] {
  const absent = CHANNEL_KINDS.filter((kind) => !channels.some((channel) => channel.kind === kind));
  const told = missing.flatMap((error) => {
    const concerns = (CONCERNS[error.code] ?? absent).filter((kind) => absent.includes(kind));
    return concerns.length === 0 ? [] : [problemOf(error, concerns)];
  });
  const untold = absent.filter((kind) => !told.some(({ concerns }) => concerns.includes(kind)));
  return [
    ...told,
    ...untold.map((kind) => problemOf(errorOf('device-gone', `no ${KIND_WORDS[kind]} is listed`), [kind])),
  ];
}

function permissionProblem({ kind, state, said, nextStep }: Permission): readonly Problem[] {
  if (state !== 'denied' && state !== 'restricted') return [];
  const concerns = CHANNEL_KINDS.filter((each) => PERMISSION[each] === kind);
  const problem = problemOf(errorOf('permission-denied', inEnglish(said)), concerns);
  return [{ ...problem, action: stepText(nextStep) ?? problem.action }];
}

/** What to do in one line, with the line to run where there is one. */
export function stepText(step: NextStep | null): string | undefined {
  if (step === null) return undefined;
  return [inEnglish(step.said), step.command].filter(Boolean).join(' ');
}

function problemOf(error: TallylightError, concerns: readonly ChannelKind[]): Problem {
  const { code, message, action, detail } = error;
  return { code, concerns: [...concerns], message, action, ...(detail === undefined ? {} : { detail }) };
}

function systemAt(env: Environment): DoctorReport['system'] {
  const sandbox = existsSync('/.flatpak-info') || env.FLATPAK_ID ? 'flatpak' : env.SNAP ? 'snap' : null;
  const { platform, arch, version: node } = process;
  return { platform, release: release(), arch, node, session: sessionOf(env), sandbox };
}

function sessionOf(env: Environment): DoctorReport['system']['session'] {
  if (process.platform === 'darwin' || process.platform === 'win32') return 'desktop';
  if (env.XDG_SESSION_TYPE === 'wayland' || (env.WAYLAND_DISPLAY && !env.DISPLAY)) return 'wayland';
  return env.DISPLAY ? 'x11' : 'none';
}

async function dataAt(folder: string): Promise<DoctorReport['data']> {
  let there = folder;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  const disk = await statfs(there).catch(() => undefined);
  const key = await stat(join(folder, 'device.key')).catch(() => undefined);
  const readers =
    'a file that any program of your user account can read; the app uses the system keychain where there is one';
  return {
    folder,
    freeBytes: disk === undefined ? null : disk.bavail * disk.bsize,
    key: key === undefined ? `none made yet; on the command line it is ${readers}` : readers,
  };
}
