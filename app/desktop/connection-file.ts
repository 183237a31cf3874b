import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { SecretStore } from '../../main/host.ts';
import { diskError, isMissing } from '../../main/vault/disk-error.ts';
import { replaceFile } from '../../main/vault/durable.ts';

const FILE = 'connection.sealed';
const connected = z.strictObject({ backend: z.string(), secret: z.string() });

/** What this computer was connected with. */
export type Connected = z.infer<typeof connected>;

/**
 * Keeps it for the next start, address and secret sealed together, where the system has a keychain. Elsewhere it stays in memory:
 * a key in a file beside it would protect nothing. Tells whether it is kept. Errors: those of the keychain and of the disk.
 */
export async function keepConnection(
  dataDir: string,
  secrets: SecretStore,
  connection: Connected,
): Promise<Result<boolean>> {
  if (secrets.kind !== 'keychain') return ok(false);
  const sealed = await secrets.wrap(Buffer.from(JSON.stringify(connection)));
  if (!sealed.ok) return sealed;
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await replaceFile(join(dataDir, FILE), sealed.value);
    return ok(true);
  } catch (error) {
    return { ok: false, error: diskError(error, FILE) };
  }
}

/** What was kept; null where nothing was. Error: `vault-damaged` where it cannot be read or the keychain does not open it. */
export async function keptConnection(
  dataDir: string,
  secrets: SecretStore,
): Promise<Result<Connected | null>> {
  if (secrets.kind !== 'keychain') return ok(null);
  try {
    const opened = await secrets.unwrap(await readFile(join(dataDir, FILE)));
    return opened.ok ? ok(connected.parse(JSON.parse(Buffer.from(opened.value).toString()))) : opened;
  } catch (error) {
    return isMissing(error) ? ok(null) : fail('vault-damaged', FILE);
  }
}
