import { toolOutput } from '../../main/channels/tool-output.ts';
import type { Ffmpeg } from '../../main/pipeline/ffmpeg-finder.ts';
import type { DoctorReport } from './doctor-report.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Those that read a device, or what another program hears of one. */
const DEMUXERS = ['pulse', 'x11grab', 'avfoundation', 'dshow', 'gdigrab', 'lavfi', 's16le', 'f32le'];
/** Those that capture, keep sound in step, or tell what is in it. */
const FILTERS = ['gfxcapture', 'ddagrab', 'aresample', 'astats', 'ametadata', 'signalstats', 'scale'];
const ENCODERS = [
  ...['libx264', 'libopus', 'h264_videotoolbox', 'h264_nvenc', 'h264_qsv'],
  ...['h264_amf', 'h264_mf', 'h264_vaapi'],
];

/** What of an ffmpeg matters for capturing. */
export async function describeFfmpeg(
  ffmpeg: Ffmpeg,
  env: Environment,
): Promise<NonNullable<DoctorReport['ffmpeg']>> {
  const { path, origin, version, passedOver, demuxers, encoders } = ffmpeg;
  const asked = await toolOutput(path, ['-hide_banner', '-filters'], env);
  const filters = new Set(asked.kind === 'printed' ? asked.stdout.split(/\s+/) : []);
  return {
    path,
    origin,
    version: version.text,
    passedOver: [...passedOver],
    demuxers: DEMUXERS.filter((name) => demuxers.has(name)),
    filters: FILTERS.filter((name) => filters.has(name)),
    encoders: ENCODERS.filter((name) => encoders.has(name)),
  };
}
