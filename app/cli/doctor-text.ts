import type { Channel, ChannelKind } from '../../contract/channel.ts';
import { CHANNEL_KINDS } from '../../contract/channel.ts';
import { PERMISSION } from '../../main/session/permitted.ts';
import { KIND_WORDS } from './doctor-names.ts';
import type { DoctorReport } from './doctor-report.ts';

const SESSIONS: Readonly<Record<DoctorReport['system']['session'], string>> = {
  x11: 'X11 session',
  wayland: 'Wayland session',
  desktop: 'desktop session',
  none: 'no graphical session',
};

/** The report as lines for a person, the most important last. */
export function doctorText(report: DoctorReport): string {
  const { system, ffmpeg, data } = report;
  const sandbox = system.sandbox === null ? '' : `, inside ${system.sandbox}`;
  return [
    `Tallylight ${report.version} on ${system.platform} ${system.release} ${system.arch}, Node ${system.node}, ${SESSIONS[system.session]}${sandbox}`,
    '',
    ...(ffmpeg === null ? ['ffmpeg: none that fits'] : ffmpegLines(ffmpeg)),
    '',
    report.channels.length === 0 ? 'Channels: none' : 'Channels',
    ...report.channels.map(channelLine),
    '',
    'Permissions',
    ...report.permissions.flatMap(({ kind, state, source, sentence, next }) => [
      `  ${kind.padEnd(14)}  ${state}: ${sentence} (source: ${source})`,
      ...(next === null ? [] : [`${' '.repeat(18)}next: ${next.sentence}`]),
      ...(next?.command == null ? [] : [`${' '.repeat(18)}run:  ${next.command}`]),
    ]),
    '',
    `Data: ${data.folder}${data.freeBytes === null ? '' : `, ${(data.freeBytes / 1e9).toFixed(1)} GB free on its disk`}`,
    `  key of the recordings: ${data.key}`,
    '',
    ...problemLines(report),
    ...CHANNEL_KINDS.map((kind) => abilityLine(report, kind)),
  ].join('\n');
}

function abilityLine({ can, permissions }: DoctorReport, kind: ChannelKind): string {
  const why = permissions.find((each) => each.kind === PERMISSION[kind])?.sentence;
  const doubt = why === undefined ? '' : `: ${why}`;
  const words = { yes: 'can be captured', no: 'cannot', unknown: `not known until it is tried${doubt}` };
  return `${KIND_WORDS[kind]}: ${words[can[kind]]}`;
}

function ffmpegLines(ffmpeg: NonNullable<DoctorReport['ffmpeg']>): readonly string[] {
  const { path, origin, version, passedOver, demuxers, filters, encoders } = ffmpeg;
  const { displayEncoder, encoderTrials, missingWatchdogs } = ffmpeg;
  return [
    `ffmpeg ${version} from ${path} (${origin})`,
    `  reads ${demuxers.join(', ')}`,
    `  filters ${filters.join(', ')}`,
    `  encoders ${encoders.join(', ')}`,
    `  encodes displays by ${displayEncoder}`,
    ...encoderTrials.map(({ encoder, why }) => `  tried ${encoder}: ${why ?? 'works'}`),
    ...missingWatchdogs.map(
      ({ tells, lacks }) => `  records, and cannot tell ${tells}: it is built without ${lacks.join(', ')}`,
    ),
    ...passedOver.map((why) => `  passed over ${why}`),
  ];
}

function channelLine({ id, name, area, device, fingerprint, isDefault }: Channel): string {
  const place = area === undefined ? '' : `, ${area.width} × ${area.height} at ${area.x},${area.y}`;
  const print = fingerprint === undefined ? '' : `, fingerprint ${fingerprint}`;
  return `  ${id.padEnd(22)}  ${name}${place} [${device}${print}]${isDefault ? ', default' : ''}`;
}

function problemLines({ problems }: DoctorReport): readonly string[] {
  if (problems.length === 0) return [];
  return [
    problems.length === 1 ? 'One problem' : `${problems.length} problems`,
    ...problems.flatMap(({ code, message, action, detail, concerns }, index) => [
      `  ${index + 1}. ${message}${detail === undefined ? '' : ` (${detail})`}`,
      `     concerns: ${concerns.map((kind) => KIND_WORDS[kind]).join(', ')}; code: ${code}`,
      `     what to do: ${action}`,
    ]),
    '',
  ];
}
