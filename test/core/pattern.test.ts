import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../src/core/pattern.ts';
import { parseReference } from '../../src/core/reference.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

function isMatched(pattern: string, text: string): boolean {
  const test = compilePattern(pattern);
  const reference = parseReference(text);
  if (!test.ok) throw new Error(test.message);
  if (!reference.ok) throw new Error(reference.message);
  return test.value(reference.value);
}

describe('a pattern without a tag', () => {
  it.each([
    ['nginx', 'nginx:1.27', true],
    ['nginx', `nginx@${DIGEST}`, true],
    ['nginx', `nginx:1.27@${DIGEST}`, true],
    ['nginx', 'docker.io/library/nginx:1.27', true],
    ['nginx', 'nginx-unprivileged:1', false],
    ['nginx', 'acme/nginx:1', false],
    ['nginx', 'ghcr.io/library/nginx', false],
    ['nginx*', 'nginx-unprivileged:1', true],
    ['ng?nx', 'nginx:1', true],
    ['ng?nx', `nginx:1@${DIGEST}`, true],
    ['docker.io/library/nginx', 'nginx:1', true],
    ['docker.io/nginx', 'nginx:1', true],
    ['index.docker.io/library/nginx', 'nginx:1', true],
    ['docker.io/*/nginx', 'nginx:1', true],
    ['library/nginx', 'nginx:1', true],
    ['ghcr.io/acme/*', 'ghcr.io/acme/api:2.1', true],
    ['ghcr.io/acme/*', 'ghcr.io/acme/team/api:2.1', false],
    ['ghcr.io/acme/**', 'ghcr.io/acme/team/api:2.1', true],
    ['ghcr.io/**', 'ghcr.io/acme/team/api:2.1', true],
    ['**/api', 'ghcr.io/acme/team/api:2.1', true],
    ['**', 'nginx', true],
    ['*', 'nginx:1', true],
    ['*', 'acme/api', false],
    ['*/*', 'acme/api', true],
    ['[::1]:5000/app', '[::1]:5000/app:2', true],
    ['[::1]:5000/app', '[::1]:5001/app:2', false],
    ['my-app', 'localhost/my-app:dev', true],
    ['my-app', 'docker.io/acme/my-app:dev', false],
    ['acme/my-app', 'localhost/acme/my-app:dev', true],
    ['my-*', 'localhost/my-app:dev', true],
    ['localhost/my-app', 'localhost/my-app:dev', true],
    ['ghcr.io/my-app', 'localhost/my-app:dev', false],
  ])('%s on %s: %s', (pattern, text, expected) => {
    expect(isMatched(pattern, text)).toBe(expected);
  });
});

describe('a pattern with a tag or digest', () => {
  it.each([
    ['nginx:1.*', 'nginx:1.27', true],
    ['nginx:1.*', `nginx:1.27@${DIGEST}`, true],
    ['nginx:1.*', 'nginx:2.0', false],
    ['nginx:1.*', 'nginx', false],
    ['nginx:1.27', `nginx:1.27@${DIGEST}`, true],
    ['nginx:1.?7', `nginx:1.27@${DIGEST}`, true],
    ['nginx@sha256:?0*', `nginx:1.27@${DIGEST}`, true],
    ['nginx:1.27', 'nginx:1.27.1', false],
    ['docker.io/library/nginx:1.*', 'nginx:1.27', true],
    ['*:latest', 'redis:latest', true],
    ['*:latest', 'redis:7', false],
    [`nginx@${DIGEST}`, `nginx:1.27@${DIGEST}`, true],
    [`nginx@${DIGEST}`, 'nginx:1.27', false],
    ['nginx@sha256:0*', `nginx:1.27@${DIGEST}`, true],
    ['nginx@sha256:1*', `nginx:1.27@${DIGEST}`, false],
  ])('%s on %s: %s', (pattern, text, expected) => {
    expect(isMatched(pattern, text)).toBe(expected);
  });
});

describe('what docker matches with its reference filter', () => {
  // distribution/reference, TestMatch; Go, path/match_test.go, on names.
  it.each([
    ['foo/**/ba[rz]', 'foo', false],
    ['foo/**/ba[rz]', 'foo/any/bat', false],
    ['foo/**/ba[rz]', 'foo/a/bar', true],
    ['foo/**/ba[rz]', 'foo/b/baz', true],
    ['foo/**/ba[rz]', 'foo/c/baz:tag', true],
    ['foo/*/baz:tag', 'foo/c/baz:tag', true],
    ['foo/c/baz:tag', 'foo/c/baz:tag', true],
    ['*/foo/c/baz', 'example.com/foo/c/baz:tag', true],
    ['example.com/foo/c/baz', 'example.com/foo/c/baz:tag', true],
    ['*c', 'abc', true],
    ['a*', 'ab/c', false],
    ['a*/b', 'abc/b', true],
    ['a*/b', 'a/c/b', false],
    ['a*b*c*d*e*/f', 'axbxcxdxe/f', true],
    ['a*b*c*d*e*/f', 'axbxcxdxexxx/f', true],
    ['a*b*c*d*e*/f', 'axbxcxdxe/xxx/f', false],
    ['a*b?c*x', 'abxbbxdbxebxczzx', true],
    ['a*b?c*x', 'abxbbxdbxebxczzy', false],
    ['ab[c]', 'abc', true],
    ['ab[b-d]', 'abc', true],
    ['ab[e-g]', 'abc', false],
    ['ab[^c]', 'abc', false],
    ['ab[^b-d]', 'abc', false],
    ['ab[^e-g]', 'abc', true],
    ['a???b', 'axb', false],
    ['a?b', 'a/b', false],
    ['a\\*b', 'axb', false],
    ['a\\b', 'ab', true],
    ['[\\a-\\c]', 'b', true],
    ['[x\\-y]', 'x', true],
    ['a[ac-e]z', 'adz', true],
    ['a[ac-e]z', 'abz', false],
  ])('%s on %s: %s', (pattern, text, expected) => {
    expect(isMatched(pattern, text)).toBe(expected);
  });
});

