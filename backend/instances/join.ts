import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { fail, ok, type Result } from '../../contract/result.ts';
import { settingRefused } from '../../contract/setting.ts';
import type { StoreConfig } from '../store/open.ts';
import type { OpenedStore } from '../store/prepared.ts';

/** Where the other instances reach this one; undefined: there are no others. */
export type InstanceConfig = StoreConfig & { readonly instanceUrl?: string };

/** The locks of one that was killed are free as soon as the database notices. */
const TRIES = 20;
const PAUSE_MS = 250;

/** Checks that what several instances share is not in the folder of one. Error: `setting-refused`. */
export function checkShared({ instanceUrl, databaseUrl, blobs, copiesDir }: InstanceConfig): Result<void> {
  if (instanceUrl === undefined) return ok(undefined);
  const url = URL.parse(instanceUrl);
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '')
    return settingRefused('TALLYLIGHT_INSTANCE_URL', 'it takes an address such as http://10.0.0.5:8080');
  return databaseUrl !== undefined && blobs !== undefined && copiesDir !== undefined
    ? ok(undefined)
    : settingRefused(
        'TALLYLIGHT_INSTANCE_URL',
        'several instances also need TALLYLIGHT_DATABASE_URL, TALLYLIGHT_BLOBS and TALLYLIGHT_COPIES_DIR',
      );
}

/** Claims the database for this service, alone or as one of several. Error: `data-in-use`. */
export async function claimDatabase(
  { locks }: OpenedStore,
  { instanceUrl }: InstanceConfig,
): Promise<Result<void>> {
  if (locks === undefined) return ok(undefined);
  const mode = instanceUrl === undefined ? 'alone' : 'shared';
  for (let tries = 1; tries <= TRIES; tries++) {
    if (await locks.serve(mode)) return ok(undefined);
    await setTimeout(PAUSE_MS);
  }
  return fail(
    'data-in-use',
    'another service uses this database; TALLYLIGHT_INSTANCE_URL makes it one of several',
  );
}

/** An id that no two processes have. */
export function newInstanceId(): string {
  return `ins-${randomBytes(12).toString('base64url')}`;
}

/** `port` 0 stands for the one that it listens on, which is that of `url`. */
export function addressOf(instanceUrl: string, url: string): string {
  const address = new URL(instanceUrl);
  if (address.port === '0') address.port = new URL(url).port;
  return address.origin;
}
