import type { AuditEvent } from '../../contract/audit.ts';
import type { Policy } from '../../contract/policy.ts';
import { ok, type Result } from '../../contract/result.ts';
import type { SessionView } from '../../contract/wire.ts';
import { holdToken, type TokenHolder } from '../auth/token.ts';
import { type ServiceClient, serviceClient } from '../delivery/service-client.ts';
import type { Grant, Host } from '../host.ts';
import type { PolicyKeeper } from '../policy/keeper.ts';

/** A session of the media service that this client may use, with what the person is to be told about it. */
export type Connected = {
  readonly grant: Grant;
  readonly tokens: TokenHolder;
  readonly client: ServiceClient;
  readonly view: SessionView;
  /** What applies here: the strictest of what the service signed and of what else is known (main/policy). */
  readonly policy: Policy;
};

export type ConnectParts = {
  readonly host: Pick<Host, 'connection' | 'log'>;
  readonly policies: PolicyKeeper;
  readonly audit: (event: AuditEvent) => Promise<unknown>;
  readonly now: () => Date;
  /** An answer of this session's service said which policy is in force. */
  readonly policySeen: (sessionId: string, version: number) => void;
};

/**
 * Asks your backend for a session, then the media service for its terms. Nothing is shown of a policy that nobody vouches
 * for: `policy-untrusted`, which is in the audit log by then.
 */
export async function connect(parts: ConnectParts): Promise<Result<Connected>> {
  const { host, policies, now } = parts;
  const opened = await host.connection.open();
  if (!opened.ok) return opened;
  const grant = opened.value;
  const client = serviceClient(grant.server, grant.sessionId, {
    policyVersion: (version) => parts.policySeen(grant.sessionId, version),
  });
  const view = await client.session(grant.token);
  if (!view.ok) return view;
  const policy = await acceptPolicy({ grant, client, policies, audit: parts.audit }, view.value);
  if (!policy.ok) return policy;
  const tokens = holdToken({
    grant,
    connection: host.connection,
    log: host.log,
    now: () => now().getTime(),
  });
  return ok({ grant, tokens, client, view: view.value, policy: policy.value });
}

/** What applies under a view of the session; a policy that cannot be verified is noted in the audit log. */
export async function acceptPolicy(
  {
    grant,
    client,
    policies,
    audit,
  }: Pick<Connected, 'grant' | 'client'> & Pick<ConnectParts, 'policies' | 'audit'>,
  view: SessionView,
): Promise<Result<Policy>> {
  const accepted = await policies.accept(grant, view, client.keys);
  if (!accepted.ok && accepted.error.code === 'policy-untrusted') {
    const { detail: reason = '' } = accepted.error;
    await audit({ type: 'policy.refused', sessionId: grant.sessionId, reason });
  }
  return accepted;
}
