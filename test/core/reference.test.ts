import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../src/core/digest.ts';
import {
  compareText,
  isSameRepository,
  parseReference,
  type Reference,
  renderFamiliar,
  renderReference,
  renderRepository,
  withDefaultTag,
} from '../../src/core/reference.ts';

const SHA256 = `sha256:${'f'.repeat(64)}`;
const SHA512 = `sha512:${'f'.repeat(128)}`;
const HEX64 = '1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a';

function read(text: string): Reference {
  const result = parseReference(text);
  if (!result.ok) throw new Error(result.message);
  return result.value;
}

function messageOf(text: string): string {
  const result = parseReference(text);
  return result.ok ? `parsed as ${renderReference(result.value)}` : result.message;
}

describe('a reference is read as docker reads it', () => {
  // The cases of distribution/reference, reference_test.go, normalize_test.go and regexp_test.go.
  it.each([
    ['test_com', 'docker.io/library/test_com'],
    ['test.com:tag', 'docker.io/library/test.com:tag'],
    ['test.com:5000', 'docker.io/library/test.com:5000'],
    ['test.com/repo:tag', 'test.com/repo:tag'],
    ['test:5000/repo', 'test:5000/repo'],
    ['test:5000/repo:tag', 'test:5000/repo:tag'],
    [`test:5000/repo@${SHA256}`, `test:5000/repo@${SHA256}`],
    [`test:5000/repo:tag@${SHA256}`, `test:5000/repo:tag@${SHA256}`],
    ['lowercase:Uppercase', 'docker.io/library/lowercase:Uppercase'],
    [`${'a/'.repeat(127)}a:tag-puts-this-over-max`, `docker.io/${'a/'.repeat(127)}a:tag-puts-this-over-max`],
    ['sub-dom1.foo.com/bar/baz/quux', 'sub-dom1.foo.com/bar/baz/quux'],
    ['sub-dom1.foo.com/bar/baz/quux:some-long-tag', 'sub-dom1.foo.com/bar/baz/quux:some-long-tag'],
    ['b.gcr.io/test.example.com/my-app:test.example.com', 'b.gcr.io/test.example.com/my-app:test.example.com'],
    ['xn--n3h.com/myimage:xn--n3h.com', 'xn--n3h.com/myimage:xn--n3h.com'],
    [`xn--7o8h.com/myimage:xn--7o8h.com@${SHA512}`, `xn--7o8h.com/myimage:xn--7o8h.com@${SHA512}`],
    ['foo_bar.com:8080', 'docker.io/library/foo_bar.com:8080'],
    ['foo/foo_bar.com:8080', 'docker.io/foo/foo_bar.com:8080'],
    ['192.168.1.1', 'docker.io/library/192.168.1.1'],
    ['192.168.1.1:tag', 'docker.io/library/192.168.1.1:tag'],
    ['192.168.1.1:5000', 'docker.io/library/192.168.1.1:5000'],
    ['192.168.1.1/repo', '192.168.1.1/repo'],
    ['192.168.1.1:5000/repo', '192.168.1.1:5000/repo'],
    ['192.168.1.1:5000/repo:5050', '192.168.1.1:5000/repo:5050'],
    ['[2001:db8::1]/repo', '[2001:db8::1]/repo'],
    ['[2001:db8:1:2:3:4:5:6]/repo:tag', '[2001:db8:1:2:3:4:5:6]/repo:tag'],
    ['[2001:db8::1]:5000/repo', '[2001:db8::1]:5000/repo'],
    ['[2001:db8::1]:5000/repo:tag', '[2001:db8::1]:5000/repo:tag'],
    [`[2001:db8::1]:5000/repo:tag@${SHA256}`, `[2001:db8::1]:5000/repo:tag@${SHA256}`],
    ['[2001:db8::]:5000/repo', '[2001:db8::]:5000/repo'],
    ['[::1]:5000/repo', '[::1]:5000/repo'],
    ['[::]/repo', '[::]/repo'],
    ['[2001:0db8:85a3:0000:0000:8a2e:0370:7334]:7505/repo', '[2001:0db8:85a3:0000:0000:8a2e:0370:7334]:7505/repo'],
    ['docker/docker', 'docker.io/docker/docker'],
    ['library/debian', 'docker.io/library/debian'],
    ['debian', 'docker.io/library/debian'],
    ['docker.io/debian', 'docker.io/library/debian'],
    ['docker.io/library/debian', 'docker.io/library/debian'],
    ['index.docker.io/debian', 'docker.io/library/debian'],
    ['index.docker.io/docker/docker', 'docker.io/docker/docker'],
    ['127.0.0.1:5000/library/debian', '127.0.0.1:5000/library/debian'],
    ['192.168.0.1:8/debian', '192.168.0.1:8/debian'],
    ['192.168.0.2:25000/debian', '192.168.0.2:25000/debian'],
    [
      'thisisthesongthatneverendsitgoesonandonandonthisisthesongthatnev',
      'docker.io/library/thisisthesongthatneverendsitgoesonandonandonthisisthesongthatnev',
    ],
    [`docker.io/${HEX64}`, `docker.io/library/${HEX64}`],
    [HEX64.slice(1), `docker.io/library/${HEX64.slice(1)}`],
    [`${HEX64}:tag`, `docker.io/library/${HEX64}:tag`],
    ['Docker/docker', 'Docker/docker'],
    ['DOCKER/docker', 'DOCKER/docker'],
    ['Asdf.com/foo/bar', 'Asdf.com/foo/bar'],
    ['docker-rules/docker', 'docker.io/docker-rules/docker'],
    ['docker---rules/docker', 'docker.io/docker---rules/docker'],
    ['d/docker', 'docker.io/d/docker'],
    ['dock__er/docker', 'docker.io/dock__er/docker'],
    ['test_com/foo', 'docker.io/test_com/foo'],
    ['test-com:8080/foo', 'test-com:8080/foo'],
    ['docker.io/library/foo/bar', 'docker.io/library/foo/bar'],
    ['store/foo/bar', 'docker.io/store/foo/bar'],
    ['registry.io/foo/project--id.module--name.ver---sion--name', 'registry.io/foo/project--id.module--name.ver---sion--name'],
    ['example.com/some_separator__underscore/myimage', 'example.com/some_separator__underscore/myimage'],
    ['localhost/foo', 'localhost/foo'],
    ['localhost', 'docker.io/library/localhost'],
    [`localhost:8080@${SHA256}`, `docker.io/library/localhost:8080@${SHA256}`],
    ['localhost:8080/name', 'localhost:8080/name'],
    ['registry:1/a', 'registry:1/a'],
    ['registry:65535/a', 'registry:65535/a'],
    [`a:${'t'.repeat(128)}`, `docker.io/library/a:${'t'.repeat(128)}`],
    [`example.com/${'a'.repeat(255)}`, `example.com/${'a'.repeat(255)}`],
    ['a:_', 'docker.io/library/a:_'],
  ])('%s is %s', (text, canonical) => {
    expect(messageOf(text)).toBe(`parsed as ${canonical}`);
  });

  it.each([
    ['nginx', { registry: 'docker.io', repository: 'library/nginx', tag: null, digest: null }],
    ['ghcr.io/acme/api:2.1', { registry: 'ghcr.io', repository: 'acme/api', tag: '2.1', digest: null }],
    [`ghcr.io:443/acme/api:2.1@${SHA256}`, { registry: 'ghcr.io:443', repository: 'acme/api', tag: '2.1', digest: SHA256 }],
    [`[::1]:5000/api@${SHA512}`, { registry: '[::1]:5000', repository: 'api', tag: null, digest: SHA512 }],
  ])('%s has its parts told apart', (text, parts) => {
    expect(parseReference(text)).toEqual({ ok: true, value: parts });
  });
});

