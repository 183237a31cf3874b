import type { ChannelView, Snapshot } from '../../contract/bridge/snapshot.ts';
import { endedBy } from '../../contract/ended-by.ts';
import type { TallylightError } from '../../contract/result.ts';
import { sentenceOf } from '../../contract/spoken/spoken.ts';
import type { Told } from '../../contract/spoken/told.ts';
import { words } from '../words.ts';
import { policyWords } from './choices.ts';
import { errorWords } from './error-words.ts';
import { refusalOf } from './permission.ts';
import { isChoosing, isRunning } from './states.ts';

type Trouble = Pick<TallylightError, 'code' | 'meaning'>;

/** The trouble of a channel as it is told. One that a recording had is not a choice that the policy forbids. */
export function channelTold(trouble: Trouble, { kind }: Pick<ChannelView, 'kind'>, snapshot: Snapshot): Told {
  if (endedBy(trouble) === 'policy') return policyTold(snapshot);
  const plain = errorWords(trouble);
  const refusal = trouble.code === 'permission-denied' ? refusalOf(kind, snapshot) : undefined;
  if (refusal === undefined) return plain;
  const { said, nextStep } = refusal;
  const action = nextStep === null ? plain.action : sentenceOf(nextStep.said, words.spoken);
  return { message: sentenceOf(said, words.spoken), action };
}

function policyTold({ terms }: Snapshot): Told {
  const { policy: changed } = words.midway;
  return { message: changed.message(policyWords(terms?.organisation ?? null)), action: changed.action };
}

/** The trouble of the session as it is told: what a recording had, and not what would have kept it from beginning. */
export function sessionTold(trouble: Trouble, snapshot: Snapshot): Told {
  const { state } = snapshot.session;
  const goesOn = isRunning(state);
  const plain = errorWords(trouble);
  if (isChoosing(state) || state === 'failed') return plain;
  switch (endedBy(trouble)) {
    case 'person':
      return { message: words.midway.revoked, action: plain.action };
    case 'policy':
      return policyTold(snapshot);
    case null:
  }
  switch (trouble.code) {
    case 'policy-untrusted':
      return goesOn ? words.midway.untrusted : plain;
    case 'token-expired':
    case 'not-authorised':
      return goesOn || state === 'delivering' ? tokenTold(trouble, snapshot) : plain;
    default:
      return plain;
  }
}

/** Without a token a recording goes on, and only its delivery waits. */
function tokenTold({ code }: Trouble, { session, channels }: Snapshot): Told {
  const { token } = words.midway;
  const keeps = channels.some(({ mode }) => mode === 'keep');
  const safe = session.state === 'delivering' ? token.delivering : keeps ? token.recording : token.liveLost;
  return {
    message: code === 'token-expired' ? token.expired : token.refused,
    action: `${safe} ${token.stays}`,
  };
}

/** Whether the person took their consent back for it: that is no trouble, and nothing more of it is captured. */
export function isRevoked({ trouble }: Pick<ChannelView, 'trouble'>): boolean {
  return endedBy(trouble) === 'person';
}
