import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findTrailingHold, parseHoldComment, readHoldComments } from '../../src/core/hold-comment.ts';

describe('a comment that holds an image', () => {
  it.each([
    ['# imgupdate: hold', { reason: null, until: null }],
    ['#imgupdate:hold until=2026-12-15', { reason: null, until: '2026-12-15' }],
    ['#   imgupdate : hold until=2026-12-15 reason="wait for the fix"  ', { reason: 'wait for the fix', until: '2026-12-15' }],
    ['# imgupdate: hold reason="say \\"no\\" to \\\\"', { reason: 'say "no" to \\', until: null }],
    ['# imgupdate: hold reason=short until="2026-12-15T08:00Z"', { reason: 'short', until: '2026-12-15T08:00Z' }],
    ['# imgupdate: hold reason=""', { reason: null, until: null }],
  ])('reads %s', (comment, value) => {
    expect(parseHoldComment(comment)).toEqual({ ok: true, value });
  });

  it.each(['# just a comment', 'imgupdate: hold', '# about imgupdate: hold', '# syntax=docker/dockerfile:1', '#'])(
    'is not %j',
    (comment) => {
      expect(parseHoldComment(comment)).toBeNull();
    },
  );

  it.each([
    ['# imgupdate: hold until=soon', 'expected "until" to be a date such as 2026-12-15, got "soon"'],
    ['# imgupdate: hold until=2026-02-31', 'expected "until" to be a date such as 2026-12-15, got "2026-02-31"'],
    ['# imgupdate: hold until', 'expected "until" to be a date such as 2026-12-15, got ""'],
    ['# imgupdate: ignore', 'cannot read "ignore": expected hold, with until=DATE and reason="TEXT" if wanted'],
    ['# imgupdate:', 'cannot read "": expected hold, with until=DATE and reason="TEXT" if wanted'],
    ['# imgupdate: until=2026-12-15', 'cannot read "until=2026-12-15": expected hold, with until=DATE and reason="TEXT" if wanted'],
    ['# imgupdate: hold reason="open', 'cannot read "reason="open": expected hold, with until=DATE and reason="TEXT" if wanted'],
  ])('that is wrong is said to be: %s', (comment, message) => {
    expect(parseHoldComment(comment)).toEqual({ ok: false, message });
  });

  it('never fails on any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => parseHoldComment(`# imgupdate: hold ${text}`)).not.toThrow();
      }),
    );
  });
});

describe('several comments above an image', () => {
  it('hold it as the lowest annotation says that can be read, and each that cannot is told', () => {
    const comments = ['# imgupdate: hold reason=first', '# why', '# imgupdate: hold reason=second', '# imgupdate: ignore'];
    expect(readHoldComments(comments)).toEqual({
      hold: { reason: 'second', until: null },
      flaws: ['cannot read "ignore": expected hold, with until=DATE and reason="TEXT" if wanted'],
    });
  });

  it('hold nothing where none is an annotation', () => {
    expect(readHoldComments(['# a comment', '#'])).toEqual({ hold: null, flaws: [] });
  });
});

describe('what stands behind an image', () => {
  it.each([
    [' # imgupdate: hold', 1],
    ['" # imgupdate: hold until=2026-12-15', 2],
    ["'}, ] #imgupdate:hodl\r", 6],
    [' # imgupdate: hold\n# b', 1],
  ])('is an annotation that has no effect there: %j', (rest, at) => {
    expect(findTrailingHold(rest)).toBe(at);
  });

  it.each(['', ' ', '# imgupdate: hold', ' # a comment', '"# imgupdate: hold', ' a # imgupdate: hold', '\n# imgupdate: hold'])(
    'is none in %j',
    (rest) => {
      expect(findTrailingHold(rest)).toBeNull();
    },
  );
});
