import type { BACKUP_REMEDIES } from '../../remedies/backup.ts';
import type { Told } from '../told.ts';

/** In Spanish: backup and restore of the whole service. */
export const BACKUP_ES = {
  'backup-none': {
    message: 'Ahí no hay ninguna copia de seguridad.',
    action: 'Indica la carpeta que escribió `tallylight backend backup --to`, o haz una primera copia.',
  },
  'backup-unreachable': {
    message: 'No se puede llegar a la carpeta de las copias de seguridad, o no se puede escribir en ella.',
    action:
      'Mira si el disco está montado, tiene espacio y este usuario puede escribir en él, y prueba de nuevo.',
  },
  'backup-foreign': {
    message: 'Esa carpeta tiene las copias de seguridad de otro servicio.',
    action: 'Da a cada servicio una carpeta propia.',
  },
  'backup-version': {
    message: 'Esa copia de seguridad la escribió una versión más nueva de Tallylight.',
    action: 'Restáurala con esa versión, o una más nueva. No se cambió nada.',
  },
  'backup-damaged': {
    message: 'La copia de seguridad no está como se escribió.',
    action: 'Restaura otra (`tallylight backend backup list`), o el resto de esta con --leave-out-damaged.',
  },
  'backup-key': {
    message:
      'La clave maestra no está, o no es la de esa copia de seguridad. Nunca está dentro de una copia.',
    action:
      'Indícala en TALLYLIGHT_MASTER_KEY_FILE, o ponla en la carpeta de datos como master.key, y prueba de nuevo.',
  },
  'backup-cancelled': {
    message: 'Se canceló. Las copias anteriores están completas.',
    action: 'Empieza otra vez cuando quieras: lo ya copiado no se copia dos veces.',
  },
  'restore-not-empty': {
    message: 'Donde se iba a restaurar el servicio ya hay algo. No se sobrescribió nada.',
    action: 'Indica una carpeta vacía, que puede tener master.key, y una base de datos vacía.',
  },
} as const satisfies Readonly<Record<keyof typeof BACKUP_REMEDIES, Told>>;
