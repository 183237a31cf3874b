import { describe, expect, onTestFinished, test } from 'vitest';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { NetworkState } from '../network/network.ts';
import { testSendClock } from './test-send-clock.ts';
import { type Line, openUplink, REQUEST_BYTES, type UplinkOptions, type Wish } from './uplink.ts';

const SERVER = 'https://media.example.com';

/** A network that a test changes. */
function testNetwork(first: NetworkState) {
  let state = first;
  const listeners = new Set<(state: NetworkState) => void>();
  return {
    state: () => state,
    watch: (listener: (state: NetworkState) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    become: (next: NetworkState) => {
      state = next;
      for (const listener of listeners) listener(next);
    },
  };
}

/** An uplink by a clock of its own, and what was sent over it: each takes as long as the test says. */
function opened(options: UplinkOptions = {}) {
  const clock = testSendClock();
  const uplink = openUplink({ clock, ...options });
  onTestFinished(uplink.close);
  const begun: { readonly name: string; readonly atMs: number; readonly bytes: number }[] = [];
  const closing = new AbortController();
  function send(line: Line, name: string, { kind, bytes }: Wish, takesMs = 0) {
    const request = async () => {
      begun.push({ name, atMs: clock.nowMs(), bytes });
      if (takesMs > 0) await new Promise<void>((resolve) => void clock.after(takesMs, resolve));
      return ok(name);
    };
    return line.send({ kind, bytes }, request, closing.signal);
  }
  /** Sends one after the other, as a channel does, as long as it is left to. */
  function keepSending(line: Line, name: string, wish: Wish, takesMs = 0): void {
    const goOn = async () => {
      for (let at = 0; !closing.signal.aborted; at++) await send(line, `${name} ${at}`, wish, takesMs);
    };
    void goOn();
    onTestFinished(() => closing.abort());
  }
  const names = () => begun.map(({ name }) => name);
  return { clock, uplink, begun, names, send, keepSending, closing };
}
const stored = (bytes = 1000): Wish => ({ kind: 'stored', bytes });
const live = (bytes = 1000): Wish => ({ kind: 'live', bytes });

describe('who is next to send', () => {
  test('is live only at once, then the newest session, then those of before', async () => {
    const { clock, uplink, names, send } = opened();
    const earlier = uplink.line(SERVER, 'earlier');
    const before = uplink.line(SERVER, 'present');
    for (const name of ['earlier a', 'earlier b', 'earlier c', 'earlier d', 'earlier e'])
      void send(earlier, name, stored(), 100);
    void send(before, 'before', stored(), 100);
    const present = uplink.line(SERVER, 'present');
    void send(present, 'present', stored(), 100);
    void send(before, 'live', live(), 50);
    await clock.goOn(0);
    // Four were on their way before there was anything else; live only waits for nobody.
    expect(names()).toEqual(['earlier a', 'earlier b', 'earlier c', 'earlier d', 'live']);
    await clock.goOn(100);
    expect(names().slice(5)).toEqual(['present']);
    // While the newest session is sending, nobody of before begins.
    await clock.goOn(99);
    expect(names().slice(6)).toEqual([]);
    await clock.goOn(1);
    expect(names().slice(6)).toEqual(['earlier e', 'before']);
  });

  test('changes where another session becomes the newest', async () => {
    const { clock, uplink, names, send } = opened();
    const first = uplink.line(SERVER, 'present');
    for (const name of ['1', '2', '3', '4', '5']) void send(first, `first ${name}`, stored(), 100);
    const second = uplink.line(SERVER, 'present');
    void send(second, 'second', stored(), 100);
    await clock.goOn(100);
    expect(names().slice(4)).toEqual(['second']);
  });

  test('within a rank goes turn by turn: no channel gets ahead of another', async () => {
    const { clock, uplink, begun, keepSending } = opened();
    const line = uplink.line(SERVER, 'present');
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) keepSending(line, name, stored(), 10);
    await clock.goOn(10_000);
    const sent = ['a', 'b', 'c', 'd', 'e', 'f'].map(
      (name) => begun.filter((each) => each.name.startsWith(name)).length,
    );
    expect(Math.min(...sent)).toBeGreaterThan(600);
    expect(Math.max(...sent) - Math.min(...sent)).toBeLessThanOrEqual(1);
  });

  test('is for once whoever has waited long, however much there is to send before it', async () => {
    const { clock, uplink, begun, keepSending } = opened();
    const earlier = uplink.line(SERVER, 'earlier');
    const present = uplink.line(SERVER, 'present');
    for (const name of ['a', 'b', 'c', 'd', 'e']) keepSending(present, name, stored(), 500);
    keepSending(earlier, 'earlier', stored(), 500);
    await clock.goOn(600_000);
    const ofBefore = begun.filter(({ name }) => name.startsWith('earlier'));
    expect(ofBefore.length).toBeGreaterThan(30);
    expect(ofBefore.length).toBeLessThan(begun.length / 9);
  });

  test('is nobody who was let go', async () => {
    const { clock, uplink, names, send } = opened();
    const line = uplink.line(SERVER, 'present');
    for (const name of ['1', '2', '3', '4']) void send(line, name, stored(), 100);
    const closing = new AbortController();
    const waits = line.send(stored(), async () => ok('sent'), closing.signal);
    await clock.goOn(1);
    closing.abort();
    expect(await waits).toMatchObject({ ok: false, error: { code: 'delivery-incomplete' } });
    void send(line, '5', stored(), 100);
    await clock.goOn(100);
    expect(names()).toEqual(['1', '2', '3', '4', '5']);
  });
});

