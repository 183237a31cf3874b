import type { Language } from '../../contract/language.ts';
import { language, words } from '../words.ts';

/**
 * The dialect decides about 14:19 and 2:19 PM, and about what separates thousands: the first of the person's own that is of the
 * language that is spoken.
 */
function dialect(): string {
  return navigator.languages.find((tag) => tag.split('-')[0] === language) ?? DIALECTS[language];
}
const DIALECTS: Readonly<Record<Language, string>> = { en: 'en-GB', es: 'es' };

type Formats = {
  readonly whole: Intl.NumberFormat;
  readonly plain: Intl.NumberFormat;
  readonly list: Intl.ListFormat;
  readonly timeOfDay: Intl.DateTimeFormat;
  readonly exactTime: Intl.DateTimeFormat;
  readonly dayAndTime: Intl.DateTimeFormat;
};

/** They are dear to make and made once for each dialect. */
const made = new Map<string, Formats>();

function formats(): Formats {
  const locale = dialect();
  const known = made.get(locale);
  if (known !== undefined) return known;
  const fresh: Formats = {
    whole: new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }),
    plain: new Intl.NumberFormat(locale, { maximumFractionDigits: 0, useGrouping: false }),
    list: new Intl.ListFormat(locale, { type: 'conjunction' }),
    timeOfDay: new Intl.DateTimeFormat(locale, { timeStyle: 'short' }),
    exactTime: new Intl.DateTimeFormat(locale, { timeStyle: 'medium' }),
    dayAndTime: new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }),
  };
  made.set(locale, fresh);
  return fresh;
}

export function count(value: number): string {
  return formats().whole.format(value);
}

/** A number that is a name or a measure and wears no thousands separator: 2560. */
export function figure(value: number): string {
  return formats().plain.format(value);
}

export function listOf(names: readonly string[]): string {
  return formats().list.format(names);
}

export function clockTime(iso: string, precision: 'minute' | 'second' = 'minute'): string {
  const { timeOfDay, exactTime } = formats();
  return (precision === 'minute' ? timeOfDay : exactTime).format(new Date(iso));
}

/** 1 Mar 2026, 11:00. */
export function dayTime(iso: string): string {
  return formats().dayAndTime.format(new Date(iso));
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
  return new Intl.NumberFormat(dialect(), {
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
  return said.charAt(0).toLocaleUpperCase(language) + said.slice(1);
}
