import { describe, expect, it } from 'vitest';
import type { Tree } from '../../src/core/tree.ts';
import { parseTree } from '../../src/yaml/parse-tree.ts';

/** A tree as plain data. */
function plain(tree: Tree | undefined): unknown {
  if (tree === undefined) return undefined;
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'sequence') return tree.items.map(plain);
  return Object.fromEntries(tree.entries.map(({ key, value }) => [key, plain(value)]));
}

function read(text: string, format: 'yaml' | 'json' = 'yaml'): readonly Tree[] {
  const result = parseTree(text, format);
  if (!result.ok) throw new Error(`${result.line ?? 0}:${result.column ?? 0}: ${result.message}`);
  return result.documents;
}

const values = (text: string, format: 'yaml' | 'json' = 'yaml'): unknown[] => read(text, format).map(plain);

describe('a YAML text', () => {
  it('is one tree for each of its documents', () => {
    expect(values('a: 1\n---\nb: [x, "y"]\n---\n# nothing\n---\nc:\n')).toEqual([{ a: 1 }, { b: ['x', 'y'] }, null, { c: null }]);
  });
});

describe('a JSON text', () => {
  it('is one tree for each of its values', () => {
    expect(values('{"a": [1, -2.5e3, true, null, "x\\n"]}\n{}\n[]', 'json')).toEqual([{ a: [1, -2500, true, null, 'x\n'] }, {}, []]);
  });
});
