/**
 * The lines of a text that were printed to their end, LF or CRLF: what was cut off, as by a program that was killed,
 * is half a name and left out.
 */
export function completeLines(text: string): string[] {
  const lines = text.split('\n');
  return lines.slice(0, -1).map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
}
