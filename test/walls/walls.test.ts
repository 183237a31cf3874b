import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

/** Violations, each with the wall that has to find it: a wall that nobody leans on falls unnoticed. */
const PLANTED: readonly (readonly [file: string, line: string, wall: string])[] = [
  ['contract/a.ts', "import '../main/target.ts';", 'wall-contract'],
  ['contract/b.ts', "import 'node:fs';", 'no-node-in-the-face'],
  ['native-permissions/a.ts', "import '../main/target.ts';", 'wall-native-permissions'],
  ['main/a.ts', "import '../backend/target.ts';", 'wall-main'],
  ['main/b.ts', "import '../renderer/target.ts';", 'wall-main'],
  ['main/c.ts', "import '../app/cli/target.ts';", 'wall-main'],
  ['main/d.ts', "import type { T } from '../backend/target.ts';\nexport type U = T;", 'wall-main'],
  ['main/e.ts', "import 'electron/main';", 'electron-only-in-desktop'],
  ['main/f.ts', "import 'vitest';", 'no-development-packages-in-the-product'],
  ['renderer/a.tsx', "import '../main/target.ts';", 'wall-renderer'],
  ['renderer/b.ts', "import 'node:path';", 'no-node-in-the-face'],
  ['backend/a.ts', "import '../main/target.ts';", 'wall-backend'],
  ['backend/b.ts', "export const lazy = () => import('../app/cli/target.ts');", 'wall-backend'],
  ['app/browser/a.ts', "import '../../backend/target.ts';", 'wall-app-browser'],
  ['app/browser/b.ts', "import '../../renderer/target.ts';", 'wall-app-browser'],
  ['app/desktop/a.ts', "import '../../backend/target.ts';", 'wall-app-desktop'],
  ['app/desktop/b.ts', "import 'electron';", 'no-bare-electron'],
  ['app/cli/a.ts', "import '../../renderer/target.ts';", 'wall-app-cli'],
  ['app/launch/stage/a.ts', "import '../../../main/target.ts';", 'wall-app-launch-stage'],
  ['app/launch/a.ts', "import '../../backend/target.ts';", 'wall-app-launch'],
  ['examples/a.ts', "import '../contract/target.ts';", 'wall-examples'],
  ['main/g.ts', "import './h.ts';", 'no-cycles'],
];
const ROOMS = [
  'contract',
  'native-permissions',
  'main',
  'renderer',
  'backend',
  'app/cli',
  'app/browser',
  'app/desktop',
  'app/launch/stage',
];

const report = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

describe('the walls between the rooms', () => {
  let folder: string;
  let found: ReadonlySet<string>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tallylight-walls-'));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    await cp(join(root, 'package.json'), join(folder, 'package.json'));
    for (const room of ROOMS)
      await plant(join(room, 'target.ts'), 'export type T = 1;\nexport const target = 1;');
    await plant('main/h.ts', "import './g.ts';");
    for (const [file, line] of PLANTED) await plant(file, line);
    const cruiser = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
    const rules = join(root, 'test', 'walls', 'rules.cjs');
    const { stdout } = await run(
      process.execPath,
      [cruiser, '--config', rules, '--output-type', 'json', '.'],
      {
        cwd: folder,
        maxBuffer: 64 * 1024 * 1024,
      },
    ).catch((failed: { stdout: string }) => failed);
    found = new Set(
      report.parse(JSON.parse(stdout)).summary.violations.map(({ from, rule }) => `${from} ${rule.name}`),
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function plant(file: string, text: string): Promise<void> {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), `${text}\nexport {};\n`);
  }

  test.each(PLANTED)('%s with `%s` is stopped by %s', (file, _line, wall) => {
    expect([...found]).toContain(`${file} ${wall}`);
  });

  test('what is allowed is not stopped', () => {
    expect([...found].filter((violation) => violation.includes('target.ts '))).toEqual([]);
  });
});
