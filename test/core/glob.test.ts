import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob, type Glob } from '../../src/core/glob.ts';

function globOf(text: string): Glob {
  const glob = compileGlob(text, 100);
  if (!glob.ok) throw new Error(glob.message);
  return glob.value;
}

describe('a glob', () => {
  it('names the characters that stand for themselves, and no others', () => {
    expect(globOf('1.*-[a-c]\\?x?').literals).toEqual(['1', '.', '-', '?', 'x']);
  });

  it.each([
    ['', 'invalid pattern: expected 1 to 100 characters, got 0'],
    ['x'.repeat(101), 'invalid pattern: expected 1 to 100 characters, got 101'],
    ['a\u001b[', 'invalid pattern "a\ufffd[" at character 3: a class needs its "]", and in it "-" between two characters'],
  ])('%j is none', (text, message) => {
    expect(compileGlob(text, 100)).toEqual({ ok: false, message });
  });

  it('matches what the same regular expression does', () => {
    const parts = fc.array(fc.constantFrom('a', 'b', '/', '.', '*', '?', '[ab]', '[^a]'), { minLength: 1, maxLength: 8 });
    const expressions: Readonly<Record<string, string>> = { '*': '[^/]*', '?': '[^/]', '.': '\\.' };
    fc.assert(
      fc.property(parts, fc.stringMatching(/^[ab./]{0,8}$/), (glob, text) => {
        const single = glob.filter((part, at) => part !== '*' || glob[at - 1] !== '*');
        const expression = new RegExp(`^${single.map((part) => expressions[part] ?? part).join('')}$`);
        expect(globOf(single.join('')).matches(text)).toBe(expression.test(text));
      }),
      { numRuns: 3000 },
    );
  });
});
