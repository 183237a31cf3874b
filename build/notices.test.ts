import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import lock from '../package-lock.json' with { type: 'json' };
import { FFMPEG_BUILDS } from './ffmpeg-builds.ts';
import { EXPLAINED, NOT_PASSED_ON } from './licence-list.ts';
import { licenceOf, NOTICES_FILE, noticesText, shippedPackages } from './notices.ts';
import { productionTree } from './production-tree.ts';

test('THIRD-PARTY-NOTICES is current; `npm run notices` writes it', () => {
  expect(readFileSync(NOTICES_FILE, 'utf8')).toBe(noticesText());
});

test('every package that is passed on has a licence that asks for no more than a notice, or is explained', () => {
  expect(shippedPackages().filter((each) => licenceOf(each) === null)).toEqual([]);
});

test.each(['GPL-3.0-or-later', 'LGPL-3.0', 'MPL-2.0', 'SEE LICENSE IN FILE', null])(
  'a package under %s would be refused',
  (licence) => {
    expect(licenceOf({ name: 'some-package', licence })).toBeNull();
  },
);

test('what is explained or left out is really there, so that no explanation outlives its package', () => {
  expect(Object.keys(EXPLAINED).filter((name) => !(`node_modules/${name}` in lock.packages))).toEqual([]);
  expect(NOT_PASSED_ON.filter((name) => !(name in manifest.optionalDependencies))).toEqual([]);
});

test('the tree holds every production dependency, what it leads to, and no development tool', () => {
  const names = new Set(shippedPackages().map(({ name }) => name));
  for (const name of Object.keys(manifest.dependencies)) expect(names).toContain(name);
  expect(names).toContain('isexe');
  // A package may bring one for itself, below it.
  const paths = new Set(shippedPackages().map(({ path }) => path));
  for (const name of Object.keys(manifest.devDependencies))
    expect(paths).not.toContain(`node_modules/${name}`);
});

test('a package is looked up as npm does: the nearest node_modules first', () => {
  const lock = {
    packages: {
      '': { dependencies: { a: '1' }, optionalDependencies: { left: '1' } },
      'node_modules/a': { version: '1.0.0', license: 'MIT', dependencies: { b: '2', c: '1' } },
      'node_modules/a/node_modules/b': { version: '2.0.0', license: 'ISC', dependencies: { c: '1' } },
      'node_modules/b': { version: '1.0.0', license: 'GPL-3.0' },
      'node_modules/c': { version: '1.0.0', os: ['linux'] },
      'node_modules/left': { version: '9.0.0', dependencies: { b: '1' } },
    },
  };
  expect(productionTree(JSON.stringify(lock), ['left'])).toEqual([
    { name: 'a', version: '1.0.0', licence: 'MIT', path: 'node_modules/a', isOfPlatform: false },
    {
      name: 'b',
      version: '2.0.0',
      licence: 'ISC',
      path: 'node_modules/a/node_modules/b',
      isOfPlatform: false,
    },
    { name: 'c', version: '1.0.0', licence: null, path: 'node_modules/c', isOfPlatform: true },
  ]);
});

test('the offer names the publisher and the source of every ffmpeg that ships', () => {
  const text = noticesText({ ...FFMPEG_BUILDS, offerContact: 'offers@example.org' });
  expect(text).toContain('Write to: offers@example.org');
  for (const build of Object.values(FFMPEG_BUILDS.targets))
    if (build.ships === 'build') for (const place of build.source) expect(text).toContain(place);
});
