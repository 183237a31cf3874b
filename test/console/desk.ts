import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { hashPassword } from '../../backend/access/password.ts';
import { newId } from '../../backend/access/secret.ts';
import type { ServiceConfig } from '../../backend/serve.ts';
import { storeOf, type Trial, trial } from '../../backend/trial/service.ts';

export const artifacts = join(import.meta.dirname, '..', '..', 'artifacts', 'console');

export const NAME = 'grace';
export const PASSWORD = 'correct horse battery staple';
// Slow on purpose, and the same for every test.
const hashed = hashPassword(PASSWORD);

/** A service with an admin, and a browser at its console. */
export type Desk = {
  readonly service: Trial;
  readonly adminId: string;
  readonly page: Page;
  /** Opens a page of the console by its path. */
  readonly open: (path: string) => Promise<void>;
  /** Another browser, or the same person at another width or theme. */
  readonly another: (options?: BrowserContextOptions) => Promise<Page>;
};

export type DeskOptions = Partial<ServiceConfig> & {
  readonly browser?: BrowserContextOptions;
  readonly isSignedIn?: boolean;
  /** Whether there is an admin. */
  readonly isManned?: boolean;
};

/** One browser for a file. Whatever a test does, afterwards the console was silent and its content policy kept. */
export function desks(): (options?: DeskOptions) => Promise<Desk> {
  let browser: Browser | undefined;

  beforeAll(async () => {
    await mkdir(artifacts, { recursive: true });
    browser = await chromium.launch({
      executablePath: process.env.TALLYLIGHT_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    });
  });
  afterAll(() => browser?.close());

  return async ({ browser: options, isSignedIn = true, isManned = true, ...config } = {}) => {
    const service = await trial(config);
    const adminId = isManned ? await addAdmin(service, NAME) : '';
    const another = async (more: BrowserContextOptions = {}) => {
      if (browser === undefined) throw new Error('the browser is not open yet');
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        locale: 'en-GB',
        ...more,
      });
      onTestFinished(() => context.close());
      const page = await context.newPage();
      const problems = problemsOf(page);
      onTestFinished(() => expect(problems).toEqual([]));
      return page;
    };
    const page = await another(options);
    const open = async (path: string) => {
      await page.goto(service.url + path);
    };
    if (isSignedIn) await signIn(service, page);
    return { service, adminId, page, open, another };
  };
}

export async function addAdmin(service: Trial, name: string, tenantId = 'default'): Promise<string> {
  const store = await storeOf(service);
  const id = newId('adm-');
  await store.addAdmin({ id, tenantId, name, password: await hashed, createdAt: 0 });
  await store.close();
  return id;
}

/** Another organisation on the service, with an admin. */
export async function addTenant(service: Trial, id: string, adminName: string): Promise<void> {
  const store = await storeOf(service);
  await store.addTenant({ id, name: id, createdAt: 0 });
  await store.close();
  await addAdmin(service, adminName, id);
}

/** Signs in with the keyboard alone, as the focus goes. */
export async function signIn({ url }: Trial, page: Page, path = '/console', name = NAME): Promise<void> {
  await page.goto(url + path);
  await page.getByLabel('Name').focus();
  await page.keyboard.type(name);
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Sign out' }).waitFor();
}

/** Gives the password where it is asked for again. */
export async function confirm(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Your password, please' }).waitFor();
  await page.getByLabel('Password').focus();
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
}

/** Moves the focus with Tab until it is on this, and presses Enter: what cannot be reached so is not there for many. */
export async function press(page: Page, name: string | RegExp): Promise<void> {
  const isThere = async () => {
    const words = await page.evaluate(() => {
      const at = document.activeElement;
      return at instanceof HTMLElement && at.matches('a, button') ? (at.textContent ?? '').trim() : '';
    });
    return typeof name === 'string' ? words === name : name.test(words);
  };
  for (let step = 0; step < 200; step++) {
    if (await isThere()) return page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never comes to ${String(name)}`);
}

/** Console errors, exceptions and violations of the content security policy. */
function problemsOf(page: Page): string[] {
  const problems: string[] = [];
  page.on('console', (message) => {
    // A page that was refused says so by its status, which the browser writes down.
    if (message.text().startsWith('Failed to load resource: the server responded with a status of 4')) return;
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  return problems;
}

/** What becomes true, however busy the machine is; the time is a bound on hanging. */
export function eventually<T>(read: () => T | Promise<T>): ReturnType<typeof expect.poll<T>> {
  return expect.poll(read, { timeout: 30_000, interval: 20 });
}