describe('a cap', () => {
  const KBIT = 400;
  const BYTES_PER_S = (KBIT * 1000) / 8;

  test('holds over any time for everything together, and is used to the full', async () => {
    const { clock, uplink, begun, keepSending } = opened({ maxKbit: KBIT });
    const present = uplink.line(SERVER, 'present');
    keepSending(present, 'mic', stored(6000), 20);
    keepSending(present, 'display', stored(80_000), 20);
    keepSending(uplink.line(SERVER, 'earlier'), 'earlier', stored(40_000), 20);
    keepSending(present, 'live', live(6000), 1000);
    await clock.goOn(120_000);
    const largest = 80_000 + REQUEST_BYTES;
    const took = (from: number, to: number) =>
      begun
        .filter(({ atMs }) => atMs >= from && atMs < to)
        .reduce((sum, { bytes }) => sum + bytes + REQUEST_BYTES, 0);
    for (let from = 0; from < 110_000; from += 500)
      for (const seconds of [1, 5, 10])
        expect(took(from, from + seconds * 1000)).toBeLessThanOrEqual(
          // A second's worth may lie ready, once for everything and once for live only.
          (seconds + 2) * BYTES_PER_S + largest,
        );
    expect(took(10_000, 110_000)).toBeGreaterThan(0.97 * 100 * BYTES_PER_S);
    expect(took(10_000, 110_000)).toBeLessThan(1.03 * 100 * BYTES_PER_S);
  });

  test('is felt by what is kept before live only waits for anything', async () => {
    const { clock, uplink, begun, send, keepSending } = opened({ maxKbit: KBIT });
    const line = uplink.line(SERVER, 'present');
    for (const name of ['a', 'b', 'c', 'd', 'e']) keepSending(line, name, stored(200_000), 20);
    await clock.goOn(20_000);
    const asked: number[] = [];
    for (let second = 0; second < 30; second++) {
      asked.push(clock.nowMs());
      void send(line, 'live', live(20_000), 20);
      await clock.goOn(1000);
    }
    expect(begun.filter(({ name }) => name === 'live').map(({ atMs }) => atMs)).toEqual(asked);
  });

  test('holds for live only too where it alone is more', async () => {
    const { clock, uplink, begun, keepSending } = opened({ maxKbit: KBIT });
    keepSending(uplink.line(SERVER, 'present'), 'live', live(100_000));
    await clock.goOn(100_000);
    const bytes = begun.reduce((sum, each) => sum + each.bytes + REQUEST_BYTES, 0);
    expect(bytes).toBeLessThanOrEqual(101 * BYTES_PER_S + 100_000 + REQUEST_BYTES);
    expect(bytes).toBeGreaterThan(95 * BYTES_PER_S);
  });
});

