import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpolate } from '../../../src/sources/compose/interpolate.ts';

const VALUES: Readonly<Record<string, string>> = { SET: 'value', EMPTY: '', DOLLAR: '$SET' };
const lookup = (name: string) => VALUES[name];
const textOf = (text: string) => {
  const result = interpolate(text, lookup);
  return result.ok ? result.value.text : `! ${result.message}`;
};

describe('a variable', () => {
  it.each([
    ['plain', 'plain'],
    ['$SET-x', 'value-x'],
    ['${SET}x', 'valuex'],
    ['$$SET', '$SET'],
    ['$${SET}', '${SET}'],
    ['$$$SET', '$value'],
    ['$DOLLAR', '$SET'],
    ['${GONE:-word}', 'word'],
    ['${EMPTY:-word}', 'word'],
    ['${SET:-word}', 'value'],
    ['${GONE-word}', 'word'],
    ['${EMPTY-word}', ''],
    ['${GONE+word}', ''],
    ['${EMPTY+word}', 'word'],
    ['${EMPTY:+word}', ''],
    ['${SET:+word}', 'word'],
    ['${SET?word}', 'value'],
    ['${EMPTY?word}', ''],
    ['${GONE:-}', ''],
    ['${GONE:-a:-b}', 'a:-b'],
    ['${GONE-why?not}', 'why?not'],
    ['${GONE:-${EMPTY:-${SET}}}', 'value'],
    ['${GONE:-$SET-${SET}}/x}', 'value-value/x}'],
    ['${GONE:-{}}', '{}'],
    ['${SET:-${GONE:?never}}', 'value'],
    ['a } b', 'a } b'],
  ])('%s is %s', (text, expected) => {
    expect(textOf(text)).toBe(expected);
  });

  it.each([
    ['${GONE:?set it}', '! GONE is not set: set it'],
    ['${EMPTY:?say ${SET}}', '! EMPTY is not set: say value'],
    ['${GONE?}', '! GONE is not set'],
    ['${', '! "${" is no variable; a dollar sign is written "$$"'],
    ['$}', '! "$}" is no variable; a dollar sign is written "$$"'],
    ['${ SET}', '! "${ SET}" is no variable; a dollar sign is written "$$"'],
    ['${SET', '! expected "}", or one of :- :? :+ - ? + and a word, after "${SET"'],
    ['${SET }', '! expected "}", or one of :- :? :+ - ? + and a word, after "${SET"'],
    ['${SET:-x', '! a "${" has no "}"'],
    ['1.0$', '! "$" is no variable; a dollar sign is written "$$"'],
  ])('%s is refused', (text, expected) => {
    expect(textOf(text)).toBe(expected);
  });

  it('that has no value is named, unless what it stands in is not used', () => {
    expect(interpolate('a-$GONE-${LOST}', lookup)).toEqual({ ok: true, value: { text: 'a--', unset: 'GONE' } });
    expect(interpolate('${SET:-$GONE}${EMPTY-${GONE}}', lookup)).toEqual({ ok: true, value: { text: 'value', unset: null } });
  });

  it('is not read at any depth, nor to any length', () => {
    expect(textOf('${GONE:-'.repeat(100_000))).toBe('! expected variables at most 50 deep in one another');
    const long = interpolate('$A'.repeat(1000), () => 'x'.repeat(10_000));
    expect(long).toEqual({ ok: false, message: 'expected at most 1048576 characters once variables have their values' });
  });

  it('never makes an error of its own, whatever the text', () => {
    const piece = fc.constantFrom('$', '{', '}', ':', '-', '?', '+', 'SET', 'GONE', 'EMPTY', '$$', '${', ' ', '/');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const result = interpolate(pieces.join(''), lookup);
        expect(result.ok ? typeof result.value.text : typeof result.message).toBe('string');
      }),
    );
  });
});
