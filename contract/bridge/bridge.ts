import type { z } from 'zod';
import type { Result } from '../result.ts';
import type { CallName } from './names.ts';
import type { CALLS } from './schema.ts';
import type { Snapshot } from './snapshot.ts';

export type Request<N extends CallName> = z.infer<(typeof CALLS)[N]['request']>;
export type Response<N extends CallName> = z.infer<(typeof CALLS)[N]['response']>;

/** One handler per call; what `main/bridge` serves and nothing beside it. */
export type Handlers = { readonly [N in CallName]: (request: Request<N>) => Promise<Result<Response<N>>> };

/** The bridge as a face sees it, the same over Electron IPC and over the loopback WebSocket. */
export type Bridge = {
  call<N extends CallName>(name: N, request: Request<N>): Promise<Result<Response<N>>>;
  /** Calls back with the latest snapshot at once and with each further one; returns its own unsubscribe. */
  onSnapshot(listener: (snapshot: Snapshot) => void): () => void;
  /** Tells whether main can be reached; a face without main must not show a stale light. */
  onConnection(listener: (connected: boolean) => void): () => void;
};
