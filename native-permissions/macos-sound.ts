import type { Evidence, NextStep, Permission, PermissionKind } from './permission.ts';

export type MacMicrophoneFacts = {
  /** Electron's getMediaAccessStatus('microphone'); undefined without Electron, which nobody stands in for. */
  readonly electron: string | undefined;
  /** The settings were opened in this process: a grant may have come that it cannot see. */
  readonly mayHaveChanged: boolean;
  readonly evidence: Evidence | undefined;
  readonly subject: string;
};

/** What macOS (AVCaptureDevice, by way of Electron) says of the microphone. */
export function macMicrophoneFrom({
  electron,
  mayHaveChanged,
  evidence,
  subject,
}: MacMicrophoneFacts): Permission {
  const say = sayer('microphone', `Electron ${electron ?? 'not there'}`, evidence);
  const page = 'under Privacy & Security, Microphone';
  switch (electron) {
    case 'restricted':
      return say('restricted', 'Your organisation does not allow the microphone on this Mac.', {
        kind: 'ask-admin',
        sentence: `Ask your admin to allow the microphone for ${subject}.`,
      });
    case 'denied':
      return say(
        'denied',
        `macOS does not let ${subject} use the microphone.`,
        mayHaveChanged
          ? { kind: 'quit-and-reopen', sentence: 'If you have allowed it, quit and reopen Tallylight.' }
          : { kind: 'open-settings', sentence: `Allow ${subject} ${page}.` },
      );
    case 'not-determined':
      return say('not-determined', `macOS has not asked yet whether ${subject} may use the microphone.`, {
        kind: 'ask',
        sentence: 'Let macOS ask, and allow it.',
      });
    case 'granted':
      if (evidence === 'empty')
        return say('unknown', 'macOS allows the microphone, but it gave nothing but digital silence.', {
          kind: 'open-settings',
          sentence: `See whether it is muted or the lid is closed, and that ${subject} is allowed ${page}.`,
        });
      if (evidence === 'nothing')
        return say('unknown', 'macOS allows the microphone, but nothing came from it.', {
          kind: 'open-settings',
          sentence: `See that it is plugged in, and that ${subject} is allowed ${page}.`,
        });
      return say('granted', `macOS lets ${subject} use the microphone.`, null);
    default:
      return evidence === 'content'
        ? say('granted', 'The microphone was heard.', null)
        : say(
            'unknown',
            'Nobody here can ask macOS about the microphone; it shows when the recording begins.',
            {
              kind: 'open-settings',
              sentence: `See that ${subject} is allowed ${page}.`,
            },
          );
  }
}

export type MacSystemAudioFacts = {
  /** What askForMediaAccess('system-audio') said; undefined where it was not asked, or does not know the type. */
  readonly answered: boolean | undefined;
  readonly evidence: Evidence | undefined;
  readonly subject: string;
};

/**
 * Nothing in macOS tells whether the system audio may be recorded, and what is refused is a track that ends at once,
 * or zeros. So only a sample that is not zero makes it `granted`, whatever anybody answers.
 */
export function macSystemAudioFrom({ answered, evidence, subject }: MacSystemAudioFacts): Permission {
  const said = answered === undefined ? 'macOS has no answer' : `askForMediaAccess ${answered}`;
  const say = sayer('system-audio', said, evidence);
  const open: NextStep = {
    kind: 'open-settings',
    sentence: `Allow ${subject} under Privacy & Security, Screen & System Audio Recording.`,
  };
  if (answered === false)
    return say('denied', `macOS does not let ${subject} record the system audio.`, open);
  switch (evidence) {
    case 'content':
      return say('granted', 'The system audio was heard.', null);
    case 'nothing':
      return say('denied', 'macOS gave no system audio at all, as it does where it is not allowed.', open);
    case 'empty':
      return say(
        'unknown',
        'Only silence came, as it does while nothing plays, and also where macOS does not allow it.',
        { ...open, sentence: `Play something. If it stays silent: ${open.sentence}` },
      );
    case undefined:
      return say(
        'unknown',
        'macOS tells nobody whether the system audio may be recorded; it shows with the first sound.',
        { kind: 'ask', sentence: 'macOS asks when the recording begins; allow it there.' },
      );
  }
}

function sayer(kind: PermissionKind, said: string, evidence: Evidence | undefined) {
  const source = evidence === undefined ? said : `${said}, capture ${evidence}`;
  return (state: Permission['state'], sentence: string, nextStep: NextStep | null): Permission => ({
    kind,
    state,
    source,
    sentence,
    nextStep,
  });
}
