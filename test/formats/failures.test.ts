import { describe, expect, it } from 'vitest';
import { renderFailures } from '../../src/formats/failures.ts';

const fail = (place: string, hint: string | null) => ({ code: 'unreadable', message: `cannot read ${place}`, hint, place });

describe('places that cannot be read', () => {
  it('tell what to do about several in a row once', () => {
    expect(
      renderFailures([fail('a', 'try this'), fail('b', 'try this'), fail('c', 'try that'), fail('d', null), fail('e', 'try this')]),
    ).toEqual([
      'E: cannot read a',
      'E: cannot read b',
      'N: try this',
      'E: cannot read c',
      'N: try that',
      'E: cannot read d',
      'E: cannot read e',
      'N: try this',
    ]);
  });

  it('are ten at most, and what to do about the tenth is said', () => {
    const lines = renderFailures(Array.from({ length: 12 }, (_, index) => fail(String(index), 'try this')));
    expect(lines.slice(9)).toEqual(['E: cannot read 9', 'N: try this', 'E: and 2 more failures of the kind']);
  });
});
