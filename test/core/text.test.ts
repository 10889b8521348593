import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sanitizeText } from '../../src/core/text.ts';

describe('text from outside', () => {
  it.each([
    ['escape sequences', '\u001b[31mred\u001b[0m', '\ufffd[31mred\ufffd[0m'],
    ['links (OSC 8)', '\u001b]8;;https://evil.test\u0007here\u001b]8;;\u0007', '\ufffd]8;;https://evil.test\ufffdhere\ufffd]8;;\ufffd'],
    ['clipboard writes (OSC 52)', '\u001b]52;c;cm0gLXJmIC8=\u009c', '\ufffd]52;c;cm0gLXJmIC8=\ufffd'],
    ['one-byte control sequences', '\u009b2J', '\ufffd2J'],
    ['line ends', 'fresh\r\nE: stale\u0085\u2028\u2029', 'fresh\ufffd\ufffdE: stale\ufffd\ufffd\ufffd'],
    ['tabs, backspaces, bells, deletes', 'a\tb\u0008c\u0007d\u007f\u0000', 'a\ufffdb\ufffdc\ufffdd\ufffd\ufffd'],
    ['reordering', '\u202egnp.exe\u202c \u2066a\u2069 \u200f\u200e\u061c', '\ufffdgnp.exe\ufffd \ufffda\ufffd \ufffd\ufffd\ufffd'],
    ['invisible characters', 'ng\u200binx\u200c\u200d\u2060\ufeff\u2064', 'ng\ufffdinx\ufffd\ufffd\ufffd\ufffd\ufffd'],
    ['tag characters, one mark for each', 'a\u{e0041}\u{e007f}', 'a\ufffd\ufffd'],
    ['halves of characters', 'a\ud83db\udc33', 'a\ufffdb\ufffd'],
  ])('loses %s', (_, text, expected) => {
    expect(sanitizeText(text)).toBe(expected);
  });

  it.each(['nginx:1.27', 'größe 東京 عربى עברית', '🐳 ship', '-> “quoted” …', ' ', ''])('keeps %s', (text) => {
    expect(sanitizeText(text)).toBe(text);
  });
});

describe('text that is too long', () => {
  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['abcdef', 1, '…'],
    ['ab🐳🐳', 4, 'ab…'],
    ['ab🐳🐳', 5, 'ab🐳…'],
    ['\u001b[31m', 3, '\ufffd[…'],
  ])('%s of at most %i is %s', (text, maxLength, expected) => {
    expect(sanitizeText(text, maxLength)).toBe(expected);
  });
});

describe('whatever the text', () => {
  it('the result is harmless, is not changed by doing it again, and keeps its length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 50 }), (text, maxLength) => {
        const safe = sanitizeText(text);
        expect(safe).not.toMatch(/[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029\u200b-\u200d\u2060\ufeff]/u);
        expect(sanitizeText(safe)).toBe(safe);
        expect(Array.from(safe).length).toBe(Array.from(text).length);
        const short = sanitizeText(text, maxLength);
        expect(short.length).toBeLessThanOrEqual(maxLength);
        expect(short).not.toMatch(/\p{Cs}/u);
      }),
      { numRuns: 3000 },
    );
  });

  it('a million control characters are replaced, or cut off unread', () => {
    expect(sanitizeText('\u001b'.repeat(1_000_000))).toBe('\ufffd'.repeat(1_000_000));
    expect(sanitizeText('\ud83d'.repeat(1_000_000), 10)).toBe(`${'\ufffd'.repeat(8)}…`);
  });
});
