import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorOf } from '../../contract/result.ts';
import { type Session, type SessionEvent, step } from './machine.ts';

const error = errorOf('channel-lost');
const SESSIONS: Session[] = [
  { state: 'idle' },
  { state: 'consenting' },
  { state: 'starting' },
  { state: 'recording' },
  { state: 'paused', by: 'person' },
  { state: 'paused', by: 'sleep' },
  { state: 'paused', by: 'lock' },
  { state: 'stopping' },
  { state: 'delivering' },
  { state: 'complete' },
  { state: 'failed', error, kept: true },
];
const EVENTS: SessionEvent[] = [
  { type: 'agree' },
  { type: 'go-on' },
  { type: 'consented' },
  { type: 'refused' },
  { type: 'first-fragment' },
  { type: 'pause', reason: 'person' },
  { type: 'pause', reason: 'sleep' },
  { type: 'pause', reason: 'lock' },
  { type: 'resume', by: 'person' },
  { type: 'resume', by: 'wake' },
  { type: 'resume', by: 'unlock' },
  { type: 'stop', reason: 'person' },
  { type: 'released' },
  { type: 'confirmed' },
  { type: 'failed', error, kept: true },
  { type: 'renew' },
];

/** The picture of the machine: every transition there is; what is not here is refused. */
const PICTURE = `
idle --agree--> consenting [prepare]
idle --go-on--> consenting [prepare-again]
consenting --consented--> starting [open-channels]
consenting --refused--> idle []
consenting --failed--> failed [abandon]
starting --first-fragment--> recording []
starting --pause by person--> paused by person [pause-channels]
starting --pause by sleep--> paused by sleep [pause-channels]
starting --pause by lock--> paused by lock [pause-channels]
starting --stop--> stopping [close-channels]
starting --failed--> failed [abandon]
recording --pause by person--> paused by person [pause-channels]
recording --pause by sleep--> paused by sleep [pause-channels]
recording --pause by lock--> paused by lock [pause-channels]
recording --stop--> stopping [close-channels]
recording --failed--> failed [abandon]
paused by person --resume by person--> recording [resume-channels]
paused by person --stop--> stopping [close-channels]
paused by person --failed--> failed [abandon]
paused by sleep --pause by lock--> paused by lock []
paused by sleep --resume by person--> recording [resume-channels]
paused by sleep --resume by wake--> recording [resume-channels]
paused by sleep --stop--> stopping [close-channels]
paused by sleep --failed--> failed [abandon]
paused by lock --resume by person--> recording [resume-channels]
paused by lock --resume by unlock--> recording [resume-channels]
paused by lock --stop--> stopping [close-channels]
paused by lock --failed--> failed [abandon]
stopping --released--> delivering [deliver]
stopping --failed--> failed [abandon]
delivering --confirmed--> complete [conclude]
delivering --failed--> failed [abandon]
delivering --renew--> idle [open-session]
complete --renew--> idle [open-session]
failed --renew--> idle [open-session]
`;

test('every state answers every event as the picture shows, and refuses all others', () => {
  const named = (session: Session) =>
    session.state === 'paused' ? `paused by ${session.by}` : session.state;
  const said = (event: SessionEvent) => {
    if (event.type === 'pause') return `pause by ${event.reason}`;
    return event.type === 'resume' ? `resume by ${event.by}` : event.type;
  };
  const drawn = SESSIONS.flatMap((session) =>
    EVENTS.flatMap((event) => {
      const taken = step(session, event);
      if (taken === undefined) return [];
      const effects = taken.effects.map((effect) => effect.type).join(', ');
      return [`${named(session)} --${said(event)}--> ${named(taken.next)} [${effects}]`];
    }),
  );
  expect(`\n${drawn.join('\n')}\n`).toBe(PICTURE);
});

