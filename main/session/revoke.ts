import type { AuditEvent } from '../../contract/audit.ts';
import { errorOf, fail, ok, type Result } from '../../contract/result.ts';
import type { Active } from './active.ts';
import { eraseRevoked } from './revocations.ts';

export type Revocation = { readonly channelId: string; readonly erase: boolean };

export type RevokeParts = {
  readonly audit: (event: AuditEvent) => Promise<unknown>;
  /** What nobody waits for went wrong. */
  readonly bug: (error: unknown) => void;
};

/**
 * The person takes their consent back for one channel: from this call on nothing of it is kept or passed on; when it
 * resolves its device is released, and with `erase` what was stored of it here is gone. The service is told in the
 * background. Without `erase` what was stored stays. Errors: `channel-unknown`, those of the disk.
 */
export async function revokeConsent(
  recording: Active,
  { channelId, erase }: Revocation,
  { audit, bug }: RevokeParts,
): Promise<Result<void>> {
  const agreed = recording.channels.find(({ channel }) => channel.id === channelId);
  if (agreed === undefined) return fail('channel-unknown', channelId);
  const before = recording.revocations.of(channelId);
  if (before !== undefined && (before.erase || !erase)) return ok(undefined);
  const atMs = recording.clock.nowMs();
  const released = recording.run.refuse(new Set([channelId]), errorOf('consent-revoked', channelId));
  // What is live waits in memory only; what is stored is offered on unless it is to go.
  if (erase || agreed.mode === 'live') recording.delivery.end(channelId);
  const sessionId = recording.view.session_id;
  await audit({ type: 'consent.revoked', sessionId, channelId, atMs, erase });
  const noted = await recording.revocations.add({ channelId, erase, atMs });
  recording.revocations.tell().catch(bug);
  await released;
  const isStored = agreed.mode === 'keep' && recording.recording !== undefined;
  const erased =
    erase && isStored ? await eraseRevoked(recording.recording, channelId, audit) : ok(undefined);
  return noted.ok ? erased : noted;
}
