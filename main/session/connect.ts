import { ok, type Result } from '../../contract/result.ts';
import type { SessionView } from '../../contract/wire.ts';
import { holdToken, type TokenHolder } from '../auth/token.ts';
import { type ServiceClient, serviceClient } from '../delivery/service-client.ts';
import type { Grant, Host } from '../host.ts';

/** A session of the media service that this client may use, with what the person is to be told about it. */
export type Connected = {
  readonly grant: Grant;
  readonly tokens: TokenHolder;
  readonly client: ServiceClient;
  readonly view: SessionView;
};

/** Asks your backend for a session, then the media service for its terms. */
export async function connect(host: Host, now: () => Date): Promise<Result<Connected>> {
  const grant = await host.connection.open();
  if (!grant.ok) return grant;
  const client = serviceClient(grant.value.server, grant.value.sessionId);
  const view = await client.session(grant.value.token);
  if (!view.ok) return view;
  const tokens = holdToken(grant.value, host.connection, host.log, () => now().getTime());
  return ok({ grant: grant.value, tokens, client, view: view.value });
}