const NO_COMPONENT = 'is not lowercase letters and digits with single separators between them';
const NO_TAG = 'is not 1 to 128 letters, digits, "_", "." or "-", the first no "." or "-"';
const NO_PORT = 'is not a number from 1 to 65535';
const NO_HOST = 'is not a host name or address';

describe('what is no reference is refused with what is wrong with it', () => {
  it.each([
    ['', 'repository name must have at least one component'],
    [':justtag', 'repository name has an empty component'],
    [`@${SHA256}`, 'repository name has an empty component'],
    ['docker/', 'repository name has an empty component'],
    ['/docker', 'repository name has an empty component'],
    ['docker///docker', 'repository name has an empty component'],
    ['docker.io/docker///docker', 'repository name has an empty component'],
    ['Uppercase:tag', 'repository name (library/Uppercase) must be lowercase'],
    ['docker/Docker', 'repository name (docker/Docker) must be lowercase'],
    ['docker.io/docker/Docker', 'repository name (docker/Docker) must be lowercase'],
    ['test:5000/Uppercase/lowercase:tag', 'repository name (Uppercase/lowercase) must be lowercase'],
    ['Foo/FarB', 'repository name (FarB) must be lowercase'],
    ['Foo_Bar/app', 'repository name (Foo_Bar) must be lowercase'],
    ['aa/asdf$$^/aa', `component "asdf$$^" ${NO_COMPONENT}`],
    ['-docker', `component "-docker" ${NO_COMPONENT}`],
    ['-docker/docker', `component "-docker" ${NO_COMPONENT}`],
    ['docker-/docker', `component "docker-" ${NO_COMPONENT}`],
    ['____/____', `component "____" ${NO_COMPONENT}`],
    ['_docker/_docker', `component "_docker" ${NO_COMPONENT}`],
    ['example.com/nodouble..dots/myimage', `component "nodouble..dots" ${NO_COMPONENT}`],
    ['example.com/dock_.er', `component "dock_.er" ${NO_COMPONENT}`],
    ['example.com/dock-.er', `component "dock-.er" ${NO_COMPONENT}`],
    ['example.com/dock___er', `component "dock___er" ${NO_COMPONENT}`],
    ['example.com/__underscore/myimage', `component "__underscore" ${NO_COMPONENT}`],
    ['example.com/.dots/myimage', `component ".dots" ${NO_COMPONENT}`],
    ['nginx ', `component "nginx " ${NO_COMPONENT}`],
    ['nginx\n', `component "nginx\ufffd" ${NO_COMPONENT}`],
    ['ngınx', `component "ngınx" ${NO_COMPONENT}`],
    ['[2001:db8::1]', `component "[2001" ${NO_COMPONENT}`],
    ['[2001:db8::1]:5000', `component "[2001" ${NO_COMPONENT}`],
    ['[fe80::1%eth0]:5000/repo', `registry "[fe80::1%eth0]:5000" ${NO_HOST}`],
    ['[fe80::1%@invalidzone]:5000/repo', `registry "[fe80::1%@invalidzone]:5000" ${NO_HOST}`],
    ['[2001:db8:3:4::192.0.2.33]:5000/debian', `registry "[2001:db8:3:4::192.0.2.33]:5000" ${NO_HOST}`],
    ['[fd00123123123]:75/a', `registry "[fd00123123123]:75" ${NO_HOST}`],
    ['[1:2:3:4:5:6:7]/a', `registry "[1:2:3:4:5:6:7]" ${NO_HOST}`],
    ['[1:2:3:4:5:6:7:8::]/a', `registry "[1:2:3:4:5:6:7:8::]" ${NO_HOST}`],
    ['[1::2::3]/a', `registry "[1::2::3]" ${NO_HOST}`],
    ['[:1:2:3:4:5:6:7:8]/a', `registry "[:1:2:3:4:5:6:7:8]" ${NO_HOST}`],
    ['[]/a', 'component "[]" is not lowercase letters and digits with single separators between them'],
    ['[::1/a', `registry "[::1" ${NO_HOST}`],
    ['-docker.io/docker/docker', `registry "-docker.io" ${NO_HOST}`],
    ['docker./docker', `registry "docker." ${NO_HOST}`],
    ['dock..er/docker', `registry "dock..er" ${NO_HOST}`],
    ['foo_bar.com/app', `registry "foo_bar.com" ${NO_HOST}`],
    ['foo_bar.com:8080/app', `registry "foo_bar.com:8080" ${NO_HOST}`],
    ['fc00::1:5000/debian', `port of registry "fc00::1:5000" ${NO_PORT}`],
    ['[fd00:1:2::3]75050/a', `port of registry "[fd00:1:2::3]75050" ${NO_PORT}`],
    ['[fd00:1:2::3]::5050/a', `port of registry "[fd00:1:2::3]::5050" ${NO_PORT}`],
    ['localhost:http/name', `port of registry "localhost:http" ${NO_PORT}`],
    ['192.168.1.1:75050/a', `port of registry "192.168.1.1:75050" ${NO_PORT}`],
    ['registry:0/a', `port of registry "registry:0" ${NO_PORT}`],
    ['registry:65536/a', `port of registry "registry:65536" ${NO_PORT}`],
    ['https://github.com/docker/docker', 'registry "https:" has no port; a reference begins with the registry, without a scheme'],
    ['a:', `tag "" ${NO_TAG}`],
    ['a:-foo', `tag "-foo" ${NO_TAG}`],
    ['a:b:c', `tag "b:c" ${NO_TAG}`],
    ['registry.com:8080/myapp:invalid~tag', `tag "invalid~tag" ${NO_TAG}`],
    [`a:${'t'.repeat(129)}`, `tag "${'t'.repeat(129)}" ${NO_TAG}`],
    ['a@', 'invalid checksum digest format ""'],
    ['registry.com:8080/myapp@bad', 'invalid checksum digest format "bad"'],
    ['registry.com:8080/myapp@sha256:badbadbadbad', 'invalid checksum digest format "sha256:badbadbadbad"'],
    [`repo@sha256:${'f'.repeat(34)}`, 'invalid checksum digest length, expected 64 digits and got 34'],
    [`repo@sha512:${'f'.repeat(64)}`, 'invalid checksum digest length, expected 128 digits and got 64'],
    [`a@sha256:${'A'.repeat(64)}`, 'invalid checksum digest format, expected lowercase digits'],
    [`validname@invaliddigest:${'f'.repeat(64)}`, 'unsupported digest algorithm "invaliddigest", expected sha256 or sha512'],
    [`a@sha384:${'a'.repeat(96)}`, 'unsupported digest algorithm "sha384", expected sha256 or sha512'],
    [`a@constructor:${'a'.repeat(64)}`, 'unsupported digest algorithm "constructor", expected sha256 or sha512'],
    [`${'a/'.repeat(80)}Docker`, `repository name (${'a/'.repeat(80)}Docker) must be lowercase`],
  ])('%s', (text, flaw) => {
    expect(messageOf(text)).toBe(`invalid reference format "${text.replace('\n', '\ufffd')}": ${flaw}`);
  });

  it('a bare image id is not taken for a name', () => {
    expect(messageOf(HEX64)).toBe(`invalid repository name (${HEX64}), cannot specify 64-byte hexadecimal strings`);
  });

  it.each([`example.com/${'a'.repeat(256)}`, `${'a/'.repeat(128)}a:tag`, `docker.io/${'a'.repeat(248)}`])(
    'a repository name of more than 255 characters: %s',
    (text) => {
      expect(messageOf(text)).toMatch(/^invalid reference format "[a-z./]{199}…": repository name must not be more than 255 characters$/);
    },
  );

  it('text too long for any reference is not looked at', () => {
    expect(messageOf('x'.repeat(4097))).toBe(`invalid reference format "${'x'.repeat(199)}…": expected at most 4096 characters, got 4097`);
  });

  it('a message quotes nothing a terminal would obey', () => {
    expect(messageOf('evil\u001b]52;c;aGk=\u0007')).not.toMatch(/[\u0000-\u001f]/);
  });
});

