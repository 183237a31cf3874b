import type { InAnyLanguage } from '../../../contract/spoken/any-language.ts';
import type { notes as english } from '../en/notes.ts';
import { theHour } from './hour.ts';

/** What is wrong, or may become so, and what helps. */
export const notes: InAnyLanguage<typeof english> = {
  note: {
    details: 'Detalles',
    undelivered: (duration) => `Sin entregar todavía: ${duration}.`,
    offline: 'Sin conexión con el servicio de medios.',
    offlineSince: (time) => `Sin conexión con el servicio de medios desde ${theHour(time)}.`,
    keptHere: 'Se guarda aquí, cifrado, y se envía cuando vuelva la conexión.',
    liveLost: 'Lo que es solo en vivo no se entrega mientras tanto, y no se guarda.',
    settingsAside: {
      message: 'Tus ajustes no se pudieron leer, así que valen los iniciales.',
      action: (file) => `El archivo sigue ahí, como ${file}.`,
    },
  },
  midway: {
    policy: {
      message: (by) => `Cambió ${by}, y ya no permite esto. No se captura nada más de ello.`,
      action: 'Para grabarlo otra vez, pregunta a tu administrador.',
    },
    untrusted: {
      message: 'Llegó una política nueva que no se pudo verificar.',
      action:
        'La grabación sigue según lo acordado. Pregunta a tu administrador si cambió la clave del servicio de medios.',
    },
    revoked: 'Retiraste tu consentimiento, así que la grabación ha terminado.',
    token: {
      expired: 'El token para entregar ha caducado.',
      refused: 'El servicio de medios no acepta el token para entregar.',
      recording:
        'La grabación sigue y se guarda aquí, cifrada; se entrega cuando tu backend dé un token nuevo.',
      liveLost:
        'La grabación sigue. Lo que es solo en vivo no se entrega hasta que tu backend dé un token nuevo, y no se guarda.',
      delivering: 'Se guarda aquí, cifrada, y se entrega cuando tu backend dé un token nuevo.',
      stays: 'Pregunta a tu administrador si esto continúa.',
    },
  },
  permission: {
    step: {
      ask: { ready: 'Dejar que macOS pregunte', busy: 'macOS está preguntando' },
      settings: { ready: 'Abrir los ajustes', busy: 'Abriendo los ajustes' },
      reopen: { ready: 'Cerrar y abrir de nuevo', busy: 'Terminando' },
    },
    finishes: 'Antes se termina la grabación.',
    command: 'La línea que ejecutar',
  },
};
