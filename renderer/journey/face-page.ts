import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { build, type Plugin } from 'vite';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { ScriptedMain } from './scripted-main.ts';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The page as it is shipped, in a real browser. */
export type Stage = { readonly browser: Browser; readonly root: string };

/** Puts the pseudo-locale in the place of Spanish: no page that ships knows it. */
const PSEUDO_FOR_SPANISH: Plugin = {
  name: 'pseudo-locale',
  enforce: 'pre',
  resolveId: (source) =>
    source.endsWith('/words/es.ts') ? fileURLToPath(new URL('./pseudo-es.ts', import.meta.url)) : null,
};

export async function openStage(spanish: 'real' | 'pseudo' = 'real'): Promise<Stage> {
  const root = await mkdtemp(join(tmpdir(), 'tallylight-face-'));
  const configFile = fileURLToPath(new URL('../vite.config.ts', import.meta.url));
  const [browser] = await Promise.all([
    chromium.launch({
      executablePath: process.env.TALLYLIGHT_CHROMIUM ?? '/usr/bin/chromium',
      args: ARGS,
    }),
    build({
      configFile,
      logLevel: 'error',
      build: { outDir: root },
      plugins: spanish === 'pseudo' ? [PSEUDO_FOR_SPANISH] : [],
    }),
  ]);
  return { browser, root };
}

export async function closeStage({ browser, root }: Stage): Promise<void> {
  await browser.close();
  await rm(root, { recursive: true });
}

export type FacePage = {
  readonly page: Page;
  readonly main: ScriptedMain;
  /** Console errors, exceptions and violations of the content security policy. */
  readonly problems: string[];
  readonly close: () => Promise<void>;
};

/** Waits until the face shows this very snapshot. */
export async function drawn(page: Page, { revision }: Snapshot): Promise<void> {
  await page.locator(`[data-revision="${revision}"]`).waitFor();
}

const NARROW: BrowserContextOptions = { viewport: { width: 380, height: 720 } };

/** A face with a main of its own that has said `first`. */
export async function openFace(
  { browser, root }: Stage,
  first: Snapshot,
  options: BrowserContextOptions = {},
  prepare: (page: Page) => Promise<unknown> = async () => undefined,
  path = '',
): Promise<FacePage> {
  const main = new ScriptedMain(root, first);
  const url = await main.listen();
  const context = await browser.newContext({ ...NARROW, locale: 'en-GB', timezoneId: 'UTC', ...options });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  await prepare(page);
  await page.goto(`${url}${path}`);
  await drawn(page, first);
  const close = async () => {
    await context.close();
    await main.close();
  };
  return { page, main, problems, close };
}
