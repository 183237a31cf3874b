import { fail, ok, type Result } from '../../contract/result.ts';
import type { DestinationPlace } from '../destinations/destination.ts';
import type { Targets } from '../events/targets.ts';

/** The address that is connected to; undefined: the provider's own, which nobody chooses. */
function addressOf(place: DestinationPlace): string | undefined {
  if (place.kind !== 'ftp' && place.kind !== 'sftp') return place.endpoint;
  const host = place.host.includes(':') ? `[${place.host}]` : place.host;
  // Which protocol it is does not matter here: hosts and ports are looked at, and whether it is protected was asked before.
  return `https://${host}:${place.port}/`;
}

/** By its form alone, when somebody names it. Error: `destination-forbidden`. */
export function checkPlace(targets: Targets, place: DestinationPlace): Result<void> {
  const address = addressOf(place);
  const checked = address === undefined ? ok(undefined) : targets.check(address);
  return checked.ok ? ok(undefined) : fail('destination-forbidden', checked.error.detail);
}

/** By the addresses it has now. Errors: `destination-forbidden`, `destination-unreachable` where the name has none. */
export async function locatePlace(targets: Targets, place: DestinationPlace): Promise<Result<void>> {
  const address = addressOf(place);
  if (address === undefined) return ok(undefined);
  try {
    const located = await targets.locate(address);
    return located.ok ? ok(undefined) : fail('destination-forbidden', located.error.detail);
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
