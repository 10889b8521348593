import { expect, it } from 'vitest';

import { parseJson } from '../../src/core/json.ts';

it.each([
  ['{\n  "auths": {\n    "a": { "auth": c2VjcmV0 }\n  }\n}', 'line 3, column 20'],
  ['{"auths": {},}', 'line 1, column 14'],
  ['{"auths": {}', 'line 1, column 13'],
  ['{"a": 1} {"b": 2}', 'line 1, column 10'],
  ['{\n"a" 1}', 'line 2, column 5'],
  ["{'a': 1}", 'line 1, column 2'],
  ['[1 2]', 'line 1, column 4'],
  ['{"a": "line\nbreak"}', 'line 1, column 7'],
  ['{"a": 01}', 'line 1, column 8'],
  ['["a": 1]', 'line 1, column 5'],
  ['', 'line 1, column 1'],
])('%j is found to be broken at %s', (text, place) => {
  expect(() => void JSON.parse(text)).toThrow();
  expect(parseJson(text)).toEqual({ ok: false, message: `invalid JSON at ${place}` });
});

it('a byte order mark before the JSON does no harm', () => {
  expect(parseJson('\uFEFF{"a":1}')).toEqual({ ok: true, value: { a: 1 } });
});
