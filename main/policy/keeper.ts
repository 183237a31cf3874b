import type { AuditEvent } from '../../contract/audit.ts';
import type { Policy } from '../../contract/policy.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import type { KeySet } from '../../contract/wire.ts';
import { isUnreached } from '../delivery/unreached.ts';
import type { Grant, Host } from '../host.ts';
import { policyCacheIn } from './cache.ts';
import { effectivePolicy } from './effective.ts';
import { POLICY_FILE, readLocalPolicy } from './local.ts';
import { kidOf, openSigned, type ServiceKey } from './signed.ts';
import { policyIn, type ToldPolicy, verifiedPolicy } from './signed-policy.ts';
import { keyAmong, maySign, originOf, trustIn } from './trust.ts';

/** The admin's word as this device keeps it: which key it is signed with, what was said last, and what applies here. */
export type PolicyKeeper = {
  /**
   * Verifies what a session says of its policy and answers the strictest of all that is known here; `keys` asks the
   * service for its public keys where it is met for the first time. Errors: `policy-untrusted`, those of the disk,
   * `service-unreachable`.
   */
  readonly accept: (
    grant: Pick<Grant, 'server' | 'serviceKey'>,
    told: ToldPolicy,
    keys: () => Promise<Result<KeySet>>,
  ) => Promise<Result<Policy>>;
  /** What the service at this address signed, by its pinned key; never by one that is first met. Error: `policy-untrusted`. */
  readonly opened: (server: string, jws: string, typ: string) => Promise<Result<unknown>>;
  /** Whether two addresses are one service: the same origin, or known to sign with the same key. */
  readonly isSame: (first: string, second: string) => Promise<boolean>;
};

export function policyKeeper({
  dataDir,
  env,
  log,
  now,
  audit,
}: Pick<Host, 'dataDir' | 'env' | 'log'> & {
  readonly now: () => Date;
  readonly audit: (event: AuditEvent) => Promise<unknown>;
}): PolicyKeeper {
  const trust = trustIn(dataDir, now);
  const cache = policyCacheIn(dataDir);

  async function accept(
    { server, serviceKey: named }: Pick<Grant, 'server' | 'serviceKey'>,
    told: ToldPolicy,
    keys: () => Promise<Result<KeySet>>,
  ): Promise<Result<Policy>> {
    const kid = kidOf(told.policy_jws);
    if (kid === undefined) return fail('policy-untrusted', 'it is not signed');
    const pinned = await trust.pinned(server);
    if (!pinned.ok) return pinned;
    const allowed = maySign(kid, named, pinned.value?.kid);
    if (!allowed.ok) return allowed;
    const isPinned = pinned.value?.kid === kid;
    const key = isPinned ? ok(pinned.value) : await published(kid, keys);
    if (!key.ok) return key;
    const claims = await verifiedPolicy(told, key.value);
    if (!claims.ok) return claims;
    if (!isPinned) {
      const kept = await trust.pin(server, key.value);
      if (!kept.ok) return kept;
      const origin = originOf(server);
      const fromKid = pinned.value?.kid;
      log('trust.pinned', { origin, kid, replaced: fromKid ?? null });
      if (fromKid !== undefined) await audit({ type: 'trust.replaced', origin, fromKid, toKid: kid });
    }
    const { tenant, collection, policy } = claims.value;
    const scope = { origin: originOf(server), tenant, collection };
    const cached = await newestKnown(scope, key.value);
    if (cached === undefined || cached.version < policy.version) {
      const kept = await cache.write(scope, told.policy_jws);
      if (!kept.ok) return kept;
    }
    const local = await readLocalPolicy(env[POLICY_FILE]);
    if (!local.ok) return local;
    const others = cached === undefined || cached.version < policy.version ? [] : [cached];
    if (cached !== undefined && cached.version > policy.version)
      log('policy.older', { version: policy.version, known: cached.version });
    return ok(effectivePolicy(policy, others, local.value));
  }

  async function newestKnown(
    scope: Parameters<typeof cache.read>[0],
    key: ServiceKey,
  ): Promise<Policy | undefined> {
    const jws = await cache.read(scope);
    if (jws === undefined) return undefined;
    const claims = await policyIn(jws, key);
    if (claims.ok && claims.value.tenant === scope.tenant && claims.value.collection === scope.collection)
      return claims.value.policy;
    log('policy.cached-untrusted', { collection: scope.collection });
    return undefined;
  }

  return {
    accept,
    opened: async (server, jws, typ) => {
      const pinned = await trust.pinned(server);
      if (!pinned.ok) return pinned;
      return pinned.value === undefined
        ? fail('policy-untrusted', 'no key of this service is pinned')
        : openSigned(jws, pinned.value, typ);
    },
    isSame: async (first, second) => {
      if (originOf(first) === originOf(second)) return true;
      const [one, other] = [await trust.pinned(first), await trust.pinned(second)];
      return one.ok && other.ok && one.value !== undefined && one.value.kid === other.value?.kid;
    },
  };
}

async function published(kid: string, keys: () => Promise<Result<KeySet>>): Promise<Result<ServiceKey>> {
  const asked = await keys();
  if (asked.ok) return keyAmong(asked.value, kid);
  // Not there at the moment is no word on the key.
  return isUnreached(asked.error)
    ? asked
    : fail('policy-untrusted', `the service does not publish its keys: ${asked.error.code}`);
}
