import type { TallylightError } from '../../contract/result.ts';
import type { Active } from './active.ts';
import { checkObedience } from './consent.ts';
import { watchDisk } from './disk-watch.ts';
import { watchRefusals } from './machine-watch.ts';
import { type PolicyWatch, watchPolicy } from './policy-watch.ts';
import type { Drive, RecorderContext } from './recorder-context.ts';

/** Follows system, policy, service and disk while something records: each of them may end it, or channels of it. */
export function watchRecording(recording: Active, context: RecorderContext, drive: Drive): PolicyWatch {
  const { parts, state, policies, note, tellTrouble } = context;
  const { stopFor, over, broke } = drive;
  const kinds = new Set(recording.channels.map(({ channel }) => channel.kind));
  const endRefusals = watchRefusals(parts, kinds, (kind, error) => {
    const refused = recording.channels.filter(({ channel }) => channel.kind === kind);
    recording.run.refuse(new Set(refused.map(({ channel }) => channel.id)), error).catch(broke);
  });
  const policy = watchPolicy(recording, {
    accept: (view) => policies.accept(recording.grant, view, recording.client.keys),
    obeyed: (inForce) => checkObedience(inForce, parts.seesLock === true),
    audit: note,
    trouble: tellTrouble,
    stop: (error) => stopFor('policy', error),
    over,
    bug: broke,
  });
  const isStored = recording.channels.some(({ mode }) => mode === 'keep');
  const endDisk = isStored
    ? watchDisk(parts.freeBytes, {
        low: tellTrouble,
        roomy: () => {
          if (state.trouble?.code !== 'disk-low') return;
          state.trouble = null;
          parts.onChange();
        },
        over: (error) => endStoring(context, drive, error),
        bug: broke,
      })
    : () => undefined;
  return {
    seen: policy.seen,
    end: () => {
      endRefusals();
      policy.end();
      endDisk();
    },
  };
}

/** Nothing more can be stored: what is live only goes on, and where nothing is, the recording ends. */
export function endStoring(
  { state, tellTrouble }: RecorderContext,
  { stopFor, broke }: Drive,
  error: TallylightError,
): void {
  const recording = state.active;
  if (recording === undefined) return;
  const stored = recording.channels.filter(({ mode }) => mode === 'keep').map(({ channel }) => channel.id);
  if (stored.length === recording.channels.length) stopFor('storage', error);
  else {
    tellTrouble(error);
    recording.run.refuse(new Set(stored), error).catch(broke);
  }
}
