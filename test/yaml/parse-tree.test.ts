import fc from 'fast-check';
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

function flaw(text: string, format: 'yaml' | 'json' = 'yaml'): string {
  const result = parseTree(text, format);
  return result.ok ? 'none' : `${result.line ?? '-'}:${result.column ?? '-'} ${result.message}`;
}

/** All scalars and keys, each as what is cut out of the text at its span and as its text. */
function cuts(text: string, format: 'yaml' | 'json'): (readonly [cut: string, text: string])[] {
  const lines = text.replace(/^\ufeff/, '').split('\n');
  const cut = ({ start, end }: Tree['span']) =>
    start.line === end.line ? lines[start.line - 1]!.slice(start.column - 1, end.column - 1) : '';
  const walk = (tree: Tree): (readonly [string, string])[] => {
    if (tree.kind === 'scalar') return [[cut(tree.span), tree.text]];
    if (tree.kind === 'sequence') return tree.items.flatMap(walk);
    return tree.entries.flatMap(({ key, keySpan, value }) => [[cut(keySpan), key] as const, ...walk(value)]);
  };
  return read(text, format).flatMap(walk);
}

const entriesOf = (tree: Tree | undefined) => (tree?.kind === 'mapping' ? tree.entries : []);
const commentsOf = (text: string) => entriesOf(read(text)[0]).map(({ key, comments }) => [key, comments]);

