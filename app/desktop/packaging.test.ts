import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, matchesGlob } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { LINK_SCHEME } from './deep-link.ts';

type Configuration = Readonly<Record<string, unknown>> & { readonly electronFuses?: object };
/** Loads and checks a configuration the way electron-builder itself does. */
type Builder = {
  readonly getConfig: (root: string, file: string, given: null) => Promise<Configuration>;
  readonly validateConfiguration: (
    configuration: Configuration,
    log: { isEnabled: boolean },
  ) => Promise<void>;
};
/** Finds the function of a hook the way electron-builder itself does. */
type Hooks = {
  readonly resolveFunction: (type: string, path: unknown, name: string, root: string) => Promise<unknown>;
};

const ROOT = join(import.meta.dirname, '..', '..');
const builder: Builder = createRequire(import.meta.url)('app-builder-lib/out/util/config/config.js');
const { resolveFunction }: Hooks = createRequire(import.meta.url)('app-builder-lib/out/util/resolve.js');
const read = () => builder.getConfig(ROOT, join(ROOT, 'electron-builder.yml'), null);
const check = (configuration: Configuration) =>
  builder.validateConfiguration(configuration, { isEnabled: false });
const text = (file: string) => readFileSync(join(ROOT, file), 'utf8');

test('electron-builder accepts its configuration', async () => {
  await expect(check(await read())).resolves.toBeUndefined();
});

test.each([
  ['a key it does not know', { asarr: true }],
  ['a fuse it does not know', { electronFuses: { runAsNod: false } }],
])('electron-builder refuses %s, so that its acceptance means something', async (_what, change) => {
  await expect(check({ ...(await read()), ...change })).rejects.toThrow('Invalid configuration');
});

test('every fuse that electron-builder knows is set to its safe side', async () => {
  expect((await read()).electronFuses).toEqual({
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  });
});

test('macOS gets a sentence for each thing it asks the person for, and the entitlement without which it does not ask', async () => {
  expect(await read()).toMatchObject({
    asar: true,
    mac: {
      hardenedRuntime: true,
      binaries: ['Contents/Resources/ffmpeg/ffmpeg'],
      extendInfo: {
        NSMicrophoneUsageDescription: expect.stringContaining('only after you agree'),
        NSAudioCaptureUsageDescription: expect.stringContaining('only after you agree'),
      },
    },
  });
  for (const file of ['build/entitlements.mac.plist', 'build/entitlements.mac.inherit.plist'])
    expect([...text(file).matchAll(/<key>(.*?)<\/key>\s*<true\/>/g)].map(([, key]) => key)).toEqual([
      'com.apple.security.cs.allow-jit',
      'com.apple.security.device.audio-input',
    ]);
});

test('macOS and Linux learn from the package who opens a link, under the one scheme that the app reads', async () => {
  expect((await read()).protocols).toEqual([{ name: 'Tallylight', schemes: [LINK_SCHEME] }]);
});

test('a dependency is packaged exactly where the main process imports it', async () => {
  const { metafile } = await build({
    entryPoints: [join(import.meta.dirname, 'main.ts')],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
  });
  const imported = Object.values(metafile.inputs).flatMap((input) => input.imports.map(({ path }) => path));
  const names = Object.keys(manifest.dependencies);
  const needed = names.filter((name) =>
    imported.some((path) => path === name || path.startsWith(`${name}/`)),
  );
  expect(names.filter((name) => isPackaged(`node_modules/${name}`))).toEqual(needed);
  const useless = [...belowOf(names)].filter((path) => !belowOf(needed).has(path));
  expect(useless.filter(isPackaged)).toEqual([]);
});

/** Where these packages and all that they depend on are installed. */
function belowOf(names: readonly string[]): ReadonlySet<string> {
  const below = new Set<string>();
  const follow = (name: string, from: string) => {
    const path = locked(name, from);
    if (path === undefined || below.has(path)) return;
    below.add(path);
    const { dependencies = {} } = packages[path] ?? {};
    for (const next of Object.keys(dependencies)) follow(next, path);
  };
  for (const name of names) follow(name, '');
  return below;
}

test('nothing of ffmpeg-static is packaged: another ffmpeg, checked and signed, is laid beside the archive', async () => {
  expect([...belowOf(['ffmpeg-static'])].filter(isPackaged)).toEqual([]);
});

test('the hooks that check ffmpeg are found, and what they lay out is packaged', async () => {
  const configuration = await read();
  for (const hook of ['beforePack', 'afterPack'] as const)
    expect(await resolveFunction('module', configuration[hook], hook, ROOT)).toHaveProperty('name', hook);
  for (const [system, platform] of [
    ['mac', 'darwin'],
    ['win', 'win32'],
  ] as const)
    expect(configuration[system]).toMatchObject({
      extraResources: [
        { from: expect.stringMatching(`^artifacts/ffmpeg/${platform}-\\$`), to: 'ffmpeg' },
        { from: 'build/GPL-3.0.txt', to: 'ffmpeg/GPL-3.0.txt' },
      ],
    });
  expect(configuration.extraResources).toEqual([{ from: 'THIRD-PARTY-NOTICES', to: 'THIRD-PARTY-NOTICES' }]);
});

type Locked = Readonly<Record<string, { readonly dependencies?: object } | undefined>>;
const { packages } = JSON.parse(text('package-lock.json')) as { readonly packages: Locked };

/** Where a package of that name lies for one at `from`, as npm looks it up. */
function locked(name: string, from: string): string | undefined {
  const path = `${from && `${from}/`}node_modules/${name}`;
  if (path in packages || from === '') return path in packages ? path : undefined;
  return locked(name, from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))));
}

function isPackaged(path: string): boolean {
  const excluded = [...text('electron-builder.yml').matchAll(/^ {2}- '!(\*\*\/node_modules.*)'$/gm)];
  return !excluded.some(([, glob = '']) => matchesGlob(`${path}/index.js`, glob));
}
