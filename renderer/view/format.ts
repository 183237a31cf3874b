import { words } from '../words.ts';

/** The words are English; the person's own kind of English decides about 14:19 and 2:19 PM. */
const LOCALE = navigator.languages.find((language) => language.startsWith('en')) ?? 'en-GB';

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const plain = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0, useGrouping: false });
const list = new Intl.ListFormat(LOCALE, { type: 'conjunction' });
const timeOfDay = new Intl.DateTimeFormat(LOCALE, { timeStyle: 'short' });
const exactTime = new Intl.DateTimeFormat(LOCALE, { timeStyle: 'medium' });

export function count(value: number): string {
  return whole.format(value);
}

/** A number that is a name or a measure and wears no thousands separator: 2560. */
export function figure(value: number): string {
  return plain.format(value);
}

export function listOf(names: readonly string[]): string {
  return list.format(names);
}

export function clockTime(iso: string, precision: 'minute' | 'second' = 'minute'): string {
  return (precision === 'minute' ? timeOfDay : exactTime).format(new Date(iso));
}

const dayAndTime = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });

/** 1 Mar 2026, 11:00. */
export function dayTime(iso: string): string {
  return dayAndTime.format(new Date(iso));
}

/** Decimal units, as disks and the media service count: 812 kB, 18.2 MB. */
export function size(bytes: number): string {
  const [unit, per] =
    bytes >= 1e9
      ? (['gigabyte', 1e9] as const)
      : bytes >= 1e6
        ? (['megabyte', 1e6] as const)
        : (['kilobyte', 1e3] as const);
  const digits = unit === 'kilobyte' ? 0 : 1;
  return new Intl.NumberFormat(LOCALE, {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(bytes / per);
}

/** How much is left or was waited for: 4 s, 3 min 12 s, 1 h 5 min. A remainder counts as a second. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = whole % 60;
  const parts: readonly (readonly [number, string])[] =
    hours > 0
      ? [
          [hours, words.units.hours],
          [minutes, words.units.minutes],
        ]
      : [
          [minutes, words.units.minutes],
          [rest, words.units.seconds],
        ];
  const said = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${count(amount)} ${unit}`);
  return said.length === 0 ? `${count(0)} ${words.units.seconds}` : said.join(' ');
}

/** Time on the recording's clock: 0:07, 41:07, 1:02:03. Only seconds that are over count. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const tail = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${tail}` : `${minutes}:${tail}`;
}

/** The facts of one line, the first with a capital letter. */
export function line(parts: readonly (string | null)[]): string {
  const said = parts.filter((part) => part !== null && part !== '').join(' · ');
  return said.charAt(0).toLocaleUpperCase(LOCALE) + said.slice(1);
}
