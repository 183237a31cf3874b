import type { Playable, PlayableTake, PlayableTrack } from '../../contract/bridge/library.ts';
import type { MediaWish } from '../../contract/bridge/media-path.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { Recording } from '../vault/recording.ts';
import type { StoredFragment } from '../vault/take-file.ts';
import type { Vault } from '../vault/vault.ts';
import { mediaTypeOf } from './media-type.ts';

/** More than a player asks for at a time: about ten seconds of a display. */
const MOST_AT_ONCE = 64;

/** One recording at a time, decrypted in memory piece by piece for the player. */
export type Playing = {
  /** What there is to play of it. Errors: those of opening a recording, `nothing-to-export`. */
  readonly open: (sessionId: string) => Promise<Result<Playable>>;
  /** Media in the clear, for the person's own page alone. Errors: `recording-unknown` where it is not the one that is open. */
  readonly read: (wish: MediaWish) => Promise<Result<Uint8Array>>;
  /** Lets go of it, or of this one only. */
  readonly close: (sessionId?: string) => Promise<void>;
};

export function playingFrom(vault: Pick<Vault, 'open'>): Playing {
  let current: Recording | undefined;

  async function close(sessionId?: string): Promise<void> {
    if (sessionId !== undefined && current?.facts().sessionId !== sessionId) return;
    const closing = current;
    current = undefined;
    await closing?.close();
  }

  return {
    open: async (sessionId) => {
      await close();
      const opened = await vault.open(sessionId);
      if (!opened.ok) return opened;
      const tracks: PlayableTrack[] = [];
      for (const { id, name, kind } of opened.value.facts().channels) {
        const takes = await takesOf(opened.value, opened.value.fragments(id));
        if (!takes.ok) return takes;
        if (takes.value.length > 0) tracks.push({ channelId: id, name, kind, takes: takes.value });
      }
      if (tracks.length === 0) return fail('nothing-to-export', sessionId);
      current = opened.value;
      const { title, startedAt } = current.facts();
      return ok({ sessionId, title, startedAt, durationMs: endOf(tracks), tracks });
    },
    read: async ({ sessionId, channelId, take, from, to }) => {
      const recording = current;
      if (recording?.facts().sessionId !== sessionId) return fail('recording-unknown', sessionId);
      if (to - from < 1 || to - from > MOST_AT_ONCE)
        return fail('bad-request', `1 to ${MOST_AT_ONCE} fragments`);
      const wanted = recording
        .fragments(channelId)
        .filter(({ header }) => header.take === take && header.sequence >= from && header.sequence < to);
      if (wanted.length !== to - from) return fail('bad-request', `${channelId} has no such fragments`);
      const pieces: Uint8Array[] = [];
      for (const stored of wanted) {
        const fragment = await recording.read(stored);
        if (!fragment.ok) return fragment;
        pieces.push(fragment.value.bytes);
      }
      return ok(Buffer.concat(pieces));
    },
    close,
  };
}

async function takesOf(
  recording: Recording,
  stored: readonly StoredFragment[],
): Promise<Result<PlayableTake[]>> {
  const takes: PlayableTake[] = [];
  for (const [take, own] of Map.groupBy(stored, ({ header }) => header.take)) {
    const [init, first] = own;
    // Of a take that ended before its first picture or sound there is nothing to play.
    if (init === undefined || first === undefined) continue;
    const read = await recording.read(init);
    if (!read.ok) return read;
    const type = mediaTypeOf(read.value.bytes);
    if (type === undefined)
      return fail('vault-damaged', `init segment of ${init.header.channelId} take ${take}`);
    takes.push({
      ...{ take, type },
      fragments: own.slice(1).map(({ header: { startedAtMs, pausedBeforeMs, durationMs, bytes } }) => ({
        atMs: Math.max(0, startedAtMs - pausedBeforeMs),
        ...{ durationMs, bytes },
      })),
    });
  }
  return ok(takes);
}

function endOf(tracks: readonly PlayableTrack[]): number {
  const ends = tracks.flatMap(({ takes }) =>
    takes.map(({ fragments }) => {
      const last = fragments.at(-1);
      return last === undefined ? 0 : last.atMs + last.durationMs;
    }),
  );
  return Math.max(0, ...ends);
}
