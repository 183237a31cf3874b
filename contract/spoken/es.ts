import type { Spoken } from './any-language.ts';
import { BACKUP_ES } from './es/backup.ts';
import { CAPTURE_ES } from './es/capture.ts';
import { DESTINATION_ES } from './es/destinations.ts';
import { PERMISSION_ES } from './es/permission.ts';
import { SERVICE_ES } from './es/service.ts';
import { SETTINGS_ES } from './es/settings.ts';
import { VAULT_ES } from './es/vault.ts';

/** The same in Spanish: to one person, without blame, with the shortest word that is right on both sides of the ocean. */
export const ES: Spoken = {
  errors: {
    ...BACKUP_ES,
    ...CAPTURE_ES,
    ...SERVICE_ES,
    ...SETTINGS_ES,
    ...DESTINATION_ES,
    ...VAULT_ES,
  },
  meanings: {
    'lock-not-told': {
      message:
        'Tu organización quiere que las grabaciones se pausen mientras la pantalla está bloqueada, y aquí Tallylight no se entera de ello.',
      action:
        'Graba con la aplicación de escritorio en macOS o Windows, o pide otra política a tu organización.',
    },
    'session-forgotten': {
      message: 'El servicio de medios ya no conoce esta sesión, así que la grabación se detuvo.',
      action: 'Pregunta a tu administrador si se eliminó, y empieza una nueva grabación.',
    },
    'session-ended-there': {
      message: 'La sesión se terminó en el servicio de medios, así que la grabación se detuvo.',
      action: 'Pregunta a tu administrador por qué, y empieza una nueva grabación.',
    },
    'session-deleted': {
      message:
        'La sesión se eliminó en el servicio de medios: la grabación se detuvo y se borró también aquí.',
      action: 'Empieza una nueva grabación.',
    },
    'erasure-refused': {
      message: 'Aquí está borrado. El servicio de medios no aceptó que retiraras tu consentimiento.',
      action: 'Pide a tu administrador que lo borre también allí.',
    },
    'not-authorised-yet': {
      message: `${SERVICE_ES['not-authorised'].message} Lo que se guarda aquí está a salvo.`,
      action: SERVICE_ES['not-authorised'].action,
    },
  },
  permission: PERMISSION_ES,
  lamp: { live: 'En vivo', paused: 'En pausa', trouble: 'Requiere atención', off: 'Apagada' },
  channel: {
    defaultMicrophone: 'Micrófono predeterminado',
    systemAudio: 'Audio del sistema',
    display: 'Pantalla',
  },
  waits: {
    unmetered:
      'Esta red es de uso medido. Lo que se guarda espera aquí, cifrado, hasta que haya otra. Lo que es solo en vivo sigue.',
    network: 'Este equipo no tiene red. Lo que se guarda espera aquí, cifrado, y se envía cuando la haya.',
  },
  protection: {
    'key-file':
      'No se usa ningún llavero del sistema: la clave es un archivo que puede leer cualquier programa de tu cuenta de usuario.',
  },
  kept: {
    nothing: 'No se guardó nada.',
    erased: 'Aquí no queda nada de ella.',
    'only-here':
      'Lo grabado hasta entonces se guarda aquí, cifrado. El servicio de medios no acepta más de ello.',
    'sent-later': 'Lo grabado hasta entonces se guarda aquí, cifrado, y se envía en el próximo inicio.',
  },
};
