import { createHash } from 'node:crypto';
import { canonicalJson } from '../../contract/canonical.ts';
import type { ChannelMode } from '../../contract/channel.ts';
import { type ConsentReceipt, type ConsentStatement, fingerprintOf } from '../../contract/consent.ts';
import { isAllowed, type Policy } from '../../contract/policy.ts';
import { errorOf, type Failed, fail, meant, ok, type Result } from '../../contract/result.ts';
import type { SessionView } from '../../contract/wire.ts';
import type { AgreedChannel } from './run.ts';

/** What the person saw when they agreed, as the face sends it. */
export type Agreement = {
  readonly channels: readonly {
    readonly id: string;
    readonly mode: ChannelMode;
    /** Absent: the device that is the default now, and no other. */
    readonly follow?: boolean;
  }[];
  readonly policyVersion: number;
  /** What was on the screen or in the terminal, word for word, and its language (BCP 47). */
  readonly text: string;
  readonly locale: string;
};

/** Whose consent it is, to what. */
export type Terms = { readonly view: SessionView; readonly policy: Policy };

/**
 * Holds an agreement against what would be recorded. Errors: `nothing-chosen`, `policy-forbids`, and
 * `consent-missing` where the person saw something else than what is chosen now.
 */
export function checkAgreement(
  agreement: Agreement,
  chosen: readonly AgreedChannel[],
  terms: Terms,
): Result<ConsentStatement> {
  if (chosen.length === 0) return fail('nothing-chosen');
  const forbidden = chosen.find(({ channel, mode }) => !isAllowed(terms.policy, channel.kind, mode));
  if (forbidden !== undefined) return fail('policy-forbids', forbidden.channel.id);
  const seen = new Map(agreement.channels.map((channel) => [channel.id, channel]));
  const same =
    seen.size === chosen.length &&
    agreement.channels.length === chosen.length &&
    chosen.every(({ channel, mode, follow }) => {
      const shown = seen.get(channel.id);
      return shown?.mode === mode && (shown.follow ?? false) === follow;
    });
  if (!same) return fail('consent-missing', 'the choice changed after it was shown');
  if (agreement.policyVersion !== terms.policy.version) return fail('consent-missing', 'the policy changed');
  return ok(statementOf(agreement, chosen, terms));
}

/** The answer to whoever agreed and took it back before a device of the recording opened. */
export function withdrawn(): Failed {
  return fail('consent-missing', 'it was taken back');
}

/** A policy that cannot be obeyed here is not recorded under. Error: `policy-forbids`. */
export function checkObedience({ pauseOnLock }: Policy, seesLock: boolean): Result<void> {
  if (pauseOnLock !== true || seesLock) return ok(undefined);
  return {
    ok: false,
    error: meant(errorOf('policy-forbids', 'pauseOnLock'), 'lock-not-told'),
  };
}

export function statementOf(
  { text, locale }: Pick<Agreement, 'text' | 'locale'>,
  chosen: readonly AgreedChannel[],
  { view, policy }: Terms,
): ConsentStatement {
  const { organisation, purpose, retentionDays, recipients, localCopy, version, maxSessionMinutes } = policy;
  return {
    sessionId: view.session_id,
    endUserId: view.end_user_id,
    organisation,
    purpose,
    retentionDays,
    recipients,
    localCopy,
    policyVersion: version,
    maxSessionMinutes,
    text,
    locale,
    channels: chosen.map((agreed) => ({
      id: agreed.channel.id,
      name: agreedName(agreed),
      mode: agreed.mode,
      ...(agreed.follow ? { follow: true as const } : {}),
      ...fingerprintOf(agreed.channel),
    })),
  };
}

/** What a channel is called where somebody agrees to it: not by its present device where the default is followed. */
export function agreedName({ channel, follow }: AgreedChannel): string {
  if (!follow) return channel.name;
  const name = channel.name.replace(/ \(.+\)$/, '');
  return channel.kind === 'mic' ? `${name}, whichever it is` : `${name}, whichever device plays it`;
}

export function receiptFor(
  statement: ConsentStatement,
  act: ConsentReceipt['act'],
  at: Date,
): ConsentReceipt {
  const statementSha256 = createHash('sha256').update(canonicalJson(statement)).digest('hex');
  return { statement, statementSha256, agreedAt: at.toISOString(), act };
}
