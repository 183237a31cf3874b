import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const renderer = fileURLToPath(new URL('..', import.meta.url));
/** What ships of the face, but for the catalogues themselves. */
const sources = readdirSync(renderer, { recursive: true, encoding: 'utf8' }).filter(
  (name) => /\.tsx?$/.test(name) && !/\.(test|config)\.ts$|^(words|journey)[\\/]/.test(name),
);

function parse(name: string, text: string): ts.SourceFile {
  return ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
}

/** Attributes that a person reads or hears. */
const SPOKEN =
  /^(aria-(label|description|valuetext|roledescription|placeholder)|title|alt|placeholder|label)$/;

/** Text that is written on the page, or told to who does not see it, without having come from a catalogue. */
function wordsIn(file: ts.SourceFile): string[] {
  const found: string[] = [];
  const hasLetters = (text: string) => /\p{L}/u.test(text);
  function look(node: ts.Node): void {
    if (ts.isJsxText(node) && hasLetters(node.text)) found.push(node.text.trim());
    if (ts.isJsxExpression(node) && ts.isJsxElement(node.parent)) {
      const told = node.expression;
      if (told !== undefined && ts.isStringLiteralLike(told) && hasLetters(told.text)) found.push(told.text);
      if (told !== undefined && ts.isTemplateExpression(told)) {
        const parts = [told.head.text, ...told.templateSpans.map(({ literal }) => literal.text)];
        found.push(...parts.filter(hasLetters));
      }
    }
    if (ts.isJsxAttribute(node) && SPOKEN.test(node.name.getText(file))) {
      const value = node.initializer;
      if (value !== undefined && ts.isStringLiteral(value) && hasLetters(value.text)) found.push(value.text);
    }
    ts.forEachChild(node, look);
  }
  look(file);
  return found;
}

/** Uses of `words` or `language` while the module is loaded: they would stay in the language of that moment. */
function keptIn(file: ts.SourceFile): string[] {
  const found: string[] = [];
  function look(node: ts.Node): void {
    if (ts.isImportDeclaration(node) || ts.isFunctionLike(node) || ts.isTypeNode(node)) return;
    if (ts.isIdentifier(node) && (node.text === 'words' || node.text === 'language') && !isName(node))
      found.push(node.parent.getText(file));
    ts.forEachChild(node, look);
  }
  look(file);
  return found;
}

/** `language` as the name of a property or a variable, and not what is spoken. */
function isName({ parent, text }: ts.Identifier): boolean {
  if (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent))
    return parent.name.getText() === text;
  return ts.isVariableDeclaration(parent) && parent.name.getText() === text;
}

test.each(sources)('%s writes no word that is not from a catalogue, and keeps none', (source) => {
  const file = parse(source, readFileSync(join(renderer, source), 'utf8'));
  expect(wordsIn(file)).toEqual([]);
  expect(keptIn(file)).toEqual([]);
});

test('a word that is written or kept would be found', () => {
  const template = `\`\${x} left\``;
  expect(
    wordsIn(parse('a.tsx', `const a = () => <p title="Stop">Hello {${template}}{"there"} ·</p>;`)),
  ).toEqual(['Stop', 'Hello', ' left', 'there']);
  expect(keptIn(parse('a.ts', 'const { line } = words; const say = () => words.line;'))).toEqual([
    '{ line } = words',
  ]);
});
