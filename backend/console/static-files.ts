import { readFileSync } from 'node:fs';

const TYPES = {
  'tokens.css': 'text/css; charset=utf-8',
  'console.css': 'text/css; charset=utf-8',
  'console.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

type StaticFile = { readonly type: string; readonly content: string };

/** What the pages of the console refer to, by name. */
export const STATIC_FILES: ReadonlyMap<string, StaticFile> = new Map(
  Object.entries(TYPES).map(([name, type]) => [
    name,
    { type, content: readFileSync(new URL(`./static/${name}`, import.meta.url), 'utf8') },
  ]),
);
