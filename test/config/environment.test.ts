import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/config/environment.ts';

describe('the environment', () => {
  it('says what a file says', () => {
    const { values, named, warnings } = readEnvironment({
      IMGUPDATE_FAIL_ON: 'base,gone',
      IMGUPDATE_ON_UNKNOWN: 'warn',
      IMGUPDATE_STRICT: '1',
      IMGUPDATE_TRACK: 'patch',
      IMGUPDATE_MIN_AGE: '0',
      IMGUPDATE_MAX_AGE: '2d',
      IMGUPDATE_TIMEOUT: '5s',
      IMGUPDATE_JOBS: '4',
      IMGUPDATE_PLATFORM: 'linux/arm64',
      IMGUPDATE_ALLOW_HOSTS: 'ghcr.io, docker.io',
      IMGUPDATE_BASES: 'node:20-slim,debian',
      IMGUPDATE_CONFIG: 'ci.yaml',
    });
    expect(Object.fromEntries(Object.entries(values).map(([name, said]) => [name, said?.value]))).toMatchObject({
      failOn: ['base', 'gone'],
      onUnknown: 'warn',
      strict: true,
      track: 'patch',
      minAge: 0,
      maxAge: 172_800_000,
      timeout: 5_000,
      jobs: 4,
      platform: { architecture: 'arm64' },
      allowHosts: ['ghcr.io', 'docker.io'],
      bases: [{ tag: '20-slim' }, { repository: 'library/debian', tag: 'latest' }],
    });
    expect(values.maxAge?.origin).toEqual({ kind: 'environment', where: 'IMGUPDATE_MAX_AGE' });
    expect({ named, warnings }).toEqual({ named: 'ci.yaml', warnings: [] });
  });

  it('says nothing with an empty variable', () => {
    const { values, named, warnings } = readEnvironment({ IMGUPDATE_FAIL_ON: '', IMGUPDATE_CONFIG: '', IMGUPDATE_JOBS: undefined });
    expect(Object.values(values).every((said) => said === null)).toBe(true);
    expect({ named, warnings }).toEqual({ named: null, warnings: [] });
  });

  it.each([
    [
      'IMGUPDATE_FAIL_ON',
      'bse',
      'expected a comma list of base, rebuilt, gone, patch, minor, major, any, none, got "bse" (did you mean "base"?)',
    ],
    ['IMGUPDATE_STRICT', 'yes', 'expected true or false, got "yes"'],
    ['IMGUPDATE_JOBS', '0x4', 'expected a whole number from 1 to 9999, got "0x4"'],
    ['IMGUPDATE_TIMEOUT', '0', 'expected a duration longer than 0, got "0"'],
    ['IMGUPDATE_ALLOW_HOSTS', 'ghcr.io,', 'expected a registry such as ghcr.io or registry.example.com:5000, got ""'],
    ['IMGUPDATE_BASES', 'a,'.repeat(1_001), 'expected at most 1000 values, got 1002'],
    ['IMGUPDATE_ON_UNKNOWN', 'w\u001b[31m', 'expected fail or warn, got "w\ufffd[31m"'],
  ])('is refused where %s is %j', (name, text, message) => {
    expect(() => readEnvironment({ [name]: text })).toThrow(`cannot read ${name}: ${message}`);
  });

  it.each([
    ['IMGUPDATE_FAILON', 'IMGUPDATE_FAIL_ON'],
    ['IMGUPDATE_FALON', 'IMGUPDATE_FAIL_ON'],
    ['IMGUPDATE_FALI_ON', 'IMGUPDATE_FAIL_ON'],
    ['IMGUPDATE_ONUNKOWN', 'IMGUPDATE_ON_UNKNOWN'],
    ['IMGUPDATE_ALLOW_HOST', 'IMGUPDATE_ALLOW_HOSTS'],
    ['IMGUPDATE_fail_on', 'IMGUPDATE_FAIL_ON'],
    ['IMGUPDATE_CONFG', 'IMGUPDATE_CONFIG'],
  ])('warns of %s, which is nearly %s', (name, meant) => {
    expect(readEnvironment({ [name]: 'x' }).warnings).toEqual([`the variable ${name} has no effect (did you mean ${meant}?)`]);
  });

  it('warns of no more than ten variables', () => {
    const env = Object.fromEntries(Array.from('abcdefghijklmnop', (letter) => [`IMGUPDATE_JOBS${letter}`, '1']));
    expect(readEnvironment(env).warnings).toHaveLength(10);
  });

  it.each(['IMGUPDATE_REQUIRE_SYSTEM', 'IMGUPDATE_VERSION_OF_THE_IMAGE', 'imgupdate_fail_on', 'MY_IMGUPDATE_JOBS', 'IMGUPDATE_'])(
    'leaves %s to others',
    (name) => {
      expect(readEnvironment({ [name]: 'x' }).warnings).toEqual([]);
    },
  );
});