describe('the familiar form', () => {
  // distribution/reference, TestParseRepositoryInfo.
  it.each([
    ['docker.io/fooo/bar', 'fooo/bar'],
    ['index.docker.io/fooo/bar', 'fooo/bar'],
    ['docker.io/library/ubuntu', 'ubuntu'],
    ['library/ubuntu:24.04', 'ubuntu:24.04'],
    ['docker.io/other/library', 'other/library'],
    ['127.0.0.1:8000/private/moonbase', '127.0.0.1:8000/private/moonbase'],
    ['example.com/privatebase', 'example.com/privatebase'],
    ['docker.io/library/ubuntu-12.04-base', 'ubuntu-12.04-base'],
    ['docker.io/library/foo/bar', 'library/foo/bar'],
    ['docker.io/store/foo/bar', 'store/foo/bar'],
    ['Foo/bar', 'Foo/bar'],
    [`busybox:latest@${SHA256}`, `busybox:latest@${SHA256}`],
    ['docker.io/localhost/app', 'docker.io/localhost/app'],
    ['docker.io/example.com/app', 'docker.io/example.com/app'],
    ['docker.io/index.docker.io/app', 'docker.io/index.docker.io/app'],
    ['docker.io/docker.io/app', 'docker.io/docker.io/app'],
    [`docker.io/${HEX64}`, `docker.io/library/${HEX64}`],
  ])('of %s is %s', (text, familiar) => {
    expect(renderFamiliar(read(text))).toBe(familiar);
  });
});

