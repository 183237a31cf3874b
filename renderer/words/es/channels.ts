import type { InAnyLanguage } from '../../../contract/spoken/any-language.ts';
import { ES } from '../../../contract/spoken/es.ts';
import type { channels as english } from '../en/channels.ts';
import { pluralIn } from '../plural.ts';
import { theHour } from './hour.ts';

const of = pluralIn('es');

/** What is said of a channel. */
export const channels: InAnyLanguage<typeof english> = {
  channel: ES.channel,
  channels: {
    follow: 'Cambiar a otro dispositivo cuando cambie el predeterminado del sistema',
    choose: 'Qué capturar',
    title: 'Canales',
    look: 'Buscar de nuevo',
    looking: 'Buscando',
    none: 'En este dispositivo no se encontró ningún micrófono, pantalla ni audio del sistema.',
    level: (name) => `Nivel de ${name}`,
    decibels: (db) => `${db} dB`,
    noLevel: 'Sin nivel todavía',
  },
  locked: {
    forbidden: (by) => `aquí no se graba, por ${by}`,
    ephemeral: (by) => `solo se puede pasar en vivo, por ${by}`,
    stored: (by) => `se guarda siempre que se graba, por ${by}`,
    policyOf: (organisation) => `la política de ${organisation}`,
    policy: 'la política',
  },
  line: {
    kept: 'Se guarda',
    keptBytes: (size) => `Se guarda · ${size}`,
    live: 'Solo en vivo',
    starting: 'Empezando',
    reconnecting: 'Reconectando',
    lost: 'Detenido',
    revoked: 'Retirado',
    revokedDetail: 'retiraste tu consentimiento',
    nothingMore: 'ya no se captura nada de él',
    trouble: 'Requiere atención',
    keptSoFar: (size) => `${size} guardados`,
    delivered: 'todo entregado',
    undelivered: (duration) => `${duration} sin entregar`,
    cut: (size) => `el servicio aceptó ${size}`,
    onlyHere: 'el resto se guarda aquí',
    verified: 'verificado por el servicio',
    pixels: (width, height) => `${width} × ${height}`,
    rate: (frames) => `${frames} imágenes/s`,
    noDisk: 'nada en disco',
    gone: 'ya no existe, nunca estuvo en un disco',
    dropped: (parts, count) => `${parts} ${of(count, 'parte omitida', 'partes omitidas')}`,
    takeEnded: (take, time) => `la toma ${take} terminó a ${theHour(time)}`,
    nothing: 'todavía no se capturó nada',
    gaps: (gaps, count, duration) => `${gaps} ${of(count, 'hueco', 'huecos')}, ${duration}`,
    gapsBecause: (gaps, reason) => `${gaps}: ${reason}`,
  },
  gap: {
    of: { mic: 'el micrófono', system_audio: 'la salida de sonido', display: 'la pantalla' },
    because: {
      'device-gone': (device) => `se desconectó ${device}`,
      'device-moved': (device) => `el sistema de sonido llevó ${device} a otro lugar`,
      'device-failed': (device) => `${device} dejó de enviar datos`,
      'device-busy': (device) => `otro programa usaba ${device}`,
      'permission-denied': (device) => `el sistema no permitió usar ${device}`,
      'channel-silent': (device) => `${device} solo dio silencio`,
      'channel-black': () => 'la imagen estaba en negro',
      'channel-frozen': () => 'la imagen no cambiaba',
      'microphone-missing': () => 'no había micrófono',
      'sound-server-missing': () => 'el sistema de sonido no respondía',
      'display-server-missing': () => 'no se podía llegar a la pantalla',
      'default-changed': () => 'el sistema cambió a otro dispositivo',
      'display-changed': () => 'la pantalla cambió',
      'clock-stepped': () => 'se ajustó el reloj de este equipo',
      'cut-off': () => 'Tallylight se había cerrado de forma inesperada',
    },
  },
  revoke: {
    open: 'Retirar el consentimiento',
    of: (name) => ` para ${name}`,
    stop: { ready: 'Detener este canal', busy: 'Deteniéndolo' },
    erase: { ready: 'Detenerlo y borrar lo que se guardó de él', busy: 'Borrándolo' },
    means: {
      live: 'Ya no se captura ni se pasa nada más de él.',
      keep: 'Ya no se captura ni se entrega nada más de él. Lo que se guardó antes se conserva según lo acordado.',
      delivering: 'Ya no se entrega nada más de él. Lo que se guardó antes se conserva según lo acordado.',
      erase:
        'Se borra aquí, y en el servicio de medios en cuanto se pueda llegar a él. Después nadie puede volver a abrirlo.',
    },
    others: 'Los otros canales siguen.',
  },
};
