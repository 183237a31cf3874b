import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fail, ok, type Result } from '../../contract/result.ts';
import { isMissing } from '../vault/disk-error.ts';
import { replaceFile } from '../vault/durable.ts';

const FILE = 'settings.json';
/** Any name with any value: what this version does not know is another one's, and stays. */
const keptSettings = z.record(z.string(), z.json());
export type Kept = z.infer<typeof keptSettings>;

/** `settings.json` in the data folder: one object, a member for each setting that is not as it was to begin with. */
export type SettingsFile = {
  /** `setAside`: what a file that is no such object is called from now on; null where there was none. */
  readonly read: () => Promise<{ readonly kept: Kept; readonly setAside: string | null }>;
  /** In one step. Error: `settings-unwritable`. */
  readonly write: (kept: Kept) => Promise<Result<void>>;
};

export function settingsFile(dataDir: string, now: () => Date): SettingsFile {
  const path = join(dataDir, FILE);
  let isInTheWay = false;

  async function setAside(): Promise<string> {
    const name = `settings.damaged-${now()
      .toISOString()
      .replaceAll(/[^\dTZ]/g, '')}.json`;
    try {
      await rename(path, join(dataDir, name));
      return name;
    } catch {
      // What can be neither read nor moved is not written over.
      isInTheWay = true;
      return FILE;
    }
  }
  return {
    read: async () => {
      try {
        return { kept: keptSettings.parse(JSON.parse(await readFile(path, 'utf8'))), setAside: null };
      } catch (error) {
        return { kept: {}, setAside: isMissing(error) ? null : await setAside() };
      }
    },
    write: async (kept) => {
      if (isInTheWay) return fail('settings-unwritable', `${FILE} can be neither read nor set aside`);
      try {
        await replaceFile(path, `${JSON.stringify(kept, null, 2)}\n`);
        return ok(undefined);
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
        return fail('settings-unwritable', `${FILE} (${code})`);
      }
    },
  };
}
