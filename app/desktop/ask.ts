import type { CallName } from '../../contract/bridge/names.ts';
import type { Capture } from '../../main/host.ts';
import { log } from './log.ts';

/** Asks main for what the person did outside a page; what is refused shows in the next snapshot, or nowhere but in the log. */
export async function ask(
  { call }: Pick<Capture, 'call'>,
  name: CallName,
  request: object = {},
): Promise<void> {
  const answer = await call(name, request);
  if (!answer.ok) log('shell.refused', { call: name, code: answer.error.code });
}
