import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { countersignedConsent } from '../../contract/consent.ts';
import { concernedIn } from '../audit/log.ts';
import { faultOf } from '../log.ts';
import type { Parts } from '../parts.ts';
import { placesOf } from '../redundancy/left.ts';
import { viewOf } from '../session/view.ts';
import type { Environment, SessionRecord } from '../store/records.ts';
import { type Archive, jsonOf, newArchive, textOf } from './archive.ts';
import { entriesOf } from './entries.ts';
import { isKnown } from './known.ts';
import { readmeOf } from './readme.ts';
import { digestOf, recordingsOf } from './recordings.ts';
import { newRequest, rightsRequests, toRecord, toRequest } from './requests.ts';

/** Header `typ` of the manifest of an archive. */
const ACCESS_TYP = 'tallylight-access+jwt';

type AccessBy = {
  /** As the audit log names whoever reads the media. */
  readonly actor?: string;
  /** Null: both. */
  readonly environment?: Environment | null;
  /** Called where the rest cannot be had; without it the content ends with an error. */
  readonly breakOff?: () => void;
};

export type AccessArchive = {
  /** Of the request. */
  readonly id: string;
  readonly fileName: string;
  readonly content: ReadableStream<Uint8Array>;
};

/**
 * Everything that is held of a person, as one ZIP file that is made while it is read: sessions, consent receipts, media and
 * the audit log, with digests, signed. Of somebody unknown it says that nothing is held.
 */
export async function accessArchive(
  parts: Parts,
  tenantId: string,
  endUserId: string,
  { actor = 'system', environment = null, breakOff }: AccessBy = {},
): Promise<AccessArchive> {
  const known = await isKnown(parts, tenantId, endUserId, environment);
  const request = newRequest(parts, 'access', tenantId, known ? endUserId : null, environment);
  await parts.store.addRightsRequest(toRecord(parts.keyring, request));
  const archive = newArchive(parts.clock());
  const person = { id: request.id, tenantId, endUserId, environment, actor, isKnown: known };
  filled(parts, archive, person).catch(async (error) => {
    await brokenOff(parts, request.id).catch((fault) => parts.log(faultOf(fault, parts.clock())));
    // Whoever went away while reading knows it.
    if (error instanceof Error && error.name === 'AbortError') return;
    parts.log(faultOf(error, parts.clock()));
    if (breakOff === undefined) archive.fail(error);
    else breakOff();
  });
  const { id } = request;
  return { id, fileName: `tallylight-access-${id}.zip`, content: archive.content };
}

export type Person = {
  readonly id: string;
  readonly tenantId: string;
  readonly endUserId: string;
  readonly environment: Environment | null;
  readonly actor: string;
  readonly isKnown: boolean;
};

async function filled(parts: Parts, archive: Archive, person: Person): Promise<void> {
  const { id } = person;
  const at = new Date(parts.clock()).toISOString();
  const sessions = await sessionIdsOf(parts, person);
  const about = { id, at, service: parts.publicUrl(), sessions: sessions.length, isKnown: person.isKnown };
  await archive.add('README.txt', textOf(readmeOf(about)));
  let recordings = 0;
  for (const sessionId of sessions) {
    const session = await parts.store.session(sessionId);
    // Deleted since.
    if (session !== undefined) recordings += await addSession(parts, archive, person, session);
  }
  if (person.isKnown) await archive.add('requests.json', jsonOf(await requestsOf(parts, person)));
  await archive.add('audit.jsonl', entriesOf(parts, person));
  await archive.add('jwks.json', jsonOf(parts.signer.keys));
  const sums = archive.sums();
  await archive.add('SHA256SUMS', textOf(sums));
  const manifest = await parts.signer.sign(ACCESS_TYP, {
    ...{ id, iat: Math.floor(parts.clock() / 1000), sessions: sessions.length, recordings },
    sha256sums: createHash('sha256').update(sums).digest('hex'),
  });
  await archive.add('manifest.jws', textOf(manifest));
  archive.end();
  await parts.store.changeRightsRequest(id, (record) => ({
    ...toRecord(parts.keyring, {
      ...toRequest(parts.keyring, record),
      ...{ sessions: sessions.length, recordings, status: 'done' },
      finishedAt: Math.floor(parts.clock() / 1000),
    }),
  }));
}

