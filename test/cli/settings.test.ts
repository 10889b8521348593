import { describe, expect, it } from 'vitest';
import { readSettings, type SettingOptions, type Settings, withNamedHosts } from '../../src/cli/settings.ts';
import { mergeLayers } from '../../src/config/merge.ts';
import { decodeFile } from '../../src/config/decode-file.ts';
import { readEnvironment } from '../../src/config/environment.ts';
import type { OriginKind } from '../../src/core/configuration.ts';
import { parsed } from '../../src/core/parsed.ts';
import { parseReference, type Reference } from '../../src/core/reference.ts';

type Said = {
  readonly file?: string;
  readonly kind?: OriginKind;
  readonly env?: Readonly<Record<string, string>>;
  readonly options?: Partial<SettingOptions>;
};

const settingsOf = ({ file = '', kind = 'user', env = {}, options = {} }: Said): Promise<Settings> => {
  const decoded = decodeFile(file, { kind, shown: 'imgupdate.yaml', format: 'yaml', resolvePath: parsed });
  const { values, ...merged } = mergeLayers(readEnvironment(env).values, [{ kind, ...decoded }]);
  const readConfiguration = () => Promise.resolve({ ...values, ...merged, files: [], sought: [] });
  return readSettings({ adapters: { readConfiguration } }, { insecureRegistry: [], trustRealm: [], ...options });
};
const reference = (text: string): Reference => {
  const read = parseReference(text);
  if (!read.ok) throw new Error(read.message);
  return read.value;
};

describe('a flag, else a variable, else a file, else the default', () => {
  const file = 'failOn: base\nonUnknown: warn\nstrict: true\nmaxAge: 2h\ntimeout: 2s\njobs: 2';
  const env = {
    IMGUPDATE_FAIL_ON: 'gone',
    IMGUPDATE_ON_UNKNOWN: 'fail',
    IMGUPDATE_STRICT: '0',
    IMGUPDATE_MAX_AGE: '3h',
    IMGUPDATE_TIMEOUT: '3s',
    IMGUPDATE_JOBS: '3',
  };
  const options = { failOn: 'major', onUnknown: 'warn', strict: true, maxAge: 0, timeout: 4_000, jobs: 4 } as const;
  it.each([
    [{}, [['base', 'rebuilt', 'gone'], 'fail', false, 3_600_000, 15_000, 16]],
    [{ file }, [['base'], 'warn', true, 7_200_000, 2_000, 2]],
    [{ file, env }, [['gone'], 'fail', false, 10_800_000, 3_000, 3]],
    [{ file, env, options }, [['major'], 'warn', true, 0, 4_000, 4]],
  ])('%#', async (said, values) => {
    const { failOn, onUnknown, strict, maxAgeMs, timeoutMs, jobs } = await settingsOf(said);
    expect([failOn, onUnknown, strict, maxAgeMs, timeoutMs, jobs]).toEqual(values);
  });
});

it('a registry that a flag calls insecure is so, though a file says that it is not', async () => {
  const file = 'registries: {registry.example: {insecure: false}}';
  const options = { insecureRegistry: ['registry.example'] };
  expect((await settingsOf({ file })).registries.get('registry.example')?.insecure?.value).toBe(false);
  expect((await settingsOf({ file, options })).registries.get('registry.example')?.insecure).toBeNull();
});

describe('which newer versions are wanted', () => {
  const wanted = async (said: Said) => {
    const { versions, rules, origins, warnings } = await settingsOf(said);
    const [rule] = rules;
    return { versions, rule: [rule?.value.track, rule?.value.minAge], origins: [...origins.values()], warnings: warnings.length };
  };

  it.each<[string, Said, Partial<Awaited<ReturnType<typeof wanted>>>]>([
    ['are all of them, at once, where nobody says anything', {}, { versions: { track: 'major', minAgeMs: 0 }, origins: [] }],
    [
      'is what a file says',
      { file: 'track: minor\nminAge: 3d', kind: 'project' },
      { versions: { track: 'minor', minAgeMs: 259_200_000 }, origins: ['imgupdate.yaml:1:8', 'imgupdate.yaml:2:9'] },
    ],
    [
      'is what the environment says before a file',
      { file: 'track: minor\nminAge: 3d', kind: 'user', env: { IMGUPDATE_TRACK: 'patch', IMGUPDATE_MIN_AGE: '0' } },
      { versions: { track: 'patch', minAgeMs: 0 }, origins: ['IMGUPDATE_TRACK', 'IMGUPDATE_MIN_AGE'] },
    ],
  ])('%s', async (_, said, expected) => {
    expect(await wanted(said)).toMatchObject({ ...expected, warnings: 0 });
  });

  const rules = 'images: [{match: node, track: digest, minAge: 900d}]';
  it.each<[string, Said, readonly unknown[]]>([
    ['of a project say so of their images', { file: rules, kind: 'project' }, ['digest', 77_760_000_000]],
    [
      'of a project do not where the environment does',
      { file: rules, kind: 'project', env: { IMGUPDATE_TRACK: 'major' } },
      [null, 77_760_000_000],
    ],
    [
      'of a project do not where the environment does',
      { file: rules, kind: 'project', env: { IMGUPDATE_MIN_AGE: '1d' } },
      ['digest', null],
    ],
    [
      "of the user's own file say so whatever the environment does",
      { file: rules, kind: 'user', env: { IMGUPDATE_TRACK: 'major', IMGUPDATE_MIN_AGE: '1d' } },
      ['digest', 77_760_000_000],
    ],
  ])('rules %s', async (_, said, expected) => {
    expect((await wanted(said)).rule).toEqual(expected);
  });

  it.each<[string, Said, readonly string[]]>([
    [
      'the command line names what a project has not followed',
      { file: 'track: patch', kind: 'project', options: { failOn: 'any' } },
      [
        'imgupdate.yaml:1:8: this file of a project follows no minor and no major version, so none fails the check: IMGUPDATE_TRACK overrules it',
      ],
    ],
    [
      'the environment does',
      { file: 'track: digest', kind: 'project', env: { IMGUPDATE_FAIL_ON: 'patch' } },
      ['imgupdate.yaml:1:8: this file of a project follows no patch version, so none fails the check: IMGUPDATE_TRACK overrules it'],
    ],
    ['what is named is followed', { file: 'track: minor', kind: 'project', options: { failOn: 'minor,patch' } }, []],
    ['the file itself says what fails', { file: 'track: digest\nfailOn: any', kind: 'project' }, []],
    ['the user has it not followed', { file: 'track: digest', kind: 'user', options: { failOn: 'any' } }, []],
    [
      'the environment overrules it',
      { file: 'track: digest', kind: 'project', env: { IMGUPDATE_TRACK: 'major' }, options: { failOn: 'any' } },
      [],
    ],
  ])('is warned of where a check would be blind: %s', async (_, said, messages) => {
    expect((await settingsOf(said)).warnings.map(({ message }) => message)).toEqual(messages);
  });
});