describe('the tag latest', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx:latest'],
    ['nginx:1.27', 'docker.io/library/nginx:1.27'],
    [`nginx@${SHA256}`, `docker.io/library/nginx@${SHA256}`],
    [`nginx:1.27@${SHA256}`, `docker.io/library/nginx:1.27@${SHA256}`],
  ])('%s means %s', (text, expected) => {
    expect(renderReference(withDefaultTag(read(text)))).toBe(expected);
  });
});

describe('repositories', () => {
  it.each([
    ['nginx:1', 'index.docker.io/library/nginx:2', true],
    ['localhost:5000/a', 'localhost:5001/a', false],
    ['ghcr.io/a/b', 'quay.io/a/b', false],
    ['ghcr.io/a/b', 'ghcr.io/a/c', false],
  ])('%s and %s are the same: %s', (a, b, expected) => {
    expect(isSameRepository(read(a), read(b))).toBe(expected);
  });

  it('are written in full', () => {
    expect(renderRepository(read('nginx:1'))).toBe('docker.io/library/nginx');
  });
});

it('a text is neither before nor after itself', () => {
  expect(compareText('nginx', 'nginx')).toBe(0);
});

it('texts are ordered by code units, the same in every locale', () => {
  expect(['b', 'ä', 'a', 'Z', 'a', '\u{1f433}', '\uffff'].sort(compareText)).toEqual(['Z', 'a', 'a', 'b', 'ä', '\u{1f433}', '\uffff']);
});

