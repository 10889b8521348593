import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reason, type ReasonKind } from '../../src/core/reason.ts';
import { decodeNote, decodeTags, encodeTags, limitList, noteColumns, sizeOfTags } from '../../src/store/tag-list-rows.ts';

const KINDS: readonly ReasonKind[] = ['unauthorized', 'rate-limited', 'timeout', 'unsupported', 'bad-response', 'ambiguous-tag'];

const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/);
const text = fc.string({ unit: fc.constantFrom('a', ' ', '"', '\\', '{', '\n', '\u{1f433}') });
const note = fc.record({
  observedAt: fc.nat(),
  covers: fc.option(fc.array(text)),
  cut: fc.option(fc.record({ kind: fc.constantFrom(...KINDS), message: fc.stringMatching(/^[ -~]{0,80}$/), retryAt: fc.option(text) })),
});

function rowOf(columns: ReturnType<typeof noteColumns>): unknown {
  const [observedAt, covers, cut] = columns;
  return { observedAt, covers, cut };
}

describe('a list of tags in a row', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.array(tag), (tags) => {
        const encoded = encodeTags(tags);
        expect(decodeTags({ tags: encoded })).toEqual(tags);
        expect(sizeOfTags(tags)).toBe(tags.length === 0 ? 0 : Buffer.byteLength(encoded) + 1);
      }),
    );
    fc.assert(
      fc.property(note, (each) => {
        expect(decodeNote(rowOf(noteColumns(each)))).toEqual(each);
      }),
    );
  });

  it('is none, and nothing worse, when anything else is in its columns', () => {
    fc.assert(
      fc.property(fc.record({ observedAt: fc.anything(), covers: fc.anything(), cut: fc.anything(), tags: fc.anything() }), (row) => {
        const read = decodeNote(row);
        if (read !== null) expect(typeof read.observedAt).toBe('number');
        const tags = decodeTags(row);
        if (tags !== null) expect(encodeTags(tags)).toBe(row.tags);
      }),
    );
    expect([decodeNote(undefined), decodeTags(undefined), decodeTags({ tags: 'x'.repeat(17 * 1024 * 1024) })]).toEqual([null, null, null]);
  });

  it('says why it was cut in a line of bounded length that can be printed', () => {
    const cut = reason('timeout', `\u001b[2J${'x'.repeat(5_000)}`);
    const read = decodeNote(rowOf(noteColumns({ observedAt: 1, covers: [], cut })));
    expect(read?.cut?.message).toMatch(/^\u{fffd}\[2Jx{995}…$/u);
  });

  it('may be as large as a list can be, and no larger', () => {
    const list = (count: number, length: number) => ({
      tags: Array<string>(count).fill('x'.repeat(length)),
      covers: null,
      cut: null,
      observedAt: 1,
    });
    const largest = limitList(list(100_000, 128))?.tags ?? [];
    expect(decodeTags({ tags: encodeTags(largest) })).toHaveLength(100_000);
    expect(limitList(list(100_001, 1))).toBeNull();
  });
});