describe('rules of images', () => {
  it('of a project do not say what fails where the environment does', async () => {
    const file = 'images: [{match: node, failOn: none}]';
    const env = { IMGUPDATE_FAIL_ON: 'any' };
    const failOnOf = async (said: Said) => (await settingsOf(said)).rules.map(({ value }) => value.failOn);
    expect(await failOnOf({ file, env, kind: 'project' })).toEqual([null]);
    expect(await failOnOf({ file, kind: 'project' })).toEqual([[]]);
    expect(await failOnOf({ file, env, kind: 'user' })).toEqual([[]]);
  });

  const file = 'images: [{match: "a*", failOn: none, platform: linux/386}, {match: b, base: node}]';

  it('yield to --fail-on, and come before --platform’s counterpart in the configuration', async () => {
    expect((await settingsOf({ file })).rules.map(({ value }) => value.failOn)).toEqual([[], null]);
    expect((await settingsOf({ file, options: { failOn: 'any' } })).rules.map(({ value }) => value.failOn)).toEqual([null, null]);
    const { rules, platform, targetPlatform } = await settingsOf({ file: `${file}\nplatform: linux/arm64` });
    expect([platform, targetPlatform?.architecture]).toEqual([null, 'arm64']);
    const platformOf = (name: string) =>
      rules.find(({ value }) => value.platform !== null && value.matches(reference(name)))?.value.platform?.architecture;
    expect(['a1', 'b', 'c'].map(platformOf)).toEqual(['386', 'arm64', 'arm64']);
  });

  it('say bases', async () => {
    const { bases } = await settingsOf({ file });
    expect(bases.map(({ base }) => base.repository)).toEqual(['library/node']);
  });
});

describe('which registries may be contacted', () => {
  const allowed = 'allowHosts: [ghcr.io]';

  it('is any, where nobody says', async () => {
    const settings = await settingsOf({ options: { allowHost: ['quay.io'] } });
    expect([settings.onlyHosts, settings.allowedHosts]).toEqual([null, ['quay.io']]);
    expect(withNamedHosts(settings, [reference('r.example/a')]).onlyHosts).toBeNull();
  });

  it('is what allowHosts says, what --allow-host adds, and what the command line itself names', async () => {
    const settings = await settingsOf({ file: allowed, options: { allowHost: ['quay.io'] } });
    expect(settings.onlyHosts).toEqual(['ghcr.io', 'quay.io']);
    expect(withNamedHosts(settings, [reference('r.example/a')]).onlyHosts).toEqual(['ghcr.io', 'quay.io', 'r.example']);
  });

  it.each([
    ['project', '', false],
    ['project', 'm.example', true],
    ['user', '', true],
  ] as const)('binds the mirror that the file of a %s names, but for --allow-host %s', async (kind, host, isKept) => {
    const file = `${allowed}\nregistries: {ghcr.io: {mirror: https://m.example/hub, floor: 1}}`;
    const { registries, warnings } = await settingsOf({ file, kind, options: { allowHost: host === '' ? [] : [host] } });
    expect(registries.get('ghcr.io')?.mirror?.value ?? null).toBe(isKept ? 'https://m.example/hub' : null);
    expect(registries.get('ghcr.io')?.floor).not.toBeNull();
    expect(warnings.map(({ message }) => message)).toEqual(
      isKept
        ? []
        : ['imgupdate.yaml:2:32: the mirror m.example of ghcr.io is not among the hosts that may be contacted, so it is not asked'],
    );
  });
});

it('token servers of a file and of --trust-realm count together', async () => {
  const file = 'registries: {ghcr.io: {trustRealm: a.example}, quay.io: {}}';
  const { trustedRealms } = await settingsOf({ file, options: { trustRealm: ['ghcr.io=b.example'] } });
  expect(trustedRealms.get('ghcr.io')).toEqual(['a.example', 'b.example']);
  expect(trustedRealms.get('quay.io')).toEqual([]);
});

it.each([
  [
    { failOn: 'bse' },
    'cannot read --fail-on bse: expected a comma list of base, rebuilt, gone, patch, minor, major, any, none, got "bse" (did you mean "base"?)',
  ],
  [{ platform: 'arm64' }, 'cannot read --platform arm64: platform "arm64": expected os/architecture[/variant], for example linux/arm64'],
  [{ allowHost: ['http://a'] }, 'cannot read --allow-host http://a: expected HOST or HOST:PORT'],
])('%j is refused', async (options, message) => {
  await expect(settingsOf({ options })).rejects.toMatchObject({ code: 'usage', message });
});
