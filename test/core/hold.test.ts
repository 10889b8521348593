import { describe, expect, it } from 'vitest';
import { makeHold, sortHolds } from '../../src/core/hold.ts';

describe('a hold until', () => {
  it.each(['2026-12-15', '2026-12-15T08:00Z', '2026-12-15T08:00:00.5+02:00', '2028-02-29'])('%s can be made', (until) => {
    expect(makeHold(null, until).ok).toBe(true);
  });

  it.each(['', '2026', '15.12.2026', '2026-13-01', '2027-02-29', '2026-12-15 08:00', '2026-12-15T25:00Z'])('%j cannot', (until) => {
    expect(makeHold(null, until).ok).toBe(false);
  });
});

describe('a hold', () => {
  const noon = Date.UTC(2026, 10, 20, 12);

  it('counts until its day begins, in UTC, and for good without one', () => {
    const today = { reason: null, until: '2026-11-20' };
    const tomorrow = { reason: null, until: '2026-11-21' };
    const always = { reason: 'never', until: null };
    expect(sortHolds([null, today, tomorrow], noon)).toEqual({ held: tomorrow, expired: [today] });
    expect(sortHolds([always], noon)).toEqual({ held: always, expired: [] });
    expect(sortHolds([null], noon)).toEqual({ held: null, expired: [] });
  });

  it('until a time of a zone ends at that time', () => {
    const soon = { reason: null, until: '2026-11-20T14:00+01:00' };
    expect(sortHolds([soon], noon).held).toBe(soon);
    expect(sortHolds([soon], noon + 3_600_000).expired).toEqual([soon]);
  });
});
