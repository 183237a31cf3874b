import type { AuditEvent } from '../../contract/audit.ts';
import { endedBy } from '../../contract/ended-by.ts';
import { isAllowed, type Policy, strictest } from '../../contract/policy.ts';
import { errorOf, type Result, type TallylightError } from '../../contract/result.ts';
import type { SessionStatus, SessionView } from '../../contract/wire.ts';
import { isSessionOver } from '../delivery/session-over.ts';
import type { Active } from './active.ts';

/**
 * So long may a change stay unknown where no answer tells of it, or nobody vouched for what was told, and so long a look may
 * stay unanswered before the next one; 5 s is what is promised.
 */
const QUIET_MS = 2000;
const TICK_MS = 250;
const MINUTE_MS = 60_000;
const ENDED: ReadonlySet<SessionStatus> = new Set(['stopped', 'exported', 'failed']);

/** Follows the policy while something records. */
export type PolicyWatch = {
  /** An answer of the service said which version is in force. */
  readonly seen: (version: number) => void;
  readonly end: () => void;
};

export type PolicyWatchParts = {
  /** Verifies a view's policy and answers what applies here; what it refuses is noted here. */
  readonly accept: (view: SessionView) => Promise<Result<Policy>>;
  /** Refuses a policy that cannot be obeyed here. */
  readonly obeyed: (policy: Policy) => Result<void>;
  readonly audit: (event: AuditEvent) => Promise<unknown>;
  /** Something to tell that ends nothing. */
  readonly trouble: (error: TallylightError) => void;
  /** The recording is to end by itself. */
  readonly stop: (error: TallylightError) => void;
  /** The service takes nothing new of the session any more. */
  readonly over: (error: TallylightError) => void;
  readonly bug: (error: unknown) => void;
};

/**
 * What was agreed to can only become stricter: channels that the policy no longer allows as they were agreed to end, the
 * others go on. A change that nobody vouches for changes nothing and is told. At the longest time the recording ends.
 */
export function watchPolicy(recording: Active, parts: PolicyWatchParts): PolicyWatch {
  const { session_id: sessionId } = recording.view;
  let known = recording.view.policy.version;
  let untrusted: string | undefined;
  /** What `policy.changed` named. */
  const told = new Set<string>();
  /** Since when nothing is known; that answers come is no news while nobody vouches for what they tell. */
  let heardAt = performance.now();
  let isDoubted = false;
  let [asked, answered] = [0, 0];
  let isOver = false;

  function ask(): void {
    // From now and not from its answer, which may never come.
    heardAt = performance.now();
    isDoubted = true;
    asked += 1;
    look(asked).catch(parts.bug);
  }

  async function look(number: number): Promise<void> {
    const view = await recording.exchange.insist(recording.client.session, 1);
    // What comes late counts as long as nothing newer came.
    const isStale = () => isOver || number < answered;
    if (isStale()) return;
    if (!view.ok) return isSessionOver(view.error) ? parts.over(view.error) : undefined;
    const { status } = view.value;
    if (ENDED.has(status)) return parts.over(errorOf('session-ended', `the session is ${status}`));
    answered = number;
    const { version } = view.value.policy;
    const accepted = await parts.accept(view.value);
    if (isStale()) return;
    if (accepted.ok) return apply(version, accepted.value);
    const { code, detail: reason = '' } = accepted.error;
    if (code !== 'policy-untrusted') return;
    // Told once, as it is asked about again every two seconds.
    if (untrusted === `${version} ${reason}`) return;
    untrusted = `${version} ${reason}`;
    parts.trouble(accepted.error);
    await parts.audit({ type: 'policy.refused', sessionId, reason });
  }

  async function apply(version: number, inForce: Policy): Promise<void> {
    untrusted = undefined;
    isDoubted = false;
    const fromVersion = known;
    known = version;
    const policy = strictest(recording.policy, inForce);
    const { localCopy } = recording.policy;
    recording.policy = policy;
    const ended = recording.channels
      .filter(({ channel, mode }) => !isOut(channel.id) && !isAllowed(policy, channel.kind, mode))
      .map(({ channel }) => channel.id);
    for (const id of ended) told.add(id);
    const released = recording.run.refuse(new Set(ended), errorOf('policy-forbids', ended.join(', ')));
    if (version !== fromVersion || ended.length > 0)
      await parts.audit({ type: 'policy.changed', sessionId, fromVersion, toVersion: version, ended });
    if (policy.localCopy !== localCopy) {
      const noted = await recording.recording?.change({ localCopy: policy.localCopy });
      if (noted?.ok === false) parts.trouble(noted.error);
    }
    const obeyed = parts.obeyed(policy);
    if (!obeyed.ok) parts.stop(obeyed.error);
    await released;
  }

  /** Whether it needs no word any more; what the service refused to take before anybody looked does need one. */
  function isOut(channelId: string): boolean {
    const meter = recording.run.meters.get(channelId);
    const hasEnded = meter?.state === 'lost' || meter?.state === 'ended';
    return told.has(channelId) || (hasEnded && endedBy(meter.trouble) !== 'policy');
  }

  function end(): void {
    isOver = true;
    clearInterval(ticking);
  }

  const ticking = setInterval(() => {
    const { maxSessionMinutes } = recording.policy;
    const isTooLong = maxSessionMinutes !== null && recording.clock.nowMs() >= maxSessionMinutes * MINUTE_MS;
    if (isTooLong) {
      end();
      parts.stop(errorOf('session-too-long'));
    } else if (performance.now() - heardAt >= QUIET_MS) ask();
  }, TICK_MS);

  return {
    seen: (version) => {
      if (isDoubted) return;
      heardAt = performance.now();
      if (version !== known && !isOver) ask();
    },
    end,
  };
}
