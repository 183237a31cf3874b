import { fail, ok, type Result } from '../../contract/result.ts';
import type { DestinationPlace } from '../destinations/destination.ts';
import { type Address, addressOf } from '../destinations/reach.ts';
import type { Targets } from '../events/targets.ts';

/** By its form alone, when somebody names it. Error: `destination-forbidden`. */
export function checkPlace(targets: Targets, place: DestinationPlace): Result<void> {
  const address = addressOf(place);
  const checked = address === undefined ? ok(undefined) : targets.check(address);
  return checked.ok ? ok(undefined) : fail('destination-forbidden', checked.error.detail);
}

/**
 * The addresses it has now; none: the provider's own. Errors: `destination-forbidden`, `destination-unreachable` where the name
 * has none.
 */
export async function locatePlace(
  targets: Targets,
  place: DestinationPlace,
): Promise<Result<readonly Address[]>> {
  const address = addressOf(place);
  if (address === undefined) return ok([]);
  try {
    const located = await targets.locate(address);
    return located.ok ? ok(located.value.addresses) : fail('destination-forbidden', located.error.detail);
  } catch {
    return fail('destination-unreachable', 'the name has no address');
  }
}

/** `s3 recordings/in/default/cap-…/vid-….mp4`: where an object lies, for people. */
export function inWords(place: DestinationPlace, object = ''): string {
  const within = [rootOf(place), object].filter((each) => each !== '').join('/');
  return `${place.kind} ${within}`;
}

function rootOf(place: DestinationPlace): string {
  if (place.kind === 'ftp' || place.kind === 'sftp')
    return `${place.host}:${place.port}/${place.directory.replace(/^\//, '')}`;
  const bucket = place.kind === 'azure' ? `${place.account}/${place.container}` : place.bucket;
  // Buckets of one name are several where the providers are.
  const whole = place.endpoint === undefined ? bucket : `${new URL(place.endpoint).host}/${bucket}`;
  return place.prefix === '' ? whole : `${whole}/${place.prefix}`;
}
