import { errorOf, type TallylightError } from '../../contract/result.ts';
import type { Ffmpeg } from '../../main/pipeline/ffmpeg-finder.ts';
import { missingWatchdogs, WATCHDOGS } from '../../main/pipeline/watchdog-filters.ts';
import type { DoctorReport } from './doctor-report.ts';

/** Those that read a device, or what another program hears of one. */
const DEMUXERS = ['pulse', 'x11grab', 'avfoundation', 'dshow', 'gdigrab', 'lavfi', 's16le', 'f32le'];
/** Those that are devices themselves, and what fetches their frames from the graphics card. */
const GRABBERS = ['gfxcapture', 'ddagrab', 'hwdownload'];
const ENCODERS = [
  ...['libx264', 'libopus', 'h264_videotoolbox', 'h264_nvenc', 'h264_qsv'],
  ...['h264_amf', 'h264_mf', 'h264_vaapi'],
];

/** No recording without these. */
export const RECORDING_FILTERS = {
  sound: ['aresample'],
  picture: ['crop', 'scale', 'format', 'null'],
} as const;

const FILTERS = [
  ...GRABBERS,
  ...RECORDING_FILTERS.sound,
  ...RECORDING_FILTERS.picture,
  ...WATCHDOGS.flatMap(({ filters }) => filters),
];

/** What of an ffmpeg matters for capturing. */
export function describeFfmpeg(
  ffmpeg: Ffmpeg,
): Omit<NonNullable<DoctorReport['ffmpeg']>, 'displayEncoder' | 'encoderTrials'> {
  const { path, origin, version, passedOver, demuxers, filters, encoders } = ffmpeg;
  return {
    path,
    origin,
    version: version.text,
    passedOver: [...passedOver],
    demuxers: DEMUXERS.filter((name) => demuxers.has(name)),
    filters: FILTERS.filter((name) => filters.has(name)),
    encoders: ENCODERS.filter((name) => encoders.has(name)),
    missingWatchdogs: missingWatchdogs(filters).map(({ tells, lacks }) => ({ tells, lacks: [...lacks] })),
  };
}

/** Why nothing of this kind can be recorded with it; undefined where it can. */
export function lackingFor(
  kind: keyof typeof RECORDING_FILTERS,
  { filters, version }: Pick<Ffmpeg, 'filters' | 'version'>,
): TallylightError | undefined {
  const lacks = RECORDING_FILTERS[kind].filter((name) => !filters.has(name));
  if (lacks.length === 0) return undefined;
  return errorOf('ffmpeg-lacks-device', `version ${version.text} without the filter ${lacks.join(', ')}`);
}
