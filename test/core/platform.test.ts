import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choosePlatform, normalizePlatform, parsePlatform, type Platform, renderPlatform } from '../../src/core/platform.ts';

function read(text: string): Platform {
  const result = parsePlatform(text);
  if (!result.ok) throw new Error(result.message);
  return result.value;
}

function chosen(wanted: Platform, offered: readonly Platform[]): Platform | null {
  return (
    choosePlatform(
      offered.map((platform) => ({ platform })),
      wanted,
    )?.platform ?? null
  );
}

describe('one platform has one spelling', () => {
  // containerd/platforms, normalizeArch() and the tables of platforms_test.go.
  it.each([
    ['linux', 'amd64', 'v1', 'linux/amd64'],
    ['linux', 'amd64', 'v2', 'linux/amd64/v2'],
    ['linux', 'x86_64', '', 'linux/amd64'],
    ['linux', 'x86-64', 'v3', 'linux/amd64/v3'],
    ['Linux', 'X86_64', 'V1', 'linux/amd64'],
    ['linux', 'i386', 'v2', 'linux/386'],
    ['linux', '386', '', 'linux/386'],
    ['linux', 'aarch64', '', 'linux/arm64'],
    ['linux', 'Aarch64', 'V8', 'linux/arm64'],
    ['linux', 'arm64', '8', 'linux/arm64'],
    ['linux', 'arm64', 'v8.0', 'linux/arm64'],
    ['linux', 'arm64', 'v8.1', 'linux/arm64/v8.1'],
    ['linux', 'arm64', '9', 'linux/arm64/v9'],
    ['linux', 'arm64', '9.0', 'linux/arm64/v9'],
    ['linux', 'arm64', 'v9.0', 'linux/arm64/v9'],
    ['linux', 'arm64', 'v9.2', 'linux/arm64/v9.2'],
    ['linux', 'arm', '', 'linux/arm/v7'],
    ['linux', 'arm', '7', 'linux/arm/v7'],
    ['linux', 'arm', 'v7', 'linux/arm/v7'],
    ['linux', 'arm', '6', 'linux/arm/v6'],
    ['linux', 'arm', '5', 'linux/arm/v5'],
    ['linux', 'arm', '8', 'linux/arm/v8'],
    ['linux', 'armhf', '', 'linux/arm/v7'],
    ['linux', 'armhf', 'v6', 'linux/arm/v7'],
    ['linux', 'armel', '', 'linux/arm/v6'],
    ['macOS', 'arm64', '', 'darwin/arm64'],
    ['linux', 's390x', '', 'linux/s390x'],
    ['linux', 'ppc64le', 'power9', 'linux/ppc64le/power9'],
    ['linux', 'constructor', '__proto__', 'linux/constructor/__proto__'],
    ['unknown', 'unknown', '', 'unknown/unknown'],
    ['', '', '', 'unknown'],
  ])('%s %s %s is %s', (os, architecture, variant, expected) => {
    const platform = normalizePlatform({ os, architecture, variant });
    expect(renderPlatform(platform)).toBe(expected);
    expect(normalizePlatform(platform)).toEqual(platform);
  });

  it('absent parts are null, features sorted and distinct', () => {
    expect(normalizePlatform({ os: 'windows', architecture: 'amd64' })).toEqual({
      os: 'windows',
      architecture: 'amd64',
      variant: null,
      osVersion: null,
      osFeatures: [],
    });
    const features = normalizePlatform({
      os: 'windows',
      architecture: 'amd64',
      osVersion: '',
      osFeatures: ['win32k', '', 'gpu', 'win32k'],
    });
    expect(features).toMatchObject({ osVersion: null, osFeatures: ['gpu', 'win32k'] });
  });
});

describe('a platform is read', () => {
  it.each([
    ['linux/amd64', 'linux/amd64', null],
    ['Linux/x86_64', 'linux/amd64', null],
    ['linux/arm64/v8', 'linux/arm64', null],
    ['linux/arm', 'linux/arm/v7', null],
    ['linux/arm/v6', 'linux/arm/v6', null],
    ['windows/amd64', 'windows/amd64', null],
    ['windows()/amd64', 'windows/amd64', null],
    ['windows(10.0.17763)/amd64', 'windows/amd64', '10.0.17763'],
    ['windows(10.0.20348.1)/amd64', 'windows/amd64', '10.0.20348.1'],
  ])('%s', (text, rendered, osVersion) => {
    expect([renderPlatform(read(text)), read(text).osVersion]).toEqual([rendered, osVersion]);
  });

  it.each([
    '',
    'linux',
    'amd64',
    '/linux/arm',
    'linux/arm/',
    'linux /arm',
    'linux/&arm',
    'linux/arm/foo/bar',
    'linux/*',
    'linux(/amd64',
    'linux/amd64\n',
  ])('or refused with an example: "%s"', (text) => {
    const shown = text.replace('\n', '\ufffd');
    const message = `platform "${shown}": expected os/architecture[/variant], for example linux/arm64`;
    expect(parsePlatform(text)).toEqual({ ok: false, message });
  });

  it('a million characters are refused in a short line', () => {
    const result = parsePlatform(`${'a'.repeat(1_000_000)}(${'.'.repeat(1_000_000)}`);
    expect(result.ok ? 'read' : result.message.length).toBeLessThan(200);
  });
});

