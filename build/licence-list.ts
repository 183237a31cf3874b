/** Licences that ask for nothing but their text, which THIRD-PARTY-NOTICES holds; `Unlicense` asks not even for that. */
export const PERMISSIVE: readonly string[] = [
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Unlicense',
];

/** Packages that say no licence, or another one: what was found out about each, by hand. */
export const EXPLAINED: Readonly<Record<string, { readonly licence: string; readonly why: string }>> = {
  buildcheck: { licence: 'MIT', why: 'Its package.json names it in the old form, `licenses`.' },
  'cpu-features': { licence: 'MIT', why: 'Its package.json names it in the old form, `licenses`.' },
  ssh2: { licence: 'MIT', why: 'Its package.json names it in the old form, `licenses`.' },
  async: {
    licence: 'MIT',
    why: 'Its package.json of 0.2.10 names no licence; its LICENSE file is the MIT License.',
  },
  x11: {
    licence: 'MIT',
    why: 'Its package.json uses the old field `licenses`; its LICENSE file is the MIT License.',
  },
};

/**
 * Trees that no package of ours holds. ffmpeg-static (GPL-3.0-or-later) is an offer to those who install from source:
 * npm fetches it from its own author, it is a program that is run and not linked, and electron-builder.yml leaves it out.
 */
export const NOT_PASSED_ON: readonly string[] = ['ffmpeg-static'];
