import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayBeLexical, pickRanges } from '../../src/registry/tag-picker.ts';
import { rangesOf } from '../../src/registry/tag-ranges.ts';
import { nextPage, type PageQuery } from '../../src/registry/tag-page.ts';

const FIRST: PageQuery = { n: 50, last: null, rest: [] };
const url = new URL('https://r.example/');
const isWanted = (tag: string, prefixes: readonly string[]) =>
  prefixes.some((prefix) => tag.startsWith(prefix) && /^\d/.test(tag.slice(prefix.length)));

/** A registry in lexical order, which counts what it was asked. */
function makeReader(tags: readonly string[]) {
  const asked: (string | null)[] = [];
  const read = (query: PageQuery) => {
    asked.push(query.last);
    const rest = tags.filter((tag) => query.last === null || tag > query.last);
    const page = { size: Math.min(50, rest.length), tags: rest.slice(0, 50) };
    const link = rest.length > 50 ? `</?n=50&last=${page.tags.at(-1)}>; rel="next"` : null;
    return Promise.resolve({ kind: 'page' as const, ...page, next: nextPage(query, page, { url, link, hasLinked: true }) });
  };
  return { read, asked };
}

const word = fc.constantFrom('v', 'V', 'pg14-', 'release-', 'RELEASE.', 'commit-', '', 'z_', 'v1.', 'web-a');
const tag = fc.tuple(word, fc.integer({ min: 0, max: 99_999 }), fc.constantFrom('', '.1', '-rc1', 'a')).map(([a, b, c]) => `${a}${b}${c}`);

describe('the ranges of a list', () => {
  it('are joined where they overlap', () => {
    expect(rangesOf(['v', 'pg14-v', 'v1.', 'pg', 'v'])).toEqual([
      { after: 'pg.', end: 'pg:' },
      { after: 'v.', end: 'v:' },
    ]);
  });

  it('are brought whole, whatever else the list holds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(tag, { minLength: 60, maxLength: 400 }),
        fc.uniqueArray(word, { minLength: 1 }),
        async (all, prefixes) => {
          const tags = all.toSorted((a, b) => (a < b ? -1 : 1));
          const { read } = makeReader(tags);
          const first = await read(FIRST);
          expect(mayBeLexical(first)).toBe(true);
          const picked = await pickRanges(first, rangesOf(prefixes), read, 50);
          if (picked.kind === 'unproven') return;
          const brought = new Set(picked.kind === 'picked' ? picked.tags : []);
          expect(tags.filter((one) => isWanted(one, prefixes) && !brought.has(one))).toEqual([]);
          if (picked.kind === 'picked' && picked.isAll) expect(brought.size).toBe(tags.length);
        },
      ),
    );
  });

  it('before the end of what was read are asked for once more when nothing of them was seen', async () => {
    const tags = Array.from({ length: 200 }, (_, index) => `commit-${1000 + index}`);
    const { read, asked } = makeReader(tags);
    const picked = await pickRanges(await read(FIRST), rangesOf(['RELEASE.']), read, 50);
    expect(picked).toMatchObject({ kind: 'picked', isAll: false });
    expect(asked).toEqual([null, 'RELEASE..']);
  });

  it('of digits are known from the start of the list', async () => {
    const tags = Array.from({ length: 200 }, (_, index) => `commit-${1000 + index}`);
    const { read, asked } = makeReader(tags);
    expect(await pickRanges(await read(FIRST), rangesOf(['']), read, 50)).toMatchObject({ kind: 'picked' });
    expect(asked).toEqual([null]);
  });

  it.each([
    ['too short a page', 49],
    ['the last page', 50],
  ])('are not looked for after %s', async (_name, count) => {
    const tags = Array.from({ length: count }, (_, index) => `v${1000 + index}`);
    expect(mayBeLexical(await makeReader(tags).read(FIRST))).toBe(false);
  });
});