test('[P01] no path reaches an open device without the person agreeing and the receipt being written', () => {
  for (const session of SESSIONS)
    for (const event of EVENTS)
      if (step(session, event)?.effects.some((effect) => effect.type === 'open-channels'))
        expect([session.state, event.type]).toEqual(['consenting', 'consented']);
});

test('[P06] one event ends the session from every state in which a device may be open', () => {
  for (const session of [
    { state: 'starting' },
    { state: 'recording' },
    { state: 'paused', by: 'lock' },
  ] as const)
    expect(step(session, { type: 'stop', reason: 'person' })?.next.state).toBe('stopping');
});

test.each([
  ['person', 'person', true],
  ['person', 'wake', false],
  ['person', 'unlock', false],
  ['no-window', 'wake', false],
  ['sleep', 'wake', true],
  ['sleep', 'unlock', false],
  ['sleep', 'person', true],
  ['lock', 'unlock', true],
  ['lock', 'wake', false],
  ['lock', 'person', true],
] as const)('[P05] a pause by %s is ended by %s: %s', (paused, by, ends) => {
  const taken = step({ state: 'paused', by: paused }, { type: 'resume', by });
  expect(taken?.effects ?? []).toEqual(ends ? [{ type: 'resume-channels', by }] : []);
});

test('[P05] a machine that sleeps and is locked meanwhile does not record on while it is locked', () => {
  let session: Session = { state: 'recording' };
  const events: SessionEvent[] = [
    { type: 'pause', reason: 'sleep' },
    { type: 'pause', reason: 'lock' },
    { type: 'resume', by: 'wake' },
  ];
  for (const event of events) session = step(session, event)?.next ?? session;
  expect(session).toEqual({ state: 'paused', by: 'lock' });
  expect(step(session, { type: 'resume', by: 'unlock' })?.next.state).toBe('recording');
});

test('a failure keeps what it says is kept and never comes after the end', () => {
  for (const session of SESSIONS) {
    const failed = step(session, { type: 'failed', error, kept: true });
    if (['idle', 'complete', 'failed'].includes(session.state)) expect(failed).toBeUndefined();
    else expect(failed?.next).toEqual({ state: 'failed', error, kept: true });
  }
});

test('whatever happens in whatever order, devices are opened once, after consent, and closed again', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...EVENTS), { maxLength: 200 }), (events) => {
      let session: Session = { state: 'idle' };
      let devices: 'closed' | 'open' | 'paused' = 'closed';
      let consented = false;
      for (const event of events) {
        const taken = step(session, event);
        if (taken === undefined) continue;
        for (const { type } of taken.effects) {
          if (type === 'prepare' || type === 'prepare-again') consented = true;
          if (type === 'open-channels') expect([devices, consented]).toEqual(['closed', true]);
          if (type === 'pause-channels') expect(devices).toBe('open');
          if (type === 'resume-channels') expect(devices).toBe('paused');
          if (type === 'deliver' || type === 'open-session') expect(devices).toBe('closed');
          if (type === 'open-channels' || type === 'resume-channels') devices = 'open';
          if (type === 'pause-channels') devices = 'paused';
          if (type === 'close-channels' || type === 'abandon') devices = 'closed';
        }
        session = taken.next;
        if (session.state === 'idle') consented = false;
        const mayBeOpen = ['starting', 'recording', 'paused'].includes(session.state);
        expect(devices !== 'closed').toBe(mayBeOpen);
      }
    }),
    { numRuns: 1000 },
  );
});

test('[P06] from wherever a walk ends, a few events lead to an end that the person can leave', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...EVENTS), { maxLength: 60 }), (events) => {
      let session: Session = { state: 'idle' };
      const wayOut: SessionEvent[] = [
        { type: 'consented' },
        { type: 'stop', reason: 'person' },
        { type: 'released' },
      ];
      for (const event of [...events, ...wayOut, { type: 'renew' } as const])
        session = step(session, event)?.next ?? session;
      expect(session.state).toBe('idle');
    }),
  );
});
