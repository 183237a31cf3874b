import type { ChannelView, Snapshot } from '../../contract/bridge/snapshot.ts';
import { endedBy } from '../../contract/channel.ts';
import type { TallylightError } from '../../contract/result.ts';
import { words } from '../words.ts';
import { policyWords } from './choices.ts';
import { isChoosing, isRunning } from './states.ts';

type Told = Pick<TallylightError, 'message' | 'action'>;
type Trouble = Told & Pick<TallylightError, 'code'>;
const { policy: changed, token, untrusted, revoked } = words.midway;

/** The trouble of a channel as it is told. One that a recording had is not a choice that the policy forbids. */
export function channelTold(trouble: Trouble, snapshot: Snapshot): Told {
  return endedBy(trouble) === 'policy' ? policyTold(snapshot) : trouble;
}

function policyTold({ terms }: Snapshot): Told {
  return { message: changed.message(policyWords(terms?.organisation ?? null)), action: changed.action };
}

/** The trouble of the session as it is told: what a recording had, and not what would have kept it from beginning. */
export function sessionTold(trouble: Trouble, snapshot: Snapshot): Told {
  const { state } = snapshot.session;
  const goesOn = isRunning(state);
  if (isChoosing(state) || state === 'failed') return trouble;
  if (endedBy(trouble) === 'person') return { message: revoked, action: trouble.action };
  switch (trouble.code) {
    case 'policy-untrusted':
      return goesOn ? untrusted : trouble;
    case 'token-expired':
    case 'not-authorised':
      return goesOn || state === 'delivering' ? tokenTold(trouble, snapshot) : trouble;
    default:
      return channelTold(trouble, snapshot);
  }
}

/** Without a token a recording goes on, and only its delivery waits. */
function tokenTold({ code }: Trouble, { session, channels }: Snapshot): Told {
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
