import type { PermissionFacts } from '../contract/spoken/permission-en.ts';
import { type Said, said } from '../contract/spoken/spoken.ts';
import type { Evidence, NextStep, Permission } from './permission.ts';

export type ScreenFacts = {
  /** CGPreflightScreenCaptureAccess; undefined where it cannot be called. False also where nobody was ever asked. */
  readonly preflight: boolean | undefined;
  /** Electron's getMediaAccessStatus('screen'), which is the same function behind another name. */
  readonly electron: string | undefined;
  /** Whether macOS was ever made to ask, as far as anybody remembers. */
  readonly wasAsked: boolean;
  /** macOS said `granted` to this process, which then needs no memory to know that somebody was asked. */
  readonly wasGranted: boolean;
  /** In this process macOS was made to ask, or its settings were opened: a grant may have come that it cannot see. */
  readonly mayHaveChanged: boolean;
  readonly evidence: Evidence | undefined;
  /** An earlier process found the grant stale, and nobody has seen a picture since. */
  readonly wasStale: boolean;
  /** Whose permission it is. */
  readonly subject: PermissionFacts['subject'];
  /** Of the app that macOS asks for. */
  readonly bundleId: string | undefined;
};

/**
 * What macOS says of the screen. A bool is all it has: "never asked" reads as denied, a grant is seen only by a
 * process that starts after it (electron#36722), and one that was given to another build of the app stays `granted`
 * while the picture is empty.
 */
export function screenFrom(facts: ScreenFacts): Permission {
  const { evidence, subject } = facts;
  const source = sourceOf(facts);
  const say = (state: Permission['state'], sentence: Said, nextStep: NextStep | null): Permission => ({
    kind: 'screen-capture',
    state,
    source,
    said: sentence,
    nextStep,
  });

  if (facts.electron === 'restricted')
    return say('restricted', said('mac-screen-restricted'), {
      kind: 'ask-admin',
      said: said('mac-screen-ask-admin', { subject }),
    });
  if (isRefused(facts)) {
    if (facts.mayHaveChanged)
      return say('denied', said('mac-screen-not-yet', { subject }), {
        kind: 'quit-and-reopen',
        said: said('mac-screen-reopen-if-allowed'),
      });
    // Believed, not measured: a process that had the grant is told at once when it is taken away.
    if (facts.wasAsked || facts.wasGranted)
      return say('denied', said('mac-screen-denied', { subject }), {
        kind: 'open-settings',
        said: said('mac-screen-allow', { subject }),
      });
    return say('not-determined', said('mac-screen-unasked', { subject }), {
      kind: 'ask',
      said: said('mac-screen-let-ask'),
    });
  }
  if (!isGranted(facts))
    return say('unknown', said('mac-screen-unknown'), {
      kind: 'open-settings',
      said: said('mac-screen-see-allowed', { subject }),
    });
  if (evidence === 'empty' || evidence === 'nothing') {
    const denied = say(
      'denied',
      evidence === 'empty' ? said('mac-screen-black', { subject }) : said('mac-screen-nothing', { subject }),
      facts.wasStale ? reset(facts) : REOPEN,
    );
    return { ...denied, byCapture: true };
  }
  return say('granted', said('mac-screen-granted', { subject }), null);
}

/** By macOS itself, which says the same where nobody was asked. */
export function isRefused({ preflight, electron }: Pick<ScreenFacts, 'preflight' | 'electron'>): boolean {
  return preflight === false || electron === 'denied' || electron === 'not-determined';
}

/** By macOS itself, which says the same of a grant for another copy of the app. */
export function isGranted(said: Pick<ScreenFacts, 'preflight' | 'electron'>): boolean {
  return !isRefused(said) && (said.preflight === true || said.electron === 'granted');
}

const REOPEN: NextStep = {
  kind: 'quit-and-reopen',
  said: said('mac-screen-reopen'),
};

function reset({ subject, bundleId }: ScreenFacts): NextStep {
  return bundleId === undefined
    ? {
        kind: 'reset',
        said: said('mac-screen-remove', { subject }),
      }
    : {
        kind: 'reset',
        said: said('mac-screen-reset', { subject }),
        command: `tccutil reset ScreenCapture ${bundleId}`,
      };
}

function sourceOf(facts: ScreenFacts): string {
  const { preflight, electron, evidence, wasAsked, wasGranted, wasStale } = facts;
  return [
    `CGPreflightScreenCaptureAccess ${preflight ?? 'not to be called'}`,
    ...(electron === undefined ? [] : [`Electron ${electron}`]),
    wasAsked ? 'asked before' : 'never asked as far as known',
    ...(wasGranted && isRefused(facts) ? ['granted before in this run'] : []),
    ...(wasStale ? ['stale in an earlier run'] : []),
    ...(evidence === undefined ? [] : [`capture ${evidence}`]),
  ].join(', ');
}
