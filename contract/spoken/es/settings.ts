import type { SETTINGS_REMEDIES } from '../../remedies/settings.ts';
import type { Told } from '../told.ts';

/** In Spanish: what the person sets on this device. */
export const SETTINGS_ES = {
  'setting-locked': {
    message: 'Este ajuste está bloqueado, así que se queda como está.',
    action: 'Pregunta a quien lo bloqueó, como se indica junto al ajuste.',
  },
  'shortcut-twice': {
    message: 'Dos atajos serían las mismas teclas, así que no se cambió nada.',
    action: 'Elige otras teclas para uno de ellos.',
  },
  'settings-unwritable': {
    message: 'Los ajustes no se pudieron guardar, así que no se cambió nada.',
    action: 'Mira si el disco tiene espacio y si puedes escribir en él, y prueba de nuevo.',
  },
} as const satisfies Readonly<Record<keyof typeof SETTINGS_REMEDIES, Told>>;
