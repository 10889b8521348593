import { expect, it } from 'vitest';
import { resolveScalar } from '../../src/yaml/resolve-scalar.ts';

it.each([
  ['', null],
  ['~', null],
  ['True', true],
  ['FALSE', false],
  ['yes', 'yes'],
  ['20', 20],
  ['-1.50', -1.5],
  ['1e3', 1000],
  ['0x1F', 31],
  ['0o17', 15],
  ['017', 17],
  ['1.2.3', '1.2.3'],
  ['.inf', '.inf'],
  ['1e999', '1e999'],
  ['1'.repeat(64), Number('1'.repeat(64))],
  ['1'.repeat(65), '1'.repeat(65)],
])('the plain scalar %j means %j', (source, value) => {
  expect(resolveScalar(source, 'plain', null)).toBe(value);
});

it('what is quoted, or tagged as text, is text', () => {
  expect(resolveScalar('20', 'text', null)).toBe('20');
  expect(resolveScalar('20', 'plain', 'tag:yaml.org,2002:str')).toBe('20');
  expect(resolveScalar('20', 'plain', '!')).toBe('20');
  expect(resolveScalar('20', 'text', 'tag:yaml.org,2002:int')).toBe(20);
});
