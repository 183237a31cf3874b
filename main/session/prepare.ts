import { createHash } from 'node:crypto';
import type { AuditEvent } from '../../contract/audit.ts';
import { mediaTypeOf } from '../../contract/channel.ts';
import { CONSENT_TYP, type ConsentReceipt, fingerprintOf } from '../../contract/consent.ts';
import type { Policy } from '../../contract/policy.ts';
import { type Failed, fail, ok, type Result } from '../../contract/result.ts';
import type { SessionView } from '../../contract/wire.ts';
import type { ClientKey } from '../auth/client-key.ts';
import { orLetGo } from '../delivery/let-go.ts';
import type { ServiceClient } from '../delivery/service-client.ts';
import type { Grant } from '../host.ts';
import type { SessionClock } from '../pipeline/clock.ts';
import type { Recording } from '../vault/recording.ts';
import type { Vault } from '../vault/vault.ts';
import {
  type Agreement,
  agreedName,
  checkAgreement,
  checkObedience,
  receiptFor,
  type Terms,
  withdrawn,
} from './consent.ts';
import { checkRoom, type FreeBytes } from './disk-watch.ts';
import { type OwnStart, ownStart } from './own-start.ts';
import type { AgreedChannel } from './run.ts';
import type { Look } from './screen-probe.ts';

export type PrepareParts = {
  readonly grant: Grant;
  readonly client: ServiceClient;
  /** Asks the service with the present token, with little patience. */
  readonly ask: <T>(request: (token: string) => Promise<Result<T>>) => Promise<Result<T>>;
  /** What applies here under the policy of a view; `policy-untrusted` where nobody vouches for it. */
  readonly accept: (view: SessionView) => Promise<Result<Policy>>;
  /** Holds the service's countersignature against the receipt; answers the JWS. Error: `not-now` where it holds another one. */
  readonly countersigned: (view: SessionView, receipt: string) => Promise<Result<string>>;
  /** Signs the receipt. */
  readonly key: Pick<ClientKey, 'sign'>;
  /** What nobody waits for went wrong. */
  readonly bug: (error: unknown) => void;
  readonly on: {
    /** The terms as they are now. */
    readonly terms: (terms: Terms) => void;
    /** Nobody vouches for the terms. */
    readonly untrusted: () => void;
    /** Nothing can be recorded into this session any more; another one is needed. */
    readonly spent: () => void;
  };
  readonly vault: Vault;
  readonly freeBytes: FreeBytes;
  readonly chosen: readonly AgreedChannel[];
  readonly agreement: Agreement;
  readonly act: ConsentReceipt['act'];
  /** Whether this host is told when the screen is locked. */
  readonly seesLock: boolean;
  /** Refuses where the system does not let these channels be captured; opens no device. */
  readonly permitted: (chosen: readonly AgreedChannel[], signal: AbortSignal) => Promise<Result<void>>;
  /** Refuses where what the system permits shows nothing; it may open displays to find out. */
  readonly shown: (chosen: readonly AgreedChannel[], look: Look) => Promise<Result<void>>;
  /** Its signal is aborted where the consent is taken back: from then on nothing opens, and nothing says it was given. */
  readonly look: Look;
  readonly audit: (event: AuditEvent) => Promise<Result<unknown>>;
  readonly newClock: () => SessionClock;
  readonly now: () => Date;
};

/** What is ready before the recording's first device opens. */
export type Prepared = {
  readonly view: SessionView;
  readonly policy: Policy;
  readonly rtstreams: ReadonlyMap<string, string>;
  readonly recording: Recording | undefined;
  readonly clock: SessionClock;
};

/** Answers to a start after which asking again is of no use. */
const SPENT: ReadonlySet<string> = new Set(['session-ended', 'session-unknown', 'token-foreign', 'not-now']);

/**
 * Everything that comes between "I agree" and the first device: the choice is what was shown, the policy allows it,
 * the system permits it, the receipt is in the audit log, the screens show something, the service knows the session
 * and has countersigned the receipt, the vault is ready. It may be taken back at any moment of it, which `consent-missing`
 * tells; a recording that was made by then is the caller's to erase. A session that our start began and in which nothing
 * will be recorded is ended.
 */
export async function prepare(parts: PrepareParts): Promise<Result<Prepared>> {
  const { signal } = parts.look;
  const start = ownStart({ ...parts, signal });
  const prepared = await prepareWith(parts, start);
  // Whoever takes the consent back does not wait for the service.
  if (signal.aborted) start.end().catch(parts.bug);
  else if (!prepared.ok) await start.end();
  return prepared;
}

