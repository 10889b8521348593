import { describe, expect, it } from 'vitest';
import { nextPage, renderQuery, type PageQuery } from '../../src/registry/tag-page.ts';

const asked: PageQuery = { n: 1000, last: null, rest: [] };
const url = new URL('https://r.example/virtual/v2/acme/api/tags/list?n=1000');
const page = { size: 3, tags: ['1', '2', '3'] };

const after = (link: string | null, more: { size?: number; hasLinked?: boolean } = {}): string | null => {
  const next = nextPage(asked, { ...page, size: more.size ?? 3 }, { url, link, hasLinked: more.hasLinked ?? false });
  return next === null ? null : renderQuery(next.query);
};

describe('the next page', () => {
  it.each([
    ['is asked for as the link says', '</v2/acme/api/tags/list?n=100&last=3>; rel="next"', 'n=100&last=3'],
    ['is asked for by the cursor of the same registry', '</list?next_page=gAAA%3D&n=50>; rel="next"', 'next_page=gAAA%3D&n=50'],
    ['is asked for by no cursor of another host', '<https://evil.example/x?next_page=1&token=2&last=3>; rel="next"', 'n=1000&last=3'],
    ['is behind the last tag, where another host names a cursor only', '<https://evil.example/x?next_page=1>; rel="next"', 'n=1000&last=3'],
    ['is not of another registry of the mirror', '</list?ns=evil.example&last=3>; rel="next"', 'n=1000&last=3'],
    ['is behind the last tag, where the link says nothing', '</list>; rel="next"', 'n=1000&last=3'],
    ['is not larger than ours', '</list?n=99999&last=3>; rel="next"', 'n=1000&last=3'],
  ])('%s', (_name, link, query) => {
    expect(after(link)).toBe(query);
  });

  it.each([
    [1000, false, 'n=1000&last=3'],
    [100, false, 'n=1000&last=3'],
    [100, true, null],
    [99, false, null],
    [1001, false, null],
    [0, false, null],
  ])('after %i tags without a link is asked for where there may be one (linked before: %s)', (size, hasLinked, query) => {
    expect(after(null, { size, hasLinked })).toBe(query);
  });
});
