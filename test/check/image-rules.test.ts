import { describe, expect, it } from 'vitest';
import { createRules } from '../../src/check/image-rules.ts';
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

  it('is reported with its place where it matches nothing that was asked about', () => {
    const rules = rulesOf([rule('redis'), rule('reddis', {}, 'imgupdate.yaml:7:5')]);
    rules.of(makeReference('redis:7'));
    expect(rules.unmatched().map(({ message }) => message)).toEqual(['imgupdate.yaml:7:5: "reddis" matches no image that was looked at']);
  });
});
