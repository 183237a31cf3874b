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
    asSystem: (language) => `Como el sistema (${language})`,
    languages: { en: 'English', es: 'Español' },
    theme: 'Apariencia',
    themes: { system: 'Como el sistema', light: 'Clara', dark: 'Oscura' },
    shortcuts: 'Teclas que valen en cualquier programa',
    shortcut: { startStop: 'Empezar o detener', pause: 'Pausar o reanudar' },
    noKeys: 'Ninguna',
    press: 'Pulsa las teclas',
    clear: 'Quitar',
    of: (what) => ` para ${what}`,
    needsModifier:
      'Púlsalas junto con Ctrl, Alt, Comando o la tecla de Windows, o pulsa una tecla de función.',
    refused: {
      keys: 'Otro programa o el sistema ya usa estas teclas, así que aquí no hacen nada. Elige otras.',
      startAtLogin: 'El sistema no lo permite. Mira en sus propios ajustes qué se abre al iniciar sesión.',
    },
    device: 'En este dispositivo',
    notifications: 'Avisarme cuando una grabación empiece, requiera atención o esté entregada',
    startAtLogin: 'Abrir Tallylight al iniciar sesión',
  },
  keyNames: {
    Control: 'Ctrl',
    CommandOrControl: 'Ctrl',
    Shift: 'Mayús',
    Super: 'Win',
    Space: 'Espacio',
    Up: '↑',
    Down: '↓',
    Left: '←',
    Right: '→',
    PageUp: 'Re Pág',
    PageDown: 'Av Pág',
    Home: 'Inicio',
    End: 'Fin',
    Insert: 'Insert',
  },
};
