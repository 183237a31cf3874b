import type { Handlers } from '../../contract/bridge/bridge.ts';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { ok, type Result } from '../../contract/result.ts';
import type { Library } from '../library/library.ts';

/** What a person can do with recordings from a face. Paths never come from there. */
export function libraryCalls(
  library: Library,
  latest: () => Snapshot,
): Pick<
  Handlers,
  | 'library.list'
  | 'library.verify'
  | 'library.export'
  | 'library.cancel'
  | 'library.delete'
  | 'library.open'
  | 'library.close'
> {
  const answered = (result: Result<unknown>) => (result.ok ? ok(latest()) : result);
  return {
    'library.list': ({ from, limit }) => library.list(from, limit),
    'library.verify': ({ sessionId }) => library.verify(sessionId),
    'library.export': ({ sessionId, perChannel }) => library.export(sessionId, perChannel),
    'library.cancel': async () => {
      await library.cancel();
      return ok(latest());
    },
    'library.open': ({ sessionId }) => library.playing.open(sessionId),
    'library.close': async () => {
      await library.playing.close();
      return ok(latest());
    },
    'library.delete': async ({ sessionId }) => answered(await library.erase(sessionId)),
  };
}
