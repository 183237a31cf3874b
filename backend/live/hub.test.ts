import { expect, test } from 'vitest';
import { type LiveFragment, MAX_WAITING_BYTES, newHub } from './hub.ts';

function fragment(sequence: number, take = 1): LiveFragment {
  return {
    header: {
      type: 'fragment',
      rtstream_id: 'rts-1',
      name: 'mic:default',
      take,
      sequence,
      started_at_ms: 0,
      duration_ms: 0,
      paused_before_ms: 0,
      bytes: 1,
      sha256: '0'.repeat(64),
    },
    bytes: Uint8Array.of(sequence),
  };
}

function slowOutlet() {
  const sent: unknown[] = [];
  const outlet = {
    waiting: 0,
    sent,
    waitingBytes: () => outlet.waiting,
    text: (frame: string) => {
      const { type, take, sequence, count } = JSON.parse(frame);
      sent.push(
        type === 'fragment' ? `${take}/${sequence}` : count === undefined ? type : `${type} ${count}`,
      );
    },
    binary: (bytes: Uint8Array) => void sent.push(bytes[0]),
    end: () => void sent.push('closed'),
  };
  return outlet;
}

test('a subscriber that does not keep up is skipped, and told how much it missed', () => {
  const live = newHub();
  const [slow, quick] = [slowOutlet(), slowOutlet()];
  live.subscribe('rts-1', slow, undefined);
  live.subscribe('rts-1', quick, undefined);
  live.passOn(fragment(1));
  slow.waiting = MAX_WAITING_BYTES + 1;
  live.passOn(fragment(2));
  live.passOn(fragment(3));
  slow.waiting = MAX_WAITING_BYTES;
  live.passOn(fragment(4));
  expect(slow.sent).toEqual(['1/1', 1, 'dropped 2', '1/4', 4]);
  expect(quick.sent).toEqual(['1/1', 1, '1/2', 2, '1/3', 3, '1/4', 4]);
});

test('an init segment that was skipped comes before what needs it, as soon as there is room', () => {
  const live = newHub();
  const slow = slowOutlet();
  live.subscribe('rts-1', slow, undefined);
  slow.waiting = MAX_WAITING_BYTES + 1;
  live.passOn(fragment(7));
  // However many takes begin meanwhile, nothing more waits for it.
  for (const take of [2, 3]) live.passOn(fragment(0, take));
  live.passOn(fragment(1, 3));
  expect(slow.sent).toEqual([]);
  slow.waiting = 0;
  live.passOn(fragment(2, 3));
  live.passOn(fragment(3, 3));
  live.end('rts-1');
  expect(slow.sent).toEqual(['dropped 2', '3/0', 0, '3/2', 2, '3/3', 3, 'ended', 'closed']);
});

test('nothing is kept but the init segment of the current take, and that not beyond the end', () => {
  const live = newHub();
  live.passOn(fragment(0));
  live.passOn(fragment(1));
  live.passOn(fragment(0, 2));
  expect(live.initOf('rts-1')?.header).toMatchObject({ take: 2, sequence: 0 });
  live.end('rts-1');
  expect(live.initOf('rts-1')).toBeUndefined();
});

test('who has unsubscribed hears nothing more', () => {
  const live = newHub();
  const gone = slowOutlet();
  live.subscribe('rts-1', gone, undefined)();
  live.passOn(fragment(1));
  live.end('rts-1');
  expect(gone.sent).toEqual([]);
});
