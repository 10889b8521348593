import { describe, expect, it } from 'vitest';
import { decodeFile, type FileSettings } from '../../src/config/decode-file.ts';
import { malformed, parsed } from '../../src/core/parsed.ts';
import { parseReference } from '../../src/core/reference.ts';
import { ImgupdateError } from '../../src/errors.ts';

const decode = (text: string, format: 'yaml' | 'json' = 'yaml'): FileSettings =>
  decodeFile(text, {
    kind: 'user',
    shown: 'imgupdate.yaml',
    format,
    resolvePath: (path) => (path === '' ? malformed('expected a path') : parsed(`/etc/${path}`)),
  });

const refusalOf = (text: string, format: 'yaml' | 'json' = 'yaml'): string => {
  try {
    decode(text, format);
  } catch (error) {
    if (error instanceof ImgupdateError && error.code === 'usage' && error.hint !== null) return error.message;
    throw error;
  }
  return 'nothing';
};

const valuesOf = (text: string) =>
  Object.fromEntries(Object.entries(decode(text).values).flatMap(([name, said]) => (said === null ? [] : [[name, said.value]])));

describe('a configuration file', () => {
  it('says what each key may say', () => {
    const text = `
failOn: [gone, base]
onUnknown: warn
strict: true
track: minor
minAge: 3d
maxAge: 1h30m
timeout: 5s
jobs: 4
platform: linux/arm64/v8
allowHosts: ghcr.io
bases:
  - node:20-slim
  - ghcr.io/acme/base@sha256:${'a'.repeat(64)}
`;
    expect(valuesOf(text)).toEqual({
      failOn: ['base', 'gone'],
      onUnknown: 'warn',
      strict: true,
      track: 'minor',
      minAge: 259_200_000,
      maxAge: 5_400_000,
      timeout: 5_000,
      jobs: 4,
      platform: { os: 'linux', architecture: 'arm64', variant: null, osVersion: null, osFeatures: [] },
      allowHosts: ['ghcr.io'],
      bases: [
        { registry: 'docker.io', repository: 'library/node', tag: '20-slim', digest: null },
        { registry: 'ghcr.io', repository: 'acme/base', tag: null, digest: `sha256:${'a'.repeat(64)}` },
      ],
    });
  });

  it('says of images what they are built on, and whether they are held, left out or judged by other rules', () => {
    const { images } = decode(`images:
  - match: acme/*
    base: node:20-slim
    hold: { reason: wait for the fix, until: 2026-12-15 }
  - match: scratchpad
    ignore: true
    failOn: none
    platform: linux/386
    hold: true
`);
    const [first, second] = images;
    expect(first).toMatchObject({
      origin: { kind: 'user', where: 'imgupdate.yaml:2:5' },
      value: {
        match: 'acme/*',
        base: { repository: 'library/node', tag: '20-slim' },
        hold: { reason: 'wait for the fix', until: '2026-12-15' },
        ignore: null,
        failOn: null,
        platform: null,
      },
    });
    expect(second).toMatchObject({
      origin: { where: 'imgupdate.yaml:5:5' },
      value: { ignore: true, failOn: [], platform: { architecture: '386' }, hold: { reason: null, until: null }, base: null },
    });
    const matches = (name: string): readonly boolean[] => {
      const reference = parseReference(name);
      return images.map(({ value }) => reference.ok && value.matches(reference.value));
    };
    expect(matches('acme/api:1')).toEqual([true, false]);
    expect(matches('scratchpad:2')).toEqual([false, true]);
  });

  it('says of images which newer versions are wanted, one pattern or tag or a list of them', () => {
    const { images } = decode(`images:
  - match: node
    track: digest
    minAge: 0
    include: 20.*
    exclude: ['*-rc*', "*-alpine3.1?"]
    skip: 1.30
    variant: newer
  - match: redis
    include: []
    skip: [7.10, 7.4.1]
`);
    const [first, second] = images.map(({ value }) => value);
    expect(first).toMatchObject({ track: 'digest', minAge: 0, skip: ['1.30'], variant: 'newer' });
    expect([first?.include, first?.exclude].map((patterns) => patterns?.map(({ glob }) => glob))).toEqual([
      ['20.*'],
      ['*-rc*', '*-alpine3.1?'],
    ]);
    expect(['20.1-alpine3.19', '20.1-alpine3.2', '20.1-rc1'].map((tag) => first?.exclude?.map(({ matches }) => matches(tag)))).toEqual([
      [false, true],
      [false, false],
      [true, false],
    ]);
    expect(second).toMatchObject({ include: [], exclude: null, skip: ['7.10', '7.4.1'], track: null, minAge: null, variant: null });
  });

  it('says of registries how they are reached, by any of their names', () => {
    const { registries } = decode(`registries:
  index.docker.io:
    mirror: HTTPS://Mirror.example:443/docker-hub/
    floor: 20%
  registry.example:5000:
    insecure: true
    ca: ca.pem
    clientCert: both.pem
    concurrency: 2
    trustRealm: AUTH.example:443
    floor: 10
  other.example:
    clientCert: { cert: c.pem, key: k.pem }
    trustRealm: [a.example, b.example:8443]
  bare.example:
`);
    const said = [...registries].map(([host, rule]) => [
      host,
      Object.fromEntries(Object.entries(rule).flatMap(([name, setting]) => (setting === null ? [] : [[name, setting.value]]))),
    ]);
    expect(said).toEqual([
      ['docker.io', { mirror: 'https://mirror.example/docker-hub', floor: { remaining: 0, fraction: 0.2 } }],
      [
        'registry.example:5000',
        {
          insecure: true,
          ca: '/etc/ca.pem',
          clientCert: { cert: '/etc/both.pem', key: '/etc/both.pem' },
          concurrency: 2,
          trustRealm: ['auth.example'],
          floor: { remaining: 10, fraction: 0 },
        },
      ],
      ['other.example', { clientCert: { cert: '/etc/c.pem', key: '/etc/k.pem' }, trustRealm: ['a.example', 'b.example:8443'] }],
      ['bare.example', {}],
    ]);
    expect(registries.get('docker.io')?.mirror?.origin).toEqual({ kind: 'user', where: 'imgupdate.yaml:3:13' });
  });

  it.each(['', '# nothing yet\n', '---\n', 'null', '{}', 'images:\nregistries:\n', '$schema: https://imgupdate.example/schema.json'])(
    'may say nothing: %j',
    (text) => {
      expect(decode(text)).toMatchObject({ images: [], registries: new Map() });
      expect(valuesOf(text)).toEqual({});
    },
  );

  it('may be JSON', () => {
    expect(decode('{"$schema": "x", "jobs": 3, "bases": ["node"]}', 'json').values).toMatchObject({
      jobs: { value: 3, origin: { where: 'imgupdate.yaml:1:26' } },
      bases: { value: [{ tag: 'latest' }] },
    });
  });
});

