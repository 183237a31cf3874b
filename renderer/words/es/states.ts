import type { InAnyLanguage } from '../../../contract/spoken/any-language.ts';
import { ES } from '../../../contract/spoken/es.ts';
import type { states as english } from '../en/states.ts';
import { theHour } from './hour.ts';

/** What the state is called and said to be. */
export const states: InAnyLanguage<typeof english> = {
  product: 'Tallylight',
  lamp: { ...ES.lamp, unknown: 'Sin respuesta' },
  lampSign: { live: '●', paused: '❚❚', trouble: '◌', off: '○', unknown: '◌' },
  kind: { mic: 'Micrófono', system_audio: ES.channel.systemAudio, display: ES.channel.display },
  mode: { off: 'No', live: 'Solo en vivo', keep: 'Guardar' },

  seeking: { fact: 'Un momento', sentence: 'Buscando Tallylight en este dispositivo.' },
  lost: {
    fact: 'Sin respuesta',
    sentence: 'Tallylight no responde. Si lo cerraste, no se está capturando nada.',
    unknown:
      'Si sigue en marcha, esta ventana no puede saber si se está capturando algo. Lo sigue intentando, y vuelve a mostrar la luz en cuanto haya respuesta.',
  },
  idle: {
    fact: 'Todo listo',
    sentence: 'No se está capturando nada. Elige qué capturar y qué guardar.',
    policy: (organisation, version) => `${organisation} · política ${version}`,
  },
  consenting: {
    fact: 'Todo listo',
    sentence: 'Has aceptado. Se comprueban las condiciones; todavía no hay ningún dispositivo abierto.',
  },
  starting: {
    fact: 'Empezando',
    sentence: 'Abriendo los dispositivos. La luz se enciende con el primer sonido o la primera imagen.',
  },
  recording: {
    started: (time) => `Empezó a ${theHour(time)}`,
    paused: (duration) => `${duration} en pausa en total`,
    nothing: 'En este momento no llega nada de los dispositivos.',
  },
  paused: {
    sentence: {
      person: 'Dispositivos liberados. No se captura nada hasta que reanudes.',
      'no-window':
        'Dispositivos liberados, porque ninguna ventana mostraba la luz. No se captura nada hasta que reanudes.',
      sleep:
        'Dispositivos liberados. No se captura nada hasta que este equipo se reactive; entonces sigue por sí sola.',
      lock: 'Dispositivos liberados. No se captura nada hasta que desbloquees la pantalla; entonces sigue por sí sola.',
    },
    releasing: 'Liberando los dispositivos.',
  },
  stopping: { fact: 'Deteniendo', sentence: 'Cerrando los dispositivos y terminando los últimos segundos.' },
  delivering: {
    fact: 'Entregando',
    left: (duration) => `Faltan ${duration} por entregar.`,
    confirming: 'Todo está enviado. Esperando a que el servicio lo confirme.',
    confirmingRest: 'Todo lo que el servicio acepta está enviado. Esperando a que lo confirme.',
    safe: 'La captura ha terminado. Todo lo que elegiste guardar está a salvo aquí, cifrado, hasta que lo tenga el servicio.',
    leave: 'Puedes cerrar esta ventana. Lo que falta se envía cuando haya conexión, o en el próximo inicio.',
    progress: 'Entregado',
    amount: (delivered, all) => `${delivered} de ${all}`,
  },
  complete: {
    fact: 'Completa',
    sentence: (duration) => `${duration} de grabación. No se está capturando nada.`,
    nothing: 'No se guardó nada.',
    kept: (names, organisation) => `${organisation} guarda ${names}.`,
    keptSomewhere: (names) => `Se guarda: ${names}.`,
    verified: 'El servicio verificó todas las partes y firmó por ellas.',
    verifiedOf: (names) => `El servicio verificó todas las partes de ${names} y firmó por ellas.`,
    unverified: (delivered, all) => `El servicio verificó ${delivered} de ${all}.`,
    gone: (names) => `Solo en vivo, y ya no existe: ${names}.`,
    revoked: (names) => `Retiraste tu consentimiento para ${names}.`,
    purged: 'La copia de este dispositivo está borrada.',
    purgedOf: (names) => `La copia de ${names} de este dispositivo está borrada.`,
    stays: 'En este dispositivo queda una copia cifrada.',
    cut: (name, delivered, all) =>
      `El servicio aceptó ${delivered} de ${all} de ${name}, y nada más. El resto se guarda aquí, cifrado.`,
  },
  failed: {
    fact: 'Detenida antes de tiempo',
    sentence: 'La grabación no pudo seguir. No se está capturando nada.',
    safe: 'Qué está a salvo',
    nothing: 'Todavía no se había grabado nada.',
  },
  stillLive: 'Algo sigue en vivo.',
  looking:
    'Se mira un momento tu pantalla, para ver si el sistema la muestra. No se guarda ni se envía nada de ella.',

  ending: {
    left: (time) => `Termina sola en ${time}.`,
    announce: (minutes) => `Termina sola en ${minutes} minutos o menos.`,
  },
  counts: {
    kept: (count) => `${count} se ${count === '1' ? 'guarda' : 'guardan'}`,
    live: (count) => `${count} solo en vivo`,
  },

  action: {
    'session.agree': { ready: 'Aceptar y empezar', busy: 'Empezando' },
    'session.pause': { ready: 'Pausar', busy: 'Pausando' },
    'session.resume': { ready: 'Reanudar', busy: 'Reanudando' },
    'session.stop': { ready: 'Detener', busy: 'Deteniendo' },
    'session.renew': { ready: 'Nueva grabación', busy: 'Preparando' },
  },
  actions: 'Acciones',
  announce: {
    idle: 'Todo listo. No se está capturando nada.',
    live: (counts) => `En vivo. ${counts}.`,
    still: 'Grabando, pero no llega nada.',
    trouble: 'Grabando, pero algo requiere atención.',
    paused: {
      person: 'En pausa. No se captura nada hasta que reanudes.',
      'no-window': 'En pausa. No se captura nada hasta que reanudes.',
      sleep: 'En pausa. No se captura nada hasta que este equipo se reactive; entonces sigue por sí sola.',
      lock: 'En pausa. No se captura nada hasta que desbloquees la pantalla; entonces sigue por sí sola.',
    },
    delivering: 'Detenida. Lo que elegiste guardar se está entregando.',
    complete: 'Completa. No se está capturando nada.',
    failed: 'Detenida antes de tiempo. No se está capturando nada.',
    lost: 'Tallylight no responde.',
    offline: 'Sin conexión con el servicio de medios.',
    revoked: (names) => `Consentimiento retirado: ${names}.`,
  },
  keys: { mac: (letter) => `⌘⇧${letter}`, other: (letter) => `Ctrl+Mayús+${letter}` },
  units: { hours: 'h', minutes: 'min', seconds: 's' },
};
