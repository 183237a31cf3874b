import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { startTestDisplay } from '../pipeline/test-devices.ts';
import { askX11Pointer } from './x11-pointer.ts';

test('the pointer of an X server is where the server put it: in the middle of its screen', async () => {
  const display = await startTestDisplay(640, 480);
  expect(await askX11Pointer(display.env)).toEqual({ x: 320, y: 240 });
  await display.close();
});

test.each([
  ['no DISPLAY', {}],
  ['a DISPLAY that names no X server', { DISPLAY: 'wayland-0' }],
  ['an X server that is not there', { DISPLAY: ':65000' }],
  ['a screen that is not there', undefined],
])('%s has no pointer', async (_case, env) => {
  const display = env === undefined ? await startTestDisplay(64, 48) : undefined;
  expect(await askX11Pointer(env ?? { DISPLAY: `${display?.env.DISPLAY}.7` })).toBeNull();
  await display?.close();
});

test('an X server that talks nonsense or refuses has no pointer', async () => {
  for (const answer of [
    Buffer.from([0, 2, 11, 0, 0, 0, 1, 0, 110, 111, 0, 0]),
    Buffer.concat([Buffer.from([1, 0, 11, 0, 0, 0, 8, 0]), Buffer.alloc(32, 255)]),
  ]) {
    const server = createServer((socket) => socket.resume().end(answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    expect(await askX11Pointer({ DISPLAY: `127.0.0.1:${port - 6000}` })).toBeNull();
    await new Promise((resolve) => server.close(resolve));
  }
});
