import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from '../store/tables.ts';
import type { Master } from './master.ts';
import { KEY_BYTES, open, seal } from './seal.ts';

/**
 * Every key of the service, opened by the master key. Sessions have a key for what is known of them, streams one for
 * their media, destinations one for their credentials; all are kept wrapped beside their rows, and destroying them there
 * destroys what they seal.
 */
export type Keyring = {
  /** A new data key, wrapped for the store. */
  wrapNew(of: KeyOwner): string;
  /** Throws where the wrapped key does not belong to this owner and this master key. */
  unwrap(of: KeyOwner, wrapped: string): Uint8Array;
  /** AES-256-GCM under the key of the columns that belong to no session. */
  sealColumn(context: string, text: string): string;
  /** Throws where it was sealed for something else. */
  openColumn(context: string, sealed: string): string;
  /** Finds a person without knowing one: HMAC-SHA256 of tenant and end user, as hex. */
  subjectOf(tenantId: string, endUserId: string): string;
  /** The same for a channel within its session. */
  channelIndex(sessionId: string, channelId: string): string;
  /** Tells whether something is the same as something before, and nothing else: HMAC-SHA256, as hex. */
  markOf(...of: readonly string[]): string;
  /** Of 32 bytes: what instances of one service know of each other. */
  readonly hopKey: Uint8Array;
  /** Ed25519, signs policies, receipts, deletions and audit heads. */
  readonly signingKey: KeyObject;
};

export type KeyOwner =
  | { readonly kind: 'session'; readonly id: string }
  | { readonly kind: 'stream'; readonly id: string }
  | { readonly kind: 'destination'; readonly id: string };

/** The secrets of the service itself, made at its first start. */
const SECRETS = ['columns', 'index', 'signing'] as const;
type SecretName = (typeof SECRETS)[number];

/** Opens the keyring over the table `service_secret`. Throws where that was written under another master key. */
export async function openKeyring(db: Kysely<Tables>, master: Master): Promise<Keyring> {
  const columns = await secret(db, master, 'columns', () => randomBytes(KEY_BYTES));
  const index = await secret(db, master, 'index', () => randomBytes(KEY_BYTES));
  const signing = await secret(db, master, 'signing', () =>
    generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }),
  );
  const blind = (...of: string[]) => createHmac('sha256', index).update(JSON.stringify(of)).digest('hex');
  return {
    wrapNew: (of) => master.wrap(ownerContext(of), randomBytes(KEY_BYTES)),
    unwrap: (of, wrapped) => master.unwrap(ownerContext(of), wrapped),
    sealColumn: (context, text) => sealText(columns, context, text),
    openColumn: (context, sealed) => openText(columns, context, sealed),
    subjectOf: (tenantId, endUserId) => blind('person', tenantId, endUserId),
    channelIndex: (sessionId, channelId) => blind('channel', sessionId, channelId),
    markOf: (...of) => blind('mark', ...of),
    hopKey: createHmac('sha256', index).update('tallylight instances 1').digest(),
    signingKey: createPrivateKey({ key: signing, format: 'der', type: 'pkcs8' }),
  };
}

/** AES-256-GCM, base64; for text in a column. */
export function sealText(key: Uint8Array, context: string, text: string): string {
  return seal(key, Buffer.from(text), context).toString('base64');
}

/** Throws where key or context is another. */
export function openText(key: Uint8Array, context: string, sealed: string): string {
  const plain = open(key, Buffer.from(sealed, 'base64'), context);
  if (plain === undefined) throw new Error(`a column does not open: ${context.split('\n')[0]}`);
  return plain.toString('utf8');
}

async function secret(
  db: Kysely<Tables>,
  master: Master,
  name: SecretName,
  make: () => Buffer,
): Promise<Buffer> {
  const context = secretContext(name);
  await db
    .insertInto('service_secret')
    .values({ name, wrapped: master.wrap(context, make()) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { wrapped } = await db
    .selectFrom('service_secret')
    .select('wrapped')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return master.unwrap(context, wrapped);
}

/** What a secret of the service is wrapped for. */
export function secretContext(name: string): string {
  return `tallylight service secret 1\n${name}`;
}

/** What a data key is wrapped for. */
export function ownerContext({ kind, id }: KeyOwner): string {
  return `tallylight ${kind} key 1\n${id}`;
}
