import type { InAnyLanguage } from '../../../contract/spoken/any-language.ts';
import type { consent as english } from '../en/consent.ts';
import { pluralIn } from '../plural.ts';
import { theHour } from './hour.ts';

const of = pluralIn('es');

/** What one agrees to, and what is asked after a crash. */
export const consent: InAnyLanguage<typeof english> = {
  terms: {
    title: 'Qué aceptas',
    agreed: 'Qué aceptaste',
    asks: 'Quién lo pide',
    purpose: 'Para qué',
    retention: 'Cuánto tiempo',
    nothingKept: 'No se guarda nada',
    days: (days, count) => `${days} ${of(count, 'día', 'días')}`,
    forever: 'Hasta que alguien lo elimine',
    recipients: 'Quién lo recibe',
    nobody: (organisation) => `Nadie aparte de ${organisation}`,
    here: 'En este dispositivo',
    stays: 'Aquí queda una copia cifrada',
    purged: 'La copia cifrada se borra en cuanto la tiene el servicio',
    longest: 'Tiempo máximo',
    minutes: (minutes, count) => `${minutes} ${of(count, 'minuto', 'minutos')}`,
    hours: (hours) => `${hours} horas`,
    endsAfter: (duration) => `Termina sola tras ${duration}, pausas incluidas`,
    key: 'Su clave',
    loading: 'Preguntando al servicio de medios para qué es, quién lo recibe y cuánto tiempo se guarda.',
    missing: 'El servicio de medios no ha dicho para qué es, quién lo recibe ni cuánto tiempo se guarda.',
    untrusted:
      'Para qué es, quién lo recibe y cuánto tiempo se guarda no se muestra, porque no se pudo verificar.',
  },
  summary: {
    kept: (names) => `Se guardará: ${names}.`,
    live: (names) => `Solo en vivo, sin escribirse nunca en un disco: ${names}.`,
    nothingKept: 'No se guardará nada.',
    follows: {
      mic: (name) => `${name} (sea cual sea)`,
      system_audio: (name) => `${name} (sea cual sea el dispositivo que suena)`,
    },
  },
  blocked: {
    chosen: 'Elige Solo en vivo o Guardar para al menos un canal.',
    channels: 'No hay nada que capturar. Conecta un dispositivo y busca de nuevo.',
    loading: 'Las condiciones están en camino. Podrás aceptar cuando las hayas leído.',
    trouble: 'Las condiciones no se pudieron leer, así que todavía no hay nada que aceptar.',
    untrusted: 'Las condiciones no se pudieron verificar, así que no hay nada que aceptar.',
  },
  recovered: (duration, recording) => `Se recuperaron ${duration} de ${recording}: se había interrumpido.`,
  recordingOf: (title, when) => (title === null ? `la grabación del ${when}` : `«${title}» del ${when}`),
  interrupted: {
    title: '¿Seguir grabando?',
    cutOff: (recording, time, duration) =>
      `Tallylight se cerró de forma inesperada a ${theHour(time)}, en medio de ${recording}. Aquí se guardan ${duration}. Desde entonces no se ha capturado nada.`,
    again: {
      keep: (names) => `Se guarda, como aceptaste al empezar: ${names}.`,
      live: (names) => `Solo en vivo, como aceptaste al empezar: ${names}.`,
      off: (names) => `Se queda sin capturar, porque ya no está o ya no se permite: ${names}.`,
    },
    until: (time) =>
      `El tiempo de en medio queda como un hueco. Si no haces nada, la grabación se termina y se entrega a ${theHour(time)}.`,
    goOn: { ready: 'Seguir', busy: 'Empezando' },
    finish: { ready: 'Terminarla y entregarla', busy: 'Terminando' },
  },
  pending: (recordings, count) =>
    `Todavía se ${of(count, 'envía', 'envían')} ${recordings} ${of(count, 'grabación anterior', 'grabaciones anteriores')}.`,
};
