import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderRebuilds, type RebuildRow } from '../../../src/core/report/order-rebuilds.ts';

const NODE = 'docker.io/library/node:20-slim';

function row(name: string, base: string | null, parts: Partial<RebuildRow> = {}): RebuildRow {
  return { host: 'build01', reference: `docker.io/acme/${name}`, platform: 'linux/amd64', base, isMoved: false, isOurs: true, ...parts };
}

const acme = (name: string): string => `docker.io/acme/${name}`;

/** `app:1 follows` */
function list(rows: readonly RebuildRow[]): string[] {
  return orderRebuilds(rows).map(({ row: { host, reference, platform }, because }) =>
    [
      reference.replace(/^docker\.io\/(?:acme\/)?/, ''),
      ...(host === 'build01' ? [] : [host]),
      ...(platform === 'linux/amd64' ? [] : [platform]),
      because,
    ].join(' '),
  );
}

describe('the list of what to build anew', () => {
  it('has a base of ours before what is built on it', () => {
    const rows = [
      row('api:1', acme('base:1')),
      row('base:1', NODE, { isMoved: true }),
      row('api-debug:1', acme('api:1')),
      row('zebra:1', NODE, { isMoved: true }),
    ];
    expect(list(rows)).toEqual(['base:1 moved', 'zebra:1 moved', 'api:1 follows', 'api-debug:1 follows']);
  });

  it('leaves out what stands on nothing that moved', () => {
    const rows = [row('base:1', NODE), row('api:1', acme('base:1')), row('scratch:1', null), row('other:1', acme('absent:1'))];
    expect(list(rows)).toEqual([]);
  });

  it('says of an image whose base moved and is to be built too that its base moved', () => {
    expect(list([row('api:1', acme('base:1'), { isMoved: true }), row('base:1', NODE, { isMoved: true })])).toEqual([
      'base:1 moved',
      'api:1 moved',
    ]);
  });

  it('leaves the images of others to them, with what stands on these', () => {
    const others = row('x', 'docker.io/library/debian:12', { reference: NODE, isMoved: true, isOurs: false });
    expect(list([others, row('api:1', NODE), row('web:1', NODE, { isMoved: true })])).toEqual(['web:1 moved']);
  });

  it('asks of a base that it is on the same host and for the same platform', () => {
    const rows = [
      row('base:1', NODE, { isMoved: true }),
      row('api:1', acme('base:1'), { host: 'build02' }),
      row('api:1', acme('base:1'), { platform: 'linux/arm64' }),
    ];
    expect(list(rows)).toEqual(['base:1 moved']);
  });

  it('has the same image of all hosts in one place, behind its bases on every host', () => {
    const rows = [
      row('a:1', NODE, { isMoved: true }),
      row('a:1', acme('m:1'), { host: 'build02' }),
      row('m:1', acme('z:1'), { host: 'build02' }),
      row('z:1', NODE, { host: 'build02', isMoved: true }),
      row('b:1', acme('a:1')),
      row('c:1', NODE, { isMoved: true }),
    ];
    expect(list(rows)).toEqual([
      'c:1 moved',
      'z:1 build02 moved',
      'm:1 build02 follows',
      'a:1 moved',
      'a:1 build02 follows',
      'b:1 follows',
    ]);
  });

  it('finds a base that is pinned to a digest by its tag', () => {
    const pin = `@sha256:${'a'.repeat(64)}`;
    expect(list([row('api:1', `${acme('base:1')}${pin}`), row('base:1', NODE, { isMoved: true })])).toEqual([
      'base:1 moved',
      'api:1 follows',
    ]);
    expect(list([row('api:1', `${acme('base')}${pin}`), row('base:1', NODE, { isMoved: true })])).toEqual(['base:1 moved']);
  });

  it('tells an image once that two stores of a host have', () => {
    expect(list([row('api:1', NODE), row('api:1', NODE, { isMoved: true }), row('api:1', NODE, { isMoved: true })])).toEqual([
      'api:1 moved',
    ]);
  });

  it.each([
    ['on itself', [row('a:1', acme('a:1'), { isMoved: true })], ['a:1 moved']],
    [
      'in a circle',
      [row('a:1', acme('c:1')), row('b:1', acme('a:1'), { isMoved: true }), row('c:1', acme('b:1')), row('d:1', acme('c:1'))],
      ['a:1 follows', 'b:1 moved', 'c:1 follows', 'd:1 follows'],
    ],
  ])('ends where an image stands %s', (_, rows, expected) => {
    expect(list(rows).toSorted()).toEqual(expected);
    expect(list(rows).indexOf('d:1 follows')).toBe(rows.length === 4 ? 3 : -1);
  });

  it('takes chains of 20,000 images', () => {
    const chain = Array.from({ length: 20_000 }, (_, at) => row(`i${at}:1`, at === 0 ? NODE : acme(`i${at - 1}:1`), { isMoved: at === 0 }));
    expect(orderRebuilds(chain.toReversed()).map((each) => each.row.reference)).toEqual(chain.map(({ reference }) => reference));
  });

  it('takes 20,000 images on one', () => {
    const crowd = Array.from({ length: 20_000 }, (_, at) => row(`i${at}:1`, acme('base:1')));
    const ordered = orderRebuilds([...crowd, row('base:1', NODE, { isMoved: true })]);
    expect([ordered.length, ordered[0]?.row.reference]).toEqual([20_001, acme('base:1')]);
  });

  const names = fc.constantFrom('a:1', 'b:1', 'c:1', 'd:1', 'e:1', 'f:1', 'g:1');
  const images = fc.array(
    fc.record({
      host: fc.constantFrom('one', 'two'),
      reference: names.map(acme),
      platform: fc.constantFrom('linux/amd64', 'linux/arm64'),
      base: fc.oneof(fc.constant(null), fc.constant(NODE), names.map(acme)),
      isMoved: fc.boolean(),
      isOurs: fc.boolean(),
    }),
    { maxLength: 30 },
  );
  /** On each host an image is there once, as documents have it. */
  const fleets = images.map((rows) => [...new Map(rows.map((each) => [key(each), each])).values()]);
  const key = (each: RebuildRow, reference = each.reference): string => `${each.host} ${reference} ${each.platform}`;

  it('is the same whatever the order of the images', () => {
    fc.assert(
      fc.property(
        images.chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length }))),
        ([rows, shuffled]) => {
          expect(orderRebuilds(shuffled)).toEqual(orderRebuilds(rows));
        },
      ),
    );
  });

  it('is exactly what of ours moved and what of ours stands on that', () => {
    fc.assert(
      fc.property(fleets, (rows) => {
        const ours = rows.filter(({ isOurs }) => isOurs);
        const wanted = new Set(ours.filter(({ isMoved }) => isMoved).map((each) => key(each)));
        for (let before = -1; before < wanted.size;) {
          before = wanted.size;
          for (const each of ours) if (each.base !== null && wanted.has(key(each, each.base))) wanted.add(key(each));
        }
        const ordered = orderRebuilds(rows);
        expect(ordered.map((each) => key(each.row)).toSorted()).toEqual([...wanted].sort());
        for (const { row: each, because } of ordered) expect(because).toBe(each.isMoved ? 'moved' : 'follows');
      }),
    );
  });

  it('has every image behind its base, unless they stand on each other', () => {
    fc.assert(
      fc.property(fleets, (rows) => {
        const ordered = orderRebuilds(rows).map((each) => each.row);
        const image = ({ platform }: RebuildRow, reference: string): string => `${reference} ${platform}`;
        const place = new Map(ordered.map((each, at) => [image(each, each.reference), at]));
        const inList = new Set(ordered.map((each) => key(each)));
        const edges = ordered.flatMap((each) =>
          each.base !== null && inList.has(key(each, each.base)) ? [{ from: image(each, each.reference), to: image(each, each.base) }] : [],
        );
        const reaches = (start: string, end: string): boolean => {
          const seen = new Set([start]);
          for (const at of seen) for (const { from, to } of edges) if (from === at) seen.add(to);
          return seen.has(end);
        };
        for (const { from, to } of edges) if (!reaches(to, from)) expect(place.get(to)).toBeLessThan(place.get(from)!);
      }),
    );
  });
});
