import { describe, expect, it } from 'vitest';
import { createRules } from '../../src/check/image-rules.ts';
import type { KeptHold } from '../../src/check/ports.ts';
import type { ImageRule, Setting } from '../../src/core/configuration.ts';
import { compilePattern } from '../../src/core/pattern.ts';
import { STANDARD_POLICY } from '../../src/core/versions/policy.ts';
import { makePlatform, makeReference } from '../helpers/makers.ts';

function rule(match: string, parts: Partial<ImageRule> = {}, where = 'imgupdate.yaml:2:5'): Setting<ImageRule> {
  const pattern = compilePattern(match);
  if (!pattern.ok) throw new Error(pattern.message);
  const value = { match, matches: pattern.value, ...SILENT, ...parts };
  return { value, origin: { kind: 'project', where } };
}

const SILENT: Omit<ImageRule, 'match' | 'matches'> = {
  base: null,
  hold: null,
  ignore: null,
  failOn: null,
  platform: null,
  track: null,
  minAge: null,
  include: null,
  exclude: null,
  skip: null,
  variant: null,
};

const rulesOf = (rules: Parameters<typeof createRules>[0]['rules']) =>
  createRules({ rules, holds: [], versions: { track: 'major', minAgeMs: 0 } });

describe('what the configuration says of an image', () => {
  it('is of each property what the first rule says that has it', () => {
    const arm = makePlatform('linux/arm64');
    const rules = rulesOf([
      rule('redis:*', { hold: { reason: 'wait', until: null } }),
      rule('redis', { failOn: ['gone'], hold: { reason: 'second', until: null } }),
      rule('**', { platform: arm, failOn: ['base'], ignore: false }),
    ]);
    expect(rules.of(makeReference('redis:7'))).toEqual({
      ignore: false,
      holds: [{ reason: 'wait', until: null }],
      failOn: ['gone'],
      platform: arm,
      versions: STANDARD_POLICY,
    });
  });

  it('is nothing for an image without a name', () => {
    expect(rulesOf([rule('**', { ignore: true })]).of(null)).toMatchObject({ ignore: false, holds: [], failOn: null, platform: null });
  });

  it('lets an earlier rule take an image out of a later one that ignores', () => {
    const rules = rulesOf([rule('acme/keep', { ignore: false }), rule('acme/*', { ignore: true })]);
    expect(['acme/keep:1', 'acme/other:1'].map((name) => rules.of(makeReference(name)).ignore)).toEqual([false, true]);
  });

  it('is of each wish for its versions what the first rule says that has it, else what stands for all', () => {
    const pattern = (glob: string) => [{ glob, matches: () => true }];
    const rules = createRules({
      rules: [
        rule('redis:*', { include: pattern('7.*'), minAge: 0 }),
        rule('redis', { include: pattern('8.*'), exclude: pattern('*-rc*'), track: 'minor', skip: ['7.4.1'] }),
        rule('**', { exclude: pattern('*'), variant: 'newer', minAge: 1, track: 'digest' }),
      ],
      holds: [],
      versions: { track: 'patch', minAgeMs: 5 },
    });
    const { include, exclude, ...others } = rules.of(makeReference('redis:7')).versions;
    expect([include, exclude].map((patterns) => patterns.map(({ glob }) => glob))).toEqual([['7.*'], ['*-rc*']]);
    expect(others).toEqual({ track: 'minor', minAgeMs: 0, skip: ['7.4.1'], variant: 'newer' });
    expect(rules.of(makeReference('nginx')).versions).toMatchObject({ track: 'digest', minAgeMs: 1, variant: 'newer' });
    expect(rules.of(null).versions).toEqual({ ...STANDARD_POLICY, track: 'patch', minAgeMs: 5 });
  });

  it('is reported with its place where it matches nothing that was asked about', () => {
    const rules = rulesOf([rule('redis'), rule('reddis', {}, 'imgupdate.yaml:7:5')]);
    rules.of(makeReference('redis:7'));
    expect(rules.unmatched().map(({ message }) => message)).toEqual(['imgupdate.yaml:7:5: "reddis" matches no image that was looked at']);
  });
});

describe('what the user holds back', () => {
  const kept = (of: string, heldAt: number, reason: string | null = of): KeptHold => ({ of, hold: { reason, until: null }, heldAt });
  const holdsOf = (holds: readonly KeptHold[], rules: readonly Setting<ImageRule>[] = []) =>
    createRules({ rules, holds, versions: { track: 'major', minAgeMs: 0 } });

  it('comes before what the configuration does, the last one that was said first', () => {
    const rules = holdsOf(
      [kept('nginx', 1), kept('nginx:1.*', 3), kept('nginx:1.27', 2), kept('redis', 4)],
      [rule('nginx', { hold: { reason: 'configured', until: null } })],
    );
    expect(rules.of(makeReference('nginx:1.27')).holds.map(({ reason }) => reason)).toEqual([
      'nginx:1.*',
      'nginx:1.27',
      'nginx',
      'configured',
    ]);
    expect(rules.of(makeReference('nginx:2')).holds.map(({ reason }) => reason)).toEqual(['nginx', 'configured']);
    expect(rules.of(makeReference('acme/nginx')).holds).toEqual([]);
    expect(rules.of(null).holds).toEqual([]);
  });

  it('is reported where it matches nothing that was asked about, and where it cannot be read', () => {
    const rules = holdsOf([kept('nginx', 1), kept('redis:[', 2), kept('redis:\u001b[x]', 3)]);
    rules.of(makeReference('nginx:1.27'));
    expect(rules.unmatched()).toEqual([
      { code: 'unmatched-hold', message: 'hold redis:\ufffd[x] matches no image that was looked at', image: null },
      {
        code: 'unmatched-hold',
        message:
          'hold redis:[ has no effect: invalid pattern "redis:[" at character 7: a class needs its "]", and in it "-" between two characters',
        image: null,
      },
    ]);
  });
});
