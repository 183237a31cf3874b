import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fail, ok, type Result } from '../../contract/result.ts';
import { settingRefused } from '../../contract/setting.ts';
import { writeDurably, writeFirst } from '../blobs/durable.ts';
import { SQLITE_FILE } from '../store/file.ts';
import { KEY_BYTES, open, seal } from './seal.ts';

/** Wraps every other key of the service, and nothing else: changing it re-wraps keys and touches no data. */
export type Master = {
  /** Tells master keys apart without saying anything of them. */
  readonly fingerprint: string;
  /** `context` says what the key is for; it opens for nothing else. */
  wrap(context: string, key: Uint8Array): string;
  /** Throws where it was wrapped with another master key or for something else. */
  unwrap(context: string, wrapped: string): Buffer;
};

export type MasterSource = { readonly [name: string]: string | undefined };

/** File of the master key where the environment names no other place. */
export const MASTER_FILE = 'master.key';
/** The one that takes its place, from before the store is wrapped with it until it has done so. */
const NEXT_FILE = 'master.key.next';

/**
 * The master key: `TALLYLIGHT_MASTER_KEY` (32 bytes, base64), the output of `TALLYLIGHT_MASTER_KEY_COMMAND` (for a key
 * management service), the file `TALLYLIGHT_MASTER_KEY_FILE`, or `master.key` in `dataDir`, which is made at the first
 * start. Errors: `usage` for a place that gives no key, `master-key-wrong` for a file that is none, or is gone.
 */
export async function readMaster(dataDir: string, environment: MasterSource): Promise<Result<Master>> {
  const named = await readNamed('TALLYLIGHT_MASTER_KEY', environment);
  if (named !== undefined) return named;
  const own = join(dataDir, MASTER_FILE);
  if (!existsSync(own)) {
    // A new key beside a store of another would only hide that the right one is missing.
    if (existsSync(join(dataDir, SQLITE_FILE))) return fail('master-key-wrong', `${MASTER_FILE} is missing`);
    await writeFirst(own, randomBytes(KEY_BYTES));
  }
  return fromFile(own);
}

/** Whether the environment says where the master key is. */
export function isNamed(environment: MasterSource): boolean {
  const names = ['', '_COMMAND', '_FILE'].map((kind) => environment[`TALLYLIGHT_MASTER_KEY${kind}`]);
  return names.some((value) => value !== undefined && value !== '');
}

/** The key that is to take the place of the present one: `TALLYLIGHT_NEW_MASTER_KEY` and its like; undefined: none is named. */
export function readNewMaster(environment: MasterSource): Promise<Result<Master> | undefined> {
  return readNamed('TALLYLIGHT_NEW_MASTER_KEY', environment);
}

/** Makes the key that is to take the place of the one in `dataDir`, in a file beside it. */
export async function makeNextMaster(dataDir: string): Promise<Master> {
  const key = randomBytes(KEY_BYTES);
  await writeDurably(join(dataDir, NEXT_FILE), key);
  return masterOf(key);
}

/** The key that a rotation made and may have wrapped the store with before it was cut short; undefined: there is none. */
export async function nextMaster(dataDir: string, environment: MasterSource): Promise<Master | undefined> {
  const path = join(dataDir, NEXT_FILE);
  if (isNamed(environment) || !existsSync(path)) return undefined;
  const next = await fromFile(path);
  return next.ok ? next.value : undefined;
}

/**
 * Puts the key that the store is wrapped with in its place, and removes the other one. To be called only by whoever has
 * claimed `dataDir`: a rotation may be under way.
 */
export async function finishRotation(
  dataDir: string,
  environment: MasterSource,
  inUse: Master,
): Promise<void> {
  const next = await nextMaster(dataDir, environment);
  if (next === undefined) return;
  const path = join(dataDir, NEXT_FILE);
  if (next.fingerprint !== inUse.fingerprint) return rm(path);
  await writeDurably(join(dataDir, MASTER_FILE), await readFile(path));
  await rm(path);
}

async function readNamed(name: string, environment: MasterSource): Promise<Result<Master> | undefined> {
  const given = environment[name];
  if (given !== undefined && given !== '') return fromText(name, given);
  const command = environment[`${name}_COMMAND`];
  if (command !== undefined && command !== '') return fromCommand(`${name}_COMMAND`, command);
  const path = environment[`${name}_FILE`];
  if (path === undefined || path === '') return undefined;
  return existsSync(path)
    ? fromFile(path)
    : settingRefused(
        `${name}_FILE`,
        `there is no ${path}; it takes a file that holds 32 bytes, also in base64`,
      );
}

/** A master key of these 32 bytes. */
export function masterOf(key: Uint8Array): Master {
  const fingerprint = createHash('sha256').update('tallylight master key 1\n').update(key).digest('hex');
  return {
    fingerprint,
    wrap: (context, plain) => seal(key, plain, context).toString('base64'),
    unwrap(context, wrapped) {
      const plain = open(key, Buffer.from(wrapped, 'base64'), context);
      if (plain === undefined) throw new Error('a wrapped key does not open with this master key');
      return plain;
    },
  };
}

/** Raw bytes as we write them, or base64 as people and key stores do. */
async function fromFile(path: string): Promise<Result<Master>> {
  const content = await readFile(path);
  if (content.length === KEY_BYTES) return ok(masterOf(content));
  const key = decoded(content.toString('utf8'));
  return key === undefined ? fail('master-key-wrong', `${path} is not a key of 32 bytes`) : ok(masterOf(key));
}

async function fromCommand(name: string, command: string): Promise<Result<Master>> {
  try {
    // The admin's own line, as in a shell; its output is the key and goes nowhere else.
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', command], { timeout: 30_000 });
    return fromText(name, stdout, 'what it printed is not that: ');
  } catch {
    return settingRefused(name, 'it failed; it takes a command whose output is 32 bytes in base64');
  }
}

function fromText(name: string, text: string, wrong = ''): Result<Master> {
  const key = decoded(text);
  return key === undefined ? settingRefused(name, `${wrong}it takes 32 bytes in base64`) : ok(masterOf(key));
}

function decoded(text: string): Buffer | undefined {
  const trimmed = text.trim();
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return undefined;
  const key = Buffer.from(trimmed, 'base64');
  return key.length === KEY_BYTES ? key : undefined;
}
