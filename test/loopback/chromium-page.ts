import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import type { FromPage, ToPage } from '../../app/desktop/loopback/page/messages.ts';
import { LOOPBACK_PORT } from '../../app/desktop/loopback/page/messages.ts';
import { LOOPBACK_POLICY } from '../../app/desktop/loopback/policy.ts';
import { serveStatic } from '../../app/desktop/static-files.ts';

const ARGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required'],
];

export function launchChromium(
  env: NodeJS.ProcessEnv = process.env,
  args: readonly string[] = [],
): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.TALLYLIGHT_CHROMIUM ?? '/usr/bin/chromium',
    args: [...ARGS, ...args],
    env: env as Record<string, string>,
    ignoreDefaultArgs: ['--mute-audio'],
  });
}

/** The page as it ships, over HTTP in place of a scheme of Electron's, and under the same policy. */
export type PageServer = {
  readonly url: string;
  /** Puts a fake source in the place of what the system plays; to run before the page. */
  readonly fakeSource: string;
  readonly close: () => Promise<void>;
};

export async function servePage(folder: string): Promise<PageServer> {
  const serve = await serveStatic(folder, 'http://page', LOOPBACK_POLICY);
  const fake = await readFile(join(import.meta.dirname, 'fake-source.js'), 'utf8');
  const server = createServer(async ({ method = 'GET', url = '' }, response) => {
    const answer = await serve({ method, url: `http://page${url}` });
    response.setHeaders(new Headers(answer.headers));
    if (url === '/fake-source.js') response.setHeader('content-type', 'text/javascript').end(fake);
    else response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/index.html`,
    fakeSource: fake,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A message as it crosses from the browser: samples as base64 of their bytes. */
type Crossed =
  | FromPage
  | (Omit<Extract<FromPage, { type: 'sound' }>, 'samples'> & { readonly samples: string });

export type Heard = {
  readonly page: Page;
  readonly said: readonly FromPage[];
  readonly tell: (message: ToPage) => Promise<void>;
  /** Errors of the page, and violations of its policy. */
  readonly problems: readonly string[];
};

/**
 * Opens the page and stands on the other end of its port, as the main process does. `before` are scripts that run first;
 * what is told is taken at once unless `taking` says no.
 */
export async function openPage(
  browser: Browser,
  url: string,
  { before = [], taking = () => true }: { before?: readonly string[]; taking?: () => boolean } = {},
  onMessage: (message: FromPage) => void = () => undefined,
): Promise<Heard> {
  const page = await browser.newPage();
  const problems: string[] = [];
  const said: FromPage[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  const tell = (message: ToPage) =>
    page.evaluate(
      (told) => (globalThis as unknown as { portOut: MessagePort }).portOut.postMessage(told),
      message,
    );
  await page.exposeFunction('fromPage', (crossed: Crossed) => {
    const message = whole(crossed);
    said.push(message);
    onMessage(message);
    // A page that is going has nobody left to be told.
    if (message.type === 'sound' && taking())
      tell({ type: 'taken', number: message.number }).catch(() => undefined);
  });
  for (const content of before) await page.addInitScript({ content });
  await page.goto(url);
  await page.evaluate((name) => {
    const { port1, port2 } = new MessageChannel();
    const outside = globalThis as unknown as { portOut: MessagePort; fromPage: (message: unknown) => void };
    outside.portOut = port1;
    port1.onmessage = ({ data }) => {
      const bytes = data.samples instanceof Float32Array ? new Uint8Array(data.samples.buffer) : undefined;
      outside.fromPage(
        bytes === undefined ? data : { ...data, samples: btoa(String.fromCharCode(...bytes)) },
      );
    };
    window.postMessage(name, '*', [port2]);
  }, LOOPBACK_PORT);
  return { page, said, tell, problems };
}

/** As Electron's main process does it: by a script, with a gesture of the person behind it. */
export function listen(page: Page): Promise<void> {
  return page.evaluate(() => (globalThis as unknown as { listen: () => Promise<void> }).listen());
}

function whole(crossed: Crossed): FromPage {
  if (crossed.type !== 'sound' || typeof crossed.samples !== 'string') return crossed as FromPage;
  const bytes = new Uint8Array(Buffer.from(crossed.samples, 'base64'));
  return { ...crossed, samples: new Float32Array(bytes.buffer) };
}
