import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Channel } from '../../contract/channel.ts';
import { ok } from '../../contract/result.ts';
import { openAuditLog } from '../audit/log.ts';
import { startTestService } from '../delivery/test-service.ts';
import { keyFileSecrets } from '../vault/key-file.ts';
import { done, TEST_SESSION, testFolder } from '../vault/test-vault.ts';
import { type Vault, vaultIn } from '../vault/vault.ts';
import type { RecorderParts } from './recorder-parts.ts';
import { probeScreens } from './screen-probe.ts';
import { CHANNELS, SECOND_SESSION, testRecorder } from './test-recorder.ts';

const SCREEN = 'display:1';
const two = async () => [await startTestService(TEST_SESSION), await startTestService(SECOND_SESSION)];

/** A step that says when it is reached and goes on when the test lets it. */
function gate() {
  const [reached, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  return {
    reached: reached.promise,
    open: () => opened.resolve(),
    pass: async () => {
      reached.resolve();
      await opened.promise;
    },
  };
}

async function recorder(parts: Partial<RecorderParts>, dataDir?: string) {
  const folder = dataDir === undefined ? {} : { dataDir };
  const t = await testRecorder({ services: await two(), parts, ...folder });
  const agreed = () => t.agree({ [SCREEN]: 'keep' });
  /** Nothing of the recording is there, and another session waits for another agreement. */
  async function expectNothing(...before: string[]): Promise<void> {
    expect((await t.story()).map(({ type }) => type)).toEqual([...before, 'session.refused']);
    expect(t.pipelines()).toBe(0);
    expect(t.snapshot()).toMatchObject({ lamp: 'off', session: { id: SECOND_SESSION, state: 'idle' } });
  }
  /** The service is told so of what it had started, and of nothing else. */
  const stopped = () => t.service.when(() => t.service.paths().at(-1)?.endsWith('/stop') === true);
  return { t, agreed, expectNothing, stopped };
}

describe('a consent that is taken back', () => {
  test('[P01][P06] while the system asks: no receipt, no look, no start, and Stop does not wait for the answer', async () => {
    const asking = gate();
    const looks: string[] = [];
    const { t, agreed, expectNothing } = await recorder({
      permitted: async () => {
        await asking.pass();
        return ok(undefined);
      },
      shown: async () => {
        looks.push('a look');
        return ok(undefined);
      },
    });
    const answer = agreed();
    await asking.reached;
    done(await t.recorder.stop('person'));
    expect(await answer).toMatchObject({ error: { code: 'consent-missing', detail: 'it was taken back' } });
    asking.open();
    await expectNothing();
    expect(looks).toEqual([]);
    expect(t.service.paths().filter((path) => /(start|stop)$/.test(path))).toEqual([]);
  });

  test('[P01] by the end of the app while the system asks: it ends, and nothing is written but the refusal', async () => {
    const asking = gate();
    const { t, agreed } = await recorder({
      permitted: async () => {
        await asking.pass();
        return ok(undefined);
      },
    });
    const answer = agreed();
    await asking.reached;
    await t.recorder.close();
    expect(await answer).toMatchObject({ error: { code: 'consent-missing' } });
    expect((await t.story()).map(({ type }) => type)).toEqual(['session.refused']);
    expect(t.pipelines()).toBe(0);
    asking.open();
  });

  test('[P01] while the receipt is written: no display opens for a look', async () => {
    const writing = gate();
    const looks: string[] = [];
    const dataDir = await testFolder();
    const log = done(await openAuditLog(dataDir, () => new Date(0), done(await keyFileSecrets(dataDir))));
    const { t, agreed, expectNothing } = await recorder(
      {
        audit: {
          write: async (actor, event) => {
            if (event.type === 'consent.given') await writing.pass();
            return log.write(actor, event);
          },
        },
        shown: async () => {
          looks.push('a look');
          return ok(undefined);
        },
      },
      dataDir,
    );
    const answer = agreed();
    await writing.reached;
    const stopped = t.recorder.stop('person');
    writing.open();
    done(await stopped);
    expect(await answer).toMatchObject({ error: { code: 'consent-missing' } });
    await expectNothing('consent.given');
    expect(looks).toEqual([]);
  });

  test('[P01][P06] during the look at the screens: they are let go at once, and nothing starts', async () => {
    const opened: string[] = [];
    const open = ({ id }: Channel) => {
      opened.push(id);
      return { stop: async () => void opened.push(`${id} is released`) };
    };
    const { t, agreed, expectNothing } = await recorder({
      shown: async (chosen, look) => {
        const displays = chosen.map(({ channel }) => channel);
        expect(await probeScreens(displays, look, { open, patienceMs: 60_000 })).toBeUndefined();
        return ok(undefined);
      },
    });
    const answer = agreed();
    await t.when(({ lamp }) => lamp === 'live');
    expect(opened).toEqual([SCREEN]);
    done(await t.recorder.stop('person'));
    expect(await answer).toMatchObject({ error: { code: 'consent-missing' } });
    expect(opened).toEqual([SCREEN, `${SCREEN} is released`]);
    await expectNothing('consent.given');
    expect(t.service.paths().filter((path) => /(start|stop)$/.test(path))).toEqual([]);
  });

  test('[P01] while the vault makes the recording: it is erased, and nobody says that it started', async () => {
    const making = gate();
    const dataDir = await testFolder();
    const vault = vaultIn(dataDir, done(await keyFileSecrets(dataDir)));
    const create: Vault['create'] = async (facts) => {
      await making.pass();
      return vault.create(facts);
    };
    const { t, agreed, expectNothing, stopped } = await recorder({ vault: { ...vault, create } }, dataDir);
    const answer = agreed();
    await making.reached;
    const stop = t.recorder.stop('person');
    making.open();
    done(await stop);
    await stopped();
    expect(await answer).toMatchObject({ error: { code: 'consent-missing' } });
    await expectNothing('consent.given');
    expect(await vault.list()).toEqual([]);
  });

  test('[P01][P06] while the devices are still being looked at: nothing begins', async () => {
    const looking = gate();
    let isGated = false;
    const { t } = await recorder({
      listChannels: async () => {
        if (isGated) await looking.pass();
        return ok({ channels: CHANNELS, missing: [] });
      },
    });
    await t.when(({ terms }) => terms !== null);
    isGated = true;
    const looked = t.recorder.refresh();
    await looking.reached;
    const answer = t.agree({ [SCREEN]: 'keep' });
    // What it does before it waits for its turn takes no time.
    await setImmediate();
    done(await t.recorder.stop('person'));
    looking.open();
    done(await looked);
    expect(await answer).toMatchObject({ error: { code: 'consent-missing' } });
    expect(await t.story()).toEqual([]);
    expect(t.pipelines()).toBe(0);
    expect(t.state()).toBe('idle');
    // The next agreement is another one.
    done(await t.agree({ [SCREEN]: 'keep' }));
    expect(t.state()).not.toBe('idle');
  });

  test('[P01][P06] takes back every agreement that waits: the second does not begin in place of the first', async () => {
    const asking = gate();
    const { t, agreed } = await recorder({
      permitted: async () => {
        await asking.pass();
        return ok(undefined);
      },
    });
    const first = agreed();
    await asking.reached;
    const channels = [{ id: SCREEN, mode: 'keep' as const }];
    const { policyVersion = 0 } = t.snapshot().terms ?? {};
    const second = t.recorder.agree({ channels, policyVersion, text: 'Record it.', locale: 'en' });
    await setImmediate();
    const stopped = t.recorder.stop('person');
    asking.open();
    expect(await first).toMatchObject({ error: { code: 'consent-missing' } });
    expect(await second).toMatchObject({ error: { code: 'consent-missing' } });
    done(await stopped);
    expect(t.pipelines()).toBe(0);
    expect(t.state()).toBe('idle');
  });

  test('[P01] before anybody has begun to see to it is taken back all the same', async () => {
    const { t, agreed, expectNothing } = await recorder({});
    const stopped = t
      .when(({ session }) => session.state === 'consenting')
      .then(() => t.recorder.stop('person'));
    expect(await agreed()).toMatchObject({ error: { code: 'consent-missing' } });
    done(await stopped);
    await expectNothing();
  });
});

test('[P04] the lamp is live as long as displays are open for a look, and off before and after', async () => {
  const lamps: string[] = [];
  const { t, agreed } = await recorder({
    shown: async (_chosen, { opened }) => {
      lamps.push(t.snapshot().lamp);
      opened(true);
      lamps.push(`${t.state()} ${t.snapshot().lamp}`);
      opened(false);
      lamps.push(t.snapshot().lamp);
      return ok(undefined);
    },
  });
  done(await agreed());
  expect(lamps).toEqual(['off', 'consenting live', 'off']);
});
