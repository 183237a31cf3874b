import type { Channel } from '../../contract/channel.ts';
import { strictest } from '../../contract/policy.ts';
import { errorOf, fail, ok, type Result } from '../../contract/result.ts';
import type { SessionStatus } from '../../contract/wire.ts';
import type { PolicyKeeper } from '../policy/keeper.ts';
import type { RecordingFacts } from '../vault/facts.ts';
import type { Recording } from '../vault/recording.ts';
import type { Connected } from './connect.ts';
import type { Terms } from './consent.ts';
import { heldConsent } from './held-consent.ts';
import { endOf } from './pending.ts';
import { type WantedChannel, wantedChannels } from './wanted.ts';

/** So long after its last fragment a recording that a crash cut off may go on: a person who comes back is still in it. */
export const GO_ON_MS = 5 * 60_000;
const MINUTE_MS = 60_000;
const UNDER_WAY: ReadonlySet<SessionStatus> = new Set(['starting', 'active', 'paused']);

/** Where a recording that has no end was cut off. */
export type CutOff = {
  readonly recording: Recording;
  /** Unix time in milliseconds of the session clock's zero. */
  readonly anchorWallMs: number;
  /** End of the last fragment of any channel on the session clock, and the recorded time up to there; milliseconds. */
  readonly endedMs: number;
  readonly activeMs: number;
};

/**
 * Where a recording was cut off, if that was minutes ago. Errors: `not-now` where it ended, is too old, or the clock of this
 * machine was set since; `vault-damaged`.
 */
export function cutOffOf(recording: Recording, nowMs: number): Result<CutOff> {
  const { anchorWallMs, ended, sessionId } = recording.facts();
  const damage = recording.damage();
  if (damage !== undefined) return { ok: false, error: damage };
  if (ended !== null || anchorWallMs === undefined) return fail('not-now', `${sessionId} was not cut off`);
  const { durationMs: endedMs, activeMs } = endOf(recording, new Date(nowMs));
  const sinceMs = nowMs - (anchorWallMs + endedMs);
  if (activeMs === 0) return fail('not-now', `nothing of ${sessionId} is kept`);
  // Before its own end: the clock was set back, and what would follow could not be placed.
  if (sinceMs < 0 || sinceMs > GO_ON_MS) return fail('not-now', `${sessionId} was not cut off minutes ago`);
  return ok({ recording, anchorWallMs, endedMs, activeMs });
}

/** What a look at the service and at the devices says of a recording that is to go on. */
export type Resumable = Terms & { readonly wanted: readonly WantedChannel[] };

/**
 * Whether a recording may go on now: the service takes it still, the person agreed to it, and at least one channel of it is
 * there and allowed. Errors: what the service says, `session-ended`, `session-too-long`, `consent-missing`, `policy-untrusted`,
 * or why the first channel stays off.
 */
export async function resumable(
  { grant, client }: Pick<Connected, 'grant' | 'client'>,
  { recording, anchorWallMs }: CutOff,
  {
    look,
    policies,
    listed,
    nowMs,
  }: {
    /** Asks the service for the session. */
    readonly look: () => ReturnType<typeof client.session>;
    readonly policies: PolicyKeeper;
    readonly listed: readonly Channel[];
    readonly nowMs: number;
  },
): Promise<Result<Resumable>> {
  const facts: RecordingFacts = recording.facts();
  const view = await look();
  if (!view.ok) return view;
  const { status } = view.value;
  if (!UNDER_WAY.has(status)) return fail('session-ended', `the session is ${status}`);
  const accepted = await policies.accept(grant, view.value, client.keys);
  if (!accepted.ok) return accepted;
  const consent = await heldConsent(grant.server, facts, policies);
  if (!consent.ok) return consent;
  // Nothing becomes longer, or stays longer, than was agreed to.
  const { maxSessionMinutes = null } = consent.value;
  const { localCopy } = facts;
  const policy = strictest(accepted.value, { ...accepted.value, maxSessionMinutes, localCopy });
  const longestMs = policy.maxSessionMinutes === null ? null : policy.maxSessionMinutes * MINUTE_MS;
  if (longestMs !== null && nowMs - anchorWallMs >= longestMs) return fail('session-too-long');
  const wanted = wantedChannels(facts, { view: view.value, policy, statement: consent.value }, listed);
  if (wanted.every(({ out }) => out !== null))
    return { ok: false, error: wanted[0]?.out ?? errorOf('nothing-chosen') };
  return ok({ view: view.value, policy, wanted });
}