describe('what is no pattern is refused with the place', () => {
  it.each([
    ['', 'invalid pattern: expected 1 to 4096 characters, got 0'],
    ['[', 'invalid pattern "[" at character 1: a class needs its "]", and in it "-" between two characters'],
    ['a[', 'invalid pattern "a[" at character 2: a class needs its "]", and in it "-" between two characters'],
    ['nginx:[1-', 'invalid pattern "nginx:[1-" at character 7: a class needs its "]", and in it "-" between two characters'],
    ['[]a]', 'invalid pattern "[]a]" at character 1: a class needs its "]", and in it "-" between two characters'],
    ['[-]', 'invalid pattern "[-]" at character 1: a class needs its "]", and in it "-" between two characters'],
    ['[x-]', 'invalid pattern "[x-]" at character 1: a class needs its "]", and in it "-" between two characters'],
    ['[a-b-c]', 'invalid pattern "[a-b-c]" at character 1: a class needs its "]", and in it "-" between two characters'],
    ['[^]', 'invalid pattern "[^]" at character 1: a class needs its "]", and in it "-" between two characters'],
    ['a\\', 'invalid pattern "a\\" at character 2: a backslash needs a character after it'],
  ])('%s', (pattern, message) => {
    expect(compilePattern(pattern)).toEqual({ ok: false, message });
  });
});

it('a pattern longer than any name is refused', () => {
  expect(compilePattern('a'.repeat(4097))).toEqual({ ok: false, message: 'invalid pattern: expected 1 to 4096 characters, got 4097' });
});

describe('whatever the pattern', () => {
  it('it is compiled or refused, and as a word with every character escaped it matches just that word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), fc.stringMatching(/^[a-z]{1,12}$/), (text, name) => {
        const test = compilePattern(text);
        if (!test.ok) expect(test.message).toMatch(/^invalid pattern [^\u0000-\u001f]+$/);
        const escaped = name.replace(/./g, '\\$&');
        expect(isMatched(escaped, name)).toBe(true);
        expect(isMatched(escaped, `${name}x`)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('it matches as the same glob does when it is written as a regular expression', () => {
    const parts = fc.array(fc.constantFrom('a', 'b', '/', '*', '**', '?', '[ab]', '[^a]', '\\b'), { minLength: 1, maxLength: 7 });
    const expressions: Readonly<Record<string, string>> = { '*': '[^/]*', '**': '.*', '?': '[^/]', '\\b': 'b' };
    fc.assert(
      fc.property(parts, fc.stringMatching(/^(?:[ab]{1,3}\/){0,2}[ab]{1,3}$/), (glob, path) => {
        // On a registry of its own, canonical and familiar name are the same, so only the name decides.
        const name = `r.io/${path}:t`;
        const merged =
          glob
            .join('')
            .replace(/\*{2,}/g, '**')
            .match(/\*\*|\\b|\[\^?ab?\]|./g) ?? [];
        const expression = new RegExp(`^r\\.io/${merged.map((part) => expressions[part] ?? part).join('')}$`);
        expect(isMatched(`r.io/${glob.join('')}`, name)).toBe(expression.test(`r.io/${path}`) || expression.test(name));
      }),
      { numRuns: 3000 },
    );
  });

  // A matcher that goes back over its choices would need longer than the machine lasts.
  it.each([
    [`${'*a'.repeat(50)}*b`, 'a'.repeat(250)],
    ['*a*a*a*a*a*a*a*a*a*a*a*a*a*b', 'a'.repeat(250)],
    [`${'**a'.repeat(100)}b`, 'a/'.repeat(100)],
    [`${'*/**'.repeat(100)}!`, 'a/'.repeat(120)],
    [`${'?*'.repeat(120)}!`, 'a'.repeat(250)],
    [`${'[a-a]*'.repeat(100)}!`, 'a'.repeat(250)],
    [`${'*'.repeat(4095)}!`, 'a'.repeat(250)],
  ])('a hostile one is answered at once (%#)', (pattern, path) => {
    expect(isMatched(pattern, `r.io/${path.replace(/\/$/, '')}`)).toBe(false);
  });
});
