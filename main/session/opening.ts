import { fail, ok, type Result, type TallylightError } from '../../contract/result.ts';
import type { BackgroundDelivery } from './background-delivery.ts';
import { connect } from './connect.ts';
import { eraseDeleted } from './deletions.ts';
import type { RecorderContext } from './recorder-context.ts';

/** Answers of a session's service that say which policy is in force. */
export type PolicySeen = (sessionId: string, version: number) => void;

export type Opening = Pick<BackgroundDelivery, 'letGo'> & { readonly policySeen: PolicySeen };

/**
 * A session and the channels of this machine; `because` is what made another session necessary. What was deleted on the
 * service it was opened with goes here too.
 */
export async function openSession(
  context: RecorderContext,
  { policySeen, letGo }: Opening,
  because?: TallylightError,
): Promise<void> {
  const { parts, state, choice, policies, note, reached } = context;
  const { host, now } = parts;
  // The tokens of a recording are let go when it is delivered.
  if (state.active === undefined) state.connected?.tokens.stop();
  state.connected = undefined;
  state.active = undefined;
  state.trouble = null;
  const [opened, channels] = await Promise.all([
    connect({ host, policies, audit: note, now, policySeen }),
    parts.listChannels(),
  ]);
  state.trouble ??= channels.ok ? null : channels.error;
  if (channels.ok && channels.value.channels.length === 0) state.trouble = channels.value.missing[0] ?? null;
  reached(opened.ok || opened.error.code === 'policy-untrusted');
  if (opened.ok) state.connected = opened.value;
  else state.trouble = opened.error;
  if (state.closed) state.connected?.tokens.stop();
  state.trouble = because ?? state.trouble;
  choice.settle(state.connected?.policy, channels.ok ? channels.value : undefined);
  parts.onChange();
  await followDeletions(context, letGo);
}

async function followDeletions(
  { parts, state, policies, note }: RecorderContext,
  letGo: Opening['letGo'],
): Promise<void> {
  const { connected } = state;
  if (connected === undefined || state.closed) return;
  const { grant, client, tokens } = connected;
  await eraseDeleted(
    { server: grant.server, ask: (request) => client.deletions(tokens.current(), request) },
    { vault: parts.vault, policies, audit: note, log: parts.host.log, letGo },
  );
}

/** Looks at the devices again, and asks for a session where there is none. */
export async function lookAgain(context: RecorderContext, opening: Opening): Promise<Result<void>> {
  const { parts, state, choice } = context;
  if (state.session.state !== 'idle') return fail('not-now', `look again while ${state.session.state}`);
  if (state.connected === undefined) await openSession(context, opening);
  else {
    const channels = await parts.listChannels();
    if (!channels.ok) return channels;
    choice.settle(state.connected.policy, channels.value);
  }
  parts.onChange();
  return ok(undefined);
}