describe('a metered network', () => {
  test('is not used for what is kept; live only goes on, and what waits goes when there is another', async () => {
    const network = testNetwork('metered');
    let changes = 0;
    const { clock, uplink, names, send } = opened({ network, onChange: () => (changes += 1) });
    const line = uplink.line(SERVER, 'present');
    void send(line, 'kept', stored());
    void send(line, 'live', live());
    await clock.goOn(60_000);
    expect(names()).toEqual(['live']);
    expect(uplink.waitsFor()).toBe('unmetered');
    expect(changes).toBe(1);
    network.become('online');
    await clock.goOn(0);
    expect(names()).toEqual(['live', 'kept']);
    expect(uplink.waitsFor()).toBeNull();
    expect(changes).toBe(2);
  });

  test('is used where that is allowed, and for a service on this machine', async () => {
    const network = testNetwork('metered');
    const free = opened({ network, sendsWhenMetered: true });
    void free.send(free.uplink.line(SERVER, 'present'), 'kept', stored());
    const here = opened({ network });
    void here.send(here.uplink.line('http://127.0.0.1:7620', 'present'), 'kept', stored());
    await free.clock.goOn(0);
    await here.clock.goOn(0);
    expect([free.names(), here.names()]).toEqual([['kept'], ['kept']]);
  });
});

describe('a request on a connection that may be dead', () => {
  /** Nobody answers the first time, until it is cut off. */
  function dead() {
    let attempts = 0;
    const request = (cut: AbortSignal) =>
      new Promise<Result<string>>((resolve) => {
        attempts += 1;
        if (attempts > 1) resolve(ok('sent'));
        cut.addEventListener('abort', () => resolve(fail('service-unreachable')));
      });
    return { request, attempts: () => attempts };
  }
  const { signal } = new AbortController();

  test('is made again soon after the machine woke, and keeps its place no longer', async () => {
    const { clock, uplink, names, send } = opened();
    const line = uplink.line(SERVER, 'present');
    const requests = [dead(), dead(), dead(), dead()];
    const sent = requests.map(({ request }) => line.send(stored(), request, signal));
    void send(line, 'next', stored());
    await clock.goOn(1000);
    uplink.wake();
    await clock.goOn(1999);
    expect([requests.map(({ attempts }) => attempts()), names()]).toEqual([[1, 1, 1, 1], []]);
    await clock.goOn(1);
    expect(await Promise.all(sent)).toEqual(Array(4).fill(ok('sent')));
    expect(requests.map(({ attempts }) => attempts())).toEqual([2, 2, 2, 2]);
    expect(names()).toEqual(['next']);
  });

  test('is made again where one network was exchanged for another, not where more is known of the same', async () => {
    const network = testNetwork('unknown');
    const { clock, uplink } = opened({ network });
    const { request, attempts } = dead();
    const sent = uplink.line(SERVER, 'present').send(live(), request, signal);
    network.become('online');
    await clock.goOn(60_000);
    expect(attempts()).toBe(1);
    network.become('online');
    await clock.goOn(2000);
    expect(await sent).toEqual(ok('sent'));
  });

  test('is left alone on this machine, and where its answer comes in time', async () => {
    const { clock, uplink, names, send } = opened();
    const { request, attempts } = dead();
    void uplink.line('http://127.0.0.1:7620', 'present').send(stored(), request, signal);
    const answered = send(uplink.line(SERVER, 'present'), 'in time', stored(), 1500);
    await clock.goOn(0);
    uplink.wake();
    await clock.goOn(60_000);
    expect(await answered).toEqual(ok('in time'));
    expect([attempts(), names()]).toEqual([1, ['in time']]);
  });
});

describe('a wait between attempts', () => {
  test('ends when the network is back or the machine wakes, and says so', async () => {
    const network = testNetwork('offline');
    const { clock, uplink } = opened({ network });
    const line = uplink.line(SERVER, 'present');
    const { signal } = new AbortController();
    const ends: boolean[] = [];
    const pause = () => void line.pause(30_000, signal).then((isWoken) => ends.push(isWoken));
    pause();
    await clock.goOn(100);
    expect(ends).toEqual([]);
    expect(uplink.waitsFor()).toBe('network');
    network.become('online');
    await clock.goOn(0);
    expect(ends).toEqual([true]);
    pause();
    uplink.wake();
    await clock.goOn(0);
    expect(ends).toEqual([true, true]);
    pause();
    await clock.goOn(30_000);
    expect(ends).toEqual([true, true, false]);
    expect(uplink.waitsFor()).toBeNull();
  });
});
