/** The screen on which one sets what this device does. */
export const settings = {
  settings: {
    title: 'Settings',
    open: 'Settings',
    close: 'Back',
    lockedBy: (who: string) => `Set by ${who}`,
    saving: 'Saving',
    language: 'Language',
    languages: {
      system: (language: string) => `As the system (${language})`,
      /** Each in itself, so that whoever cannot read this screen finds their own. */
      en: 'English',
      es: 'Español',
    },
    theme: 'Appearance',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  },
} as const;
