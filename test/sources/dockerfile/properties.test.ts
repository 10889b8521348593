import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FilePlace, FileReference } from '../../../src/core/file-reference.ts';
import { sanitizeText } from '../../../src/core/text.ts';
import { nameOf, read } from './read.ts';

const word = fc.constantFrom(
  'node',
  'node:20',
  'a/b:${V}',
  '${V:-x}',
  '"q"',
  "'q'",
  'build',
  '0',
  'scratch',
  '$',
  '名',
  '<<E',
  '\\',
  '`',
  '#',
);
const flag = fc.constantFrom('--from=', '--mount=from=', '--mount=type=bind,from=', '--platform=', '--mount="from=', '');
const keyword = fc.constantFrom('FROM', 'from', 'COPY', 'RUN', 'ARG', 'ONBUILD COPY', 'ENV', 'FORM', '# imgupdate: hold', '#', '', 'E');
const line = fc.tuple(keyword, flag, fc.array(word, { maxLength: 4 })).map(([key, option, words]) => `${key} ${option}${words.join(' ')}`);
const likely = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\\\n', '`\n', '\n\n')), { maxLength: 12 })
  .map((lines) => lines.map((parts) => parts.join('')).join(''));
const flat = fc.array(line, { maxLength: 12 }).map((lines) => lines.map((text) => text.replace(/[\\`\s]+$/, '')).join('\n'));
const anything = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), likely);

describe('any text', () => {
  it('can be read, and says what it builds on', () => {
    fc.assert(
      fc.property(anything, fc.option(word, { nil: null }), (text, target) => {
        const { references, problems, base } = read(text, { target, buildArgs: new Map([['V', '1']]) });
        for (const { message } of problems) expect(message).toBe(sanitizeText(message));
        for (const reference of references) expect(nameOf(reference)).toBe(sanitizeText(nameOf(reference)));
        if (base.kind === 'reference') expect(base.reference.reference.ok).toBe(true);
        if (references.length === 0 && problems.length === 0) expect(base.kind).not.toBe('reference');
      }),
      { numRuns: 2000 },
    );
  });

  it('has its references in the order they stand in, inside the text', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const lines = text.replace(/^\u{feff}/u, '').split('\n');
        let last = 0;
        for (const { place } of read(text).references) {
          expect(place.line).toBeLessThanOrEqual(lines.length);
          expect(place.endColumn).toBeLessThanOrEqual((lines[place.endLine - 1] ?? '').length + 1);
          expect(offsetOf(lines, place.line, place.column)).toBeLessThan(offsetOf(lines, place.endLine, place.endColumn));
          expect(offsetOf(lines, place.line, place.column)).toBeGreaterThanOrEqual(last);
          last = offsetOf(lines, place.endLine, place.endColumn);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('that has no continuation has, at each place, what is written there', () => {
    let compared = 0;
    fc.assert(
      fc.property(flat, (text) => {
        for (const { place, written } of read(text).references) {
          expect(place.endLine).toBe(place.line);
          expect(cut(text, place)).toBe(written);
          compared += 1;
        }
      }),
      { numRuns: 2000 },
    );
    expect(compared).toBeGreaterThan(500);
  });

  it('says the same a line further down when a comment stands above it', () => {
    fc.assert(
      fc.property(anything, (text) => {
        // Directives and a byte order mark stand at the very top or nowhere.
        const before = read(`# a comment\n${text}`);
        const after = read(`# a comment\n# another one\n${text}`);
        expect(after.references).toEqual(before.references.map(moveDown));
        expect(after.problems.map(({ kind, message }) => ({ kind, message }))).toEqual(
          before.problems.map(({ kind, message }) => ({ kind, message })),
        );
      }),
      { numRuns: 2000 },
    );
  });

  it('says the same with CRLF', () => {
    fc.assert(
      fc.property(flat, (text) => {
        expect(read(text.replaceAll('\n', '\r\n'))).toEqual(read(text));
      }),
      { numRuns: 1000 },
    );
  });
});

function moveDown(reference: FileReference): FileReference {
  const { place } = reference;
  return { ...reference, place: { ...place, line: place.line + 1, endLine: place.endLine + 1 } };
}

function cut(text: string, { line, column, endColumn }: FilePlace): string {
  return (text.split('\n')[line - 1] ?? '').slice(column - 1, endColumn - 1);
}

function offsetOf(lines: readonly string[], line: number, column: number): number {
  return lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
}
