import { describe, expect, it } from 'vitest';
import { decideNewer } from '../../../src/core/versions/decide-newer.ts';
import { STANDARD_POLICY, type TagPattern, type VersionPolicy } from '../../../src/core/versions/policy.ts';
import { RULES, type VersionRule } from '../../../src/core/versions/rules.ts';
import { tabulateVersions } from '../../../src/core/versions/tabulate.ts';

type Case = {
  readonly rule: string;
  readonly says: string;
  readonly installed: string;
  readonly tags: readonly string[];
  readonly policy?: Partial<VersionPolicy>;
  readonly firstSeen?: number | null;
  /** What is offered: line, newest. */
  readonly expected: readonly [string | null, string | null] | 'untracked' | { readonly tag: string; readonly rule: string };
};

const startsWith = (text: string): TagPattern => ({ glob: `${text}*`, matches: (tag) => tag.startsWith(text) });

const DIGEST = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** Each answer becomes wrong where its rule is left out. */
const CASES: readonly Case[] = [
  { rule: 'word', says: 'latest is no version', installed: 'latest', tags: ['1.0', '2.0'], expected: 'untracked' },
  { rule: 'word', says: 'stable says that it has none', installed: '1.0', tags: ['stable'], expected: { tag: 'stable', rule: 'word' } },
  {
    rule: 'hash',
    says: 'digits alone among hashes are one',
    installed: '1234567',
    tags: ['9876543', '3f2a9c0', 'a000001', 'b00000c', '123456d'],
    expected: 'untracked',
  },
  { rule: 'hash', says: 'a hash says that it is one', installed: '1.0', tags: ['3f2a9c0'], expected: { tag: '3f2a9c0', rule: 'hash' } },
  {
    rule: 'attachment',
    says: 'a signature is none',
    installed: '1.0',
    tags: [`sha256-${DIGEST}.sig`],
    expected: { tag: `sha256-${DIGEST}.sig`, rule: 'attachment' },
  },
  { rule: 'work', says: 'a pull request has no newer version', installed: 'pr-11', tags: ['pr-12'], expected: 'untracked' },
  { rule: 'work', says: 'nor has one behind a version', installed: '1.2.3-pr-11', tags: ['1.2.3-pr-12'], expected: 'untracked' },
  {
    rule: 'prefix',
    says: 'a hash before the number is not any text',
    installed: 'main-3f2a9c0-17',
    tags: ['main-test-18'],
    expected: [null, null],
  },
  { rule: 'scheme', says: 'a year is no version', installed: '5.1.2', tags: ['2024.1.5'], expected: { tag: '2024.1.5', rule: 'scheme' } },
  { rule: 'scheme', says: 'a padded month is no minor version', installed: '11.1', tags: ['12.04'], expected: [null, null] },
  { rule: 'parts', says: 'as many numbers', installed: '15', tags: ['16', '16.1'], expected: [null, '16'] },
  { rule: 'parts', says: 'the same separators', installed: '8u392', tags: ['8.400'], expected: [null, null] },
  { rule: 'variant', says: 'the same words', installed: '15.4', tags: ['15.5', '15.6-alpine'], expected: ['15.5', null] },
  { rule: 'variant', says: 'builds are counted or not', installed: '1.2.2', tags: ['1.2.3-r1'], expected: [null, null] },
  { rule: 'variant-version', says: 'the same Alpine', installed: '15.4-alpine3.19', tags: ['15.5-alpine3.20'], expected: [null, null] },
  { rule: 'pre-release', says: 'no candidate for a release', installed: '18', tags: ['19beta3'], expected: [null, null] },
  { rule: 'pre-release', says: 'no alpha for a candidate', installed: '3.13.0rc1', tags: ['3.14.0a1'], expected: [null, null] },
  {
    rule: 'pre-release',
    says: 'a moving one stays moving',
    installed: '1.22-rc',
    tags: ['1.23-rc1', '1.23-rc'],
    expected: ['1.23-rc', null],
  },
  { rule: 'older', says: 'not the build before', installed: '1.0-r5', tags: ['1.0-r4'], expected: [null, null] },
  { rule: 'older', says: 'not a release candidate of it', installed: '2.0-rc.2', tags: ['2.0-rc.1'], expected: [null, null] },
  { rule: 'leap', says: 'a stray year among single numbers', installed: '16', tags: ['17', '18', '2021'], expected: [null, '18'] },
  { rule: 'leap', says: 'a mistyped version', installed: '4.6.3', tags: ['4.6.4', '5.1.4', '14.3.9'], expected: ['4.6.4', '5.1.4'] },
  {
    rule: 'include',
    says: 'only what is included',
    installed: '1.0',
    tags: ['1.1', '1.2'],
    policy: { include: [startsWith('1.1')] },
    expected: ['1.1', null],
  },
  {
    rule: 'exclude',
    says: 'nothing that is excluded',
    installed: '1.0',
    tags: ['1.1', '1.2'],
    policy: { exclude: [startsWith('1.2')] },
    expected: ['1.1', null],
  },
  { rule: 'track', says: 'no major step', installed: '1.0', tags: ['1.1', '2.0'], policy: { track: 'minor' }, expected: ['1.1', null] },
  {
    rule: 'track',
    says: 'patches alone',
    installed: '1.0.0',
    tags: ['1.0.1', '1.1.0', '2.0.0'],
    policy: { track: 'patch' },
    expected: ['1.0.1', null],
  },
  {
    rule: 'skip',
    says: 'not until a newer one comes',
    installed: '1.0',
    tags: ['1.1', '1.2', '2.0'],
    policy: { skip: ['1.2'] },
    expected: [null, '2.0'],
  },
  {
    rule: 'min-age',
    says: 'not before its time',
    installed: '1.0',
    tags: ['1.1'],
    policy: { minAgeMs: 1000 },
    firstSeen: 9500,
    expected: [null, null],
  },
  {
    rule: 'min-age',
    says: 'not without a known time',
    installed: '1.0',
    tags: ['1.1'],
    policy: { minAgeMs: 1000 },
    firstSeen: null,
    expected: [null, null],
  },
];

