import type { AuditEvent } from '../../contract/audit.ts';
import { fail, ok, type Result, type TallylightError } from '../../contract/result.ts';
import { orLetGo } from '../delivery/let-go.ts';
import type { EarlierTakes } from '../pipeline/pipeline-options.ts';
import type { EarlierRun } from './active.ts';
import { checkObedience, withdrawn } from './consent.ts';
import { checkRoom } from './disk-watch.ts';
import type { CutOff, Resumable } from './interrupted.ts';
import type { Prepared } from './prepare.ts';
import type { RecorderParts } from './recorder-parts.ts';
import type { AgreedChannel } from './run.ts';
import type { Look } from './screen-probe.ts';

/** A recording that goes on, before its first device opens again. */
export type PreparedAgain = {
  readonly prepared: Prepared;
  /** All that were agreed to, also those that stay off. */
  readonly channels: readonly AgreedChannel[];
  readonly off: ReadonlyMap<string, TallylightError>;
  readonly earlier: EarlierRun;
  readonly earlierTakes: (channelId: string) => EarlierTakes;
  /** Of the whole recording, up to now; milliseconds. */
  readonly gapMs: number;
};

export type PrepareAgainParts = Pick<RecorderParts, 'permitted' | 'shown' | 'freeBytes' | 'newClock'> & {
  readonly seesLock: boolean;
  readonly look: Look;
  /** What the audit log tells of the session: also of live-only channels, of which nothing is stored. */
  readonly story: readonly AuditEvent[];
};

/** What comes between "go on" and the first device; as before a recording, but for the consent, which is there. */
export async function prepareAgain(
  { recording, anchorWallMs, endedMs, activeMs }: CutOff,
  { view, policy, wanted }: Resumable,
  parts: PrepareAgainParts,
): Promise<Result<PreparedAgain>> {
  const { signal } = parts.look;
  const on = wanted.flatMap(({ agreed, out }) => (out === null ? [agreed] : []));
  const obeyed = checkObedience(policy, parts.seesLock);
  if (!obeyed.ok) return obeyed;
  const permitted = await orLetGo(parts.permitted(on, signal), signal);
  if (signal.aborted) return withdrawn();
  if (!permitted.ok) return permitted;
  const room = on.some(({ mode }) => mode === 'keep') ? await checkRoom(parts.freeBytes) : ok(undefined);
  if (!room.ok) return room;
  const shown = (await parts.shown?.(on, parts.look)) ?? ok(undefined);
  if (signal.aborted) return withdrawn();
  if (!shown.ok) return shown;
  const facts = recording.facts();
  const rtstreams = new Map(facts.channels.map(({ id, rtstreamId }) => [id, rtstreamId]));
  const stricter =
    policy.localCopy === facts.localCopy
      ? ok(undefined)
      : await recording.change({ localCopy: policy.localCopy });
  if (!stricter.ok) return stricter;
  const clock = parts.newClock(anchorWallMs);
  const atMs = clock.nowMs();
  if (atMs < endedMs) return fail('not-now', 'the clock of this machine was set back');
  const opened = takesOpened(parts.story, facts.sessionId);
  return ok({
    prepared: { view, policy, rtstreams, recording, clock },
    channels: wanted.map(({ agreed }) => agreed),
    off: new Map(wanted.flatMap(({ agreed, out }) => (out === null ? [] : [[agreed.channel.id, out]]))),
    earlier: { startedAt: facts.startedAt, activeMs, pausedMs: atMs - activeMs },
    earlierTakes: (channelId) => {
      const last = recording.fragments(channelId).at(-1)?.header;
      return {
        takes: Math.max(opened.get(channelId) ?? 0, recording.lastTake(channelId)),
        recordedToMs: last === undefined ? endedMs : last.startedAtMs + last.durationMs,
      };
    },
    gapMs: atMs - endedMs,
  });
}

/** The highest take of each channel that was ever opened: none of these numbers comes again. */
function takesOpened(story: readonly AuditEvent[], sessionId: string): ReadonlyMap<string, number> {
  const takes = new Map<string, number>();
  for (const event of story)
    if (event.type === 'take.started' && event.sessionId === sessionId)
      takes.set(event.channelId, Math.max(event.take, takes.get(event.channelId) ?? 0));
  return takes;
}
