import { expect, it } from 'vitest';
import { nextTarget } from '../../src/registry/link.ts';

it.each<[string | null, string | null]>([
  ['</v2/acme/api/tags/list?last=2.1&n=100>; rel="next"', '/v2/acme/api/tags/list?last=2.1&n=100'],
  ['<https://r.example/v2/a/tags/list?last=1>;rel=next', 'https://r.example/v2/a/tags/list?last=1'],
  ['</p>; rel="prev", </n?a=1,2>; title="a, \\"b\\"; rel=no"; REL="last next"', '/n?a=1,2'],
  ['</p>; rel="prev"', null],
  ['</p>; title="rel=next"', null],
  ['</p>; rel="nextish"', null],
  ['</p', null],
  ['rel="next"', null],
  ['', null],
  [null, null],
  [`<${'a'.repeat(20_000)}>; rel="next"`, null],
])('the next page in the link %j is at %j', (header, target) => {
  expect(nextTarget(header)).toBe(target);
});
