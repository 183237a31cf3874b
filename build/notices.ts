import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import manifest from '../package.json' with { type: 'json' };
import { FFMPEG_BUILDS, type FfmpegBuilds } from './ffmpeg-builds.ts';
import { EXPLAINED, NOT_PASSED_ON, PERMISSIVE } from './licence-list.ts';
import { productionTree, type Shipped } from './production-tree.ts';

const ROOT = join(import.meta.dirname, '..');
const RULE = '-'.repeat(80);
export const NOTICES_FILE = join(ROOT, 'THIRD-PARTY-NOTICES');

/** The text of THIRD-PARTY-NOTICES, from package-lock.json, the installed packages and `ffmpeg-builds.json`. */
export function noticesText(builds: FfmpegBuilds = FFMPEG_BUILDS): string {
  const sections = [HEAD, ffmpegSection(builds), electronSection(), ...shippedPackages().map(packageSection)];
  return `${sections.join(`\n${RULE}\n\n`)}`;
}

/** What is passed on with Tallylight. */
export function shippedPackages(): readonly Shipped[] {
  return productionTree(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'), NOT_PASSED_ON);
}

/** The licence of a package as it was found out; null where nobody knows it, or where it asks for more than a notice. */
export function licenceOf({ name, licence }: Pick<Shipped, 'name' | 'licence'>): string | null {
  const known = EXPLAINED[name]?.licence ?? licence;
  return known !== null && PERMISSIVE.includes(known) ? known : null;
}

const HEAD = `THIRD-PARTY NOTICES

Tallylight is under the Apache License 2.0 (LICENSE). It is passed on together with what is listed here.
Written by \`npm run notices\` from package-lock.json and build/ffmpeg-builds.json.
`;

function ffmpegSection({ offerContact, targets }: FfmpegBuilds): string {
  const builds = Object.entries(targets).flatMap(([target, build]) =>
    build.ships === 'build'
      ? [
          `${target}: ffmpeg ${build.version}, ${build.licence}, ${build.origin}\n` +
            `  SHA-256 before signing ${build.sha256 ?? 'not known yet'}\n` +
            build.source.map((place) => `  source: ${place}\n`).join(''),
        ]
      : [],
  );
  return `ffmpeg

The packages for macOS and Windows hold the program ffmpeg, unchanged, which Tallylight runs and does not link:

${builds.join('\n')}
The licence is the GNU General Public License, version 3 or later. Its text lies beside the program, in
ffmpeg/GPL-3.0.txt. ffmpeg is a trademark of Fabrice Bellard, originator of the FFmpeg project.

Written offer: for three years from the day on which you received such a package, and as long as we offer spare parts or
support for it, anybody who holds it gets from us, on a medium customarily used for software and for no more than our
cost of doing so, the complete corresponding source of that ffmpeg and of the libraries in it, with the scripts that
build it. Write to: ${offerContact}

The packages for Linux hold no ffmpeg.
`;
}

function electronSection(): string {
  return `electron ${manifest.devDependencies.electron}: MIT

The licences of Electron's own parts, Chromium and Node.js among them, are in LICENSES.chromium.html of the package.

${textIn('node_modules/electron') ?? ''}`;
}

function packageSection(shipped: Shipped): string {
  const { name, version, path, isOfPlatform } = shipped;
  const head = `${name} ${version}: ${licenceOf(shipped) ?? 'UNKNOWN'}\n`;
  const why = EXPLAINED[name]?.why;
  // Which of these is installed depends on the machine; what is written here must not.
  const text = isOfPlatform ? undefined : textIn(path);
  const note = isOfPlatform
    ? 'Holds compiled code of the package that is named like it, under the same licence.\n'
    : `No text comes with it; it is that of https://spdx.org/licenses/${licenceOf(shipped)}.html\n`;
  return `${head}${why === undefined ? '' : `${why}\n`}\n${text ?? note}`;
}

function textIn(path: string): string | undefined {
  const folder = join(ROOT, path);
  if (!existsSync(folder))
    throw new Error(`${path} is not installed, so its licence cannot be read. Run \`npm ci\`.`);
  const files = readdirSync(folder).filter((file) =>
    /^(licen[cs]e|copying|notice)(\.(txt|md))?$/i.test(file),
  );
  if (files.length === 0) return undefined;
  const texts = files
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
  return `${texts.join('\n\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(NOTICES_FILE, noticesText());
