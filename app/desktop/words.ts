import type { Lamp, PausedBy } from '../../contract/bridge/snapshot.ts';
import type { Language } from '../../contract/language.ts';

/** Every word that the shell itself shows: tray, titles, questions and notifications. The page has its own catalogues. */
export type Words = {
  readonly lamp: Readonly<Record<Lamp, string>>;
  readonly nothing: string;
  readonly looked: string;
  /** What ends a pause; only the person's own waits for the person alone. */
  readonly paused: Readonly<Record<PausedBy, string>>;
  readonly openForMore: string;
  /** A channel in trouble. `message` is what main says of it, in English. */
  readonly troubled: (channel: string, message: string) => string;
  readonly trouble: (message: string) => string;
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
};

const en: Words = {
  lamp: { off: 'Off', live: 'Live', paused: 'Paused', trouble: 'Needs a look' },
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
  trouble: (message) => message,
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
};

const es: Words = {
  lamp: { off: 'Apagado', live: 'En directo', paused: 'En pausa', trouble: 'Requiere atención' },
  nothing: 'No se está captando nada',
  looked: 'Se mira su pantalla un momento; no se guarda nada de ella',
  paused: {
    person: 'No se capta nada hasta que usted reanude',
    'no-window': 'No se capta nada hasta que usted reanude',
    sleep: 'No se capta nada hasta que este equipo despierte; entonces continúa por sí solo',
    lock: 'No se capta nada hasta que desbloquee la pantalla; entonces continúa por sí solo',
  },
  openForMore: 'Abra Tallylight para ver de qué se trata',
  troubled: (channel) => `${channel}: requiere atención. Abra Tallylight para ver de qué se trata`,
  trouble: () => 'Abra Tallylight para ver de qué se trata',
  kept: (names) => `Se guarda: ${names}`,
  live: (names) => `Solo en directo: ${names}`,
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
};

const CATALOGUES: Readonly<Record<Language, Words>> = { en, es };

/** The words of a language, and how it writes lists and times of day where this computer prefers one of its regions. */
export type Tongue = {
  readonly words: Words;
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
    list: (names) => list.format(names),
    timeOfDay: (iso) => time.format(new Date(iso)),
  };
}
