import { describe, expect, test } from 'vitest';
import { testSendClock } from '../delivery/test-send-clock.ts';
import { openUplink } from '../delivery/uplink.ts';
import type { PowerEvent } from '../host.ts';
import type { NetworkState } from '../network/network.ts';
import type { ClockJump } from '../pipeline/clock-watch.ts';
import { done } from '../vault/test-vault.ts';
import { testRecorder } from './test-recorder.ts';

const MIC = 'mic:default';
const DISPLAY = 'display:1';

/** A recorder whose network, power and clocks the test has in its hands; no wait between attempts ends by itself. */
async function onNetwork(first: NetworkState) {
  let state = first;
  let tell: (state: NetworkState) => void = () => undefined;
  let power: (event: PowerEvent) => void = () => undefined;
  let jump: (jump: ClockJump) => void = () => undefined;
  const network = {
    state: () => state,
    watch: (listener: (state: NetworkState) => void) => {
      tell = listener;
      return () => undefined;
    },
  };
  const uplink = openUplink({
    network,
    clock: testSendClock(),
    leaves: () => true,
  });
  const t = await testRecorder({
    shell: {
      onPower: (listener) => {
        power = listener;
        return () => undefined;
      },
    },
    parts: {
      uplink,
      watchClock: (onJump) => {
        jump = onJump;
        return () => undefined;
      },
    },
  });
  return {
    t,
    power: (event: PowerEvent) => power(event),
    jump: (stepMs: number) => jump({ kind: 'stepped', stepMs }),
    become: (next: NetworkState) => {
      state = next;
      tell(next);
    },
  };
}
const waits = ({ t }: Awaited<ReturnType<typeof onNetwork>>) => t.snapshot().delivery.waits;

describe('a recording on a metered network', () => {
  test('passes live only on, keeps what is kept, says why, and sends it on another network', async () => {
    const machine = await onNetwork('metered');
    const { t, become } = machine;
    done(await t.agree({ [MIC]: 'keep', [DISPLAY]: 'live' }));
    for (let second = 0; second < 3; second++) t.second();
    await t.service.when(() => t.service.held(DISPLAY).length === 4);
    await expect.poll(() => waits(machine)).toBe('unmetered');
    expect(t.service.held(MIC)).toEqual([]);
    done(await t.recorder.stop('person'));
    expect(t.state()).toBe('delivering');
    expect(waits(machine)).not.toBeNull();
    become('online');
    await t.when(({ session }) => session.state === 'complete');
    // The last one came with Stop.
    expect(t.service.held(MIC)).toHaveLength(5);
    expect(waits(machine)).toBeNull();
  });
});

describe('a wait between two attempts', () => {
  /** The service was away when something was to be sent, and is there again by now; the wait would never end. */
  async function waiting() {
    const machine = await onNetwork('online');
    const { t } = machine;
    done(await t.agree({ [MIC]: 'keep' }));
    t.second();
    await t.service.when(() => t.service.held(MIC).length === 2);
    await t.service.down();
    t.second();
    await t.when(({ delivery }) => delivery.connected === false);
    await t.service.up();
    expect(t.service.held(MIC)).toHaveLength(2);
    return machine;
  }

  test.each<[string, (machine: Awaited<ReturnType<typeof onNetwork>>) => void]>([
    ['the machine wakes', ({ power }) => power('resume')],
    ['the clocks say that it slept', ({ jump }) => jump(3_600_000)],
    ['there is another network', ({ become }) => become('online')],
  ])('ends when %s', async (_name, happens) => {
    const machine = await waiting();
    happens(machine);
    await machine.t.service.when(() => machine.t.service.held(MIC).length >= 3);
  });

  test('goes on where the network is gone, and that is said', async () => {
    const machine = await waiting();
    machine.become('offline');
    expect(waits(machine)).toBe('network');
    expect(machine.t.service.held(MIC)).toHaveLength(2);
    machine.become('unknown');
    await machine.t.service.when(() => machine.t.service.held(MIC).length >= 3);
    expect(waits(machine)).toBeNull();
  });
});
