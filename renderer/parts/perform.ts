import type { Ask } from '../store/connect.ts';
import type { Face } from '../store/face.ts';
import type { ActionName } from '../view/actions.ts';
import { agreementOf } from '../view/agreement.ts';

/** What a button or its shortcut asks main for. Agreeing names the channels and modes, and tells the words, exactly as shown. */
export function perform(name: ActionName, { snapshot, calls }: Face, ask: Ask): void {
  if (name !== 'session.agree') {
    void ask(name, {});
    return;
  }
  const agreement = snapshot === null ? null : agreementOf(snapshot, calls);
  if (agreement !== null) void ask(name, agreement);
}
