import { canonicalJson } from '../../contract/canonical.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import { newId } from '../access/secret.ts';
import { type DestinationPlace, parseCredentials } from '../destinations/destination.ts';
import { sealCredentials } from '../destinations/sealed.ts';
import type { Parts } from '../parts.ts';
import type { DestinationOf, DestinationRecord } from '../store/records.ts';
import { checkPlace } from './places.ts';

export type Wish = {
  readonly place: DestinationPlace;
  readonly keepBackup: boolean;
  /** JSON; absent: those that are there, where the place is the same. */
  readonly credentials?: string | undefined;
};

/**
 * Says where the recordings of a collection are copied to from now on. Errors: `destination-forbidden`, `credentials-too-long`,
 * `credentials-invalid`, `credentials-missing` where there are none, or those of another place.
 */
export async function setDestination(
  parts: Parts,
  of: DestinationOf,
  { place, keepBackup, credentials }: Wish,
): Promise<Result<DestinationRecord>> {
  const { store, clock, redundancy } = parts;
  const checked = checkPlace(redundancy.targets, place);
  if (!checked.ok) return checked;
  const before = await store.destination(of);
  const secrets = credentials === undefined ? keptFor(before, place) : newSecrets(parts, place, credentials);
  if (!secrets.ok) return secrets;
  const { tenantId, collectionId, environment } = of;
  const destination: DestinationRecord = {
    ...{ tenantId, collectionId, environment, place, keepBackup },
    ...secrets.value,
    updatedAt: Math.floor(clock() / 1000),
  };
  await store.setDestination(destination, clock());
  // The credentials before must not stay readable in the files of the database.
  await store.scrub();
  redundancy.wake();
  return ok(destination);
}

type Secrets = Pick<DestinationRecord, 'id' | 'wrappedKey' | 'sealedCredentials' | 'credentialsAt'>;

/** Whoever may not know credentials could have them sent to a place of their own otherwise. */
function keptFor(before: DestinationRecord | undefined, place: DestinationPlace): Result<Secrets> {
  if (before === undefined || canonicalJson(before.place) !== canonicalJson(place))
    return fail('credentials-missing');
  const { id, wrappedKey, sealedCredentials, credentialsAt } = before;
  return ok({ id, wrappedKey, sealedCredentials, credentialsAt });
}

function newSecrets(
  { keyring, clock, redundancy }: Parts,
  place: DestinationPlace,
  credentials: string,
): Result<Secrets> {
  if ([...credentials].length > redundancy.credentialsMax)
    return fail('credentials-too-long', `${redundancy.credentialsMax} characters at most`);
  const parsed = parseCredentials(place.kind, credentials);
  if (!parsed.ok) return parsed;
  const id = newId('dst-');
  const wrappedKey = keyring.wrapNew({ kind: 'destination', id });
  const key = keyring.unwrap({ kind: 'destination', id }, wrappedKey);
  const sealedCredentials = sealCredentials(key, credentials);
  key.fill(0);
  return ok({ id, wrappedKey, sealedCredentials, credentialsAt: Math.floor(clock() / 1000) });
}

/** Copies are made here only from now on. Error: `destination-unset`. */
export async function removeDestination({ store }: Parts, of: DestinationOf): Promise<Result<void>> {
  if (!(await store.removeDestination(of))) return fail('destination-unset', of.collectionId);
  await store.scrub();
  return ok(undefined);
}
