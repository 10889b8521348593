import { describe, expect, it } from 'vitest';
import { decideNewer, type VersionFacts } from '../../../src/core/versions/decide-newer.ts';
import { planVersions } from '../../../src/core/versions/plan-versions.ts';
import { STANDARD_POLICY, type VersionPolicy } from '../../../src/core/versions/policy.ts';
import { tabulateVersions } from '../../../src/core/versions/tabulate.ts';

const factsOf = (tags: Iterable<string>): VersionFacts => ({ tags, firstSeen: () => null, now: 0 });
const decide = (installed: string, tags: Iterable<string>, policy: Partial<VersionPolicy> = {}) =>
  decideNewer(installed, factsOf(tags), { ...STANDARD_POLICY, ...policy });

describe('why', () => {
  it.each<readonly [string, readonly string[], Partial<VersionPolicy>, string]>([
    ['15.4', ['15.14', '18.1'], {}, '15.14 is the newest of 15, 18.1 of all'],
    ['v1.2', ['v1.3', 'v2.0'], {}, 'v1.3 is the newest of v1, v2.0 of all'],
    ['15', ['18'], {}, '18 is the newest version'],
    ['15', ['latest', '14'], {}, 'nothing newer is tagged as 15 is'],
    ['15.4', ['18.1'], { track: 'minor' }, '18.1 is above, but is a major step, and track follows minor'],
    ['18', ['2021'], {}, '2021 is above, but is too far above 18: no version between leads up to 2021'],
    ['17.0.8.1_1', ['17.0.17_10', '17.0.7_7', '21.0.1_12'], {}, '17.0.17_10 is above, but has 3 numbers, and 17.0.8.1_1 has 4'],
    ['0.56.4.2', ['0.57.9', '0.57.12-alpine', '0.58.0-rc1'], {}, '0.57.9 is above, but has 3 numbers, and 0.56.4.2 has 4'],
    ['3.4', ['3.9.1', '3.9.0'], {}, '3.9.1 is above, but has 3 numbers, and 3.4 has 2'],
    ['18', ['18.1', '18.2'], {}, 'nothing newer is tagged as 18 is'],
    ['18.1', ['18'], {}, 'nothing newer is tagged as 18.1 is'],
    ['5.26.1', ['2025.10.1', '2025.10', '20251101'], {}, 'nothing newer is tagged as 5.26.1 is'],
    ['3.4-alpine3.19', ['3.9.1-alpine3.20', '3.9.1'], {}, 'nothing newer is tagged as 3.4-alpine3.19 is'],
    ['latest', ['15'], {}, 'its tag latest is no version'],
    ['3f2a9c0', ['15'], {}, 'its tag 3f2a9c0 is a hash, which has no order'],
    ['pr-12', ['15'], {}, 'its tag pr-12 is a build of unreleased work'],
    ['15', ['16'], { track: 'digest' }, 'only its digest is followed (track: digest)'],
  ])('%s of %j: %j', (installed, tags, policy, why) => {
    expect(decide(installed, tags, policy).verdict.why).toBe(why);
  });
});

describe('a newer variant', () => {
  it.each<readonly [string, readonly string[], string | null]>([
    ['20.11.1-alpine3.19', ['20.15.1-alpine3.19', '20.19.5-alpine3.21', '20.19.5-alpine3.22', '22.1.0-alpine3.22'], '20.19.5-alpine3.22'],
    ['20.11.1-alpine3.19', ['20.18.0-alpine3.19', '20.15.0-alpine3.22'], '20.15.0-alpine3.22'],
    ['15-bullseye', ['15-bookworm', '18-trixie'], '15-bookworm'],
    ['alpine3.19', ['alpine3.20', 'alpine3.22', 'slim3.23', 'alpine'], 'alpine3.22'],
    ['1.0-alpine3.19', ['0.9-alpine3.22', '1.0-alpine3.18', '1.0-alpine'], null],
    ['1.0-cuda12.4-cudnn9', ['1.1-cuda12.6-cudnn8'], null],
    ['1.0-ubuntu20.10', ['1.0-ubuntu22.04'], '1.0-ubuntu22.04'],
    ['bookworm', ['trixie', 'forky'], null],
  ])('of %s among %j is %s', (installed, tags, expected) => {
    expect(decide(installed, tags).variant?.tag ?? null).toBe(expected);
  });
});

