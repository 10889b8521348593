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
