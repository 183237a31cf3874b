import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findBrowser } from '../../app/browser/window.ts';
import { type Embedded, startEmbedded } from '../../app/launch/embedded.ts';
import { download, wholeSession } from '../../app/launch/service-side.ts';
import { openStage, type Stage, type StageOptions } from '../../app/launch/stage/stage.ts';

const root = join(import.meta.dirname, '..', '..');
export const artifacts = join(root, 'artifacts', 'e2e');

/** A machine of its own for one test: a stage, a media service, your backend, and folders for both sides. */
export type House = {
  readonly stage: Stage;
  readonly embedded: Embedded;
  readonly folder: string;
  readonly clientDir: string;
  readonly serviceDir: string;
  /** Where programs of this house put temporary files. */
  readonly tempDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly close: () => Promise<void>;
};

export async function openHouse(
  options: StageOptions,
  serviceUnder?: (folder: string) => readonly string[],
): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'tallylight-house-'));
  const [clientDir, serviceDir, tempDir] = ['client', 'service', 'temp'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  await mkdir(tempDir);
  const stage = await openStage(options);
  const env = { ...process.env, ...stage.env, TMPDIR: tempDir };
  try {
    const embedded = await startEmbedded(serviceDir, env, serviceUnder?.(folder));
    return {
      stage,
      embedded,
      folder,
      clientDir,
      serviceDir,
      tempDir,
      env,
      close: async () => {
        await embedded.close();
        await stage.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await stage.close();
    throw error;
  }
}

/** The app of a house as a person has it: the browser host, and its page in a real Chromium. */
export type Face = { readonly page: Page; readonly app: ChildProcess; readonly close: () => Promise<void> };

export async function openFace(house: House): Promise<Face> {
  const app = spawn(process.execPath, ['--no-warnings', join(root, 'app', 'browser', 'main.ts')], {
    env: {
      ...house.env,
      TALLYLIGHT_CONNECT_URL: house.embedded.connectUrl,
      TALLYLIGHT_CONNECT_SECRET: house.embedded.connectSecret,
      TALLYLIGHT_DATA: house.folder,
      TALLYLIGHT_NO_WINDOW: '1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const link = await firstLine(app);
  const browser = await openBrowser();
  const page = await browser.newPage({ viewport: { width: 380, height: 760 } });
  await page.goto(link);
  return {
    page,
    app,
    close: async () => {
      await browser.close();
      if (app.exitCode !== null || app.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => app.once('exit', () => resolve()));
      app.kill('SIGTERM');
      await gone;
    },
  };
}

export async function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser(process.env);
  if (executablePath === undefined) throw new Error('No Chromium here: apt-get install chromium');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    child.stderr?.on('data', (chunk: Buffer) => said.push(String(chunk)));
    child.once('exit', () => reject(new Error(said.join(''))));
    if (child.stdout !== null) createInterface(child.stdout).once('line', resolve);
  });
}

/** Runs the command line to its end, in the house's surroundings. */
export function tallylight(
  house: Pick<House, 'env'>,
  args: readonly string[],
  more: NodeJS.ProcessEnv = {},
  under: readonly string[] = [],
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const [program = process.execPath, ...rest] = [
    ...under,
    process.execPath,
    join(root, 'bin', 'tallylight'),
    ...args,
  ];
  const child = spawn(program, rest, {
    env: { ...house.env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr]: [string[], string[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(String(chunk)));
  return new Promise((resolve) =>
    child.once('close', (code) => resolve({ code, stdout: stdout.join(''), stderr: stderr.join('') })),
  );
}

/** Downloads the files of a session's stored channels; answers their paths by channel id. */
export async function downloads(house: House, sessionId: string): Promise<ReadonlyMap<string, string>> {
  const session = await wholeSession(house.embedded, sessionId);
  const paths = await Promise.all(
    session.videos.map(async (video) => {
      const path = join(house.folder, `${video.name.replace(':', '-')}.mp4`);
      await writeFile(path, await download(house.embedded, video.id));
      return [video.name, path] as const;
    }),
  );
  return new Map(paths);
}

/** What your backend hands out for a session; `serviceKey` is the thumbprint of the key the media service signs with. */
type Given = { readonly sessionId: string; readonly token: string; readonly serviceKey: string };

/** A fresh session with a token for the command line, as your backend hands them out. */
export function newSession(house: Pick<House, 'embedded'>): Promise<Given> {
  return askYourBackend(house, '/session', {});
}

/** A fresh token for a session of before. */
export function tokenFor(house: Pick<House, 'embedded'>, sessionId: string): Promise<Given> {
  return askYourBackend(house, '/token', { session_id: sessionId });
}

async function askYourBackend(
  { embedded: { connectUrl, connectSecret } }: Pick<House, 'embedded'>,
  path: string,
  body: object,
): Promise<Given> {
  const response = await fetch(connectUrl + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${connectSecret}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const told = (await response.json()) as { session_id: string; token: string; service_key: string };
  return { sessionId: told.session_id, token: told.token, serviceKey: told.service_key };
}

/** Looks again and again until it is so; how long that may take is the test's own limit. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}
