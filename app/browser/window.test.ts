import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import x11 from 'x11';
import { startTestDisplay, type TestDevice } from '../../main/pipeline/test-devices.ts';
import { findBrowser, openWindow } from './window.ts';

const page = createServer((_request, response) => response.end('<!doctype html><title>light</title>'));
let display: TestDevice;
let link = '';

beforeAll(async () => {
  display = await startTestDisplay(800, 900);
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  link = `http://127.0.0.1:${(page.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  page.close();
  page.closeAllConnections();
  await display.close();
});

test('[P04] a window that another program takes off the display counts as closed', async () => {
  const browser = findBrowser(process.env);
  if (browser === undefined) throw new Error('No Chromium here: apt-get install chromium');
  const window = await openWindow(browser, link, { ...process.env, ...display.env });
  const id = await window.shown;
  let isClosed = false;
  void window.closed.then(() => {
    isClosed = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isClosed).toBe(false);
  await destroy(display.env.DISPLAY ?? '', id);
  await window.closed;
  await window.close();
});

function destroy(name: string, window: number): Promise<void> {
  return new Promise((resolve, reject) => {
    x11.createClient({ display: name, shm: false }, (failure, { client }) => {
      if (failure) return reject(failure);
      client.DestroyWindow(window);
      client.sync().then(() => {
        client.terminate();
        resolve();
      }, reject);
    });
  });
}
