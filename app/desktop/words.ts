import type { PausedBy } from '../../contract/bridge/snapshot.ts';
import type { Language } from '../../contract/language.ts';
import type { Spoken } from '../../contract/spoken/any-language.ts';
import { SPOKEN } from '../../contract/spoken/spoken.ts';
import type { Told } from '../../contract/spoken/told.ts';

/** Every word that the shell itself shows: tray, titles, questions and notifications. The page has its own catalogues. */
export type Words = {
  readonly nothing: string;
  readonly looked: string;
  /** What ends a pause; only the person's own waits for the person alone. */
  readonly paused: Readonly<Record<PausedBy, string>>;
  readonly openForMore: string;
  readonly troubled: (channel: string, message: string) => string;
  readonly kept: (names: string) => string;
  readonly live: (names: string) => string;
  readonly recorded: (time: string) => string;
  readonly since: (timeOfDay: string) => string;
  readonly menu: {
    readonly open: string;
    readonly start: string;
    readonly pause: string;
    readonly resume: string;
    readonly stop: string;
    readonly quit: string;
  };
  /** What is told to somebody who looks elsewhere. */
  readonly notice: {
    readonly started: string;
    readonly ended: string;
    readonly delivered: string;
    readonly silent: (channel: string) => string;
    readonly goesOn: string;
  };
  /** What a link that connects this computer is met with. */
  readonly connect: {
    readonly question: (backend: string, before: string | null) => Box;
    readonly yes: string;
    readonly no: string;
    readonly close: string;
    readonly noLink: Box;
    readonly noAddress: Box;
    readonly isSet: (fixed: string, backend: string) => Box;
    readonly failed: (error: Told) => Box;
    /** `isLater`: what is prepared or recorded now still belongs to the backend of before. */
    readonly done: (backend: string, what: { readonly isLater: boolean; readonly isKept: boolean }) => Box;
  };
};

/** What has happened or is asked, and what it means. */
type Box = { readonly message: string; readonly detail: string };

function sentences(...parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false).join(' ');
}

const en: Words = {
  nothing: 'Nothing is being captured',
  looked: 'Your screen is looked at for a moment; nothing of it is kept',
  paused: {
    person: 'Nothing is captured until you resume',
    'no-window': 'Nothing is captured until you resume',
    sleep: 'Nothing is captured until this computer wakes; then it goes on by itself',
    lock: 'Nothing is captured until you unlock the screen; then it goes on by itself',
  },
  openForMore: 'Open Tallylight to see what it is',
  troubled: (channel, message) => `${channel}: ${message}`,
  kept: (names) => `Kept: ${names}`,
  live: (names) => `Live only: ${names}`,
  recorded: (time) => `Recorded: ${time}`,
  since: (timeOfDay) => `Since ${timeOfDay}`,
  menu: {
    open: 'Open Tallylight',
    start: 'Start a recording…',
    pause: 'Pause',
    resume: 'Resume',
    stop: 'Stop',
    quit: 'Quit',
  },
  notice: {
    started: 'Recording has started',
    ended: 'Recording has stopped early',
    delivered: 'Everything is delivered',
    silent: (channel) => `${channel} gives only silence`,
    goesOn: 'The recording goes on. Open Tallylight to see what can be done',
  },
  connect: {
    question: (backend, before) => ({
      message: `Connect this computer to ${backend}?`,
      detail: sentences(
        'A link asks for this. From then on this address says what you are asked to record, and where it goes.',
        before !== null && before !== backend && `So far it is ${before}.`,
        'Nothing is sent until you agree. Cancel if you did not expect it.',
      ),
    }),
    yes: 'Connect',
    no: 'Cancel',
    close: 'Close',
    noLink: {
      message: 'This link is not one that Tallylight knows.',
      detail: 'Nothing was changed and nothing was sent. Ask for a new link where it came from.',
    },
    noAddress: {
      message: 'This link does not say what to connect to.',
      detail: 'Nothing was changed and nothing was sent. Ask for a link that names the address.',
    },
    isSet: (fixed, backend) => ({
      message: `This computer is set to ${fixed}.`,
      detail: `The link is for ${backend}. Nothing was changed and nothing was sent. Ask your admin.`,
    }),
    failed: ({ message, action }) => ({ message, detail: sentences('Nothing was changed.', action) }),
    done: (backend, { isLater, isKept }) => ({
      message: `This computer is connected to ${backend}.`,
      detail: sentences(
        isLater ? 'It counts from the next recording on.' : 'You are asked before anything is recorded.',
        !isKept &&
          'It could not be kept in a keychain of this computer, so it stays in memory: after the next start of Tallylight you need a new link.',
      ),
    }),
  },
};

