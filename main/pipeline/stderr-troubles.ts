import type { ChannelKind } from '../../contract/channel.ts';
import type { ErrorCode } from '../../contract/errors.ts';

/** What a line that names a trouble means. */
export type Trouble = {
  readonly code: ErrorCode;
  /** ffmpeg does not end by itself after this line, and nothing comes any more. */
  readonly isFinal: boolean;
};

/** What the trouble is that ffmpeg or parec names in this line, on this system; most lines name none. */
export function troubleIn(line: string, kind: ChannelKind, platform: NodeJS.Platform): Trouble | undefined {
  const device = kind === 'display' ? 'display' : 'sound';
  const patterns = [...(PATTERNS[platform]?.[device] ?? []), ...ANY];
  const code = patterns.find(([pattern]) => pattern.test(line))?.[1];
  return code === undefined ? undefined : { code, isFinal: platform === 'darwin' };
}

type Pattern = readonly [RegExp, ErrorCode];
type Device = 'sound' | 'display';

/** `file: text`, `Error opening input: text`; older versions have the first, newer ones the second and both. */
const OPENING = String.raw`(?:^[^\[\]]+|Error opening input(?: file| files)?[^:]*|Could not open [^:]*): `;
const opening = (text: string) => new RegExp(`${OPENING}(?:${text})\\.?$`, 'i');

/** libavutil's text of EIO, and what a Windows build made without strerror_r says. */
const IO_ERROR = 'Input/output error|I/O error';

const ANY: readonly Pattern[] = [[/Unknown input format: '?\w+/i, 'ffmpeg-lacks-device']];

/**
 * libavdevice's pulse reader hands PulseAudio's own error numbers (pulse/def.h) to AVERROR, which prints them
 * as if they were errno values: 5 PA_ERR_NOENTITY comes out as EIO, 6 CONNECTIONREFUSED as ENXIO, 3 INVALID
 * (no socket there) as ESRCH, 8 TIMEOUT as ENOEXEC, 9 AUTHKEY as EBADF, 11 CONNECTIONTERMINATED as EAGAIN,
 * 13 INVALIDSERVER as EACCES, 1 ACCESS as EPERM. Seen with 5.1.9. parec names the same in words; seen with 16.1.
 */
const LINUX: Readonly<Record<Device, readonly Pattern[]>> = {
  sound: [
    [opening('Operation not permitted'), 'permission-denied'],
    [opening('Input/output error|No such entity|No such file or directory'), 'device-gone'],
    [
      opening(
        'No such process|No such device or address|Connection refused|Permission denied|Exec format error|' +
          'Bad file descriptor|Resource temporarily unavailable',
      ),
      'sound-server-missing',
    ],
    [/^(?:Connection failure|Stream error): Access denied/, 'permission-denied'],
    [/^Stream error: No such entity/, 'device-gone'],
    [/^(?:Connection failure|pa_context_connect\(\) failed|Stream error): /, 'sound-server-missing'],
  ],
  display: [
    [/Cannot open display/i, 'display-server-missing'],
    [/Generic error in an external library/i, 'display-server-missing'],
    [/Capture area .* outside the screen size/i, 'device-gone'],
  ],
};

/**
 * libavdevice/dshow.c and gdigrab.c, libavfilter/vsrc_ddagrab.c of FFmpeg 7. Of these only what dshow says of a
 * name that is not there and what gdigrab says of an area and a window were seen, under Wine with 7.1.
 * Believed, not measured: that a microphone which the privacy settings withhold looks like one in use; that duplication
 * is denied (E_ACCESSDENIED) and GDI fails with 5 (ERROR_ACCESS_DENIED) while the screen is locked, a question of UAC
 * shows or the resolution has just changed, all of which pass.
 */
const WINDOWS: Readonly<Record<Device, readonly Pattern[]>> = {
  sound: [
    [
      /Could not run graph \(sometimes caused by a device already in use by other application\)/,
      'device-busy',
    ],
    [/Could not find audio only device with name \[.*\] among source devices of type/, 'device-gone'],
    // FFmpeg 4.4 and older.
    [/Could not find audio(?: only)? device/, 'device-gone'],
    [/Could not find output pin from audio only capture device/, 'device-failed'],
    [/Could not enumerate audio(?: only)? devices/, 'device-gone'],
    [opening(IO_ERROR), 'device-failed'],
  ],
  display: [
    [/Too many open duplication sessions/, 'device-busy'],
    [/Desktop duplication access denied/, 'display-locked'],
    [/Failed to enumerate DXGI output \d+/, 'device-gone'],
    [/Selected output not supported|Invalid output duplication argument/, 'device-failed'],
    [/Failed duplicating output|AcquireNextFrame failed/, 'device-failed'],
    [/Capture area .* extends outside window area/, 'device-gone'],
    [/Can't find window '.*', aborting/, 'device-gone'],
    [/Failed to capture image \(error 5\)/, 'display-locked'],
    [/Failed to capture image \(error -?\d+\)/, 'device-failed'],
    [opening(`${IO_ERROR}|Generic error in an external library`), 'device-failed'],
  ],
};

/**
 * libavdevice/avfoundation.m. It ignores that a device could not be opened and waits for its first sample for
 * ever (`while (ctx->audio_frames_captured < 1)`), so every trouble is final here.
 * Believed, not measured: `Cannot use …` is how macOS words AVErrorApplicationIsNotAuthorizedToUseDevice in
 * English; in another language it is `device-failed`.
 */
const MACOS_ANY: readonly Pattern[] = [
  [/Failed to create AV capture input device: Cannot use /, 'permission-denied'],
  [/Failed to create AV capture (?:input device|screen input)/, 'device-failed'],
  [/can't add (?:audio|video) (?:input|output) to capture session/, 'device-failed'],
  [/Failed to init AV (?:audio|video) output/, 'device-failed'],
  [/(?:Audio|Video) device not found|Invalid (?:audio |video )?device index/, 'device-gone'],
  [/No AV capture device found/, 'device-gone'],
  [opening(IO_ERROR), 'device-failed'],
];

const PATTERNS: Partial<Record<NodeJS.Platform, Readonly<Record<Device, readonly Pattern[]>>>> = {
  linux: LINUX,
  win32: WINDOWS,
  darwin: { sound: MACOS_ANY, display: MACOS_ANY },
};
