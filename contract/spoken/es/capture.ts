import type { CAPTURE_REMEDIES } from '../../remedies/capture.ts';
import type { Told } from '../told.ts';

/** In Spanish: what stands in the way of capturing. */
export const CAPTURE_ES = {
  'channel-unknown': {
    message: 'Ese canal no existe en este equipo.',
    action: 'Consulta los canales con `tallylight devices` y elige uno de ellos.',
  },
  'device-gone': {
    message: 'El dispositivo ya no está.',
    action: 'Conéctalo de nuevo, o elige otro dispositivo.',
  },
  'device-moved': {
    message:
      'El servidor de sonido pasó la grabación a otro dispositivo, así que empezó de nuevo en el correcto.',
    action: 'No hay que hacer nada; ocurre cuando los dispositivos aparecen y desaparecen.',
  },
  'device-failed': {
    message: 'El dispositivo no se pudo abrir o dejó de enviar datos.',
    action: 'Comprueba que ningún otro programa lo está usando y prueba de nuevo.',
  },
  'channel-lost': {
    message: 'Un canal se detuvo y no se pudo reanudar. Lo que grabó hasta ahora está a salvo.',
    action: 'Revisa el dispositivo; después detén la grabación y empieza una nueva.',
  },
  'device-busy': {
    message: 'Otro programa está usando el dispositivo.',
    action: 'Cierra el otro programa, o elige otro dispositivo.',
  },
  'display-locked': {
    message: 'La pantalla no se puede grabar mientras está bloqueada o el sistema pide una confirmación.',
    action: 'Desbloquea la pantalla o responde a la pregunta; la grabación sigue entonces por sí sola.',
  },
  'channel-silent': {
    message: 'Del micrófono solo llega silencio digital.',
    action: 'Mira si está silenciado: con una tecla, un interruptor o en los ajustes del sistema.',
  },
  'channel-black': {
    message: 'La imagen de esta pantalla está toda en negro.',
    action:
      'Comprueba que la pantalla está encendida y que el sistema permite grabarla; tras un cambio, cierra Tallylight y ábrelo de nuevo.',
  },
  'channel-frozen': {
    message: 'La imagen de esta pantalla no cambia aunque el puntero se mueve en ella.',
    action: 'Haz una pausa y reanuda; si sigue igual, elige la pantalla de nuevo.',
  },
  'platform-not-yet': {
    message: 'La captura en este sistema operativo todavía no existe.',
    action: 'Usa Linux con X11, macOS o Windows.',
  },
  'display-server-missing': {
    message: 'No se encontró ninguna pantalla que se pueda capturar.',
    action: 'Inicia Tallylight desde una sesión gráfica; en Linux, una con X11 y con DISPLAY definido.',
  },
  'sound-server-missing': {
    message: 'PulseAudio o PipeWire no responde, así que no se puede capturar sonido.',
    action: 'Inicia el servidor de sonido, o define PULSE_SERVER, y comprueba que `pactl info` responde.',
  },
  'microphone-missing': {
    message: 'No se encontró ningún micrófono.',
    action: 'Conecta uno, o comprueba que no está desactivado en los ajustes del sistema.',
  },
  'system-audio-elsewhere': {
    message: 'En este sistema operativo el audio del sistema no se puede capturar desde aquí.',
    action:
      'Usa para ello la aplicación Tallylight; los micrófonos y las pantallas sí se pueden capturar desde aquí.',
  },
  'ffmpeg-missing': {
    message: 'No se encontró ffmpeg.',
    action:
      'Instala ffmpeg (Debian, Ubuntu: `apt-get install ffmpeg`), o indica su ruta en TALLYLIGHT_FFMPEG.',
  },
  'ffmpeg-too-old': {
    message: 'El ffmpeg que se encontró es demasiado antiguo.',
    action: 'Instala ffmpeg 4.4 o posterior, o indica uno más nuevo en TALLYLIGHT_FFMPEG.',
  },
  'ffmpeg-lacks-device': {
    message: 'El ffmpeg que se encontró no puede leer este tipo de dispositivo.',
    action: 'Instala una versión completa de ffmpeg, o indica una en TALLYLIGHT_FFMPEG.',
  },
  'consent-missing': {
    message: 'No se capturó nada: nadie dio su consentimiento para esta grabación.',
    action: 'Lee qué se capturaría y da antes tu consentimiento.',
  },
  'permission-denied': {
    message: 'El sistema operativo no deja a Tallylight usar este dispositivo.',
    action: 'Permítelo en los ajustes de privacidad del sistema y prueba de nuevo.',
  },
  'policy-forbids': {
    message: 'La política de tu organización no permite esta opción para este canal.',
    action: 'Elige otra opción para este canal, o pregunta a tu administrador.',
  },
  'policy-untrusted': {
    message: 'La política de tu organización no se pudo verificar, así que no se graba nada con ella.',
    action: 'Pregunta a tu administrador si cambió la clave del servicio de medios, y cuál es ahora.',
  },
  'consent-revoked': {
    message: 'Se retiró el consentimiento para este canal.',
    action: 'Empieza una nueva grabación si quieres grabarlo otra vez.',
  },
  'session-too-long': {
    message: 'La grabación llegó al tiempo máximo que permite tu organización.',
    action: 'Empieza una nueva grabación. Lo grabado se conserva según lo acordado.',
  },
} as const satisfies Readonly<Record<keyof typeof CAPTURE_REMEDIES, Told>>;
