/** An hour with its article: `la 1:05`, `las 14:19`. */
export function theHour(time: string): string {
  return /^0?1\b/.test(time) ? `la ${time}` : `las ${time}`;
}
