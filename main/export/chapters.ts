import { INIT_SEQUENCE } from '../../contract/fragment.ts';
import type { Recording } from '../vault/recording.ts';

/** Recorded time, i.e. without pauses, in milliseconds from the beginning. */
export type Chapter = { readonly startMs: number; readonly endMs: number; readonly title: string };

/** One chapter up to the first pause and one after each; none where nothing was paused. */
export function chaptersOf(recording: Recording): Chapter[] {
  const headers = recording
    .facts()
    .channels.flatMap(({ id }) => recording.fragments(id).map(({ header }) => header))
    .filter(({ sequence }) => sequence !== INIT_SEQUENCE);
  /** By how much of the session clock was no recording before it: where what follows begins. */
  const starts = new Map<number, number>();
  let endMs = 0;
  for (const { startedAtMs, durationMs, pausedBeforeMs } of headers) {
    const atMs = Math.max(0, startedAtMs - pausedBeforeMs);
    endMs = Math.max(endMs, atMs + durationMs);
    starts.set(pausedBeforeMs, Math.min(starts.get(pausedBeforeMs) ?? atMs, atMs));
  }
  const marks = [...starts].sort(([one], [other]) => one - other);
  if (marks.length < 2) return [];
  return marks.map(([pausedMs, startMs], at) => ({
    startMs: at === 0 ? 0 : startMs,
    endMs: marks[at + 1]?.[1] ?? endMs,
    title: at === 0 ? 'Start' : `After a pause of ${clockTime(pausedMs - (marks[at - 1]?.[0] ?? 0))}`,
  }));
}

/** The same as ffmpeg reads it (https://ffmpeg.org/ffmpeg-formats.html#Metadata-2). */
export function metadataOf(chapters: readonly Chapter[]): string {
  const sections = chapters.map(({ startMs, endMs, title }) =>
    [
      '[CHAPTER]',
      'TIMEBASE=1/1000',
      `START=${Math.round(startMs)}`,
      `END=${Math.round(endMs)}`,
      `title=${title}`,
    ].join('\n'),
  );
  return [';FFMETADATA1', ...sections, ''].join('\n');
}

/** `1:02:03`, `2:03`, `0:03`. */
function clockTime(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