describe('an image of a platform is offered what runs there', () => {
  // containerd/platforms, TestOnly; the entries from wanted down, in the order of preference.
  it.each([
    ['linux/amd64', ['linux/amd64', 'linux/386']],
    ['linux/amd64/v2', ['linux/amd64/v2', 'linux/amd64', 'linux/386']],
    ['linux/amd64/v4', ['linux/amd64/v4', 'linux/amd64/v3', 'linux/amd64/v2', 'linux/amd64', 'linux/386']],
    ['linux/386', ['linux/386']],
    ['windows/amd64', ['windows/amd64']],
    ['linux/arm/v8', ['linux/arm/v8', 'linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5']],
    ['linux/arm/v7', ['linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5']],
    ['linux/arm/v6', ['linux/arm/v6', 'linux/arm/v5']],
    ['linux/arm/v5', ['linux/arm/v5']],
    ['linux/arm/v4', ['linux/arm/v4']],
    ['linux/arm64', ['linux/arm64', 'linux/arm/v8', 'linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5']],
    ['linux/arm64/v8.1', ['linux/arm64/v8.1', 'linux/arm64', 'linux/arm/v8', 'linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5']],
    [
      'linux/arm64/v9',
      [
        ...[
          'linux/arm64/v9',
          'linux/arm64/v8.5',
          'linux/arm64/v8.4',
          'linux/arm64/v8.3',
          'linux/arm64/v8.2',
          'linux/arm64/v8.1',
          'linux/arm64',
        ],
        ...['linux/arm/v8', 'linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5'],
      ],
    ],
    [
      'linux/arm64/v9.2',
      [
        ...['linux/arm64/v9.2', 'linux/arm64/v9', 'linux/arm64/v8.6', 'linux/arm64/v8.5', 'linux/arm64/v8.4', 'linux/arm64/v8.3'],
        ...['linux/arm64/v8.2', 'linux/arm64/v8.1', 'linux/arm64', 'linux/arm/v8', 'linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5'],
      ],
    ],
    ['linux/ppc64le/power9', ['linux/ppc64le/power9', 'linux/ppc64le']],
    ['linux/s390x', ['linux/s390x']],
  ])('%s: %j and nothing else', (wanted, expected) => {
    let left = OFFERS.map(read);
    const order: string[] = [];
    for (let best = chosen(read(wanted), left); best !== null; best = chosen(read(wanted), left)) {
      order.push(renderPlatform(best));
      left = left.filter((platform) => platform !== best);
    }
    expect(order).toEqual(expected);
  });

  it('a variant of no known kind is offered only to itself', () => {
    expect(chosen(read('linux/arm64/foo'), ['linux/arm64/bar', 'linux/arm64', 'linux/amd64/foo'].map(read))).toBeNull();
    expect(chosen(read('linux/arm64/foo'), [read('linux/arm64/foo')])).toEqual(read('linux/arm64/foo'));
  });

  it('v9.9 of Arm includes v8.9, the last of its line, and not a v8.14', () => {
    expect(chosen(read('linux/arm64/v9.9'), ['linux/arm64/v8.14', 'linux/arm64/v8.9'].map(read))).toEqual(read('linux/arm64/v8.9'));
  });
});

const OFFERS = [
  ...[
    'linux/386',
    'linux/386/softfloat',
    'linux/amd64',
    'linux/amd64/v2',
    'linux/amd64/v3',
    'linux/amd64/v4',
    'windows/amd64',
    'windows/arm',
    'darwin/arm64',
  ],
  ...['linux/arm/v4', 'linux/arm/v5', 'linux/arm/v6', 'linux/arm/v7', 'linux/arm/v8', 'linux/arm/v9'],
  ...[
    'linux/arm64',
    'linux/arm64/v8.1',
    'linux/arm64/v8.2',
    'linux/arm64/v8.3',
    'linux/arm64/v8.4',
    'linux/arm64/v8.5',
    'linux/arm64/v8.6',
  ],
  ...['linux/arm64/v9', 'linux/arm64/v9.2', 'linux/ppc64le', 'linux/ppc64le/power9', 'linux/ppc64le/power10', 'linux/s390x'],
];