describe('a plain number behind a version', () => {
  const companions = ['3.0.0', '3.0.1', '3.1.0'].flatMap((version) => ['14', '16', '18'].map((node) => `${version}-${node}`));

  it.each<readonly [string, string, readonly string[], string | null]>([
    ['is the version of something else where the same few come again', '3.0.0-14', companions, '3.1.0-14'],
    ['counts builds where each is another', '8.0.35-27', ['8.0.35-28', '8.0.36-29', '8.0.36-30', '8.0.37-31', '8.0.37-32'], '8.0.37-32'],
    ['counts builds where it begins with 1', '1.0-1', ['1.0-2', '1.1-1', '1.1-2', '1.2-1', '1.2-2'], '1.2-2'],
    ['counts builds where it begins with 0', '1.0-0', ['1.0-2', '1.1-0', '1.1-2', '1.2-0', '1.2-2'], '1.2-2'],
    [
      'counts builds where most versions have one',
      '17.0.8_7',
      ['17.0.9_9', '17.0.10_7', '17.0.11_9', '17.0.12_7', '17.0.8_9'],
      '17.0.12_7',
    ],
    ['counts builds as long as two versions have several', '3.0-14', ['3.0-16', '3.1-14', '3.1-16'], '3.1-16'],
    [
      'is a day where it is one',
      '9.3-20240101',
      ['9.3-20240102', '9.4-20240101', '9.4-20240102', '9.5-20240101', '9.5-20240102'],
      '9.5-20240102',
    ],
    [
      'is a day with dashes, too',
      '9.3-2024-01-01',
      ['9.3-2024-01-02', '9.4-2024-01-01', '9.4-2024-01-02', '9.5-2024-01-01', '9.5-2024-01-02'],
      '9.5-2024-01-02',
    ],
    [
      'counts builds where few versions have several',
      '17.0.7_7',
      ['17.0.7_8', '17.0.8_7', '17.0.8_8', '17.0.9_7', '17.0.9_8', ...[10, 11, 12, 13, 14].flatMap((patch) => `17.0.${patch}_8`)],
      '17.0.14_8',
    ],
    ['may begin with 1 where it has two parts', '1-1.22', ['1-1.23', '2-1.22', '2-1.23', '3-1.22', '3-1.23'], '3-1.22'],
    ['is told by its own family alone', '3.0-14', ['3.1-16', ...companions.map((tag) => `${tag}-minimal`)], '3.1-16'],
    ['is learned from what is below, too', '3.1.0-14', companions, null],
    ['may have two parts', '1-3.12', ['1-3.13', '2-3.12', '2-3.13', '3-3.12', '3-3.13'], '3-3.12'],
  ])('%s: %s of %j gets %s', (_, installed, tags, expected) => {
    const { verdict } = decide(installed, tags);
    expect(verdict.kind === 'available' ? (verdict.newest ?? verdict.line)?.tag : null).toBe(expected);
  });

  it('that is told apart can be skipped, included and tabulated', () => {
    expect(decide('3.0.0-14', companions, { skip: ['3.1.0-14'] }).verdict.kind).toBe('none');
    const rows = tabulateVersions('3.0.0-14', factsOf(companions), STANDARD_POLICY);
    expect(rows.find(({ tag }) => tag === '3.0.0-18')).toMatchObject({ kind: 'rejected', rule: 'variant-version' });
    expect(rows.filter(({ kind }) => kind !== 'rejected').map(({ tag, kind }) => [tag, kind])).toEqual([
      ['3.1.0-14', 'line'],
      ['3.0.1-14', 'admitted'],
      ['3.0.0-14', 'installed'],
      ['3.1.0-18', 'variant'],
    ]);
  });
});

describe('the first number of a version', () => {
  it.each<readonly [string, readonly string[], string | null]>([
    ['130', ['940'], '940'],
    ['130', ['1301'], null],
    ['16', ['60'], null],
    ['16', ['30', '60'], '60'],
    ['16', ['30-alpine', '60'], null],
    ['4.1', ['11.0'], '11.0'],
    ['4.1', ['12.0'], null],
    ['4.1', ['8.0', '12.0'], '12.0'],
    ['2024.1', ['2025.1', '2050.1'], '2050.1'],
  ])('must be led up to: %s of %j gets %s', (installed, tags, expected) => {
    const { verdict } = decide(installed, tags);
    expect(verdict.kind === 'available' ? verdict.newest?.tag : null).toBe(expected);
  });
});

