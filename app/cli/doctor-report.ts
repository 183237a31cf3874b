import { z } from 'zod';
import { CHANNEL_KINDS, channel, channelKind } from '../../contract/channel.ts';
import { ERROR_CODES } from '../../contract/errors.ts';
import { PERMISSION_KINDS, PERMISSION_STATES } from './doctor-names.ts';

/** Something that hinders, with what it means and what to do. */
const problem = z.strictObject({
  code: z.enum(ERROR_CODES),
  /** The kinds of channel that cannot be captured because of it. */
  concerns: z.array(channelKind),
  message: z.string(),
  action: z.string(),
  detail: z.string().exactOptional(),
});
export type Problem = z.infer<typeof problem>;

const ffmpeg = z.strictObject({
  path: z.string(),
  /** How it was found: TALLYLIGHT_FFMPEG, packaged, ffmpeg-static, PATH, … */
  origin: z.string(),
  version: z.string(),
  /** Those that were looked at before it, each with the reason why it was not taken. */
  passedOver: z.array(z.string()),
  /** Of those that read devices here or elsewhere, the ones that it has. */
  demuxers: z.array(z.string()),
  filters: z.array(z.string()),
  /** Those it was built with; `encoderTrials` says which of them work here. */
  encoders: z.array(z.string()),
  /** What a recording with it cannot tell of itself, and the filters that it would take. */
  missingWatchdogs: z.array(z.strictObject({ tells: z.string(), lacks: z.array(z.string()) })),
  /** What a recording would take for displays. */
  displayEncoder: z.string(),
  /** Every encoder in hardware that is known for this system, tried on a made picture. */
  encoderTrials: z.array(
    z.strictObject({ encoder: z.string(), works: z.boolean(), why: z.string().nullable() }),
  ),
});

/** What the person can do about a permission. */
const nextStep = z.strictObject({
  sentence: z.string(),
  /** A line to run in a terminal. */
  command: z.string().nullable(),
});

/** `unknown`: nothing hinders it that is known, and the system has not granted it; a trial shows. */
const ability = z.enum(['yes', 'no', 'unknown']);
export type Ability = z.infer<typeof ability>;

/** What `tallylight doctor --json` prints as its one line. No path in it names the user's home. */
export const doctorReport = z.strictObject({
  event: z.literal('doctor'),
  version: z.string(),
  system: z.strictObject({
    platform: z.string(),
    release: z.string(),
    arch: z.string(),
    node: z.string(),
    session: z.enum(['x11', 'wayland', 'desktop', 'none']),
    sandbox: z.enum(['flatpak', 'snap']).nullable(),
  }),
  ffmpeg: ffmpeg.nullable(),
  channels: z.array(channel),
  permissions: z.array(
    z.strictObject({
      kind: z.enum(PERMISSION_KINDS),
      state: z.enum(PERMISSION_STATES),
      source: z.string(),
      sentence: z.string(),
      next: nextStep.nullable(),
    }),
  ),
  data: z.strictObject({
    folder: z.string(),
    freeBytes: z.number().nullable(),
    key: z.string(),
  }),
  /** Whether each kind can be captured, as far as looking without opening a device can tell. */
  can: z.record(z.enum(CHANNEL_KINDS), ability),
  problems: z.array(problem),
});
export type DoctorReport = z.infer<typeof doctorReport>;

/** The same with the home folder as `~` in every text, so that it can be shown to others. */
export function withoutHome<T>(value: T, home: string): T {
  const pattern = homePattern(home);
  if (pattern === undefined) return value;
  const shortened = (_key: string, part: unknown) =>
    typeof part === 'string' ? part.replace(pattern, '~') : part;
  return JSON.parse(JSON.stringify(value), shortened) as T;
}

function homePattern(home: string): RegExp | undefined {
  const parts = home.split(/[\\/]+/).filter((part) => part !== '');
  if (parts.length === 0) return undefined;
  const [first = '', ...rest] = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const start = /^[a-z]:$/i.test(first) ? first : `(?<![\\w.~-])[\\\\/]${first}`;
  // Windows takes both slashes and any case.
  return new RegExp(`${[start, ...rest].join('[\\\\/]+')}(?![\\w.-])`, 'gi');
}
