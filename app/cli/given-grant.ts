import { sessionId } from '../../contract/fragment.ts';
import { fail, ok, type Result } from '../../contract/result.ts';
import { serviceAddress } from '../../main/delivery/address.ts';
import type { Grant } from '../../main/host.ts';
import type { Arguments } from './command.ts';

/** RFC 6750, section 2.1: what a token may be made of; anything else could not even be sent. */
const TOKEN = /^[\x21-\x7e]+$/;

/**
 * Service, session and token as they are given to a command; the token better by the environment, where other users of the
 * machine cannot see it. Errors: `usage`, `not-authorised`, `insecure-address`.
 */
export function grantIn(
  { server, session, token: shown }: Arguments,
  { TALLYLIGHT_TOKEN }: Readonly<Record<string, string | undefined>> = process.env,
): Result<Grant> {
  const token = (shown ?? TALLYLIGHT_TOKEN)?.trim();
  if (server === undefined || session === undefined)
    return fail('usage', '--server and --session are needed');
  if (token === undefined || token === '')
    return fail('not-authorised', 'there is none: give it in TALLYLIGHT_TOKEN');
  // It must not leave for anywhere, and nobody who records should have it.
  if (token.startsWith('tl_'))
    return fail('not-authorised', 'this is an API key: revoke it, it does not belong on this machine');
  if (!TOKEN.test(token)) return fail('not-authorised', 'it has letters that no token has');
  const address = serviceAddress(server);
  if (!address.ok && address.error.code === 'bad-request')
    return fail('usage', '--server takes an address like https://media.example.com');
  if (!address.ok) return address;
  if (!sessionId.safeParse(session).success) return fail('usage', '--session takes an id like cap-…');
  return ok({ server: address.value, sessionId: session, title: null, token, expiresAtMs: null });
}
