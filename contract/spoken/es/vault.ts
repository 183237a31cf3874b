import type { VAULT_REMEDIES } from '../../remedies/vault.ts';
import type { Told } from '../told.ts';

/** In Spanish: what is kept on a disk, and what the boundaries refuse. */
export const VAULT_ES = {
  'disk-low': {
    message: 'Queda poco espacio en el disco.',
    action: 'Libera espacio: al menos 1 GB para empezar una grabación que se guarda, o elige solo en vivo.',
  },
  'disk-full': {
    message: 'El disco está lleno, así que no se guarda nada más. Lo guardado antes está a salvo.',
    action: 'Libera espacio y empieza una nueva grabación.',
  },
  'vault-unwritable': {
    message: 'No se puede escribir en la carpeta de grabaciones.',
    action: 'Comprueba sus permisos, o elige otra con --data.',
  },
  'disk-read-only': {
    message: 'El disco es de solo lectura: no se puede escribir nada en él.',
    action:
      'Las grabaciones que tiene se pueden consultar, verificar y exportar a otro disco con --out. El sistema pone en solo lectura un disco que falla: primero exporta, y después haz que lo revisen.',
  },
  'nothing-to-export': {
    message: 'Aquí no hay nada guardado de esta grabación.',
    action: 'Lo que fue solo en vivo ya no existe; lo entregado puede estar solo en el servicio de medios.',
  },
  'export-exists': {
    message: 'Ya hay un archivo con ese nombre. No se sobrescribió nada.',
    action: 'Elige otro nombre con --out, o mueve ese archivo.',
  },
  'export-nowhere': {
    message: 'La carpeta para el archivo no existe. No se escribió nada.',
    action: 'Crea esa carpeta, o elige otro lugar con --out.',
  },
  'export-inside': {
    message: 'El archivo quedaría, sin cifrar, entre las grabaciones cifradas. No se escribió nada.',
    action: 'Elige con --out un lugar fuera de la carpeta de datos.',
  },
  'export-disk-full': {
    message:
      'En el disco no cabe el archivo. La grabación está como estaba, y no queda ningún archivo a medias.',
    action: 'Libera espacio, o elige un lugar en otro disco con --out, y expórtala otra vez.',
  },
  'export-failed': {
    message: 'ffmpeg no pudo escribir el archivo. La grabación está como estaba.',
    action: 'Elige otro lugar con --out, o prueba --as-recorded; `tallylight doctor` revisa ffmpeg.',
  },
  'verify-cancelled': {
    message: 'La comprobación se canceló. No cambió nada.',
    action: 'Comprueba la grabación otra vez cuando quieras.',
  },
  'export-cancelled': {
    message: 'La exportación se canceló. La grabación está como estaba, y no queda ningún archivo a medias.',
    action: 'Expórtala otra vez cuando quieras.',
  },
  'vault-version': {
    message: 'Esta grabación está en un formato distinto del que lee esta versión de Tallylight.',
    action: 'Ábrela con la versión que la grabó. No se cambió nada de ella.',
  },
  'vault-damaged': {
    message: 'Una parte de una grabación no se puede leer. El resto se conserva.',
    action:
      'No la elimines. En su dispositivo, `tallylight verify` dice qué parte es, qué sigue entero y qué se puede hacer.',
  },
  'data-in-use': {
    message: 'Otro Tallylight está usando esta carpeta de datos.',
    action: 'Ciérralo, o elige otra carpeta con --data.',
  },
  'key-elsewhere': {
    message: 'Esta grabación está protegida con otro almacén de claves que el que se usa aquí.',
    action:
      'Ábrela donde se hizo: en la aplicación con el llavero del sistema desbloqueado, o con `tallylight`.',
  },
  'key-missing': {
    message:
      'Falta el archivo de clave de este dispositivo, y aquí se guardan grabaciones que solo abre esa clave. No se creó otra.',
    action:
      'Devuelve device.key a su lugar (mira los detalles) desde una copia de seguridad de este disco. Si se perdió del todo, ya nada las abre: aparta la carpeta de datos, y Tallylight empieza una nueva.',
  },
  'recording-unknown': {
    message: 'No existe esa grabación en este dispositivo.',
    action: 'Consulta las grabaciones con `tallylight recordings`.',
  },
  'audit-broken': {
    message: 'El registro de auditoría se dañó o se cambió después de escribirse.',
    action:
      'Avisa a tu administrador, y déjalo como está. En un dispositivo que graba, `tallylight audit set-aside` lo conserva junto a un registro nuevo que lo dice, y lo grabado se puede volver a exportar, eliminar y ampliar.',
  },
  'audit-whole': {
    message: 'El registro de auditoría está como se escribió. No se apartó nada.',
    action: 'No hay que hacer nada. `tallylight audit` lo cuenta.',
  },
  'setting-refused': {
    message: 'Un ajuste de este equipo no se puede usar como está, así que no se empezó nada con él.',
    action: 'Pon lo que se indica en un valor que acepte, o quítalo, y empieza de nuevo.',
  },
  'bad-request': {
    message: 'La petición no tiene la forma que se espera.',
    action: 'Mira los detalles, corrige la petición y envíala otra vez.',
  },
  usage: {
    message: 'No se entendió la orden.',
    action: 'Consulta `tallylight --help`.',
  },
  internal: {
    message: 'Algo falló dentro de Tallylight. Lo grabado se conserva.',
    action: 'Prueba de nuevo; si sigue igual, comunícalo con los detalles.',
  },
} as const satisfies Readonly<Record<keyof typeof VAULT_REMEDIES, Told>>;
