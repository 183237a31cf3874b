import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { channelKind } from '../../contract/channel.ts';
import { channelRule } from '../../contract/policy.ts';
import { fail, ok, type Result } from '../../contract/result.ts';

/** Names the file in which whoever manages this machine says what is stricter here than the service's policy. */
export const POLICY_FILE = 'TALLYLIGHT_POLICY_FILE';

/** Strict: a part that is spelt wrong must not pass for one that is not there. */
export const localPolicy = z.strictObject({
  channels: z.partialRecord(channelKind, channelRule).exactOptional(),
  retentionDays: z.int().positive().exactOptional(),
  maxSessionMinutes: z.int().positive().exactOptional(),
  localCopy: z.enum(['keep', 'purge-after-delivery']).exactOptional(),
});
export type LocalPolicy = z.infer<typeof localPolicy>;

/**
 * The stricter parts of this machine; undefined where no file is named. A file that is named and cannot be read or
 * understood is `policy-untrusted` with its path: it may forbid what would be recorded.
 */
export async function readLocalPolicy(path: string | undefined): Promise<Result<LocalPolicy | undefined>> {
  if (path === undefined || path === '') return ok(undefined);
  try {
    return ok(localPolicy.parse(JSON.parse(await readFile(path, 'utf8'))));
  } catch {
    return fail('policy-untrusted', path);
  }
}
