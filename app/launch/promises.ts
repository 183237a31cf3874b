import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { PROMISES } from './promise-list.ts';

/**
 * Writes docs/promises.md from the tests that carry a promise's id in their name: `test('[P05] …')`. With --check it
 * only compares, and exits 1 where the file is stale or a test names a promise that does not exist.
 */
const root = join(import.meta.dirname, '..', '..');
const target = join(root, 'docs', 'promises.md');
const TEST_NAME =
  /^\s*(?:test|it|describe)(?:\.(?!skip|todo|fails)\w+)?(?:\([^'"`\n]*\))?\(\s*(['"`])((?:\[P\d{2}\]\s*)+[^\n]*?)\1/gm;

const proofs = new Map<string, string[]>();
const unknown: string[] = [];
const files = globSync('**/*.test.{ts,tsx}', {
  cwd: root,
  exclude: (name) => /node_modules|dist|\.tsbuild/.test(String(name)),
});
for (const file of files.sort()) {
  const text = readFileSync(join(root, file), 'utf8');
  for (const [, , name = ''] of text.matchAll(TEST_NAME)) {
    const sentence = name.replace(/^(\[P\d{2}\]\s*)+/, '').replaceAll('|', '\\|');
    for (const [, id = ''] of name.matchAll(/\[(P\d{2})\]/g)) {
      if (PROMISES[id] === undefined) unknown.push(`${id} in ${file}`);
      proofs.set(id, [...(proofs.get(id) ?? []), `${sentence} (\`${file.split(sep).join('/')}\`)`]);
    }
  }
}

const rows = Object.entries(PROMISES).map(([id, promise]) => {
  const tests = proofs.get(id) ?? [];
  return `| ${id} | ${promise} | ${tests.length === 0 ? 'not yet' : tests.join('<br>')} |`;
});
const kept = Object.keys(PROMISES).filter((id) => proofs.has(id)).length;
const text = `# Promises

What Tallylight promises, and the tests that prove it. Written by \`npm run promises\` from the tests that carry an id
in their name; run them with \`npm test\`. A row with tests is proved as far as those sentences say, no further.
${kept} of ${rows.length} have a test.

| id | promise | proved by |
|---|---|---|
${rows.join('\n')}
`;

if (unknown.length > 0) {
  process.stderr.write(`No such promise: ${unknown.join(', ')}\n`);
  process.exit(1);
}
if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  process.stderr.write('docs/promises.md is stale. Run `npm run promises` and commit it.\n');
  process.exit(1);
}