describe('what is wrong is said with its place', () => {
  it.each([
    ['# a\nfailOn: base\nregistrys: {}\n', 'unknown key "registrys" at line 3, column 1 (did you mean "registries"?)'],
    ['__proto__: 1', 'unknown key "__proto__" at line 1, column 1'],
    ['constructor: 1', 'unknown key "constructor" at line 1, column 1'],
    ['- a', 'expected a mapping, got a list at line 1, column 1'],
    ['word', 'expected a mapping, got "word" at line 1, column 1'],
    ['jobs: 1\n---\njobs: 2', 'expected one document, got another at line 3, column 1'],
    [
      'failOn: bse',
      'failOn: expected a comma list of base, rebuilt, gone, patch, minor, major, any, none, got "bse" (did you mean "base"?) at line 1, column 9',
    ],
    [
      'failOn:\n  - base\n  - minr',
      'failOn: expected a comma list of base, rebuilt, gone, patch, minor, major, any, none, got "minr" (did you mean "minor"?) at line 3, column 5',
    ],
    ['failOn: [none, base]', 'failOn: expected "none" to stand alone at line 1, column 9'],
    ['failOn: 1', 'failOn: expected a comma list of base, rebuilt, gone, patch, minor, major, any, none, got "1" at line 1, column 9'],
    ['failOn: {}', 'failOn: expected a text, got a mapping at line 1, column 9'],
    ['onUnknown: wran', 'onUnknown: expected fail or warn, got "wran" (did you mean "warn"?) at line 1, column 12'],
    ['track: minr', 'track: expected digest or patch or minor or major, got "minr" (did you mean "minor"?) at line 1, column 8'],
    ['minAge: 3', 'minAge: expected a duration such as 90s, 15m, 1h or 7d, got "3" at line 1, column 9'],
    [
      'images:\n  - match: a\n    include: a:1.*',
      'images[0].include: expected a pattern over tags such as 1.* or *-alpine, got "a:1.*": no tag has ":" at line 3, column 14',
    ],
    [
      'images:\n  - match: a\n    exclude: [ok, ^1$]',
      'images[0].exclude: expected a pattern over tags such as 1.* or *-alpine, got "^1$": no tag has "^" at line 3, column 19',
    ],
    ['images:\n  - match: a\n    skip: 1.*', 'images[0].skip: expected a tag such as 1.27.4, got "1.*" at line 3, column 11'],
    ['images:\n  - match: a\n    variant: any', 'images[0].variant: expected same or newer, got "any" at line 3, column 14'],
    ['strict: yes', 'strict: expected true or false, got "yes" at line 1, column 9'],
    ['strict: 1', 'strict: expected true or false, got 1 at line 1, column 9'],
    ['maxAge: 60', 'maxAge: expected a duration such as 90s, 15m, 1h or 7d, got "60" at line 1, column 9'],
    ['timeout: 0', 'timeout: expected a duration longer than 0, got "0" at line 1, column 10'],
    ['timeout: 0s', 'timeout: expected a duration longer than 0, got "0s" at line 1, column 10'],
    ['jobs: 0', 'jobs: expected a whole number from 1 to 9999, got 0 at line 1, column 7'],
    ['jobs: 1.5', 'jobs: expected a whole number from 1 to 9999, got 1.5 at line 1, column 7'],
    ['jobs: "4"', 'jobs: expected a whole number from 1 to 9999, got "4" at line 1, column 8'],
    [
      'platform: linux/adm64',
      'platform: expected a platform that exists, got "linux/adm64" (did you mean "linux/amd64"?) at line 1, column 11',
    ],
    ['platform: arm64', 'platform: expected os/architecture[/variant] such as linux/arm64, got "arm64" at line 1, column 11'],
    [
      'allowHosts: [http://a]',
      'allowHosts: expected a registry such as ghcr.io or registry.example.com:5000, got "http://a" at line 1, column 14',
    ],
    ['allowHosts: [1]', 'allowHosts: expected a registry such as ghcr.io or registry.example.com:5000, got "1" at line 1, column 14'],
    ['allowHosts:', 'allowHosts: expected a text, got nothing at line 1, column 12'],
    ['bases: [{}]', 'bases: expected a text, got a mapping at line 1, column 9'],
    ['images: {}', 'images: expected a list, got a mapping at line 1, column 9'],
    ['images: [node]', 'images[0]: expected a mapping, got "node" at line 1, column 10'],
    ['images:\n  - base: node', 'images: expected "match", the images it is about at line 2, column 5'],
    ['images:\n  - match: a\n  - match: a\n    bse: node', 'unknown key "images[1].bse" at line 4, column 5 (did you mean "base"?)'],
    [
      'images:\n  - match: a[',
      'images[0].match: invalid pattern "a[" at character 2: a class needs its "]", and in it "-" between two characters at line 2, column 12',
    ],
    [
      'images:\n  - match: a\n    hold: no',
      'images[0].hold: expected true, or a mapping with reason and until, got "no" at line 3, column 11',
    ],
    [
      'images:\n  - match: a\n    hold: {until: 2026-02-31}',
      'images[0].hold: expected "until" to be a date such as 2026-12-15, got "2026-02-31" at line 3, column 19',
    ],
    [
      'images:\n  - match: a\n    hold: {untill: x}',
      'images[0].hold: expected reason and until, got "untill" (did you mean "until"?) at line 3, column 12',
    ],
    ['registries: []', 'registries: expected a mapping, got a list at line 1, column 13'],
    ['registries: {ghcr.io: true}', 'registries.ghcr.io: expected a mapping, got true at line 1, column 23'],
    ['registries: {ghcr.io: {insecur: true}}', 'unknown key "registries.ghcr.io.insecur" at line 1, column 24 (did you mean "insecure"?)'],
    ['registries: {a/b: {}}', 'registries: expected a registry such as ghcr.io, got "a/b" at line 1, column 14'],
    [
      'registries:\n  docker.io:\n  index.docker.io:',
      'registries: index.docker.io means docker.io, which is there already at line 3, column 3',
    ],
    ['registries: {a.example: {ca: ""}}', 'registries.a.example.ca: expected a path at line 1, column 31'],
    [
      'registries: {a.example: {clientCert: {cert: c}}}',
      'registries.a.example.clientCert: expected both cert and key at line 1, column 38',
    ],
    [
      'registries: {a.example: {mirror: ftp://b.example}}',
      'registries.a.example.mirror: expected an address such as https://mirror.example.com/docker-hub, got "ftp://b.example" at line 1, column 34',
    ],
    [
      'registries: {a.example: {trustRealm: b.example/token}}',
      'registries.a.example.trustRealm: expected a host such as auth.example.com, got "b.example/token" at line 1, column 38',
    ],
    [
      'registries: {a.example: {floor: 101%}}',
      'registries.a.example.floor: expected a number of pulls, or a part such as "20%", got "101%" at line 1, column 33',
    ],
    [
      'registries: {a.example: {floor: -1}}',
      'registries.a.example.floor: expected a number of pulls, or a part such as "20%", got -1 at line 1, column 33',
    ],
  ])('%j', (text, message) => {
    expect(refusalOf(text)).toBe(`cannot read imgupdate.yaml: ${message}`);
  });

  it('in how many wildcards there may be', () => {
    const images = Array.from({ length: 11 }, () => `  - match: "${'*a'.repeat(100)}"\n    ignore: true\n`).join('');
    expect(() => decode(`images:\n${images}`)).toThrow(
      /images: expected at most 1000 of \* \? and \[ in all of "match", got 1100 at line 2/,
    );
  });

  it('in how many patterns over tags there may be, and wildcards in them', () => {
    const images = (count: number) => `images: [{match: a, exclude: [${Array.from({ length: count }, () => "'*-x?'").join(', ')}]}]`;
    expect(decode(images(66)).images).toHaveLength(1);
    expect(() => decode(images(67))).toThrow(/images: expected at most 200 patterns, and \* \? and \[ in them, .*, got 201 at line 1/);
  });

  it('and without the login an address may hold', () => {
    const message = refusalOf('registries: {a.example: {mirror: "https://me:secret@b.example"}}');
    expect(message).toContain('got one with a login');
    expect(message).not.toContain('secret');
  });

  it.each([
    ['yaml', 'a: [', /^cannot read imgupdate\.yaml: .* at line \d+, column \d+$/],
    ['yaml', 'jobs: 1\njobs: 2', / at line 2, column 1$/],
    ['json', '{"jobs": 1,}', / at line 1, column \d+$/],
    ['json', '// comment\n{"jobs": 1}', / at line 1, column 1$/],
    ['json', 'jobs: 1', / at line 1, column 1$/],
  ] as const)('in %s that is none: %j', (format, text, message) => {
    expect(refusalOf(text, format)).toMatch(message);
  });

  it('and without what a terminal would obey', () => {
    const message = refusalOf('"a\\e[31m\\u202e": 1');
    expect(message).toContain('unknown key "a\ufffd[31m\ufffd"');
  });

  it.each([
    ['images', `images:\n${'  - match: a\n'.repeat(1_001)}`],
    ['registries', `registries:\n${Array.from({ length: 1_001 }, (_, index) => `  r${index}.example:\n`).join('')}`],
    ['bases', `bases: [${'a, '.repeat(1_001)}]`],
  ])('where %s has more entries than anyone writes', (name, text) => {
    expect(refusalOf(text)).toMatch(
      new RegExp(`^cannot read imgupdate.yaml: ${name}: expected at most 1000 (?:items|entries), got 1001 at `),
    );
  });
});
