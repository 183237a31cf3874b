import { describe, expect, test } from 'vitest';
import type { PowerEvent } from '../host.ts';
import type { ClockJump } from '../pipeline/clock-watch.ts';
import { done } from '../vault/test-vault.ts';
import { testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';

/** A recording on a machine whose power and clock the test has in its hands. */
async function recording({ pauseOnLock = false, seesLock = true } = {}) {
  let power: (event: PowerEvent) => void = () => undefined;
  let step: (jump: ClockJump) => void = () => undefined;
  let watches = 2;
  const t = await testRecorder({
    shell: {
      onPower: (listener) => {
        power = listener;
        return () => void watches--;
      },
    },
    parts: {
      seesLock,
      watchClock: (onJump) => {
        step = onJump;
        return () => void watches--;
      },
    },
  });
  if (pauseOnLock) t.service.settings.policy = { ...t.service.settings.policy, pauseOnLock };
  await t.when(({ terms }) => terms !== null);
  return {
    t,
    watches: () => watches,
    step: (stepMs: number) => step({ kind: 'stepped', stepMs }),
    power: async (event: PowerEvent, state: string) => {
      power(event);
      // What the event is followed by is done when the next thing asked for is.
      await t.recorder.refresh();
      expect(t.state()).toBe(state);
    },
  };
}

const told = async (t: Awaited<ReturnType<typeof recording>>['t']) =>
  (await t.story()).flatMap((event) =>
    event.type === 'session.paused' || event.type === 'session.resumed'
      ? [`${event.type} by ${event.by}`]
      : [],
  );

describe('a machine that sleeps', () => {
  test('[P05] pauses the recording, and goes on by itself when it wakes', async () => {
    const { t, power } = await recording();
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    await power('suspend', 'paused');
    expect(t.pipeline(MIC).state()).toBe('paused');
    await power('resume', 'recording');
    expect(t.pipeline(MIC).state()).toBe('starting');
    expect(await told(t)).toEqual(['session.paused by sleep', 'session.resumed by wake']);
  });

  test('[P05] and is locked meanwhile stays paused until it is unlocked', async () => {
    const { t, power } = await recording({ pauseOnLock: true });
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    await power('suspend', 'paused');
    await power('lock', 'paused');
    await power('resume', 'paused');
    expect(t.pipeline(MIC).state()).toBe('paused');
    await power('unlock', 'recording');
    expect(await told(t)).toEqual(['session.paused by sleep', 'session.resumed by unlock']);
  });

  test('[P05] does not take back what the person paused, and finds nothing to do where nothing records', async () => {
    const { t, power } = await recording();
    await power('suspend', 'idle');
    await power('resume', 'idle');
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    done(await t.recorder.pause('person'));
    await power('suspend', 'paused');
    await power('resume', 'paused');
  });
});

describe('a screen that is locked', () => {
  test('leaves a recording alone where the policy does not say otherwise', async () => {
    const { t, power } = await recording();
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    await power('lock', 'recording');
    await power('unlock', 'recording');
    expect(await told(t)).toEqual([]);
  });

  test('[P26] pauses it where the policy says so, until it is unlocked', async () => {
    const { t, power } = await recording({ pauseOnLock: true });
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    await power('lock', 'paused');
    await power('resume', 'paused');
    await power('unlock', 'recording');
    expect(await told(t)).toEqual(['session.paused by lock', 'session.resumed by unlock']);
  });

  test('[P26] before the first device opens pauses it from the start', async () => {
    const { t, power } = await recording({ pauseOnLock: true });
    await power('lock', 'idle');
    done(await t.agree({ [MIC]: 'keep' }));
    await t.when(({ session }) => session.state === 'paused');
    await power('unlock', 'recording');
    t.second();
    done(await t.recorder.stop('person'));
  });

  test('[P26] that nobody here is told of makes such a policy one that cannot be obeyed: nothing starts', async () => {
    const { t } = await recording({ pauseOnLock: true, seesLock: false });
    expect(await t.agree({ [MIC]: 'keep' })).toMatchObject({
      error: { code: 'policy-forbids', message: expect.stringContaining('locked') },
    });
    expect(t.state()).toBe('idle');
    expect(t.pipelines()).toBe(0);
    expect(await t.story()).toMatchObject([{ type: 'session.refused', code: 'policy-forbids' }]);
  });
});

describe('a clock that steps', () => {
  test('ends the take and begins another, and the log says so', async () => {
    const { t, step } = await recording();
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    step(3_600_000);
    t.second();
    done(await t.recorder.stop('person'));
    await t.when(({ session }) => session.state === 'complete');
    const story = await t.story();
    expect(story.find(({ type }) => type === 'session.clock-stepped')).toMatchObject({ stepMs: 3_600_000 });
    const takes = story.flatMap((event) =>
      event.type === 'take.started'
        ? [`take ${event.take}`]
        : event.type === 'take.ended'
          ? [event.reason]
          : [],
    );
    expect(takes).toEqual(['take 1', 'clock-stepped', 'take 2', 'ended']);
  });

  test('changes nothing while nothing records, and nobody listens any more after the end', async () => {
    const { t, step, watches } = await recording();
    step(1000);
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    done(await t.recorder.pause('person'));
    step(1000);
    await t.recorder.close();
    expect(watches()).toBe(0);
    expect((await t.story()).some(({ type }) => type === 'session.clock-stepped')).toBe(false);
  });
});