const es: Words = {
  nothing: 'No se está capturando nada',
  looked: 'Se mira tu pantalla un momento; no se guarda nada de ella',
  paused: {
    person: 'No se captura nada hasta que reanudes',
    'no-window': 'No se captura nada hasta que reanudes',
    sleep: 'No se captura nada hasta que este equipo despierte; entonces continúa por sí solo',
    lock: 'No se captura nada hasta que desbloquees la pantalla; entonces continúa por sí solo',
  },
  openForMore: 'Abre Tallylight para ver de qué se trata',
  troubled: (channel, message) => `${channel}: ${message}`,
  kept: (names) => `Se guarda: ${names}`,
  live: (names) => `Solo en vivo: ${names}`,
  recorded: (time) => `Grabado: ${time}`,
  since: (timeOfDay) => `Desde las ${timeOfDay}`,
  menu: {
    open: 'Abrir Tallylight',
    start: 'Iniciar una grabación…',
    pause: 'Pausar',
    resume: 'Reanudar',
    stop: 'Detener',
    quit: 'Salir',
  },
  notice: {
    started: 'La grabación ha comenzado',
    ended: 'La grabación se ha detenido antes de tiempo',
    delivered: 'Todo está entregado',
    silent: (channel) => `${channel} solo da silencio`,
    goesOn: 'La grabación continúa. Abre Tallylight para ver qué se puede hacer',
  },
  connect: {
    question: (backend, before) => ({
      message: `¿Conectar este equipo con ${backend}?`,
      detail: sentences(
        'Lo pide un enlace. Desde entonces esta dirección dice qué se te pide grabar y adónde va.',
        before !== null && before !== backend && `Hasta ahora es ${before}.`,
        'No se envía nada hasta que aceptes. Cancela si no lo esperabas.',
      ),
    }),
    yes: 'Conectar',
    no: 'Cancelar',
    close: 'Cerrar',
    noLink: {
      message: 'Este enlace no es de los que Tallylight conoce.',
      detail: 'No se ha cambiado ni enviado nada. Pide un enlace nuevo allí de donde vino.',
    },
    noAddress: {
      message: 'Este enlace no dice con qué conectar.',
      detail: 'No se ha cambiado ni enviado nada. Pide un enlace que nombre la dirección.',
    },
    isSet: (fixed, backend) => ({
      message: `Este equipo está configurado para ${fixed}.`,
      detail: `El enlace es para ${backend}. No se ha cambiado ni enviado nada. Pregunta a tu administrador.`,
    }),
    failed: ({ message, action }) => ({ message, detail: sentences('No se ha cambiado nada.', action) }),
    done: (backend, { isLater, isKept }) => ({
      message: `Este equipo está conectado con ${backend}.`,
      detail: sentences(
        isLater ? 'Vale desde la próxima grabación.' : 'Se te pregunta antes de grabar nada.',
        !isKept &&
          'No se pudo guardar en un llavero de este equipo, así que queda en memoria: tras el próximo inicio de Tallylight necesitas un enlace nuevo.',
      ),
    }),
  },
};

const CATALOGUES: Readonly<Record<Language, Words>> = { en, es };

/** The words of a language, and how it writes lists and times of day where this computer prefers one of its regions. */
export type Tongue = {
  readonly words: Words;
  /** What every room says: the lamp, errors, channels that have no name of their own. */
  readonly spoken: Spoken;
  readonly list: (names: readonly string[]) => string;
  readonly timeOfDay: (iso: string) => string;
};

/** `preferred`: BCP 47 tags of this computer, the first the most wanted. */
export function tongueOf(language: Language, preferred: readonly string[]): Tongue {
  const locale = preferred.find((tag) => tag.split('-', 1)[0] === language) ?? language;
  const list = new Intl.ListFormat(locale, { type: 'unit', style: 'short' });
  const time = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  return {
    words: CATALOGUES[language],
    spoken: SPOKEN[language],
    list: (names) => list.format(names),
    timeOfDay: (iso) => time.format(new Date(iso)),
  };
}
