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
  /** Whose permission it is, e.g. `Tallylight`. */
  readonly subject: string;
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
  const say = (state: Permission['state'], sentence: string, nextStep: NextStep | null): Permission => ({
    kind: 'screen-capture',
    state,
    source,
    sentence,
    nextStep,
  });

  if (facts.electron === 'restricted')
    return say('restricted', 'Your organisation does not allow screen recording on this Mac.', {
      kind: 'ask-admin',
      sentence: `Ask your admin to allow screen recording for ${subject}.`,
    });
  if (isRefused(facts)) {
    if (facts.mayHaveChanged)
      return say('denied', `macOS does not let ${subject} record the screen yet.`, {
        kind: 'quit-and-reopen',
        sentence: `If you have allowed it, quit and reopen Tallylight: macOS shows it only to an app that starts afterwards.`,
      });
    // Believed, not measured: a process that had the grant is told at once when it is taken away.
    if (facts.wasAsked || facts.wasGranted)
      return say('denied', `macOS does not let ${subject} record the screen.`, {
        kind: 'open-settings',
        sentence: `Allow ${subject} under Privacy & Security, Screen & System Audio Recording.`,
      });
    return say('not-determined', `macOS has not been asked yet whether ${subject} may record the screen.`, {
      kind: 'ask',
      sentence: 'Let macOS ask. After you allow it, quit and reopen Tallylight.',
    });
  }
  if (!isGranted(facts))
    return say('unknown', 'Nobody here can ask macOS about the screen; it shows when the recording begins.', {
      kind: 'open-settings',
      sentence: `See that ${subject} is allowed under Privacy & Security, Screen & System Audio Recording.`,
    });
  if (evidence === 'empty' || evidence === 'nothing') {
    const seen = evidence === 'empty' ? 'every picture was black' : 'no picture came';
    const denied = say(
      'denied',
      `macOS says that ${subject} may record the screen, but ${seen}.`,
      facts.wasStale ? reset(facts) : REOPEN,
    );
    return { ...denied, byCapture: true };
  }
  return say('granted', `macOS lets ${subject} record the screen.`, null);
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
  sentence: 'Quit and reopen Tallylight; a permission often takes hold only then.',
};

function reset({ subject, bundleId }: ScreenFacts): NextStep {
  return bundleId === undefined
    ? {
        kind: 'reset',
        sentence: `Remove ${subject} from the list under Privacy & Security, Screen & System Audio Recording, reopen Tallylight and allow it anew.`,
      }
    : {
        kind: 'reset',
        sentence: `The permission is for an older copy of ${subject}. Run this line in Terminal, reopen Tallylight and allow it anew.`,
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
