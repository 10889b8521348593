import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrendPoint } from '../../../src/core/report/report.ts';
import { drawTrend } from '../../../src/formats/report/html-trend.ts';
import { elementsOf, textOf } from './html-page.ts';
import { NOW, REPORT } from './reports.ts';

const WEEK = 7 * 24 * 3_600_000;
const draw = (points: readonly TrendPoint[]): string => drawTrend(points, NOW).html;
const numberOf = (attributes: string, name: string): number => Number(new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1] ?? '0');

/** Reports of consecutive weeks, each with at least one image. */
const weeks = fc.array(fc.tuple(fc.nat(300), fc.nat(300), fc.nat(300)), { minLength: 1, maxLength: 26 }).map((counts) =>
  counts.map(([fresh, unknown, stale], at) => {
    const images = Math.max(1, fresh + unknown + stale);
    return { at: NOW - (counts.length - 1 - at) * WEEK, images, fresh: images - unknown - stale, unknown, stale };
  }),
);

describe('the picture of freshness', () => {
  it('says in words what it shows', () => {
    expect(textOf(draw(REPORT.trend))).toContain('5 reports: 9 of 12 images fresh on 19 Oct, 4 of 14 on 16 Nov');
    expect(textOf(draw(REPORT.trend))).toContain('9 Nov: 3 fresh, 2 unknown, 9 stale');
  });

  it('names each part beside the last column, and none that is not there', () => {
    const names = [...draw(REPORT.trend).matchAll(/class="trend-name"[^>]*>([a-z]+)</g)].map(([, name]) => name);
    expect(names).toEqual(['fresh', 'unknown', 'stale']);
    expect(draw([{ at: NOW, images: 3, fresh: 3, unknown: 0, stale: 0 }])).not.toMatch(/>stale<|trend-stale/);
  });

  it('has columns as high as the shares are', () => {
    const heights = elementsOf(draw([{ at: NOW, images: 100, fresh: 75, unknown: 0, stale: 25 }]))
      .filter(({ name }) => name === 'rect')
      .map(({ attributes }) => numberOf(attributes, 'height'));
    expect((heights[0] ?? 0) / (heights[1] ?? 1)).toBeGreaterThan(2.9);
    expect((heights[0] ?? 0) / (heights[1] ?? 1)).toBeLessThan(3.2);
  });

  it('has dates that do not stand on each other, also in spring, when those of the year before are longer', () => {
    const spring = NOW + 13 * WEEK;
    fc.assert(
      fc.property(weeks, fc.constantFrom(NOW, spring), (points, now) => {
        const page = drawTrend(points, now).html;
        const days = [...page.matchAll(/x="([\d.]+)" y="\d+" text-anchor="middle">([^<]+)</g)].map(([, x, day = '']) => {
          const half = (day.length * 6.6) / 2;
          return { from: Number(x) - half, to: Number(x) + half };
        });
        expect(days.length).toBeGreaterThan(0);
        for (const [at, { from }] of days.entries()) expect(from).toBeGreaterThan(at === 0 ? 0 : (days[at - 1]?.to ?? 0));
      }),
    );
  });

  it('stays inside its frame, and no two words of it stand on each other', () => {
    fc.assert(
      fc.property(weeks, (points) => {
        const page = draw(points);
        expect(page).not.toContain('NaN');
        const elements = elementsOf(page);
        const [width, height] = [numberOf(elements[0]?.attributes ?? '', 'width'), numberOf(elements[0]?.attributes ?? '', 'height')];
        expect(width).toBeLessThanOrEqual(336);
        for (const { attributes } of elements.filter(({ name }) => name === 'rect')) {
          const [x, y] = [numberOf(attributes, 'x'), numberOf(attributes, 'y')];
          expect(x + numberOf(attributes, 'width')).toBeLessThanOrEqual(width);
          expect(y).toBeGreaterThanOrEqual(0);
          expect(y + numberOf(attributes, 'height')).toBeLessThanOrEqual(height - 20);
        }
        const texts = elements.filter(({ name }) => name === 'text').map(({ attributes }) => attributes);
        const names = texts.filter((each) => each.includes('trend-name')).map((each) => numberOf(each, 'y'));
        for (const [at, y] of names.entries()) {
          expect(y).toBeGreaterThan(8);
          expect(y).toBeLessThan(height - 16);
          if (at > 0) expect((names[at - 1] ?? 0) - y).toBeGreaterThanOrEqual(14.9);
        }
        const days = texts.filter((each) => each.includes('"middle"')).map((each) => numberOf(each, 'x'));
        for (const [at, x] of days.entries()) if (at > 0) expect(x - (days[at - 1] ?? 0)).toBeGreaterThanOrEqual(41.9);
      }),
    );
  });
});
