/** What `ffmpeg -version` says of itself. */
export type FfmpegVersion = {
  readonly major: number;
  readonly minor: number;
  /** The version as printed, e.g. `5.1.9-0+deb12u1` or `N-112233-gabcdef`. */
  readonly text: string;
};

/** The oldest ffmpeg this is known to work with. */
export const OLDEST_FFMPEG = { major: 4, minor: 4 } as const;

/**
 * Parses what `ffmpeg -version` prints. Builds from git carry no release number (`N-12345-g…`,
 * `2023-01-12-git-…`): theirs follows from libavutil, whose major went up by one with every major release
 * since 4.0 (56), and its minor tells the releases of 4 apart. Undefined: this is not ffmpeg.
 */
export function parseFfmpegVersion(output: string): FfmpegVersion | undefined {
  const text = /^ffmpeg version (\S+)/m.exec(output)?.[1];
  if (text === undefined) return undefined;
  const release = /^n?(\d{1,2})\.(\d+)/.exec(text);
  if (release !== null) return { major: Number(release[1]), minor: Number(release[2]), text };
  const [, libavutil, patch] = /^libavutil\s+(\d+)\.\s*(\d+)/m.exec(output) ?? [];
  if (libavutil === undefined) return undefined;
  const major = Number(libavutil) - 52;
  return { major, minor: major === 4 ? minorOfFour(Number(patch)) : 0, text };
}

/** By the minor of libavutil 56 with which 4.1, 4.2, 4.3 and 4.4 were released (FFmpeg's doc/APIchanges). */
function minorOfFour(libavutilMinor: number): number {
  return [22, 31, 51, 70].filter((since) => libavutilMinor >= since).length;
}

export function isAtLeast(version: { major: number; minor: number }, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}
