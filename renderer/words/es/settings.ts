import type { InAnyLanguage } from '../../../contract/spoken/any-language.ts';
import type { settings as english } from '../en/settings.ts';

/** The screen on which one sets what this device does. */
export const settings: InAnyLanguage<typeof english> = {
  settings: {
    title: 'Ajustes',
    open: 'Ajustes',
    close: 'Volver',
    lockedBy: (who) => `Lo decide ${who}`,
    saving: 'Guardando',
    language: 'Idioma',
    languages: {
      system: (language) => `Como el sistema (${language})`,
      en: 'English',
      es: 'Español',
    },
    theme: 'Apariencia',
    themes: { system: 'Como el sistema', light: 'Clara', dark: 'Oscura' },
  },
};