function answer({ installed, tags, policy, firstSeen = null, expected }: Case, rules: readonly VersionRule[]): Case['expected'] {
  const facts = { tags: [installed, ...tags], firstSeen: () => firstSeen, now: 10_000 };
  const wanted = { ...STANDARD_POLICY, ...policy };
  if (typeof expected === 'object' && 'tag' in expected) {
    const row = tabulateVersions(installed, facts, wanted, rules).find(({ tag }) => tag === expected.tag);
    return { tag: expected.tag, rule: row?.rule ?? 'none' };
  }
  const { verdict } = decideNewer(installed, facts, wanted, rules);
  if (verdict.kind === 'untracked') return 'untracked';
  return verdict.kind === 'none' ? [null, null] : [verdict.line?.tag ?? null, verdict.newest?.tag ?? null];
}

describe('the rules of versions', () => {
  it.each(CASES)('$rule: $says ($installed)', (row) => {
    expect(answer(row, RULES)).toEqual(row.expected);
  });

  it.each(RULES.map(({ name }) => name))('%s is needed: without it an answer is wrong', (name) => {
    const cases = CASES.filter(({ rule }) => rule === name);
    expect(cases.length).toBeGreaterThan(0);
    for (const row of cases) {
      const without = RULES.filter((rule) => rule.name !== name);
      expect(answer(row, without), `${row.says}: without ${name}`).not.toEqual(row.expected);
    }
  });

  it('say in one line what they reject', () => {
    for (const { meaning } of RULES) {
      expect(meaning).toMatch(/^[A-Z][^\n|]*[^.\n|]$/);
    }
  });
});