async function prepareWith(parts: PrepareParts, start: OwnStart): Promise<Result<Prepared>> {
  const { grant, client, chosen, audit, now, ask, on, look } = parts;
  const { signal } = look;
  // The policy may have changed since it was shown: what counts is what it says at this moment.
  const asked = await ask(client.session);
  if (signal.aborted) return withdrawn();
  if (!asked.ok) return asked;
  const view = asked.value;
  const accepted = await parts.accept(view);
  if (signal.aborted) return withdrawn();
  if (!accepted.ok) {
    on.untrusted();
    return accepted;
  }
  const policy = accepted.value;
  on.terms({ view, policy });
  const statement = checkAgreement(parts.agreement, chosen, { view, policy });
  if (!statement.ok) return statement;
  const obeyed = checkObedience(policy, parts.seesLock);
  if (!obeyed.ok) return refused(obeyed.error.code, obeyed);
  // The system may wait for the person for minutes; who takes the consent back does not wait for the system.
  const permitted = await orLetGo(parts.permitted(chosen, signal), signal);
  if (signal.aborted) return withdrawn();
  if (!permitted.ok) return refused(permitted.error.code, permitted);
  const room = chosen.some(({ mode }) => mode === 'keep') ? await checkRoom(parts.freeBytes) : ok(undefined);
  if (signal.aborted) return withdrawn();
  if (!room.ok) return refused(room.error.code, room);
  const receipt = receiptFor(statement.value, parts.act, now());
  const written = await audit({ type: 'consent.given', receipt });
  if (!written.ok) return written;
  if (signal.aborted) return withdrawn();
  const shown = await parts.shown(chosen, look);
  if (signal.aborted) return withdrawn();
  if (!shown.ok) return refused(shown.error.code, shown);

  const signed = await parts.key.sign(CONSENT_TYP, receipt);
  const started = await ask((token) =>
    start.send(token, {
      session_id: grant.sessionId,
      channels: chosen.map((agreed) => ({
        channel_id: agreed.channel.id,
        channel_name: agreedName(agreed),
        type: mediaTypeOf(agreed.channel.kind),
        store: agreed.mode === 'keep',
        ...fingerprintOf(agreed.channel),
      })),
      consent_sha256: receipt.statementSha256,
      consent_jws: signed,
    }),
  );
  if (signal.aborted) return withdrawn();
  if (!started.ok && SPENT.has(started.error.code)) on.spent();
  if (!started.ok) return refused(started.error.code, started);
  const confirmed = await confirm(started.value, signed, statement.value.policyVersion);
  if (!confirmed.ok) return spent(confirmed);
  const consent = confirmed.value;
  const rtstreams = new Map(started.value.rtstreams.map((stream) => [stream.name, stream.rtstream_id]));
  const unnamed = chosen.find(({ channel }) => !rtstreams.has(channel.id));
  if (unnamed !== undefined) return spent(fail('service-failed', `no stream for ${unnamed.channel.id}`));

  let recording: Recording | undefined;
  const clock = parts.newClock();
  // A session that is live only leaves no folder, no key and no name in the vault.
  if (chosen.some(({ mode }) => mode === 'keep')) {
    const created = await parts.vault.create({
      format: 2,
      sessionId: grant.sessionId,
      server: grant.server,
      title: grant.title,
      endUserId: view.end_user_id,
      startedAt: now().toISOString(),
      anchorWallMs: clock.anchorWallMs,
      localCopy: policy.localCopy,
      channels: chosen.map((agreed) => {
        const { id, kind, device } = agreed.channel;
        return {
          id,
          name: agreedName(agreed),
          kind,
          mode: agreed.mode,
          rtstreamId: rtstreams.get(id) ?? '',
          device,
          ...(agreed.follow ? { follow: true as const } : {}),
          ...fingerprintOf(agreed.channel),
        };
      }),
      ended: null,
      delivered: false,
      consent,
    });
    if (!created.ok) return spent(created);
    recording = created.value;
  }
  // Nothing has started where it was taken back meanwhile, and nothing says so.
  const ready = { view: started.value, policy, rtstreams, recording, clock };
  if (signal.aborted) return ok(ready);
  await audit({
    type: 'session.started',
    sessionId: grant.sessionId,
    channels: chosen.map(({ channel, mode }) => ({ id: channel.id, mode })),
    consentSha256: createHash('sha256').update(consent).digest('hex'),
  });
  return ok(ready);

  /** What the service answers to the start holds it to what the person agreed to. */
  async function confirm(told: SessionView, signed: string, version: number): Promise<Result<string>> {
    const consent = await parts.countersigned(told, signed);
    if (!consent.ok) return consent;
    const again = await parts.accept(told);
    if (!again.ok) return again;
    // It changed in that very moment. The service is bound to the new one, to which nobody agreed.
    return told.policy.version === version ? consent : fail('consent-missing', 'the policy changed');
  }

  /** The session has begun, by us or by somebody else: it is of no use to another agreement. */
  async function spent(failure: Failed): Promise<Result<never>> {
    on.spent();
    return refused(failure.error.code, failure);
  }

  async function refused<T>(code: string, failure: Result<T>): Promise<Result<never>> {
    await audit({ type: 'session.refused', sessionId: grant.sessionId, code });
    return failure.ok ? fail('internal') : failure;
  }
}
