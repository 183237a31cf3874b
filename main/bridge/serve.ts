import type { Handlers } from '../../contract/bridge/bridge.ts';
import { CALL_NAMES, type CallName } from '../../contract/bridge/names.ts';
import { CALLS } from '../../contract/bridge/schema.ts';
import { fail, type Result } from '../../contract/result.ts';
import type { Log } from '../host.ts';

/**
 * The only way from a face into main: name known, request parsed, handler run, answer parsed. Whatever a face sends,
 * it gets a Result; a bug behind it becomes `internal` and is logged with its cause.
 */
export function serveBridge(
  handlers: Handlers,
  log: Log,
): (name: string, request: unknown) => Promise<Result<unknown>> {
  return async (name, request) => {
    if (!isCallName(name)) return fail('bad-request', 'no such call');
    const parsed = CALLS[name].request.safeParse(request);
    if (!parsed.success) return fail('bad-request', issues(name, parsed.error.issues));
    try {
      // The table gives name, request and handler the same type, which TypeScript cannot follow through a union.
      const handler = handlers[name] as (request: unknown) => Promise<Result<unknown>>;
      const answer = await handler(parsed.data);
      if (!answer.ok)
        log('bridge.refused', { name, code: answer.error.code, detail: answer.error.detail ?? null });
      return answer.ok ? { ok: true, value: CALLS[name].response.parse(answer.value) } : answer;
    } catch (error) {
      log('bridge.bug', {
        name,
        cause: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
      return fail('internal', name);
    }
  };
}

function isCallName(name: string): name is CallName {
  return (CALL_NAMES as readonly string[]).includes(name);
}

/** Where a request is wrong, without repeating what it held. */
function issues(
  name: string,
  found: readonly { readonly path: readonly PropertyKey[]; readonly code?: string }[],
): string {
  const places = found.map(
    ({ path, code }) => `${path.map(String).join('.') || 'request'}: ${code ?? 'invalid'}`,
  );
  return `${name}: ${places.join('; ')}`;
}
