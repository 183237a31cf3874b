import type { SERVICE_REMEDIES } from '../../remedies/service.ts';
import type { Told } from '../told.ts';

/** In Spanish: between client and service. */
export const SERVICE_ES = {
  'nothing-chosen': {
    message: 'No hay ningún canal elegido, así que no hay nada que grabar.',
    action: 'Elige Solo en vivo o Guardar para al menos un canal.',
  },
  'not-now': {
    message: 'Eso no es posible en el estado actual.',
    action: 'Mira el estado que se muestra y usa una de las acciones que ofrece.',
  },
  'session-unknown': {
    message: 'El servicio de medios no conoce esta sesión.',
    action: 'Pide una sesión nueva a tu backend.',
  },
  'code-refused': {
    message: 'El código de este enlace ya no vale.',
    action: 'Los códigos valen una sola vez y por poco tiempo. Pide un enlace nuevo allí de donde vino.',
  },
  'session-ended': {
    message: 'Esta sesión ha terminado.',
    action: 'Empieza una nueva grabación.',
  },
  'stream-unknown': {
    message: 'El servicio de medios no conoce este flujo.',
    action: 'Inicia antes la sesión y usa los identificadores de flujo de su respuesta.',
  },
  'video-unknown': {
    message: 'No existe esa grabación.',
    action: 'Consulta las sesiones y usa un identificador de ahí.',
  },
  'collection-unknown': {
    message: 'No existe esa colección.',
    action: 'Consulta las colecciones y usa un identificador de ahí.',
  },
  'key-unknown': {
    message: 'No existe esa clave de API.',
    action: 'Consulta las claves y usa un identificador de ahí.',
  },
  'erasure-waits': {
    message:
      'Lo que se conservaba está eliminado. Todavía no está firmado: otro programa lee la base de datos y mantiene un estado anterior, o no se puede llegar a las copias de seguridad.',
    action:
      'Cierra ese programa, o monta el disco de las copias. La eliminación se completa y se firma sola en menos de una hora.',
  },
  'event-unknown': {
    message: 'No existe ese evento.',
    action: 'Consulta los eventos sin entregar y usa un identificador de ahí.',
  },
  'target-forbidden': {
    message: 'A esta dirección no se envían eventos.',
    action:
      'Usa una dirección https:// accesible desde internet, o permite esta con TALLYLIGHT_WEBHOOK_ALLOW.',
  },
  'database-unreachable': {
    message: 'La base de datos de TALLYLIGHT_DATABASE_URL no responde, o no deja entrar a nadie.',
    action:
      'Comprueba que está en marcha, y la dirección, el nombre y la contraseña de esa variable. Después inicia de nuevo.',
  },
  'master-key-wrong': {
    message: 'La clave maestra disponible no es la de este servicio. No se cambió nada.',
    action:
      'Indica la correcta en TALLYLIGHT_MASTER_KEY, TALLYLIGHT_MASTER_KEY_FILE o TALLYLIGHT_MASTER_KEY_COMMAND, o devuelve el archivo master.key a la carpeta de datos.',
  },
  'not-authorised': {
    message: 'La clave o el token no se aceptó.',
    action: 'Pide un token nuevo a tu backend. Va en TALLYLIGHT_TOKEN, o en la cabecera x-access-token.',
  },
  'token-expired': {
    message: 'El token ha caducado. Lo grabado está a salvo aquí.',
    action: 'Pide un token nuevo a tu backend.',
  },
  'token-foreign': {
    message: 'El token no es de esta sesión.',
    action: 'Usa el token que se emitió para esta sesión.',
  },
  'out-of-scope': {
    message: 'El token no permite esto.',
    action: 'Hazlo desde tu backend, con una clave de API.',
  },
  'proof-refused': {
    message: 'El token se presentó sin prueba de que es de este cliente.',
    action:
      'Pide un token nuevo a tu backend: cada uno sirve para una ejecución de un cliente. Si desarrollas: envía una prueba DPoP nueva (RFC 9449) de su clave.',
  },
  'role-missing': {
    message: 'La clave de API no tiene el rol que hace falta.',
    action: 'Usa una clave con ese rol, o pídela a tu administrador.',
  },
  'confirmation-missing': {
    message: 'Para gestionar claves se pide otra vez la contraseña de administración.',
    action: 'Confírmalo con POST /user/confirm y envía su respuesta en x-tallylight-confirmation.',
  },
  'sign-in-refused': {
    message: 'El nombre y la contraseña no corresponden.',
    action: 'Prueba de nuevo, o pon una contraseña nueva con `tallylight backend admin password`.',
  },
  'too-many-attempts': {
    message: 'Hubo demasiados intentos.',
    action: 'Espera lo que indica Retry-After y prueba de nuevo.',
  },
  'service-unreachable': {
    message: 'El servicio de medios no responde.',
    action: 'Comprueba la conexión y la dirección. Lo que se guarda aquí se envía cuando responda.',
  },
  'certificate-untrusted': {
    message:
      'El certificado del otro extremo no es de ninguna autoridad en la que confíe este equipo. No se envió nada.',
    action:
      'Pide a quien lo gestiona un certificado de una autoridad pública. Si la autoridad es propia, indica el archivo con su certificado en TALLYLIGHT_CA_FILE.',
  },
  'certificate-expired': {
    message: 'El certificado del otro extremo no es válido en este momento. No se envió nada.',
    action: 'Pide a quien lo gestiona que renueve el certificado, y comprueba el reloj de este equipo.',
  },
  'certificate-foreign': {
    message: 'El certificado del otro extremo es de otro nombre que el de la dirección. No se envió nada.',
    action: 'Comprueba la dirección. Si es correcta, pide a quien lo gestiona un certificado con ese nombre.',
  },
  'tls-too-old': {
    message: 'El otro extremo solo ofrece un TLS antiguo que no protege. No se envió nada.',
    action: 'Pide a quien lo gestiona que ofrezca TLS 1.2 o posterior.',
  },
  'service-failed': {
    message: 'El servicio de medios respondió de una forma que no se puede usar.',
    action: 'Prueba de nuevo; si sigue igual, pregunta a quien gestiona el servicio de medios.',
  },
  'insecure-address': {
    message: 'La dirección del servicio de medios no está protegida con TLS.',
    action: 'Usa una dirección https://; http a secas solo se permite para este mismo equipo.',
  },
  'fragment-too-large': {
    message: 'Un fragmento es mayor de lo que acepta el servicio de medios.',
    action: 'Graba con menos bits por segundo o en fragmentos más cortos.',
  },
  'fragment-out-of-order': {
    message: 'Un fragmento llegó antes que el anterior.',
    action: 'Envía los fragmentos de un flujo en orden, desde el que el servicio espera.',
  },
  'fragment-conflict': {
    message: 'Ya hay otro fragmento con este número.',
    action: 'Conserva la copia local y avisa a quien gestiona el servicio de medios.',
  },
  'digest-mismatch': {
    message: 'Lo que llegó no es lo que se envió.',
    action: 'Envíalo otra vez; no se guardó.',
  },
  'delivery-incomplete': {
    message: 'La grabación se guarda aquí, cifrada, y todavía no está entregada.',
    action:
      'Se envía cuando vuelva la conexión, o cuando la aplicación se inicie de nuevo con esta carpeta de datos.',
  },
  'delivery-unnoted': {
    message: 'Está entregada, y no se pudo anotar aquí porque el disco está lleno.',
    action:
      'Libera espacio. Se anota en el próximo inicio de la aplicación, o con `tallylight deliver` y un token nuevo para esta sesión; nada se envía dos veces. Hasta entonces figura como que está solo aquí, y como interrumpida si tampoco se pudo anotar su final.',
  },
  'delivery-cut': {
    message: 'El servicio de medios no acepta más de lo que se guardó. Lo que no aceptó queda aquí, cifrado.',
    action: 'Pregunta a tu administrador antes de eliminarlo: no hay otra copia.',
  },
  'receipt-untrusted': {
    message:
      'El servicio de medios no firmó por esta grabación tal como se guarda aquí. No se borra nada de ella.',
    action:
      'Se le pregunta otra vez en el próximo inicio. Si sigue igual, pregunta a quien gestiona el servicio de medios y a tu administrador.',
  },
  'revocation-refused': {
    message: 'Tu consentimiento está retirado aquí. El servicio de medios no lo aceptó.',
    action: 'Pide a tu administrador que lo termine allí, y que elimine lo que había que eliminar.',
  },
} as const satisfies Readonly<Record<keyof typeof SERVICE_REMEDIES, Told>>;
