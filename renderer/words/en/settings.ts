/** The screen on which one sets what this device does. */
export const settings = {
  settings: {
    title: 'Settings',
    open: 'Settings',
    close: 'Back',
    lockedBy: (who: string) => `Set by ${who}`,
    saving: 'Saving',
    language: 'Language',
    asSystem: (language: string) => `As the system (${language})`,
    /** Each in itself, so that whoever cannot read this screen finds their own. */
    languages: { en: 'English', es: 'Español' },
    theme: 'Appearance',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
    /** Keys that are heard in every program, whatever window is in front. */
    shortcuts: 'Keys that work in every program',
    shortcut: { startStop: 'Start or stop', pause: 'Pause or resume' },
    noKeys: 'None',
    press: 'Press the keys',
    clear: 'Remove',
    /** Continues `clear` and the keys for who hears them without seeing the row. */
    of: (what: string) => ` for ${what}`,
    needsModifier: 'Press them together with Ctrl, Alt, Command or the Windows key, or press a function key.',
    /** Set, and not in force. */
    refused: {
      keys: 'Another program or the system has these keys, so they do nothing here. Choose others.',
      startAtLogin: 'The system does not allow it. Look at its own settings for what opens when you sign in.',
    },
    device: 'On this device',
    notifications: 'Tell me when a recording starts, needs a look or is delivered',
    startAtLogin: 'Open Tallylight when I sign in',
  },
  /** What is written on a key, where that is not what the system calls it. */
  keyNames: {
    Control: 'Ctrl',
    CommandOrControl: 'Ctrl',
    Shift: 'Shift',
    Super: 'Win',
    Space: 'Space',
    Up: '↑',
    Down: '↓',
    Left: '←',
    Right: '→',
    PageUp: 'Page Up',
    PageDown: 'Page Down',
    Home: 'Home',
    End: 'End',
    Insert: 'Insert',
  },
} as const;
