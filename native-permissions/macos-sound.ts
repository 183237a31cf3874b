import type { PermissionFacts } from '../contract/spoken/permission-en.ts';
import { type Said, said } from '../contract/spoken/spoken.ts';
import type { Evidence, NextStep, Permission, PermissionKind } from './permission.ts';

export type MacMicrophoneFacts = {
  /** Electron's getMediaAccessStatus('microphone'); undefined without Electron, which nobody stands in for. */
  readonly electron: string | undefined;
  /** The settings were opened in this process: a grant may have come that it cannot see. */
  readonly mayHaveChanged: boolean;
  readonly evidence: Evidence | undefined;
  readonly subject: PermissionFacts['subject'];
};

/** What macOS (AVCaptureDevice, by way of Electron) says of the microphone. */
export function macMicrophoneFrom({
  electron,
  mayHaveChanged,
  evidence,
  subject,
}: MacMicrophoneFacts): Permission {
  const say = sayer('microphone', `Electron ${electron ?? 'not there'}`, evidence);
  switch (electron) {
    case 'restricted':
      return say('restricted', said('mac-mic-restricted'), {
        kind: 'ask-admin',
        said: said('mac-mic-ask-admin', { subject }),
      });
    case 'denied':
      return say(
        'denied',
        said('mac-mic-denied', { subject }),
        mayHaveChanged
          ? { kind: 'quit-and-reopen', said: said('mac-mic-reopen-if-allowed') }
          : { kind: 'open-settings', said: said('mac-mic-allow', { subject }) },
      );
    case 'not-determined':
      return say('not-determined', said('mac-mic-unasked', { subject }), {
        kind: 'ask',
        said: said('mac-mic-let-ask'),
      });
    case 'granted':
      if (evidence === 'empty')
        return say('unknown', said('mac-mic-silent'), {
          kind: 'open-settings',
          said: said('mac-mic-see-muted', { subject }),
        });
      if (evidence === 'nothing')
        return say('unknown', said('mac-mic-nothing'), {
          kind: 'open-settings',
          said: said('mac-mic-see-plugged', { subject }),
        });
      return say('granted', said('mac-mic-granted', { subject }), null);
    default:
      return evidence === 'content'
        ? say('granted', said('heard', { kind: 'microphone' }), null)
        : say('unknown', said('mac-mic-unknown'), {
            kind: 'open-settings',
            said: said('mac-mic-see-allowed', { subject }),
          });
  }
}

export type MacSystemAudioFacts = {
  /** What askForMediaAccess('system-audio') said; undefined where it was not asked, or does not know the type. */
  readonly answered: boolean | undefined;
  readonly evidence: Evidence | undefined;
  readonly subject: PermissionFacts['subject'];
};

/**
 * Nothing in macOS tells whether the system audio may be recorded, and what is refused is a track that ends at once,
 * or zeros. So only a sample that is not zero makes it `granted`, whatever anybody answers.
 */
export function macSystemAudioFrom({ answered, evidence, subject }: MacSystemAudioFacts): Permission {
  const answer = answered === undefined ? 'macOS has no answer' : `askForMediaAccess ${answered}`;
  const say = sayer('system-audio', answer, evidence);
  const open: NextStep = {
    kind: 'open-settings',
    said: said('mac-screen-allow', { subject }),
  };
  if (answered === false) return say('denied', said('mac-sound-denied', { subject }), open);
  switch (evidence) {
    case 'content':
      return say('granted', said('heard', { kind: 'system-audio' }), null);
    case 'nothing':
      return say('denied', said('mac-sound-nothing'), open);
    case 'empty':
      return say('unknown', said('mac-sound-silent'), { ...open, said: said('mac-sound-play', { subject }) });
    case undefined:
      return say('unknown', said('mac-sound-unknown'), { kind: 'ask', said: said('mac-sound-asks-then') });
  }
}

function sayer(kind: PermissionKind, answer: string, evidence: Evidence | undefined) {
  const source = evidence === undefined ? answer : `${answer}, capture ${evidence}`;
  return (state: Permission['state'], sentence: Said, nextStep: NextStep | null): Permission => ({
    kind,
    state,
    source,
    said: sentence,
    nextStep,
  });
}
