import type { PermissionWords } from '../any-language.ts';
import type { PermissionFacts } from '../permission-en.ts';

const who = { app: 'Tallylight', starter: 'el programa que inició Tallylight' } as const;
const toWhom = { app: 'a Tallylight', starter: 'al programa que inició Tallylight' } as const;
const ofWhom = { app: 'de Tallylight', starter: 'del programa que inició Tallylight' } as const;
const what: Readonly<Record<PermissionFacts['kind'], string>> = {
  microphone: 'el micrófono',
  'screen-capture': 'la pantalla',
  'system-audio': 'el audio del sistema',
};
const SCREEN_PAGE = 'en Privacidad y seguridad > Grabación de pantalla y audio del sistema';
const MICROPHONE_PAGE = 'en Privacidad y seguridad > Micrófono';

/** The names of settings pages as the systems have them in Spanish. */
export const PERMISSION_ES: PermissionWords = {
  'unknown-system': () => 'Tallylight no conoce este sistema operativo.',

  'mac-screen-restricted': () => 'Tu organización no permite grabar la pantalla en este Mac.',
  'mac-screen-ask-admin': ({ subject }) =>
    `Pide a tu administrador que permita ${toWhom[subject]} grabar la pantalla.`,
  'mac-screen-not-yet': ({ subject }) => `macOS todavía no deja ${toWhom[subject]} grabar la pantalla.`,
  'mac-screen-reopen-if-allowed': () =>
    'Si ya lo has permitido, cierra Tallylight y ábrelo de nuevo: macOS solo lo muestra a una aplicación que se inicia después.',
  'mac-screen-denied': ({ subject }) => `macOS no deja ${toWhom[subject]} grabar la pantalla.`,
  'mac-screen-allow': ({ subject }) => `Da permiso ${toWhom[subject]} ${SCREEN_PAGE}.`,
  'mac-screen-unasked': ({ subject }) =>
    `Todavía no se ha preguntado a macOS si ${who[subject]} puede grabar la pantalla.`,
  'mac-screen-let-ask': () =>
    'Deja que macOS pregunte. Cuando lo permitas, cierra Tallylight y ábrelo de nuevo.',
  'mac-screen-unknown': () =>
    'Aquí no se puede preguntar a macOS por la pantalla; se verá cuando empiece la grabación.',
  'mac-screen-see-allowed': ({ subject }) => `Comprueba que ${who[subject]} tiene permiso ${SCREEN_PAGE}.`,
  'mac-screen-black': ({ subject }) =>
    `macOS dice que ${who[subject]} puede grabar la pantalla, pero todas las imágenes llegaron en negro.`,
  'mac-screen-nothing': ({ subject }) =>
    `macOS dice que ${who[subject]} puede grabar la pantalla, pero no llegó ninguna imagen.`,
  'mac-screen-reopen': () =>
    'Cierra Tallylight y ábrelo de nuevo; muchas veces un permiso solo vale a partir de entonces.',
  'mac-screen-remove': ({ subject }) =>
    `Quita ${toWhom[subject]} de la lista ${SCREEN_PAGE}, abre de nuevo Tallylight y vuelve a dar el permiso.`,
  'mac-screen-reset': ({ subject }) =>
    `El permiso es de una copia anterior ${ofWhom[subject]}. Ejecuta esta línea en Terminal, abre de nuevo Tallylight y vuelve a dar el permiso.`,
  'mac-screen-granted': ({ subject }) => `macOS deja ${toWhom[subject]} grabar la pantalla.`,

  'mac-mic-restricted': () => 'Tu organización no permite el micrófono en este Mac.',
  'mac-mic-ask-admin': ({ subject }) =>
    `Pide a tu administrador que permita ${toWhom[subject]} usar el micrófono.`,
  'mac-mic-denied': ({ subject }) => `macOS no deja ${toWhom[subject]} usar el micrófono.`,
  'mac-mic-reopen-if-allowed': () => 'Si ya lo has permitido, cierra Tallylight y ábrelo de nuevo.',
  'mac-mic-allow': ({ subject }) => `Da permiso ${toWhom[subject]} ${MICROPHONE_PAGE}.`,
  'mac-mic-unasked': ({ subject }) =>
    `macOS todavía no ha preguntado si ${who[subject]} puede usar el micrófono.`,
  'mac-mic-let-ask': () => 'Deja que macOS pregunte, y permítelo.',
  'mac-mic-silent': () => 'macOS permite el micrófono, pero solo llegó silencio digital.',
  'mac-mic-see-muted': ({ subject }) =>
    `Mira si está silenciado o la tapa cerrada, y si ${who[subject]} tiene permiso ${MICROPHONE_PAGE}.`,
  'mac-mic-nothing': () => 'macOS permite el micrófono, pero no llegó nada de él.',
  'mac-mic-see-plugged': ({ subject }) =>
    `Comprueba que está conectado, y que ${who[subject]} tiene permiso ${MICROPHONE_PAGE}.`,
  'mac-mic-granted': ({ subject }) => `macOS deja ${toWhom[subject]} usar el micrófono.`,
  'mac-mic-unknown': () =>
    'Aquí no se puede preguntar a macOS por el micrófono; se verá cuando empiece la grabación.',
  'mac-mic-see-allowed': ({ subject }) => `Comprueba que ${who[subject]} tiene permiso ${MICROPHONE_PAGE}.`,

  'mac-sound-denied': ({ subject }) => `macOS no deja ${toWhom[subject]} grabar el audio del sistema.`,
  'mac-sound-nothing': () => 'macOS no dio nada del audio del sistema, como hace cuando no está permitido.',
  'mac-sound-silent': () =>
    'Solo llegó silencio, como mientras no suena nada, y también cuando macOS no lo permite.',
  'mac-sound-play': ({ subject }) =>
    `Reproduce algo. Si sigue en silencio, da permiso ${toWhom[subject]} ${SCREEN_PAGE}.`,
  'mac-sound-unknown': () =>
    'macOS no dice a nadie si se puede grabar el audio del sistema; se verá con el primer sonido.',
  'mac-sound-asks-then': () => 'macOS pregunta cuando empieza la grabación; permítelo entonces.',

  'win-mic-restricted': () => 'Tu organización no permite el micrófono en este dispositivo.',
  'win-mic-ask-admin': () =>
    'Pide a tu administrador que permita el micrófono a las aplicaciones (LetAppsAccessMicrophone).',
  'win-mic-off': () => 'El micrófono está desactivado en este dispositivo.',
  'win-mic-switch-on': () =>
    'Activa «Acceso al micrófono» en Privacidad y seguridad > Micrófono; puede hacer falta un administrador.',
  'win-mic-apps': () => 'Windows no deja a las aplicaciones usar el micrófono.',
  'win-mic-switch-apps': () =>
    'Activa «Permitir que las aplicaciones accedan al micrófono» en Privacidad y seguridad > Micrófono.',
  'win-mic-desktop-apps': () => 'Windows no deja a las aplicaciones de escritorio usar el micrófono.',
  'win-mic-switch-desktop-apps': () =>
    'Activa «Permitir que las aplicaciones de escritorio accedan al micrófono» en Privacidad y seguridad > Micrófono.',
  'win-mic-denied': () => 'Windows no deja a Tallylight usar el micrófono.',
  'win-mic-unread': () => 'No se pudo leer si Windows permite el micrófono.',
  'win-mic-not-said': () => 'Windows no dice si Tallylight puede usar el micrófono.',
  'win-mic-look': () =>
    'Míralo en Privacidad y seguridad > Micrófono, y deja que lo usen las aplicaciones de escritorio.',
  'win-mic-silent': () => 'Windows permite el micrófono, pero solo llegó silencio digital.',
  'win-mic-nothing': () => 'Windows permite el micrófono, pero no llegó nada de él.',
  'win-mic-see-muted': () => 'Mira si está silenciado, y qué programas pueden usarlo.',
  'win-mic-granted': () => 'Windows deja a las aplicaciones de escritorio usar el micrófono.',
  'win-screen-unasked': () =>
    'Windows no pregunta a nadie antes de que un programa capture la pantalla; Tallylight te lo pregunta en su lugar.',
  'win-sound-unasked': () =>
    'Windows no pregunta a nadie antes de que un programa grabe lo que suena; Tallylight te lo pregunta en su lugar.',

  heard: ({ kind }) => (kind === 'microphone' ? 'Se oyó el micrófono.' : 'Se oyó el audio del sistema.'),

  'linux-wayland': () =>
    'Esta es una sesión de Wayland, cuyas pantallas Tallylight todavía no puede capturar: eso pasa por el portal del escritorio.',
  'linux-choose-x11': () => 'Cierra la sesión y elige una de X11 («Xorg»), o graba solo sonido.',
  'linux-no-display': () => 'Aquí no hay pantalla de X, así que no hay pantalla que capturar.',
  'linux-start-graphical': () => 'Inicia Tallylight desde una sesión gráfica, o graba solo sonido.',
  'linux-no-sound': ({ kind }) =>
    `Aquí no responde ningún servidor de sonido, así que no hay de dónde grabar ${what[kind]}.`,
  'linux-start-sound': () =>
    'Inicia PipeWire o PulseAudio, como hace sola una sesión de escritorio, y busca de nuevo.',
  'linux-sound-unasked': ({ kind }) =>
    `Aquí no se puede preguntar al servidor de sonido, por el que se grabaría ${what[kind]}.`,
  'linux-install-pactl': () =>
    'Instala pactl (Debian, Ubuntu: el paquete pulseaudio-utils) y busca de nuevo.',
  'linux-unasked': ({ kind }) =>
    `Linux no pregunta a nadie antes de que un programa use ${what[kind]}; Tallylight te lo pregunta en su lugar.`,
  'sandbox-reaches': ({ sandbox, kind }) =>
    `${sandbox} deja que Tallylight llegue a usar ${what[kind]}; si se puede grabar se verá cuando empiece la grabación.`,
  'sandbox-unknown': ({ sandbox, kind }) =>
    `Dentro de ${sandbox} no se puede saber si Tallylight puede usar ${what[kind]}.`,
  'sandbox-keeps': ({ sandbox, kind }) => `${sandbox} no deja a Tallylight usar ${what[kind]}.`,
  'flatpak-share': ({ socket }) =>
    `Comparte el socket ${socket} con Tallylight en tu centro de software (Flatpak), o ejecuta esta línea e inícialo de nuevo.`,
  'snap-allow': ({ plug }) =>
    `Permite ${plug} a Tallylight en tu centro de software (snap), o ejecuta esta línea.`,
};
