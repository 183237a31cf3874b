import { type Kind, type Known, method, strict } from './strict.ts';

/** Electron throws where it is none. */
const url: Kind = {
  fits: (value) => typeof value === 'string' && URL.canParse(value),
  says: 'a URL',
};

export const shell = strict('shell', {
  openExternal: method('shell.openExternal', [url], async () => undefined),
} satisfies Known<Electron.Shell>);

/** What this module exports is what electron.d.ts declares for `electron/common`. */
({ shell }) satisfies { readonly [K in keyof typeof Electron.Common]?: unknown };