describe('of a repository', () => {
  it('with as many hashes as numbers of a length the numbers are hashes', () => {
    expect(decide('1234567', ['3f2a9c0']).verdict.kind).toBe('untracked');
    expect(decide('1234567', ['3f2a9c0', '1234568']).verdict.kind).toBe('available');
    expect(decide('12345678', ['3f2a9c0', '12345679']).verdict.kind).toBe('available');
  });

  it('with hashes a date is a date', () => {
    const tags = ['20240202', '3f2a9c0d', 'abcdef01', 'abcdef02', 'abcdef03'];
    expect(decide('20240110', tags).verdict).toMatchObject({ kind: 'available', line: { tag: '20240202' } });
  });

  it('with versions of months only those with a month are', () => {
    expect(decide('11.1', ['12.00', '12.04']).verdict).toMatchObject({ newest: { tag: '12.00' } });
    expect(decide('22.04', ['22.10', '24.04', '25.13']).verdict).toMatchObject({ line: { tag: '22.10' }, newest: { tag: '24.04' } });
  });

  it('builds of different variants say nothing of each other', () => {
    expect(decide('1.0-alpine3.19-r5', ['1.0-alpine3.22-r9'], { variant: 'newer' }).verdict.kind).toBe('none');
    expect(decide('1.0-alpine3.19-r5', ['1.1-alpine3.22-r1'], { variant: 'newer' }).verdict.kind).toBe('available');
  });
});

describe('what was repaired', () => {
  it.each([
    ['2.15.0', ['2.15.0.post1'], '2.15.0.post1'],
    ['2.15.0.post1', ['2.15.0'], null],
    ['2.15.0.post1', ['2.15.0.post2', '2.16.0'], '2.16.0'],
    ['2.15.0.post1', ['2.15.0.post2'], '2.15.0.post2'],
    ['9.9p1', ['9.9p2'], '9.9p2'],
    ['9.9', ['9.9p2'], '9.9p2'],
    ['1.2.3-hotfix1', ['1.2.4'], '1.2.4'],
    ['10.4.18-ubuntu', ['10.4.19-security-01-ubuntu', '10.4.19-security-01'], '10.4.19-security-01-ubuntu'],
    ['1.2.3', ['1.2.3-hotfix'], null],
    ['1.2.3-r1', ['1.2.4'], null],
  ])('is above the version it repairs: %s of %j gets %s', (installed, tags, expected) => {
    const { verdict } = decide(installed, tags);
    expect(verdict.kind === 'available' ? verdict.line?.tag : null).toBe(expected);
  });
});

describe('what waits for its age', () => {
  it('is told, the highest first, unless something above it is offered', () => {
    const old = new Set(['1.3', '2.0']);
    const facts = { tags: ['1.1', '1.2', '1.3', '1.4', '2.0', '2.1'], firstSeen: (tag: string) => (old.has(tag) ? 0 : 900), now: 1000 };
    const { verdict, deferred } = decideNewer('1.0', facts, { ...STANDARD_POLICY, minAgeMs: 500 });
    expect(verdict).toMatchObject({ kind: 'available', line: { tag: '1.3' }, newest: { tag: '2.0' } });
    expect(deferred).toEqual(['2.1', '1.4']);
  });

  it('waits until its age is reached, no longer', () => {
    const at = (now: number) => decideNewer('1.0', { tags: ['1.1'], firstSeen: () => 100, now }, { ...STANDARD_POLICY, minAgeMs: 500 });
    expect([at(599).verdict.kind, at(600).verdict.kind]).toEqual(['none', 'available']);
  });

  it('has its time in the table only where an age is asked for', () => {
    const facts = { tags: ['1.1'], firstSeen: () => 100, now: 200 };
    const timesOf = (minAgeMs: number) =>
      tabulateVersions('1.0', facts, { ...STANDARD_POLICY, minAgeMs }).map(({ firstSeen }) => firstSeen);
    expect([timesOf(0), timesOf(50)]).toEqual([
      [null, null],
      [100, 100],
    ]);
  });

  it('is at most five', () => {
    const tags = Array.from({ length: 50 }, (_, at) => `1.${at}`);
    expect(decide('1.0', tags, { minAgeMs: 1 }).deferred).toEqual(['1.49', '1.48', '1.47', '1.46', '1.45']);
  });
});

