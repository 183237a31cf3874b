import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startEmbedded } from '../../app/launch/embedded.ts';
import { storedOn, wholeSession } from '../../app/launch/service-side.ts';
import { readAuditLog } from '../../main/audit/log.ts';
import { type Face, type House, openFace, openHouse } from './house.ts';
import { chooseModes, recordTo, sessionIdIn } from './person.ts';
import { recordersOf } from './recorders.ts';

/** What is stored outlives whatever dies: the service, or the app itself. */
describe('a recording whose service or app dies', () => {
  let house: House;
  const open: { close: () => Promise<void> }[] = [];

  beforeEach(async () => {
    house = await openHouse({ picture: 'moving-desktop', microphone: 'speech', speakers: 'music' });
    open.push(house);
  });
  afterEach(async () => {
    for (const thing of open.splice(0).reverse()) await thing.close();
  });

  async function recording(): Promise<Face> {
    const face = await openFace(house);
    open.push(face);
    await chooseModes(face.page, {
      'Default microphone': 'Keep',
      'System audio': 'Off',
      'Display 1': 'Live only',
    });
    await face.page.getByRole('button', { name: /agree and start/i }).click();
    await recordTo(face.page, 3);
    return face;
  }

  /** Service and app once more, on the same folders; resolves when the earlier recording is delivered. `isOffered`: to go on. */
  async function startAgain(sessionId: string, isOffered = false) {
    const embedded = await startEmbedded(house.serviceDir, house.env);
    open.push(embedded);
    const face = await openFace({ ...house, embedded });
    open.push(face);
    if (isOffered) await face.page.getByRole('button', { name: 'Finish and deliver it' }).click();
    for (;;) {
      const session = await wholeSession(embedded, sessionId);
      if (session.status === 'stopped') return { embedded, session };
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  test('[P06][P57] Stop works while the service is down, and what is kept is sent at the next start', async () => {
    const face = await recording();
    const sessionId = await sessionIdIn(house);
    await house.embedded.close();
    await recordTo(face.page, 6);
    await face.page.getByRole('button', { name: /^stop/i }).click();
    await face.page
      .getByText(/kept here, encrypted/i)
      .first()
      .waitFor();
    await face.close();

    const { embedded, session } = await startAgain(sessionId);
    const stored = await storedOn(embedded, session, 'mic:default');
    expect(stored.sidecarFits).toBe(true);
    expect(stored.seconds).toBeGreaterThan(5);
    const entries = await readAuditLog(house.clientDir);
    expect(entries.ok && entries.value.map(({ event }) => event.type)).toEqual(
      expect.arrayContaining([
        'session.stopped',
        'channel.forgotten',
        'channel.delivered',
        'session.complete',
      ]),
    );
  });

  test('an app that is killed leaves no recorder behind and loses at most the unfinished second', async () => {
    const face = await recording();
    const sessionId = await sessionIdIn(house);
    await recordTo(face.page, 5);
    const recorders = await recordersOf(house);
    expect(recorders.length).toBe(2);
    face.app.kill('SIGKILL');
    while ((await recordersOf(house)).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
    await house.embedded.close();

    const { embedded, session } = await startAgain(sessionId, true);
    const stored = await storedOn(embedded, session, 'mic:default');
    expect(stored.sidecarFits).toBe(true);
    expect(stored.seconds).toBeGreaterThan(4);
  });
});
