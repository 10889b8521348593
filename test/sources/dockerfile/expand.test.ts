import { describe, expect, it } from 'vitest';
import { type Parsed, parsed } from '../../../src/core/parsed.ts';
import { type Expansion, expandWord } from '../../../src/sources/dockerfile/expand.ts';

const VALUES: Readonly<Record<string, string>> = { A: 'one', B: 'two/three.four.five', EMPTY: '', N: '1.2.3-rc.1', 名: 'name' };

function expand(word: string, escape = '\\'): string {
  const values = new Map<string, Parsed<Expansion>>(
    Object.entries(VALUES).map(([name, text]) => [name, parsed({ text, unset: null, empty: null })]),
  );
  const result = expandWord(word, { escape, values, effort: { left: 1_000_000 } });
  if (!result.ok) return `error: ${result.message}`;
  return result.value.text + (result.value.unset === null ? '' : ` (${result.value.unset} is unset)`);
}

describe('a word with variables', () => {
  it.each([
    ['plain', 'plain'],
    ['$A', 'one'],
    ['${A}', 'one'],
    ['x$A-y', 'xone-y'],
    ['$A_B', ' (A_B is unset)'],
    ['${A}_B', 'one_B'],
    ['$名', 'name'],
    ['$', '$'],
    ['a$/b', 'a$/b'],
    ['$1A', 'A (1 is unset)'],
    ['$NOT', ' (NOT is unset)'],
    ['${NOT}', ' (NOT is unset)'],
  ])('%s is "%s"', (word, expected) => expect(expand(word)).toBe(expected));

  it.each([
    ['${A:-d}', 'one'],
    ['${NOT:-d}', 'd'],
    ['${EMPTY:-d}', 'd'],
    ['${EMPTY-d}', ''],
    ['${NOT-d}', 'd'],
    ['${NOT-}', ''],
    ['${A:+a}', 'a'],
    ['${A+a}', 'a'],
    ['${EMPTY:+a}', ''],
    ['${EMPTY+a}', 'a'],
    ['${NOT:+a}', ''],
    ['${A:?told}', 'one'],
    ['${EMPTY?told}', ''],
    ['${NOT:-${ALSO:-$A}}', 'one'],
    ['${NOT:-$ALSO}', ' (ALSO is unset)'],
    ['${A:-$ALSO}', 'one'],
    ['${NOT:-"a}b"}', 'a}b'],
    ['${NOT:-a\\}b}', 'a}b'],
    ['${A:-${', 'error: bad substitution: missing "}"'],
  ])('%s takes what stands in: "%s"', (word, expected) => expect(expand(word)).toBe(expected));

  it.each([
    ['${B#*/}', 'three.four.five'],
    ['${B#t*o}', '/three.four.five'],
    ['${B##*.}', 'five'],
    ['${B%.*}', 'two/three.four'],
    ['${B%%.*}', 'two/three'],
    ['${B%%*}', ''],
    ['${B%five}', 'two/three.four.'],
    ['${N%-*}', '1.2.3'],
    ['${N%%.*}', '1'],
    ['${N#?.}', '2.3-rc.1'],
    ['${N##?.}', '2.3-rc.1'],
    ['${N#x}', '1.2.3-rc.1'],
    ['${NOT#x}', ' (NOT is unset)'],
    ['${B/three/3}', 'two/3.four.five'],
    ['${B/./-}', 'two/three-four.five'],
    ['${B//./-}', 'two/three-four-five'],
    ['${B//\\//_}', 'two_three.four.five'],
    ['${B/t*e/X}', 'X'],
    ['${N//?/x}', 'xxxxxxxxxx'],
    ['${N//.*/}', '1'],
    ['${N//*/x}', 'x'],
    ['${N/nothing/x}', '1.2.3-rc.1'],
    ['${N/$A/x}', '1.2.3-rc.1'],
    ['${A/one/$B}', 'two/three.four.five'],
  ])('%s matches patterns: "%s"', (word, expected) => expect(expand(word)).toBe(expected));

  it.each([
    ['"$A b"', 'one b'],
    ["'$A b'", '$A b'],
    ['"\'$A\'"', "'one'"],
    ['a\\$A', 'a$A'],
    ['"a\\$A"', 'a$A'],
    ['"a\\n"', 'a\\n'],
    ["'a\\n'", 'a\\n'],
    ['a\\n', 'an'],
    ['a\\', 'a'],
    ['""', ''],
  ])('%s loses its quotes and escapes: "%s"', (word, expected) => expect(expand(word)).toBe(expected));

  it('escapes with a backtick where the file says so', () => {
    expect(expand('C:\\a`$A$A', '`')).toBe('C:\\a$Aone');
  });

  it.each([
    ['${NOT:?}', 'NOT: is not allowed to be unset'],
    ['${EMPTY:?}', 'EMPTY: is not allowed to be empty'],
    ['${NOT?give it}', 'NOT: give it'],
    ['${}', 'bad substitution: expected a variable after "${"'],
    ['${{A}', 'bad substitution: expected a variable after "${"'],
    ['${A', 'bad substitution: missing "}"'],
    ['${', 'bad substitution: missing "}"'],
    ['${A:-', 'bad substitution: missing "}"'],
    ['${A/b}', 'bad substitution: missing "/"'],
    ['${A^^}', 'unsupported modifier "^" in the substitution of A'],
    ['${A:x}', 'unsupported modifier ":x" in the substitution of A'],
    ["'a", 'a single quote has no end'],
    ['"a', 'a double quote has no end'],
    ['${A#\\x}', 'invalid escape \\x in the pattern'],
  ])('%s is refused: %s', (word, message) => expect(expand(word)).toBe(`error: ${message}`));

  it('is refused when its expansions stand too deep in one another, or grow too long', () => {
    expect(expand('${N:-'.repeat(65) + '}'.repeat(65))).toBe('error: bad substitution: expected at most 64 in one another');
    expect(expand('${NOT:-'.repeat(64) + 'x' + '}'.repeat(64))).toBe('x');
    expect(expand('$B'.repeat(1000))).toBe('error: expected at most 4096 characters after expansion');
  });
});
