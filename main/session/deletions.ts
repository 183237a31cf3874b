import type { AuditEvent } from '../../contract/audit.ts';
import { DELIVERY_TYP } from '../../contract/delivery-receipt.ts';
import { ok, type Result } from '../../contract/result.ts';
import {
  DELETION_TYP,
  type DeletionClaims,
  type DeletionList,
  type DeletionsRequest,
  deletionClaims,
} from '../../contract/wire.ts';
import type { Log } from '../host.ts';
import type { PolicyKeeper } from '../policy/keeper.ts';
import { diskError } from '../vault/disk-error.ts';
import type { Recording } from '../vault/recording.ts';
import type { Vault } from '../vault/vault.ts';

/** The service takes so many ids at a time. */
const AT_ONCE = 500;

/** Asks the service at `server` what was deleted there. */
export type DeletionSource = {
  readonly server: string;
  readonly ask: (request: DeletionsRequest) => Promise<Result<DeletionList>>;
};

export type DeletionParts = {
  readonly policies: Pick<PolicyKeeper, 'opened' | 'isSame'>;
  readonly audit: (event: AuditEvent) => Promise<unknown>;
  readonly log: Log;
};

/**
 * Erases here what was deleted on the service, of all recordings that came from it, and the receipts of those that are gone. Only its signed word counts: that it
 * does not know a session is no reason, and a word that it did not sign, or that is about something else, changes nothing.
 */
export async function eraseDeleted(
  source: DeletionSource,
  parts: DeletionParts & {
    readonly vault: Vault;
    /** Ends the delivery of a recording, so that nothing reads what is erased. */
    readonly letGo: (sessionId: string) => Promise<void>;
  },
): Promise<void> {
  const { vault, letGo } = parts;
  const held = new Map<string, string>();
  for (const id of await vault.list()) {
    const facts = await vault.facts(id);
    // Where a damaged one came from cannot be read: it is the service's that signs for its deletion. One whose key is in another
    // store is asked about by whoever can read it: nobody else's service is to have it erased.
    if (!facts.ok && facts.error.code === 'vault-damaged') held.set(id, source.server);
    else if (facts.ok && (await parts.policies.isSame(facts.value.server, source.server)))
      held.set(id, facts.value.server);
  }
  // What is left of a purged one says by its signature which service it is of.
  for (const id of await vault.receipts()) {
    const receipt = await vault.receipt(id);
    const { server } = source;
    const isOf = receipt.ok && (await parts.policies.opened(server, `${receipt.value}`, DELIVERY_TYP)).ok;
    if (isOf && !held.has(id)) held.set(id, server);
  }
  for (const { session_id: sessionId, channel_id: channelId } of await deletedOf(source, held, parts)) {
    const facts = await vault.facts(sessionId);
    if (channelId !== null && !(facts.ok && isHeld(facts.value, channelId))) continue;
    await letGo(sessionId);
    if (channelId === null) await toldErased(sessionId, await vault.erase(sessionId), parts);
    else {
      const recording = await vault.open(sessionId);
      const files = recording.ok ? await recording.value.eraseChannel(channelId) : recording;
      await toldErased(sessionId, files, parts, channelId);
    }
  }
}

/** The same for one recording that is open; answers whether all of it is gone. */
export async function eraseOneDeleted(
  recording: Recording,
  source: DeletionSource,
  parts: DeletionParts,
): Promise<boolean> {
  const { sessionId, server } = recording.facts();
  const deleted = await deletedOf(source, new Map([[sessionId, server]]), parts);
  if (deleted.some(({ channel_id: channelId }) => channelId === null)) {
    await toldErased(sessionId, await erased(recording), parts);
    return true;
  }
  for (const { channel_id: channelId } of deleted)
    if (channelId !== null && isHeld(recording.facts(), channelId))
      await toldErased(sessionId, await recording.eraseChannel(channelId), parts, channelId);
  return false;
}

async function erased(recording: Recording): Promise<Result<number>> {
  try {
    return ok(await recording.erase());
  } catch (error) {
    return { ok: false, error: diskError(error, 'what was deleted at the service') };
  }
}

/** What the service says was deleted of these recordings (id and server), as far as its word holds; a whole one stands for its parts. */
async function deletedOf(
  { ask }: DeletionSource,
  held: ReadonlyMap<string, string>,
  { policies, log }: DeletionParts,
): Promise<DeletionClaims[]> {
  const found: DeletionClaims[] = [];
  const ids = [...held.keys()];
  for (let first = 0; first < ids.length; first += AT_ONCE) {
    const told = await ask({ session_ids: ids.slice(first, first + AT_ONCE) });
    if (!told.ok) {
      log('deletions.not-told', { code: told.error.code });
      return found;
    }
    for (const jws of told.value.deletions) {
      const claims = await verified(jws, held, policies);
      if (claims === undefined) log('deletions.untrusted');
      else found.push(claims);
    }
  }
  const whole = new Set(found.flatMap((one) => (one.channel_id === null ? [one.session_id] : [])));
  return found.filter((one) => one.channel_id === null || !whole.has(one.session_id));
}

/** By the key of the service that the recording came from, whoever passes it on. */
async function verified(
  jws: string,
  held: ReadonlyMap<string, string>,
  policies: DeletionParts['policies'],
): Promise<DeletionClaims | undefined> {
  for (const server of new Set(held.values())) {
    const opened = await policies.opened(server, jws, DELETION_TYP);
    const claims = deletionClaims.safeParse(opened.ok ? opened.value : undefined);
    if (claims.success && held.get(claims.data.session_id) === server) return claims.data;
  }
  return undefined;
}

function isHeld({ channels, erased = [] }: ReturnType<Recording['facts']>, channelId: string): boolean {
  return !erased.includes(channelId) && channels.some(({ id, mode }) => id === channelId && mode === 'keep');
}

async function toldErased(
  sessionId: string,
  files: Result<number>,
  { audit, log }: DeletionParts,
  channelId?: string,
): Promise<void> {
  if (!files.ok) return log('deletions.not-erased', { sessionId, code: files.error.code });
  await audit({
    type: 'recording.purged',
    sessionId,
    ...(channelId === undefined ? {} : { channelId }),
    reason: 'deleted-at-service',
    files: files.value,
  });
}
