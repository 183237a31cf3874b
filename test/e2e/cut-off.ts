import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { wholeSession } from '../../app/launch/service-side.ts';
import type { AuditEvent } from '../../contract/audit.ts';
import { readAuditLog } from '../../main/audit/log.ts';
import { type House, newSession, tallylight, tokenFor, until } from './house.ts';
import { recordersOf } from './recorders.ts';

const root = join(import.meta.dirname, '..', '..');

/** A recording on the command line that is killed in the middle; answers its session once nothing of it runs any more. */
export async function cutOffRecording(
  house: House,
  modes: Readonly<Record<string, 'store' | 'ephemeral'>>,
  dataDir = house.clientDir,
): Promise<string> {
  const { sessionId, token } = await newSession(house);
  const args = ['--server', house.embedded.server, '--session', sessionId, '--data', dataDir];
  const channels = Object.entries(modes).flatMap(([id, mode]) => [`--${mode}`, id]);
  const recorder = spawn(
    process.execPath,
    ['--no-warnings', join(root, 'app', 'cli', 'main.ts'), 'record', ...args, ...channels],
    {
      env: { ...house.env, TALLYLIGHT_TOKEN: token },
      stdio: 'ignore',
    },
  );
  const gone = new Promise((resolve) => recorder.once('exit', resolve));
  await until(async () => {
    const { rtstreams } = await wholeSession(house.embedded, sessionId);
    return rtstreams.length > 0 && rtstreams.every(({ fragments }) => fragments > 3);
  });
  recorder.kill('SIGKILL');
  await gone;
  await until(async () => (await recordersOf(house)).length === 0);
  return sessionId;
}

/** `tallylight record --resume` with a fresh token, to its end. */
export async function resumed(house: House, sessionId: string, seconds = 3, dataDir = house.clientDir) {
  const { token } = await tokenFor(house, sessionId);
  const args = ['--server', house.embedded.server, '--session', sessionId, '--data', dataDir];
  return tallylight(house, ['record', '--resume', ...args, '--duration', String(seconds), '--json'], {
    TALLYLIGHT_TOKEN: token,
  });
}

export async function storyOf(dataDir: string): Promise<readonly AuditEvent[]> {
  const entries = await readAuditLog(dataDir);
  if (!entries.ok) throw new Error(entries.error.code);
  return entries.value.map(({ event }) => event);
}
