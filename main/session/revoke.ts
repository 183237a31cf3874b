import type { AuditEvent } from '../../contract/audit.ts';
import { errorOf, fail, ok, type Result } from '../../contract/result.ts';
import type { Active } from './active.ts';
import { purgeChannel } from './purge.ts';
import type { Revoking } from './revocations.ts';

const NOT_REVOCABLE: ReadonlySet<string> = new Set(['idle', 'consenting', 'complete', 'failed']);
/** Whoever asked is told of it, and nobody else. */
export const NOT_TOLD: ReadonlySet<string> = new Set(['channel-unknown', 'not-now']);

export type Revocation = { readonly channelId: string; readonly erase: boolean };

export type RevokeParts = {
  readonly audit: (event: AuditEvent) => Promise<unknown>;
  /** What nobody waits for went wrong. */
  readonly bug: (error: unknown) => void;
};

/**
 * The person takes their consent back for one channel: from this call on nothing of it is kept or passed on; when it
 * resolves its device is released, and with `erase` what was stored of it here is gone. The service is told in the
 * background. Without `erase` what was stored stays. Asked for again it waits for what is under way, and does what that did
 * not. Errors: `channel-unknown`, those of the disk.
 */
export async function revokeConsent(
  recording: Active,
  { channelId, erase: isToGo }: Revocation,
  parts: RevokeParts,
): Promise<Result<void>> {
  const before = recording.revoking.get(channelId);
  // Whoever asked for it to be erased does not take that back by asking for less.
  const erase = isToGo || before?.erase === true;
  const agreed = recording.channels.find(({ channel }) => channel.id === channelId);
  if (agreed === undefined) return fail('channel-unknown', channelId);
  const released = recording.run.refuse(new Set([channelId]), errorOf('consent-revoked', channelId));
  // What is live waits in memory only; what is stored is offered on unless it is to go.
  if (erase || agreed.mode === 'live') recording.delivery.end(channelId);
  const done = carryOut(recording, { channelId, erase, before, released }, parts);
  recording.revoking.set(channelId, { erase, done });
  return done;
}

type Revocable = {
  readonly active: Active | undefined;
  readonly closed: boolean;
  readonly session: { readonly state: string };
};

/** The same for whatever is being recorded or delivered. Error: `not-now` where nothing is. */
export async function revokeIn(
  { active, closed, session }: Revocable,
  revocation: Revocation,
  parts: RevokeParts,
): Promise<Result<void>> {
  return active === undefined || closed || NOT_REVOCABLE.has(session.state)
    ? fail('not-now', `take a consent back while ${session.state}`)
    : revokeConsent(active, revocation, parts);
}

async function carryOut(
  { channels, clock, recording, revocations, view }: Active,
  {
    channelId,
    erase,
    before,
    released,
  }: Revocation & { readonly before: Revoking | undefined; readonly released: Promise<void> },
  { audit, bug }: RevokeParts,
): Promise<Result<void>> {
  const atMs = clock.nowMs();
  // Where it threw, whoever asked for it was told.
  const earlier = await before?.done.catch(() => undefined);
  if (before !== undefined && earlier?.ok === true && (before.erase || !erase)) return ok(undefined);
  // Durable, where anything is stored, before anybody says so: what cuts this short is carried out at the next start.
  const noted = await revocations.add({ channelId, erase, atMs });
  await audit({ type: 'consent.revoked', sessionId: view.session_id, channelId, atMs, erase });
  revocations.tell().catch(bug);
  await released;
  const isStored = channels.some(({ channel, mode }) => channel.id === channelId && mode === 'keep');
  const erased =
    erase && isStored && recording !== undefined
      ? await purgeChannel(recording, channelId, 'consent-revoked', audit)
      : ok(undefined);
  return noted.ok ? erased : noted;
}
