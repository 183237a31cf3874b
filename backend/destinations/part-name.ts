import { randomBytes } from 'node:crypto';

/** Hidden, and of one upload only: two at once do not write into each other's file. */
export function partName(name: string): string {
  return `.${name}.${randomBytes(8).toString('hex')}.part`;
}

/** Whether a file is what a killed upload of that name has left behind. */
export function isPartOf(name: string, file: string): boolean {
  return file.startsWith(`.${name}.`) && /^[0-9a-f]{16}\.part$/.test(file.slice(name.length + 2));
}