describe('a YAML text', () => {
  it('is one tree for each of its documents', () => {
    expect(values('a: 1\n---\nb: [x, "y"]\n---\n# nothing\n---\nc:\n')).toEqual([{ a: 1 }, { b: ['x', 'y'] }, null, { c: null }]);
    expect(values('')).toEqual([]);
    expect(values('# nothing\n')).toEqual([]);
  });

  it.each([
    ['1', 1],
    ['-1.5e3', -1500],
    ['0x1F', 31],
    ['0o17', 15],
    ['010', 10],
    ['1.10', 1.1],
    ['true', true],
    ['False', false],
    ['~', null],
    ['null', null],
    ['yes', 'yes'],
    ['off', 'off'],
    ['0b1', '0b1'],
    ['1_000', '1_000'],
    ['.inf', '.inf'],
    ['12:30:45', '12:30:45'],
    ['2026-12-15', '2026-12-15'],
    ['1e999', '1e999'],
    ['"1"', '1'],
    ["'true'", 'true'],
    ['!!str 1', '1'],
    ['!!int "1"', 1],
    ['! 1', '1'],
    ['!own 1', 1],
    ['|\n  1', '1\n'],
    ['%YAML 1.1\n---\nyes', 'yes'],
  ])('with %j means %j', (text, value) => {
    expect(values(text)).toEqual([value]);
  });

  it('keeps scalars as they are written, and tags', () => {
    const [tree] = read('a: 1.10\nb: !reset null\nc: !override [x]\nd: !!str 5\n');
    expect(entriesOf(tree).map(({ value }) => [value.kind === 'scalar' ? value.text : null, value.tag])).toEqual([
      ['1.10', null],
      ['null', '!reset'],
      [null, '!override'],
      ['5', 'tag:yaml.org,2002:str'],
    ]);
  });

  it('has places in lines and UTF-16 units, without quotes, whatever ends its lines', () => {
    const [tree] = read('\ufeff# é\r\n"😀": \'x\'\r\nlist:\r\n  - {k: v}\r\n');
    expect(entriesOf(tree).map(({ keySpan, value }) => [keySpan, value.span])).toEqual([
      [
        { start: { line: 2, column: 2 }, end: { line: 2, column: 4 } },
        { start: { line: 2, column: 8 }, end: { line: 2, column: 9 } },
      ],
      [
        { start: { line: 3, column: 1 }, end: { line: 3, column: 5 } },
        { start: { line: 4, column: 3 }, end: { line: 4, column: 11 } },
      ],
    ]);
  });

  it('merges what merge keys name: the nearer wins', () => {
    const text = 'a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], z: 3}\nd: {<<: *a, x: 0}\ne: {<<: {q: 1}}\nf: {"<<": 1}\n';
    expect(values(text)).toEqual([
      {
        a: { x: 1, y: 1 },
        b: { y: 2, z: 2 },
        c: { z: 3, x: 1, y: 1 },
        d: { x: 0, y: 1 },
        e: { q: 1 },
        f: { '<<': 1 },
      },
    ]);
  });

  it('makes an alias the very object it names, the one above it', () => {
    const [tree] = read('a: &x [1]\nb: *x\nc: &x [2]\nd: *x\n');
    const [a, b, c, d] = entriesOf(tree).map(({ value }) => value);
    expect(b).toBe(a);
    expect(d).toBe(c);
    expect(c).not.toBe(a);
  });

  it('gives each entry the comments directly above it', () => {
    expect(commentsOf('# one\n\n# two\n# three\na: 1 # side\nb: 2\n  # indented\r\nc:\n# four\n  - d\n')).toEqual([
      ['a', ['# two', '# three']],
      ['b', []],
      ['c', ['# indented']],
    ]);
  });

  it('gives the first entry of a list item the comments above the item, and no entry what is text', () => {
    const [tree] = read(
      '# top\n- # side\n  # a\n  a: 1\n# b\n- b: 1\n  c: {d: 1, e: 1}\n# f\n- {f: 1, g: 1}\n- x: |\n    # text\n  y: "\n    # text"\n  # z\n  z: 1\n',
    );
    const items = tree?.kind === 'sequence' ? tree.items : [];
    expect(items.map((item) => entriesOf(item).map(({ key, comments }) => [key, ...comments]))).toEqual([
      [['a', '# a']],
      [['b', '# b'], ['c']],
      [['f', '# f'], ['g']],
      [['x'], ['y'], ['z', '# z']],
    ]);
  });

  it.each([
    ['a: 1\na: 2\n', '2:1 key "a" stands twice in one mapping'],
    ['{a: 1, "a": 2}', '1:8 key "a" stands twice in one mapping'],
    ['a: {<<: {b: 1}, <<: {c: 1}}', '1:17 key "<<" stands twice in one mapping'],
    ['a: {<<: x}', '1:5 expected "<<" to have a mapping or a list of mappings, got a scalar'],
    ['a: *b', '1:4 alias "b" names no anchor above it'],
    ['a: &a [*a]', '1:8 alias "a" names what it stands in'],
    ['a: &a {<<: *a}', '1:12 alias "a" names what it stands in'],
    ['? [a]\n: b', '1:3 expected a key to be text, got a sequence'],
    ['a: b: c', '1:4 nested mappings are not allowed in compact mappings'],
    ['a:\n\tb: 1', '2:1 tabs are not allowed as indentation'],
    ['a: "b', '1:6 missing closing "quote'],
    ['a: [1, 2', '1:9 flow sequence in block collection must be sufficiently indented and end with a ]'],
    ['a: \u0000b', '1:4 the character U+0000 is not allowed'],
    ['a: b\nc: \ud800', '2:4 the character U+D800 is not allowed'],
    ['a: \u001b[2J', '1:4 the character U+001B is not allowed'],
    ['}\n', '1:1 unexpected flow-map-end token in YAML document'],
  ])('%j is refused where it is wrong', (text, message) => {
    expect(flaw(text)).toBe(message);
  });

  it('never makes an error of its own, and its scalars stand where they say', () => {
    const piece = fc.constantFrom(
      'a',
      'b: ',
      '- ',
      '\n',
      '\n  ',
      '"',
      "'",
      '[',
      ']',
      '{',
      '}',
      ', ',
      '&x ',
      '*x',
      '<<: ',
      '#',
      '|\n',
      '!t ',
      '\t',
      '---\n',
      ': ',
      '? ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const text = pieces.join('');
        if (!parseTree(text, 'yaml').ok) return;
        for (const [cut, meant] of cuts(text, 'yaml'))
          if (/^[ab]+$/.test(meant) && cut !== '') expect(cut.replace(/\W/g, '')).toContain(meant);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a JSON text', () => {
  it('is one tree for each of its values', () => {
    expect(values('{"a": [1, -2.5e3, true, null, "x\\n\\u00e9"]}\n{}\n[] 7', 'json')).toEqual([
      { a: [1, -2500, true, null, 'x\né'] },
      {},
      [],
      7,
    ]);
    expect(values('\ufeff {} ', 'json')).toEqual([{}]);
  });

  it('has the same places as the same YAML', () => {
    const text = '{\r\n  "a": [1, "é😀", {"b": null}],\n\t"c" : {}, "d": []}\n';
    expect(read(text, 'json')).toEqual(read(text.replace('\t', ' '), 'yaml'));
  });

  it.each([
    ['{"a": 1,}', '1:9 expected a key in double quotes, got "}"'],
    ['[1,]', '1:4 expected a value, got "]"'],
    ['[1 2]', '1:4 expected "," or the end of what it stands in, got "2"'],
    ['{"a" 1}', '1:6 expected ":", got "1"'],
    ['{a: 1}', '1:2 expected a key in double quotes or "}", got "a"'],
    ['{"a": 1, "a": 2}', '1:10 key "a" stands twice in one mapping'],
    ['[01]', '1:3 expected "," or the end of what it stands in, got "1"'],
    ['[nul]', '1:2 expected a value or "]", got "nul"'],
    ['["a\nb"]', '1:2 expected a string that ends on its line and has valid escapes, got "a\ufffdb"]'],
    ['["\\x"]', '1:2 expected a string that ends on its line and has valid escapes, got "\\x"]'],
    ['{} // x', '1:4 expected an object, a list or another value, got "/"'],
    ['[}', '1:2 expected a value or "]", got "}"'],
    ['{"a":', '1:6 expected a value, got the end of the text'],
    [']', '1:1 expected an object, a list or another value, got "]"'],
  ])('%j is refused where it is wrong', (text, message) => {
    expect(flaw(text, 'json').slice(0, 90)).toBe(message.slice(0, 90));
  });

  it('means what JSON.parse makes of it, and stands where it says', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, 4), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        if (!text.includes('__proto__')) expect(values(text, 'json')).toEqual([JSON.parse(text)]);
        for (const [cut, meant] of cuts(text, 'json')) if (!cut.includes('\\')) expect(cut).toBe(meant);
      }),
    );
  });

  it('is refused exactly where JSON.parse refuses it, duplicate keys apart', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b"',
      '1',
      '-',
      '0',
      '.5',
      'e3',
      'true',
      'null',
      ' ',
      '\n',
      '"',
      '\\u00',
      '\\"',
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        const result = parseTree(`[${text}]`, 'json');
        if (!result.ok && result.message.includes('twice')) return;
        let isJson = true;
        try {
          JSON.parse(`[${text}]`);
        } catch {
          isJson = false;
        }
        // Two values after one another are two documents here.
        expect(result.ok && result.documents.length === 1).toBe(isJson);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a hostile text', () => {
  const laughs = (depth: number) =>
    'a0: &a0 [x]\n' + Array.from({ length: depth }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]\n`).join('');

  it.each([
    ['a billion laughs', laughs(30), '7:40 expected aliases to add at most 1000000 nodes'],
    [
      'a long list that is named often',
      `a: &a [${'x, '.repeat(2000)}]\nb: [${'*a, '.repeat(2000)}]\n`,
      '2:2001 expected aliases to add at most 1000000 nodes',
    ],
    [
      'merge keys in a chain',
      'a0: &a0 {k0: 1}\n' + Array.from({ length: 3000 }, (_, i) => `a${i + 1}: &a${i + 1} {<<: *a${i}, k${i + 1}: 1}\n`).join(''),
      '178:18 expected aliases to add at most 1000000 nodes',
    ],
    [
      'aliases that lead ever deeper',
      'a0: &a0 [x]\n' + Array.from({ length: 600 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]\n`).join(''),
      '511:14 expected at most 512 levels of nesting',
    ],
    ['lists in lists', '['.repeat(100_000), '1:515 expected at most 512 levels of nesting'],
    ['mappings in mappings', '{a: '.repeat(100_000), '1:2054 expected at most 512 levels of nesting'],
    ['block lists in block lists', '- '.repeat(100_000) + 'a', '1:1028 expected at most 512 levels of nesting'],
    ['keys of keys', '? '.repeat(100_000) + 'a', '1:1028 expected at most 512 levels of nesting'],
    [
      'block mappings in block mappings',
      Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
      '514:515 expected at most 512 levels of nesting',
    ],
    ['more documents than anyone has', '---\n'.repeat(20_010), '20001:1 expected at most 20000 documents'],
    ['more words than memory is for', '[' + 'a, '.repeat(1_000_000), '1:1500000 expected at most 2000000 words and marks'],
  ])('such as %s is refused', (_, text, message) => {
    expect(flaw(text)).toBe(message);
  });

  it('of JSON is refused likewise', () => {
    expect(flaw('['.repeat(100_000), 'json')).toBe('1:513 expected at most 512 levels of nesting');
    expect(flaw('{"a":'.repeat(100_000), 'json')).toBe('1:2561 expected at most 512 levels of nesting');
  });

  it('may be as deep as is allowed', () => {
    expect(flaw('['.repeat(510) + ']'.repeat(510))).toBe('none');
    expect(flaw('['.repeat(510) + ']'.repeat(510), 'json')).toBe('none');
  });

  it('may have many aliases of little', () => {
    const text = 'a: &a {b: c}\nlist:\n' + '  - *a\n'.repeat(20_000);
    expect(read(text)).toHaveLength(1);
  });
});
