import { describe, expect, it } from 'vitest';
import type { Tree } from '../../src/core/tree.ts';
import { parseTree } from '../../src/yaml/parse-tree.ts';

function valueOf(tree: Tree): unknown {
  switch (tree.kind) {
    case 'mapping':
      return Object.fromEntries(tree.entries.map(({ key, value }) => [key, valueOf(value)]));
    case 'sequence':
      return tree.items.map(valueOf);
    case 'scalar':
      return tree.value;
  }
}

function read(text: string): unknown {
  const tree = parseTree(text, 'yaml');
  return tree.ok ? tree.documents.map(valueOf) : `${tree.line}:${tree.column} ${tree.message}`;
}

describe('lines that are indented less than what they stand in', () => {
  it.each([
    ['of a text in double quotes', 'a:\n  b: "one\n  two"\n  c: 1\n', [{ a: { b: 'one   two', c: 1 } }]],
    ['of a text in single quotes', "a:\n  - b: 'it''s\n  two'\n    c: 1\n", [{ a: [{ b: "it's   two", c: 1 }] }]],
    ['that begin at the margin', 'a:\n  b: "one\ntwo \\" three"\n', [{ a: { b: 'one two " three' } }]],
    ['of a list', 'a:\n  b: [x,\n  y,\n\n  z]\n  c: 1\n', [{ a: { b: ['x', 'y', 'z'], c: 1 } }]],
    ['of a mapping', 'a:\n  b: {x: 1,\n  y: 2}\n', [{ a: { b: { x: 1, y: 2 } } }]],
    ['with Windows line ends', 'a:\r\n  b: [x,\r\n  y]\r\n', [{ a: { b: ['x', 'y'] } }]],
    ['in several places', 'a:\n  b: [x,\n  y]\n  c: "p\n  q"\n  d: [z,\n  z]\n', [{ a: { b: ['x', 'y'], c: 'p   q', d: ['z', 'z'] } }]],
    ['beside a block with quotes', 'a:\n  s: |\n    say "hi\n  b: [x,\n  y]\n', [{ a: { s: 'say "hi\n', b: ['x', 'y'] } }]],
  ])('%s are read as other parsers do', (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('leave everything behind them at its place', () => {
    const tree = parseTree('a:\n  b: "one\n  two"\n  image: nginx\n', 'yaml');
    const [a] = tree.ok && tree.documents[0]?.kind === 'mapping' ? tree.documents[0].entries : [];
    const image = a?.value.kind === 'mapping' ? a.value.entries[1]?.value : undefined;
    expect(image?.span).toEqual({ start: { line: 4, column: 10 }, end: { line: 4, column: 15 } });
  });

  it.each([
    ['a quote that has no end', 'a:\n  b: "one\n  c: 1\n'],
    ['a quote that is closed by the next one', 'a:\n  b: "one\n  c: "two"\n'],
    ['a list that has no end', 'a:\n  b: [x,\n  c: 1\n'],
    ['a list that another document follows', 'a:\n  b: [x,\n---\ny]\n'],
    ['a text that another document follows', 'a: "x\n---\ny"\n'],
    ['a list with a comment in it', 'a:\n  b: [x, # one\n  y]\n'],
    ['what is wrong elsewhere', 'a:\n  b: [x,\n  y]\n  b: 2\n'],
  ])('are no excuse for %s', (_, text) => {
    expect(read(text)).toMatch(/^\d+:\d+ \S/);
  });

  it('are joined in a few places of a file, not in many', () => {
    const text = (times: number): string => Array.from({ length: times }, (_, index) => `k${index}:\n  - [x,\ny]\n`).join('');
    expect(read(text(20))).toHaveLength(1);
    expect(read(text(21))).toMatch(/^3:/);
  });
});
