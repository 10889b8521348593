import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { wrapCommand } from '../../../src/formats/report/wrap-command.ts';
import { breakWord, wrapText } from '../../../src/formats/report/wrap.ts';

const PLAIN = { first: '', rest: '', width: 20 };

describe('text in lines', () => {
  it.each([
    ['', ['']],
    ['short', ['short']],
    ['breaks where a blank is, and only there', ['breaks where a blank', 'is, and only there']],
    ['exactly twenty cells', ['exactly twenty cells']],
    ['one more than twenty!', ['one more than', 'twenty!']],
  ])('%j', (text, lines) => {
    expect(wrapText(text, PLAIN)).toEqual(lines);
  });

  it('indents the first line and the others', () => {
    expect(wrapText('one two three four five', { first: '* ', rest: '  ', width: 12 })).toEqual(['* one two', '  three four', '  five']);
  });

  it('breaks a long name behind a slash, a colon or a hyphen, where that leaves no line half empty', () => {
    expect(breakWord('registry.example.com/team/service', 24)).toEqual(['registry.example.com/', 'team/service']);
    expect(breakWord('a/bbbbbbbbbbbbbbbbbbbb', 10)).toEqual(['a/bbbbbbbb', 'bbbbbbbbbb', 'bb']);
  });

  it('counts wide characters twice and never cuts one in half', () => {
    expect(breakWord('映像映像映像', 5)).toEqual(['映像', '映像', '映像']);
    expect(breakWord('👩‍👩‍👧👩‍👩‍👧', 3)).toEqual(['👩‍👩‍👧', '👩‍👩‍👧']);
  });

  it('has no line that is too wide, and all of its words', () => {
    const text = fc.array(fc.string({ unit: fc.constantFrom('a', '/', '-', '映', 'é'), minLength: 1, maxLength: 60 }), { maxLength: 12 });
    fc.assert(
      fc.property(text, fc.integer({ min: 8, max: 40 }), (words, width) => {
        const lines = wrapText(words.join(' '), { first: '* ', rest: '  ', width });
        expect(lines.filter((line) => stringWidth(line) > width)).toEqual([]);
        expect(
          lines
            .map((line) => line.slice(2))
            .join('')
            .replaceAll(' ', ''),
        ).toBe(words.join(''));
      }),
    );
  });
});

describe('a command in lines', () => {
  const options = { indent: '  ', width: 40 };

  it('stays on one line where it fits', () => {
    expect(wrapCommand('docker pull nginx:1.27  # on edge', options)).toEqual(['  docker pull nginx:1.27  # on edge']);
  });

  it('has its remark above it where it does not', () => {
    expect(wrapCommand('docker pull nginx:1.27  # on edge; then recreate web, proxy', options)).toEqual([
      '  # on edge; then recreate web, proxy',
      '  docker pull nginx:1.27',
    ]);
  });

  it('is a remark on each of its lines', () => {
    expect(wrapCommand('# acme/web:1: build it on another base, it is gone', options)).toEqual([
      '  # acme/web:1: build it on another',
      '  # base, it is gone',
    ]);
  });

  it('lets nothing of a remark become a command, whatever is in it', () => {
    const lines = wrapCommand('docker pull a:1  # x  # ; rm -rf / # and so on, further than a line goes', options);
    expect(lines.filter((line) => !line.startsWith('  # '))).toEqual(['  docker pull a:1']);
  });

  it('is joined again by a shell to the same words', () => {
    const word = fc.string({ unit: fc.constantFrom('a', '1', '.', '/', ':', '-', '@'), minLength: 1, maxLength: 120 });
    const words = fc.array(word, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(words, (those) => {
        const lines = wrapCommand(`printf %s\\n ${those.join(' ')}`.replace('%s\\n', '"%s,"'), options);
        expect(lines.filter((line) => line.length > 40)).toEqual([]);
        expect(execFileSync('sh', ['-c', lines.join('\n')], { encoding: 'utf8' })).toBe(those.map((each) => `${each},`).join(''));
      }),
      { numRuns: 40 },
    );
  });
});
