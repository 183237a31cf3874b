import type { PermissionView } from '../../contract/bridge/snapshot.ts';
import { said } from '../../contract/spoken/spoken.ts';

/** What the system says of a permission, as native-permissions tells it. */

const APP = { subject: 'app' } as const;

export const askForMicrophone: PermissionView = {
  kind: 'microphone',
  state: 'not-determined',
  said: said('mac-mic-unasked', APP),
  nextStep: { kind: 'ask', said: said('mac-mic-let-ask') },
};
export const openScreenSettings: PermissionView = {
  kind: 'screen-capture',
  state: 'denied',
  said: said('mac-screen-denied', APP),
  nextStep: {
    kind: 'open-settings',
    said: said('mac-screen-allow', APP),
  },
};
export const reopenForScreen: PermissionView = {
  kind: 'screen-capture',
  state: 'denied',
  said: said('mac-screen-not-yet', APP),
  nextStep: {
    kind: 'quit-and-reopen',
    said: said('mac-screen-reopen-if-allowed'),
  },
};
export const resetScreen: PermissionView = {
  kind: 'screen-capture',
  state: 'denied',
  said: said('mac-screen-black', APP),
  nextStep: {
    kind: 'reset',
    said: said('mac-screen-reset', APP),
    command: 'tccutil reset ScreenCapture app.tallylight.desktop',
  },
};
export const flatpakMicrophone: PermissionView = {
  kind: 'microphone',
  state: 'denied',
  said: said('sandbox-keeps', { sandbox: 'Flatpak', kind: 'microphone' }),
  nextStep: {
    kind: 'other',
    said: said('flatpak-share', { socket: 'pulseaudio' }),
    command: 'flatpak override --user --socket=pulseaudio app.tallylight.desktop',
  },
};
export const unsureSystemAudio: PermissionView = {
  kind: 'system-audio',
  state: 'unknown',
  said: said('mac-sound-unknown'),
  nextStep: { kind: 'ask', said: said('mac-sound-asks-then') },
};