describe('where the list of a tag begins', () => {
  it.each([
    ['15.4-alpine', ''],
    ['v1.2.3', 'v'],
    ['pg14-v1.2.3', 'pg14-v'],
    ['RELEASE.2024-01-10T00-00-00Z', 'RELEASE.'],
    ['main-3f2a9c0-1700000000', null],
  ])('%s: %s', (tag, prefix) => {
    expect(planVersions(tag)).toEqual({ kind: 'follow', prefix });
  });

  it('is not asked for by what is no version', () => {
    expect(planVersions('latest').kind).toBe('untracked');
    const unread = {
      [Symbol.iterator]: (): Iterator<string> => {
        throw new Error('the list was read');
      },
    };
    expect(decide('latest', unread).verdict.kind).toBe('untracked');
  });
});

describe('hostile tags', () => {
  const long = (text: string): readonly string[] =>
    Array.from({ length: 4_000 }, (_, at) => `1${text.repeat(64)}`.slice(0, 120) + String(at));

  it.each(['.1', '-1', '-a1', '_', 'u1', '-x86_64', '0', '-alpine3', '.dev', 'rc', '-2024-01-10'])(
    'of %s over and over are read',
    (text) => {
      const tags = long(text);
      expect(decide('1.0', tags).verdict.kind).toBe('none');
      expect(tabulateVersions('1.0', factsOf(tags), STANDARD_POLICY).length).toBe(tags.length + 1);
    },
  );

  it('that can be no tags are left out', () => {
    const tags = ['1.1', '1.2\u{1b}[2J', '1.3 ', `1.4${'0'.repeat(200)}`, '', '1.5/x'];
    expect(decide('1.0', tags).verdict).toMatchObject({ line: { tag: '1.1' }, newest: null });
    expect(tabulateVersions('1.0', factsOf(tags), STANDARD_POLICY).map(({ tag }) => tag)).toEqual(['1.1', '1.0']);
  });
});

describe('the table of versions', () => {
  it('has the family first, the highest version first, then the others by rule', () => {
    const tags = ['latest', '15.14', 'v16.1', '18.1', '15.4', '15.3', '15.9', '19beta1', '15.14-alpine', 'edge', '16.1rc1'];
    const rows = tabulateVersions('15.4', factsOf(tags), STANDARD_POLICY);
    expect(rows.map(({ tag, kind, level, rule }) => [tag, kind, level, rule])).toEqual([
      ['18.1', 'newest', 'major', null],
      ['16.1rc1', 'rejected', 'major', 'pre-release'],
      ['15.14', 'line', 'minor', null],
      ['15.9', 'admitted', 'minor', null],
      ['15.4', 'installed', null, null],
      ['15.3', 'rejected', 'minor', 'older'],
      ['edge', 'rejected', null, 'word'],
      ['latest', 'rejected', null, 'word'],
      ['v16.1', 'rejected', null, 'prefix'],
      ['19beta1', 'rejected', null, 'parts'],
      ['15.14-alpine', 'rejected', null, 'variant'],
    ]);
  });

  it.each([
    ['15.14-alpine3.22', 'is the variant alpineN.N, and 15.4 is plain'],
    ['15.14-slim-bookworm', 'is the variant slim-CODENAME, and 15.4 is plain'],
    ['15.14-r3', 'is the variant rN, and 15.4 is plain'],
    ['15.14.2', 'has 3 numbers, and 15.4 has 2'],
    ['v15.14', 'begins with "v", and 15.4 with its number'],
    ['2024.1', 'is a version that begins with its year, and 15.4 is a plain version'],
    ['15.5rc1', 'is a pre-release, and 15.4 is none'],
    ['15.04', 'is a version of year and month, and 15.4 is a plain version'],
    ['15.3', 'is older than 15.4'],
    ['3f2a9c0', 'is a hash'],
    ['latest', 'has no version in it'],
  ])('says of %s that it %s', (tag, why) => {
    const rows = tabulateVersions('15.4', factsOf([tag]), STANDARD_POLICY);
    expect(rows.find((row) => row.tag === tag)?.why).toBe(why);
  });
});