describe('a Windows image', () => {
  // containerd/platforms, Test_PlatformCompat and Test_PlatformOrder; the long-term releases are 20348 and 26100.
  const windows = (version: string) => read(`windows(${version})/amd64`);
  it.each([
    ['10.0.17763.100', '10.0.17763.200', true],
    ['10.0.17763', '10.0.20348', false],
    ['10.0.20348', '10.0.17763', false],
    ['10.0.20348', '10.0.20348', true],
    ['10.0.20348', '10.0.26100', false],
    ['10.0.22621', '10.0.17763', false],
    ['10.0.22621', '10.0.20348', true],
    ['10.0.22621', '10.0.22621', true],
    ['10.0.22621', '10.0.25398', false],
    ['10.0.26100', '10.0.26100', true],
    ['10.0.26100', '10.0.20348', false],
    ['10.0.20348', '11.0.20348', false],
    ['10.0.20348', '10.1.20348', false],
    ['10.0.20348', 'nonsense', false],
    ['nonsense', '10.0.20348', true],
  ])('of build %s is offered build %s: %s', (wanted, offered, expected) => {
    const offers = [windows(offered)];
    expect(chosen(windows(wanted), offers)).toBe(expected ? offers[0] : null);
  });

  it.each([
    ['10.0.20348.3091', ['10.0.20348.3091', '10.0.26100.2894'], '10.0.20348.3091'],
    ['10.0.26100.2894', ['10.0.20348.3091', '10.0.26100.2894'], '10.0.26100.2894'],
    ['10.0.26100.2894', ['10.0.26100.2894', '10.0.26100.3000'], '10.0.26100.3000'],
    ['10.0.26100.2894', ['10.0.26100.9000', '10.0.26100.10000'], '10.0.26100.10000'],
    ['10.0.25398', ['10.0.20348.1', '10.0.25398.1'], '10.0.25398.1'],
  ])('of build %s takes the newest that runs of %j', (wanted, offered, expected) => {
    expect(chosen(windows(wanted), [read('linux/amd64'), ...offered.map(windows)])?.osVersion).toBe(expected);
  });

  it('without a version on either side is not refused for it', () => {
    expect(chosen(read('windows/amd64'), [windows('10.0.17763')])?.osVersion).toBe('10.0.17763');
    expect(chosen(windows('10.0.17763'), [read('windows/amd64')])?.osVersion).toBeNull();
  });
});

describe('an index entry', () => {
  it.each([
    [[], ['win32k'], false],
    [['win32k'], ['win32k'], true],
    [['gpu', 'win32k'], ['gpu'], true],
    [['gpu'], ['gpu', 'win32k'], false],
    [['gpu'], [], true],
  ])('for a platform with features %j that needs %j matches: %s', (wanted, needed, expected) => {
    const linux = { os: 'linux', architecture: 'amd64' };
    const offer = normalizePlatform({ ...linux, osFeatures: needed });
    expect(chosen(normalizePlatform({ ...linux, osFeatures: wanted }), [offer])).toBe(expected ? offer : null);
  });

  it('is the first of several that match', () => {
    const entries = [
      { id: 'attestation', platform: read('unknown/unknown') },
      { id: 'unnamed', platform: null },
      { id: 'poorer', platform: read('linux/386') },
      { id: 'first', platform: read('linux/amd64') },
      { id: 'second', platform: read('linux/amd64') },
    ];
    expect(choosePlatform(entries, read('linux/amd64'))?.id).toBe('first');
  });

  it.each(['linux/amd64', 'unknown/unknown'])('for unknown/unknown, or without a platform, never matches %s', (wanted) => {
    expect(choosePlatform([{ platform: read('unknown/unknown') }, { platform: null }], read(wanted))).toBeNull();
    const empty = normalizePlatform({ os: '', architecture: '' });
    expect(choosePlatform([{ platform: empty }], empty)).toBeNull();
  });
});

describe('whatever the platform', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom(
      'linux',
      'windows',
      'amd64',
      'arm',
      'arm64',
      '386',
      'v1',
      'v7',
      'v8.3',
      'v9',
      'v9.99',
      'v999999999999',
      '10.0.20348.1',
      '',
    ),
  );
  const wire = fc.record({ os: text, architecture: text, variant: text, osVersion: text, osFeatures: fc.array(text, { maxLength: 3 }) });

  it('it has one spelling, matches itself unless it is unknown, and the order of entries does not change what is chosen', () => {
    fc.assert(
      fc.property(wire, fc.array(wire, { maxLength: 5 }), (own, others) => {
        const platform = normalizePlatform(own);
        expect(normalizePlatform(platform)).toEqual(platform);
        const offers = others.map(normalizePlatform);
        const isKnown = platform.os !== '' && platform.os !== 'unknown';
        const version = platform.os === 'windows' ? { osVersion: null } : {};
        if (isKnown) expect(chosen({ ...platform, ...version }, [...offers, platform])).not.toBeNull();
        const forwards = chosen(platform, offers);
        const backwards = chosen(platform, offers.toReversed());
        expect(forwards === null ? null : renderPlatform(forwards)).toBe(backwards === null ? null : renderPlatform(backwards));
      }),
      { numRuns: 3000 },
    );
  });
});
