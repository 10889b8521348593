import { describe, expect, it } from 'vitest';
import { chooseSibling } from '../../../src/core/versions/choose-sibling.ts';

describe('the tag that says most of what a floating one names', () => {
  it.each([
    ['1.27', ['1', '1.27.5', '1.27.5-alpine', 'latest'], '1.27.5'],
    ['latest', ['1', '1.27', '1.27.5', '1.27.5-bookworm', 'mainline'], '1.27.5'],
    ['1.27-alpine', ['1.27.5-alpine3.21', '1.27.5-alpine', '1.27.5'], '1.27.5-alpine'],
    ['1.27-alpine', ['1.27.5-alpine3.21', '1.27-alpine3.21'], '1.27.5-alpine3.21'],
    ['lts-alpine3.19', ['20.11.1-alpine', '20.11.1-alpine3.19', 'lts-alpine'], '20.11.1-alpine3.19'],
    ['bookworm', ['3.13.1', '3.13.1-bookworm', '3.13-bookworm'], '3.13.1-bookworm'],
    ['v2', ['2.11.3', 'v2.11', 'v2.11.3'], 'v2.11.3'],
    ['latest', ['pr-12', '3f2a9c0', 'stable'], null],
    ['1.27.5', ['1.27', '1', 'latest', '1.27.5-alpine'], null],
    ['1.27', ['2.0.1'], null],
    ['3f2a9c0', ['1.2.3'], null],
    ['latest', [], null],
  ])('%s of %j is %s', (tag, others, expected) => {
    expect(chooseSibling(tag, others)).toBe(expected);
    expect(chooseSibling(tag, [...others].reverse())).toBe(expected);
  });
});
