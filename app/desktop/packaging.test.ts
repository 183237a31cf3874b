import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, matchesGlob } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

type Configuration = Readonly<Record<string, unknown>> & { readonly electronFuses?: object };
/** Loads and checks a configuration the way electron-builder itself does. */
type Builder = {
  readonly getConfig: (root: string, file: string, given: null) => Promise<Configuration>;
  readonly validateConfiguration: (
    configuration: Configuration,
    log: { isEnabled: boolean },
  ) => Promise<void>;
};

const ROOT = join(import.meta.dirname, '..', '..');
const builder: Builder = createRequire(import.meta.url)('app-builder-lib/out/util/config/config.js');
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
    asarUnpack: ['node_modules/ffmpeg-static/**'],
    mac: {
      hardenedRuntime: true,
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
  const excluded = [...text('electron-builder.yml').matchAll(/^ {2}- '!(\*\*\/node_modules.*)'$/gm)].map(
    ([, glob]) => glob ?? '',
  );
  const names = Object.keys(manifest.dependencies);
  const packaged = names.filter(
    (name) => !excluded.some((glob) => matchesGlob(`node_modules/${name}/index.js`, glob)),
  );
  const needed = names.filter((name) =>
    imported.some((path) => path === name || path.startsWith(`${name}/`)),
  );
  expect(packaged).toEqual(needed);
});
