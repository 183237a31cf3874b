import type { Request } from '../../contract/bridge/bridge.ts';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import type { CallUnderWay } from '../store/face.ts';
import { language, words } from '../words.ts';
import { choicesOf } from './choices.ts';
import { consentOf, consentText } from './consent.ts';

/** What `session.agree` is told: exactly what is shown. Null where there is nothing one could agree to. */
export function agreementOf(
  snapshot: Snapshot,
  calls: readonly CallUnderWay[],
): Request<'session.agree'> | null {
  const channels = choicesOf(snapshot, calls).flatMap(({ channel, mode, follows }) =>
    mode === 'off' ? [] : [{ id: channel.id, mode, ...(follows === true ? { follow: true } : {}) }],
  );
  if (snapshot.terms === null || channels.length === 0) return null;
  const text = consentText(consentOf(snapshot, calls));
  return { channels, policyVersion: snapshot.terms.policyVersion, text, locale: language };
}

/** Why nobody can agree at the moment, in words; null when they can. */
export function whyNotAgree(snapshot: Snapshot, calls: readonly CallUnderWay[]): string | null {
  if (agreementOf(snapshot, calls) !== null) return null;
  if (snapshot.channels.length === 0) return words.blocked.channels;
  if (snapshot.terms !== null) return words.blocked.chosen;
  if (isUntrusted(snapshot)) return words.blocked.untrusted;
  return areTermsLate(snapshot) ? words.blocked.trouble : words.blocked.loading;
}

/** What stands where the terms are not there, and why. */
export function withoutTerms(snapshot: Snapshot): string {
  if (isUntrusted(snapshot)) return words.terms.untrusted;
  return areTermsLate(snapshot) ? words.terms.missing : words.terms.loading;
}

/** There are terms, but nobody can tell whether they are the organisation's. */
function isUntrusted({ trouble }: Snapshot): boolean {
  return trouble?.code === 'policy-untrusted';
}

/** Whether the terms are missing for a reason, and not just on their way. */
function areTermsLate({ terms, trouble, delivery }: Snapshot): boolean {
  return terms === null && (trouble !== null || delivery.connected === false);
}
