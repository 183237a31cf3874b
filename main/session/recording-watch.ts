import type { Active } from './active.ts';
import { checkObedience } from './consent.ts';
import { watchRefusals } from './machine-watch.ts';
import { type PolicyWatch, watchPolicy } from './policy-watch.ts';
import type { Drive, RecorderContext } from './recorder-context.ts';

/** Follows system, policy and service while something records: each of them may end it, or channels of it. */
export function watchRecording(
  recording: Active,
  { parts, policies, note, tellTrouble }: RecorderContext,
  { stopFor, over, broke }: Drive,
): PolicyWatch {
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
  return {
    seen: policy.seen,
    end: () => {
      endRefusals();
      policy.end();
    },
  };
}