/** What was asked for in their name, this request included. */
async function requestsOf(parts: Parts, { tenantId, endUserId, environment }: Person) {
  const all = await rightsRequests(parts, tenantId);
  const theirs = all.filter(
    (one) => one.endUserId === endUserId && (environment === null || one.environment === environment),
  );
  return theirs.map(({ id, kind, status, createdAt: created_at, finishedAt: finished_at }) => ({
    id,
    kind,
    status,
    created_at,
    finished_at,
  }));
}

/** Nothing of it goes on by itself: whoever asked did not get the whole of it. */
async function brokenOff({ store, keyring, clock }: Parts, id: string): Promise<void> {
  await store.changeRightsRequest(id, (record) =>
    toRecord(keyring, {
      ...toRequest(keyring, record),
      ...{ status: 'failed', finishedAt: Math.floor(clock() / 1000) },
    }),
  );
}

const PAGE = 100;

/** Oldest last, as the store lists them. */
async function sessionIdsOf(parts: Parts, person: Person): Promise<string[]> {
  const { tenantId, endUserId, environment } = person;
  const ids: string[] = [];
  for (let after: SessionRecord | undefined; ; ) {
    const page = await parts.store.sessions({ tenantId, endUserId, environment, after, limit: PAGE });
    ids.push(...page.map((session) => session.id));
    after = page.at(-1);
    if (page.length < PAGE) return ids;
  }
}

/** Answers how many recordings there are. */
async function addSession(
  parts: Parts,
  archive: Archive,
  { id, tenantId, actor }: Person,
  session: SessionRecord,
): Promise<number> {
  const folder = `sessions/${session.id}`;
  const { environment, startedAt: started_at, endedAt: ended_at, manifest, policy: agreed_policy } = session;
  const { policy: policy_in_force, policy_jws, ...shown } = await viewOf(parts, session);
  // What stands behind the host may be a secret of your backend's.
  const view = { ...shown, callback_url: shown.callback_url && new URL(shown.callback_url).host };
  const more = { environment, started_at, ended_at, agreed_policy, policy_in_force, policy_jws, manifest };
  await archive.add(`${folder}/session.json`, jsonOf({ ...view, ...more }));
  await archive.add(`${folder}/streams.json`, jsonOf(view.rtstreams));
  if (session.consentJws !== null) {
    await archive.add(`${folder}/consent.jws`, textOf(session.consentJws));
    await archive.add(`${folder}/consent.json`, jsonOf(readConsent(session.consentJws)));
  }
  if (manifest?.manifest_jws !== undefined)
    await archive.add(`${folder}/recorder.jws`, textOf(manifest.manifest_jws));
  if (session.deliveryJws !== null) {
    await archive.add(`${folder}/delivery.jws`, textOf(session.deliveryJws));
    await archive.add(`${folder}/delivery.json`, jsonOf(decodeJwt(session.deliveryJws)));
  }
  const places = await placesOf(parts, [session.id]);
  if (places.length > 0)
    await archive.add(
      `${folder}/copies.json`,
      jsonOf(places.map(({ videoId, place }) => ({ video_id: videoId, at: place }))),
    );
  const recordings = await recordingsOf(parts, session);
  const concerned = concernedIn(parts.keyring, session);
  for (const recording of recordings) {
    const path = `${folder}/recordings/${recording.fileName}`;
    // Once without giving it away: what is begun in an archive cannot be taken back.
    const isWhole = (await digestOf(recording)) !== undefined;
    const noted = { tenantId, actor, action: 'recording.export', object: recording.id, concerned };
    const outcome = isWhole ? 'done' : 'failed';
    await parts.audit.note({ ...noted, outcome, reason: isWhole ? id : 'vault-damaged' });
    if (isWhole) {
      const sha256 = await archive.add(path, recording.pieces(), true);
      await archive.add(`${path}.sha256`, textOf(`${sha256}  ${recording.fileName}\n`));
    } else {
      await archive.add(`${path}.damaged.txt`, textOf('This recording cannot be read whole any more.\n'));
    }
  }
  return recordings.length;
}

/** As it was signed, decoded: the signatures are in the file beside it. */
function readConsent(jws: string) {
  const { receipt, ...held } = countersignedConsent.parse(decodeJwt(jws));
  return { ...held, receipt: receipt === null ? null : decodeJwt(receipt) };
}
