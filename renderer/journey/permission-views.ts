import type { PermissionView } from '../../contract/bridge/snapshot.ts';

/** What the system says of a permission, in the words of native-permissions. */

export const askForMicrophone: PermissionView = {
  kind: 'microphone',
  state: 'not-determined',
  sentence: 'macOS has not asked yet whether Tallylight may use the microphone.',
  nextStep: { kind: 'ask', sentence: 'Let macOS ask, and allow it.' },
};
export const openScreenSettings: PermissionView = {
  kind: 'screen-capture',
  state: 'denied',
  sentence: 'macOS does not let Tallylight record the screen.',
  nextStep: {
    kind: 'open-settings',
    sentence: 'Allow Tallylight under Privacy & Security, Screen & System Audio Recording.',
  },
};
export const reopenForScreen: PermissionView = {
  kind: 'screen-capture',
  state: 'denied',
  sentence: 'macOS does not let Tallylight record the screen yet.',
  nextStep: {
    kind: 'quit-and-reopen',
    sentence:
      'If you have allowed it, quit and reopen Tallylight: macOS shows it only to an app that starts afterwards.',
  },
};
export const resetScreen: PermissionView = {
  kind: 'screen-capture',
  state: 'denied',
  sentence: 'macOS says that Tallylight may record the screen, but every picture was black.',
  nextStep: {
    kind: 'reset',
    sentence:
      'The permission is for an older copy of Tallylight. Run this line in Terminal, reopen Tallylight and allow it anew.',
    command: 'tccutil reset ScreenCapture app.tallylight.desktop',
  },
};
export const flatpakMicrophone: PermissionView = {
  kind: 'microphone',
  state: 'denied',
  sentence: 'Flatpak keeps Tallylight from the microphone.',
  nextStep: {
    kind: 'other',
    sentence:
      'Share the socket pulseaudio with Tallylight in your software centre (Flatpak), or run this line and start again.',
    command: 'flatpak override --user --socket=pulseaudio app.tallylight.desktop',
  },
};
export const unsureSystemAudio: PermissionView = {
  kind: 'system-audio',
  state: 'unknown',
  sentence: 'macOS tells nobody whether the system audio may be recorded; it shows with the first sound.',
  nextStep: { kind: 'ask', sentence: 'macOS asks when the recording begins; allow it there.' },
};
