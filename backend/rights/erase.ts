import { createHash } from 'node:crypto';
import { fail, ok, type Result } from '../../contract/result.ts';
import { ERASING } from '../audit/log.ts';
import { faultOf } from '../log.ts';
import type { Parts } from '../parts.ts';
import type { Left } from '../redundancy/left.ts';
import type { Environment } from '../store/records.ts';
import { destroySessions, type Erased } from './destroy.ts';
import { NOTHING_ERASED, newRequest, type RightsRequest, toRecord, toRequest } from './requests.ts';

/** Header `typ` of the word that a person was erased. It names neither the person nor what was theirs. */
const ERASURE_TYP = 'tallylight-erasure+jwt';

const BATCH = 50;

export type ErasedPerson = {
  readonly id: string;
  /** Compact JWS (`ERASURE_TYP`). */
  readonly receipt: string;
  readonly sessions: number;
  readonly recordings: number;
  /** Nothing is deleted there: that is the admin's to do. */
  readonly copiesLeft: readonly Left[];
};

/**
 * Erases a person: the keys of all their sessions with what the database knows of them, then their media, then what links
 * them with the log, with tokens and with earlier requests. Nobody of that name is no error. `environment`: null for both. Error:
 * `erasure-waits` where it is done but for what another program that reads the database keeps there.
 */
export async function erasePerson(
  parts: Parts,
  tenantId: string,
  endUserId: string,
  environment: Environment | null = null,
): Promise<Result<ErasedPerson>> {
  const request = newRequest(parts, 'erase', tenantId, endUserId, environment);
  await parts.store.addRightsRequest(toRecord(parts.keyring, request));
  return finished(parts, request);
}

/** Finishes the erasures that were cut short when the service ended last. */
export async function finishErasures(parts: Parts): Promise<void> {
  for (const record of await parts.store.openErasures()) {
    const request = toRequest(parts.keyring, record);
    // One that cannot be finished now must not hold up the others; what waits is tried again.
    await finishedLater(parts, request).catch((error) => parts.log(faultOf(error, parts.clock())));
  }
}

/** The call that asked for it is over: that it is finished by now has an entry of its own. */
async function finishedLater(parts: Parts, request: RightsRequest): Promise<void> {
  const done = await finished(parts, request);
  if (!done.ok) return;
  const { id, tenantId } = request;
  const entry = { tenantId, actor: 'system', action: ERASING, object: id };
  await parts.audit.note({ ...entry, outcome: 'done', reason: 'the receipt is signed' });
}

/** Goes on where it was cut short, wherever that was: every step can be done twice. */
function finished(parts: Parts, { id, ...request }: RightsRequest): Promise<Result<ErasedPerson>> {
  const { tenantId, environment } = request;
  return parts.turns(`erase ${id}`, async () => {
    let now = await requestOf(parts, tenantId, id);
    if (now.status === 'done' || now.endUserId === null) return ok(answerOf(now));
    const { endUserId } = now;
    const filter = { tenantId, environment, endUserId, limit: BATCH };
    for (;;) {
      const sessions = await parts.store.sessions(filter);
      if (sessions.length === 0) break;
      await destroySessions(parts, sessions, { id, change: noted(parts) });
    }
    now = await requestOf(parts, tenantId, id);
    for (const session of now.erased.sessions) await parts.blobs.removeSession(session);
    const subject = parts.keyring.subjectOf(tenantId, endUserId);
    await parts.store.forgetPerson(tenantId, subject, environment);
    await forgetName(parts, { id, ...request }, endUserId);
    // Nobody signs for what can be read still.
    if (!(await parts.store.scrub())) return fail('erasure-waits', id);
    return ok(answerOf(await concluded(parts, now)));
  });
}

async function requestOf({ store, keyring }: Parts, tenantId: string, id: string): Promise<RightsRequest> {
  const record = (await store.rightsRequests(tenantId)).find((each) => each.id === id);
  if (record === undefined) throw new Error('an erasure has a request');
  return toRequest(keyring, record);
}

function noted({ keyring }: Parts) {
  return (record: Parameters<typeof toRequest>[1], more: Erased) => {
    const before = toRequest(keyring, record);
    const erased = {
      sessions: [...before.erased.sessions, ...more.sessions],
      recordings: [...before.erased.recordings, ...more.recordings],
    };
    return toRecord(keyring, {
      ...before,
      erased,
      copiesLeft: [...before.copiesLeft, ...more.copiesLeft],
      sessions: erased.sessions.length,
      recordings: erased.recordings.length,
    });
  };
}

/** Earlier requests of the person stay as what was done, and no longer say of whom. */
async function forgetName(
  { store, keyring }: Parts,
  { id, tenantId, environment }: Pick<RightsRequest, 'id' | 'tenantId' | 'environment'>,
  endUserId: string,
): Promise<void> {
  for (const record of await store.rightsRequests(tenantId)) {
    const request = toRequest(keyring, record);
    const isTheirs =
      request.endUserId === endUserId && (environment === null || request.environment === environment);
    // Another erasure that is under way needs to know whom.
    const isNeeded = record.kind === 'erase' && record.status === 'open';
    if (record.id === id || isNeeded || !isTheirs) continue;
    await store.changeRightsRequest(record.id, (each) =>
      toRecord(keyring, { ...toRequest(keyring, each), endUserId: null }),
    );
  }
}

async function concluded(parts: Parts, request: RightsRequest): Promise<RightsRequest> {
  const finishedAt = Math.floor(parts.clock() / 1000);
  const { id, createdAt, environment, sessions, recordings, erased, copiesLeft } = request;
  const receipt = await parts.signer.sign(ERASURE_TYP, {
    ...{ id, iat: finishedAt, requested_at: createdAt, environment, sessions, recordings },
    sessions_sha256: digestOf(erased.sessions),
    recordings_sha256: digestOf(erased.recordings),
    copies_left: copiesLeft.length,
    copies_left_sha256: digestOf(copiesLeft.map(({ videoId, at }) => `${videoId} ${at}`)),
  });
  const done: RightsRequest = {
    ...request,
    ...{ status: 'done', finishedAt, endUserId: null, erased: NOTHING_ERASED, receipt },
  };
  await parts.store.changeRightsRequest(id, () => toRecord(parts.keyring, done));
  return done;
}

function answerOf({ id, receipt, sessions, recordings, copiesLeft }: RightsRequest): ErasedPerson {
  return { id, receipt: receipt ?? '', sessions, recordings, copiesLeft };
}

/** SHA-256 over the sorted ids or places, a line each: whoever kept them can tell that it was these. */
function digestOf(ids: readonly string[]): string {
  const lines = [...ids].sort().map((id) => `${id}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}