const component = fc.stringMatching(/^[a-z0-9]{1,8}(?:(?:\.|_|__|-{1,3})[a-z0-9]{1,8}){0,2}$/);
const host = fc.oneof(
  fc.constantFrom('docker.io', 'localhost', 'Registry', '[::1]', '[2001:db8::1]:443', 'ghcr.io', '127.0.0.1:5000', 'a:1'),
  fc.stringMatching(/^[a-zA-Z0-9]{1,8}(?:-[a-zA-Z0-9]{1,8}){0,2}\.[a-z]{2,5}$/),
);
const optionalTag = fc.oneof(fc.constant(''), fc.stringMatching(/^:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/));
const optionalDigest = fc.constantFrom('', `@${SHA256}`, `@${SHA512}`);
const validText = fc
  .tuple(
    host,
    fc.array(fc.oneof(component, fc.constantFrom('library', 'localhost', 'a.b', 'docker.io', 'index.docker.io', HEX64)), {
      minLength: 1,
      maxLength: 5,
    }),
    optionalTag,
    optionalDigest,
  )
  .map(([registry, path, tag, digest]) => `${registry}/${path.join('/')}${tag}${digest}`)
  .filter((text) => text.length < 250);

describe('whatever the reference', () => {
  it('its canonical and its familiar form mean the same reference', () => {
    fc.assert(
      fc.property(validText, (text) => {
        const reference = read(text);
        expect(parseReference(renderReference(reference))).toEqual({ ok: true, value: reference });
        expect(parseReference(renderFamiliar(reference))).toEqual({ ok: true, value: reference });
        expect(renderFamiliar(reference).length).toBeLessThanOrEqual(renderReference(reference).length);
      }),
      { numRuns: 2000 },
    );
  });

  it('any text is either read, and then stays the same when it is written and read again, or refused in one line', () => {
    const alphabet = fc.constantFrom(
      'a',
      'A',
      '0',
      '.',
      '/',
      ':',
      '@',
      '-',
      '_',
      '[',
      ']',
      '%',
      '\u0000',
      '\u001b',
      '\ud800',
      'é',
      'sha256:',
      SHA256,
      'docker.io',
      'localhost',
      'library/',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(alphabet, { maxLength: 12 }).map((parts) => parts.join('')),
        ),
        (text) => {
          const result = parseReference(text);
          if (result.ok) {
            expect(parseReference(renderReference(result.value))).toEqual(result);
            expect(parseReference(renderFamiliar(result.value))).toEqual(result);
            if (result.value.digest !== null) expect(parseDigest(result.value.digest)).toBe(result.value.digest);
          } else {
            expect(result.message).toMatch(/^[^\u0000-\u001f\u007f-\u009f]+$/);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  // The expressions are those of distribution/reference, regexp.go, put together as they stand there.
  it('it is accepted when the published grammar and the three stricter rules accept it, and only then', () => {
    const alphanumeric = '[a-z0-9]+';
    const pathComponent = `${alphanumeric}(?:(?:[._]|__|[-]+)${alphanumeric})*`;
    const remoteName = `${pathComponent}(?:/${pathComponent})*`;
    const domainComponent = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
    const domain = `(?:${domainComponent}(?:\\.${domainComponent})*|\\[(?:[a-fA-F0-9:]+)\\])`;
    const digest = '(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})';
    const grammar = new RegExp(`^(${domain})(?::([0-9]+))?/(${remoteName})(?::([\\w][\\w.-]{0,127}))?(?:@(${digest}))?$`);
    const isAccepted = (text: string): boolean => {
      if (/^[a-f0-9]{64}$/.test(text)) return false;
      const slash = text.indexOf('/');
      const first = text.slice(0, Math.max(0, slash));
      const hasHost = first === 'localhost' || first.includes('.') || first.includes(':') || first.toLowerCase() !== first;
      const full = hasHost ? text.replace(/^index\.docker\.io\//, 'docker.io/') : `docker.io/${slash === -1 ? 'library/' : ''}${text}`;
      const [, host = '', port = '1', path = ''] = grammar.exec(full) ?? [];
      const name = host === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
      return (
        path !== '' &&
        name.length <= 255 &&
        Number(port) >= 1 &&
        Number(port) <= 65_535 &&
        (!host.startsWith('[') || isIPv6(host.slice(1, -1)))
      );
    };
    const piece = fc.constantFrom(
      ...[
        'a',
        'b0',
        'A',
        '.',
        '-',
        '--',
        '_',
        '__',
        '/',
        ':',
        '@',
        '[::1]',
        '[1:2]',
        'x.y',
        'h:5000/',
        'h:0/',
        'h:65536/',
        'localhost/',
        'docker.io/',
      ],
      ...['index.docker.io/', 'library/', ':1.27', SHA256, SHA512, `@${SHA256}`, `@sha256:${'a'.repeat(63)}`, HEX64, '[a:b::c]/', 'é', ' '],
    );
    const text = fc.array(piece, { minLength: 1, maxLength: 7 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (candidate) => {
        expect([candidate, parseReference(candidate).ok]).toEqual([candidate, isAccepted(candidate)]);
      }),
      { numRuns: 20_000 },
    );
  });

  // Each would take years if reading went back over what it has read.
  it.each([
    ['a-'.repeat(2040), '!'],
    ['a_'.repeat(2040), '!'],
    [`a/${'-'.repeat(4000)}`, 'a!'],
    ['a.'.repeat(2040), '/x'],
    ['a'.repeat(4090), '!'],
    [`x.y/${'a--'.repeat(1300)}`, '!'],
    ['a'.repeat(2000) + '-'.repeat(2000), '.c/x'],
    [`a@${'a+'.repeat(2000)}`, '!'],
    [`a@sha256:${'a'.repeat(4000)}`, 'x'],
    [`[${':'.repeat(4000)}]`, '/a'],
    ['a'.repeat(1_000_000), '!'],
    ['a/'.repeat(500_000), '!'],
    ['-'.repeat(1_000_000), '!'],
  ])('hostile text is refused at once (%#)', (start, end) => {
    expect(parseReference(start + end).ok).toBe(false);
  });
});
