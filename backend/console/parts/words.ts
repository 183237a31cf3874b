import { type Html, html } from './html.ts';

const DAY = new Intl.DateTimeFormat('en-GB', {
  ...{ day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' },
});
const CLOCK = new Intl.DateTimeFormat('en-GB', {
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: 'UTC' },
});

/** A moment in UTC; Unix time in seconds. */
export function moment(seconds: number): Html {
  const at = new Date(seconds * 1000);
  return html`<time datetime="${at.toISOString()}">${DAY.format(at)}, ${CLOCK.format(at)}</time>`;
}

/** The same where nothing around it says that it is UTC. */
export function momentUtc(seconds: number): Html {
  return html`${moment(seconds)} UTC`;
}

/** `1 session`, `2 sessions`, `no sessions`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number === 0 ? 'no' : number.toLocaleString('en-GB')} ${number === 1 ? one : many}`;
}

/** Bytes in units of 1000, as disks are sold. */
export function bytes(number: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, number < 1000 ? 0 : Math.floor(Math.log10(number) / 3));
  const value = number / 1000 ** step;
  return `${value.toFixed(step === 0 || value >= 100 ? 0 : 1)} ${units[step]}`;
}

/** `41:07`, `1:41:07`. */
export function length(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}:${String(rest).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** `45 minutes`, `2 hours`, `1 hour 30 minutes`, `3 days`. */
export function minutes(number: number): string {
  const parts = [
    [Math.floor(number / 1440), 'day'],
    [Math.floor(number / 60) % 24, 'hour'],
    [number % 60, 'minute'],
  ] as const;
  return parts
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => count(amount, unit))
    .join(' ');
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

export function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
