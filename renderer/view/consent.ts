import type { Snapshot, TermsView } from '../../contract/bridge/snapshot.ts';
import type { CallUnderWay } from '../store/face.ts';
import { words } from '../words.ts';
import { choicesOf } from './choices.ts';
import { count, figure, listOf } from './format.ts';
import { summaryOf } from './summary.ts';

/** One thing the person is told before they agree. `care`: something to take care of. */
export type ConsentFact = { readonly about: string; readonly said: string; readonly care?: true };

/** Everything that is on the screen for the person to agree to, in its order; what is sent with their yes is made of it. */
export type Consent = {
  readonly facts: readonly ConsentFact[];
  /** What becomes of each channel; empty where none is chosen. */
  readonly summary: string;
};

/** From two hours on whole hours are called that: 8 hours, 90 minutes. */
function minutes(amount: number): string {
  return amount >= 120 && amount % 60 === 0
    ? words.terms.hours(count(amount / 60))
    : words.terms.minutes(count(amount), amount);
}

function termsFacts(terms: TermsView, keepsNothing: boolean): readonly ConsentFact[] {
  const { organisation, retentionDays: days, recipients, localCopy, maxSessionMinutes: longest } = terms;
  const retention = days === null ? words.terms.forever : words.terms.days(count(days), days);
  const here = {
    about: words.terms.here,
    said: localCopy === 'keep' ? words.terms.stays : words.terms.purged,
  };
  return [
    { about: words.terms.asks, said: words.idle.policy(organisation, figure(terms.policyVersion)) },
    { about: words.terms.purpose, said: terms.purpose },
    { about: words.terms.retention, said: keepsNothing ? words.terms.nothingKept : retention },
    {
      about: words.terms.recipients,
      said: recipients.length === 0 ? words.terms.nobody(organisation) : listOf(recipients),
    },
    ...(keepsNothing ? [] : [here]),
    ...(longest === null
      ? []
      : [{ about: words.terms.longest, said: words.terms.endsAfter(minutes(longest)) }]),
  ];
}

/** What is said of keeping is said only where something is kept, or nothing is chosen yet. */
export function consentOf(snapshot: Snapshot, calls: readonly CallUnderWay[]): Consent {
  const { terms, protection } = snapshot;
  const choices = choicesOf(snapshot, calls);
  const chosen = choices.filter(({ mode }) => mode !== 'off');
  const keepsNothing = chosen.length > 0 && chosen.every(({ mode }) => mode === 'live');
  const warning = keepsNothing ? null : protection.warning;
  return {
    facts: [
      ...(terms === null ? [] : termsFacts(terms, keepsNothing)),
      ...(warning === null
        ? []
        : [{ about: words.terms.key, said: words.spoken.protection[warning], care: true } as const]),
    ],
    summary: summaryOf(choices),
  };
}

/** The same as text, word for word: a line for each fact, a tab between what it is about and what is said of it. */
export function consentText({ facts, summary }: Consent): string {
  return [words.terms.title, ...facts.map(({ about, said }) => `${about}\t${said}`), summary].join('\n');
}
