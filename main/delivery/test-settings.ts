import type { CountersignedConsent } from '../../contract/consent.ts';
import type { DeliveryClaims } from '../../contract/delivery-receipt.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import { DEFAULT_POLICY, type Policy, type PolicyClaims } from '../../contract/policy.ts';
import type { DeletionClaims, SessionStatus } from '../../contract/wire.ts';

/** What every view of its session says. */
export const BARE_VIEW = {
  ...{ collection_id: 'default', end_user_id: 'ada', client_id: null, callback_url: null, metadata: {} },
  ...{ created_at: 1, primary_video_channel_id: null, exported_video_id: null, export_status: null },
  videos: [],
};

/** How a service for tests behaves; a test changes it as it goes. */
export function testSettings() {
  return {
    policy: DEFAULT_POLICY as Policy,
    status: 'created' as SessionStatus,
    mayRenew: true,
    /** What it answers to everything but deletions, once the session is over for it. */
    over: undefined as ErrorCode | undefined,
    /** How far its clock is ahead of ours. */
    clockAheadMs: 0,
    /** A refused proof is what the test is about. */
    mayRefuseProofs: false,
    /** What was deleted of the sessions it had. */
    deleted: [] as Omit<DeletionClaims, 'iat'>[],
    /** Told beside those, as they are. */
    tombstones: [] as string[],
    /** The signed policy, as something else than what the service would say. */
    policyJws: undefined as ((claims: PolicyClaims) => string) | undefined,
    /** The countersigned consent likewise. */
    consentJws: undefined as ((held: CountersignedConsent) => string | null) | undefined,
    /** The signed receipt for what was delivered likewise. */
    deliveryJws: undefined as ((held: DeliveryClaims) => string | null) | undefined,
  };
}
