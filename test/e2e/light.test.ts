import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAuditLog } from '../../main/audit/log.ts';
import { artifacts, type Face, type House, openFace, openHouse } from './house.ts';
import { chooseModes, recordTo } from './person.ts';
import { recordersOf } from './recorders.ts';

/** The lamp follows what the devices do, not what was clicked. */
describe('the light', () => {
  let house: House;
  let face: Face;

  beforeAll(async () => {
    await mkdir(artifacts, { recursive: true });
    house = await openHouse({ picture: 'moving-desktop', microphone: 'speech', speakers: 'music' });
    face = await openFace(house);
  });
  afterAll(async () => {
    await face?.close();
    await house?.close();
  });

  const lamp = () => face.page.title();

  test('[P01]before anybody agreed no recorder runs and the light is off', async () => {
    await face.page.getByRole('button', { name: /agree and start/i }).waitFor();
    expect(await recordersOf(house)).toEqual([]);
    expect(await lamp()).not.toContain('●');
    expect(await readAuditLog(house.clientDir)).toEqual({ ok: true, value: [] });
  });

  test('[P04] the light is on while devices deliver, and each channel has a recorder of its own', async () => {
    await chooseModes(face.page, {
      'Default microphone': 'Live only',
      'System audio': 'Live only',
      'Display 1': 'Live only',
    });
    await face.page.getByRole('button', { name: /agree and start/i }).click();
    await face.page.waitForFunction(() => document.title.includes('●'));
    await recordTo(face.page, 2);
    expect(await recordersOf(house)).toHaveLength(3);
  });

  test('[P52] a recorder that is killed comes back as a new take with the gap noted, and the others go on', async () => {
    const [victim] = await recordersOf(house);
    if (victim === undefined) throw new Error('no recorder');
    process.kill(victim, 'SIGKILL');
    await face.page.waitForFunction(() =>
      /reconnect|trying|stopped|again/i.test(document.body.textContent ?? ''),
    );
    await untilAudit((types) => types.includes('channel.gap'));
    const recorders = await recordersOf(house);
    expect(recorders).toHaveLength(3);
    expect(recorders).not.toContain(victim);
  });

  test('[P05] pausing by keyboard releases every device, and the light says so', async () => {
    await face.page.keyboard.press('Control+Shift+P');
    await face.page
      .getByText(/devices released/i)
      .first()
      .waitFor();
    expect(await recordersOf(house)).toEqual([]);
    expect(await lamp()).not.toContain('●');
  });

  test('[P06] stopping by keyboard ends the session; live-only channels leave no recording behind', async () => {
    await face.page.keyboard.press('Control+Shift+S');
    await face.page.getByRole('button', { name: /new recording/i }).waitFor();
    await untilAudit((types) => types.includes('session.complete'));
    const entries = await readAuditLog(house.clientDir);
    const types = entries.ok ? entries.value.map(({ event }) => event.type) : [];
    expect(types.filter((type) => type === 'channel.forgotten')).toHaveLength(3);
    expect(types).not.toContain('channel.delivered');
  });

  test('[P04] a window that is gone for good pauses the recording: without a light nothing records', async () => {
    await face.page.getByRole('button', { name: /new recording/i }).click();
    await face.page.getByRole('button', { name: /agree and start/i }).click();
    await recordTo(face.page, 2);
    const address = face.page.url();
    await face.page.goto('about:blank');
    await untilAudit((types) => types.filter((type) => type === 'session.paused').length === 2);
    expect(await recordersOf(house)).toEqual([]);
    await face.page.goto(address);
    await face.page.getByRole('button', { name: /^resume/i }).click();
    await recordTo(face.page, 3);
    await face.page.screenshot({ path: join(artifacts, 'resumed.png') });
    await face.page.getByRole('button', { name: /^stop/i }).click();
    await face.page.getByRole('button', { name: /new recording/i }).waitFor();
  });

  async function untilAudit(condition: (types: string[]) => boolean): Promise<void> {
    for (;;) {
      const entries = await readAuditLog(house.clientDir);
      if (entries.ok && condition(entries.value.map(({ event }) => event.type))) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
});
