/** What a sentence about a permission is filled with: never words, so that each language finds its own. */
export type PermissionFacts = {
  /** Whose permission it is: this app's, or that of the program that started it. */
  readonly subject: 'app' | 'starter';
  readonly kind: 'microphone' | 'screen-capture' | 'system-audio';
  /** What Flatpak and snap call what is to be allowed. */
  readonly socket: string;
  readonly plug: string;
  readonly sandbox: 'Flatpak' | 'snap';
};
type Of<F extends keyof PermissionFacts> = Pick<PermissionFacts, F>;

const who = { app: 'Tallylight', starter: 'the program that started Tallylight' } as const;
const what = {
  microphone: 'the microphone',
  'screen-capture': 'the screen',
  'system-audio': 'the system audio',
} as const;
const SCREEN_PAGE = 'under Privacy & Security, Screen & System Audio Recording';
const MICROPHONE_PAGE = 'under Privacy & Security, Microphone';

/** What the operating system says of a kind of capture, and what the person can do about it. */
export const PERMISSION_EN = {
  'unknown-system': () => 'Tallylight does not know this operating system.',

  'mac-screen-restricted': () => 'Your organisation does not allow screen recording on this Mac.',
  'mac-screen-ask-admin': ({ subject }: Of<'subject'>) =>
    `Ask your admin to allow screen recording for ${who[subject]}.`,
  'mac-screen-not-yet': ({ subject }: Of<'subject'>) =>
    `macOS does not let ${who[subject]} record the screen yet.`,
  'mac-screen-reopen-if-allowed': () =>
    'If you have allowed it, quit and reopen Tallylight: macOS shows it only to an app that starts afterwards.',
  'mac-screen-denied': ({ subject }: Of<'subject'>) =>
    `macOS does not let ${who[subject]} record the screen.`,
  'mac-screen-allow': ({ subject }: Of<'subject'>) => `Allow ${who[subject]} ${SCREEN_PAGE}.`,
  'mac-screen-unasked': ({ subject }: Of<'subject'>) =>
    `macOS has not been asked yet whether ${who[subject]} may record the screen.`,
  'mac-screen-let-ask': () => 'Let macOS ask. After you allow it, quit and reopen Tallylight.',
  'mac-screen-unknown': () =>
    'Nobody here can ask macOS about the screen; it shows when the recording begins.',
  'mac-screen-see-allowed': ({ subject }: Of<'subject'>) =>
    `See that ${who[subject]} is allowed ${SCREEN_PAGE}.`,
  'mac-screen-black': ({ subject }: Of<'subject'>) =>
    `macOS says that ${who[subject]} may record the screen, but every picture was black.`,
  'mac-screen-nothing': ({ subject }: Of<'subject'>) =>
    `macOS says that ${who[subject]} may record the screen, but no picture came.`,
  'mac-screen-reopen': () => 'Quit and reopen Tallylight; a permission often takes hold only then.',
  'mac-screen-remove': ({ subject }: Of<'subject'>) =>
    `Remove ${who[subject]} from the list ${SCREEN_PAGE}, reopen Tallylight and allow it anew.`,
  'mac-screen-reset': ({ subject }: Of<'subject'>) =>
    `The permission is for an older copy of ${who[subject]}. Run this line in Terminal, reopen Tallylight and allow it anew.`,
  'mac-screen-granted': ({ subject }: Of<'subject'>) => `macOS lets ${who[subject]} record the screen.`,

  'mac-mic-restricted': () => 'Your organisation does not allow the microphone on this Mac.',
  'mac-mic-ask-admin': ({ subject }: Of<'subject'>) =>
    `Ask your admin to allow the microphone for ${who[subject]}.`,
  'mac-mic-denied': ({ subject }: Of<'subject'>) => `macOS does not let ${who[subject]} use the microphone.`,
  'mac-mic-reopen-if-allowed': () => 'If you have allowed it, quit and reopen Tallylight.',
  'mac-mic-allow': ({ subject }: Of<'subject'>) => `Allow ${who[subject]} ${MICROPHONE_PAGE}.`,
  'mac-mic-unasked': ({ subject }: Of<'subject'>) =>
    `macOS has not asked yet whether ${who[subject]} may use the microphone.`,
  'mac-mic-let-ask': () => 'Let macOS ask, and allow it.',
  'mac-mic-silent': () => 'macOS allows the microphone, but it gave nothing but digital silence.',
  'mac-mic-see-muted': ({ subject }: Of<'subject'>) =>
    `See whether it is muted or the lid is closed, and that ${who[subject]} is allowed ${MICROPHONE_PAGE}.`,
  'mac-mic-nothing': () => 'macOS allows the microphone, but nothing came from it.',
  'mac-mic-see-plugged': ({ subject }: Of<'subject'>) =>
    `See that it is plugged in, and that ${who[subject]} is allowed ${MICROPHONE_PAGE}.`,
  'mac-mic-granted': ({ subject }: Of<'subject'>) => `macOS lets ${who[subject]} use the microphone.`,
  'mac-mic-unknown': () =>
    'Nobody here can ask macOS about the microphone; it shows when the recording begins.',
  'mac-mic-see-allowed': ({ subject }: Of<'subject'>) =>
    `See that ${who[subject]} is allowed ${MICROPHONE_PAGE}.`,

  'mac-sound-denied': ({ subject }: Of<'subject'>) =>
    `macOS does not let ${who[subject]} record the system audio.`,
  'mac-sound-nothing': () => 'macOS gave no system audio at all, as it does where it is not allowed.',
  'mac-sound-silent': () =>
    'Only silence came, as it does while nothing plays, and also where macOS does not allow it.',
  'mac-sound-play': ({ subject }: Of<'subject'>) =>
    `Play something. If it stays silent: Allow ${who[subject]} ${SCREEN_PAGE}.`,
  'mac-sound-unknown': () =>
    'macOS tells nobody whether the system audio may be recorded; it shows with the first sound.',
  'mac-sound-asks-then': () => 'macOS asks when the recording begins; allow it there.',

  'win-mic-restricted': () => 'Your organisation does not allow the microphone on this device.',
  'win-mic-ask-admin': () => 'Ask your admin to allow the microphone for apps (LetAppsAccessMicrophone).',
  'win-mic-off': () => 'The microphone is switched off for this device.',
  'win-mic-switch-on': () =>
    'Switch on "Microphone access" under Privacy & security, Microphone; it may need an administrator.',
  'win-mic-apps': () => 'Windows does not let apps use the microphone.',
  'win-mic-switch-apps': () =>
    'Switch on "Let apps access your microphone" under Privacy & security, Microphone.',
  'win-mic-desktop-apps': () => 'Windows does not let desktop apps use the microphone.',
  'win-mic-switch-desktop-apps': () =>
    'Switch on "Let desktop apps access your microphone" under Privacy & security, Microphone.',
  'win-mic-denied': () => 'Windows does not let Tallylight use the microphone.',
  'win-mic-unread': () => 'Whether Windows allows the microphone could not be read.',
  'win-mic-not-said': () => 'Windows does not say whether Tallylight may use the microphone.',
  'win-mic-look': () => 'Look under Privacy & security, Microphone, and let desktop apps use it.',
  'win-mic-silent': () => 'Windows allows the microphone, but it gave nothing but digital silence.',
  'win-mic-nothing': () => 'Windows allows the microphone, but nothing came from it.',
  'win-mic-see-muted': () => 'See whether it is muted, and which programs may use it.',
  'win-mic-granted': () => 'Windows lets desktop apps use the microphone.',
  'win-screen-unasked': () =>
    'Windows asks nobody before a program captures the screen; Tallylight asks you instead.',
  'win-sound-unasked': () =>
    'Windows asks nobody before a program records what it plays; Tallylight asks you instead.',

  heard: ({ kind }: Of<'kind'>) =>
    kind === 'microphone' ? 'The microphone was heard.' : 'The system audio was heard.',

  'linux-wayland': () =>
    'This is a Wayland session, whose screens Tallylight cannot capture yet: that goes through the desktop portal.',
  'linux-choose-x11': () => 'Log out and choose an X11 ("Xorg") session, or record sound only.',
  'linux-no-display': () => 'There is no X display here, so there is no screen to capture.',
  'linux-start-graphical': () => 'Start Tallylight from a graphical session, or record sound only.',
  'linux-no-sound': ({ kind }: Of<'kind'>) =>
    `No sound server answers here, so that there is nothing to record ${what[kind]} from.`,
  'linux-start-sound': () =>
    'Start PipeWire or PulseAudio, which a desktop session does by itself, then look again.',
  'linux-sound-unasked': ({ kind }: Of<'kind'>) =>
    `Nobody here can ask the sound server, through which ${what[kind]} would be recorded.`,
  'linux-install-pactl': () =>
    'Install pactl (Debian, Ubuntu: the package pulseaudio-utils), then look again.',
  'linux-unasked': ({ kind }: Of<'kind'>) =>
    `Linux asks nobody before a program uses ${what[kind]}; Tallylight asks you instead.`,
  'sandbox-reaches': ({ sandbox, kind }: Of<'sandbox' | 'kind'>) =>
    `${sandbox} lets Tallylight reach ${what[kind]}; whether it may be recorded shows when the recording begins.`,
  'sandbox-unknown': ({ sandbox, kind }: Of<'sandbox' | 'kind'>) =>
    `Inside ${sandbox} nobody can tell whether Tallylight may use ${what[kind]}.`,
  'sandbox-keeps': ({ sandbox, kind }: Of<'sandbox' | 'kind'>) =>
    `${sandbox} keeps Tallylight from ${what[kind]}.`,
  'flatpak-share': ({ socket }: Of<'socket'>) =>
    `Share the socket ${socket} with Tallylight in your software centre (Flatpak), or run this line and start again.`,
  'snap-allow': ({ plug }: Of<'plug'>) =>
    `Allow ${plug} for Tallylight in your software centre (snap), or run this line.`,
} as const;
