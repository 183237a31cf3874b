import type { Request, Response } from '../../contract/bridge/bridge.ts';
import type { CallName } from '../../contract/bridge/names.ts';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { Result } from '../../contract/result.ts';

/** One call on its way to main over the loopback WebSocket. */
export type CallMessage<N extends CallName = CallName> = {
  readonly kind: 'call';
  readonly id: number;
  readonly name: N;
  readonly request: Request<N>;
};

/** Everything main says over the loopback WebSocket. */
export type MainMessage =
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'reply'; readonly id: number; readonly result: Result<Response<CallName>> };
