import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CONFIG_HELP } from '../../src/cli/help-text.ts';
import { listKeys } from '../../src/core/configuration/keys.ts';
import { runCli } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

let home: TemporaryDirectory;
beforeEach(async () => {
  home = await makeTemporaryDirectory();
});
afterEach(() => home.remove());

const write = async (path: string, text: string): Promise<void> => {
  const whole = join(home.path, path);
  await mkdir(dirname(whole), { recursive: true });
  await writeFile(whole, text);
};
const config = (args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
  runCli(['config', ...args], { home: home.path, cwd: join(home.path, 'repo/app'), env });

beforeEach(() => mkdir(join(home.path, 'repo/app'), { recursive: true }));

it('says each value and that it is the default where nothing is configured', async () => {
  expect(await config()).toMatchInlineSnapshot(`
    {
      "exitCode": 0,
      "stderr": "",
      "stdout": "failOn: base,rebuilt,gone    default
    onUnknown: fail              default
    strict: false                default
    track: major                 default
    minAge: 0                    default
    maxAge: 1h                   default
    timeout: 15s                 default
    jobs: 16                     default
    platform: the image's own    default
    allowHosts: any              default
    bases: none                  default
    ",
    }
  `);
});

it('says where each value comes from', async () => {
  await mkdir(join(home.path, 'repo/.git'));
  await write(
    'repo/app/imgupdate.yaml',
    'failOn: [gone, base]\nimages:\n  - match: acme/*\n    base: node:20-slim\n    hold:\n      reason: wait for the fix\n      until: 2026-12-15\n',
  );
  await write('repo/imgupdate.json', '{"maxAge": "90m", "registries": {"ghcr.io": {"floor": "20%", "concurrency": 2}}}');
  await write(
    '.config/imgupdate/config.yaml',
    'bases:\n  - debian:bookworm-slim\nregistries:\n  ghcr.io:\n    trustRealm: auth.example\n    clientCert: {cert: me.pem, key: ~/me.key}\n',
  );
  const ran = await config(['-v'], { IMGUPDATE_JOBS: '4', IMGUPDATE_ALLOW_HOSTS: 'ghcr.io,docker.io' });
  expect({ ...ran, stdout: ran.stdout.replaceAll(home.path, '/home/ann') }).toMatchInlineSnapshot(`
    {
      "exitCode": 0,
      "stderr": "",
      "stdout": "failOn: base,gone                                               imgupdate.yaml:1:9
    onUnknown: fail                                                 default
    strict: false                                                   default
    track: major                                                    default
    minAge: 0                                                       default
    maxAge: 1h30m                                                   ../imgupdate.json:1:13
    timeout: 15s                                                    default
    jobs: 4                                                         IMGUPDATE_JOBS
    platform: the image's own                                       default
    allowHosts: ghcr.io,docker.io                                   IMGUPDATE_ALLOW_HOSTS
    bases: debian:bookworm-slim                                     ~/.config/imgupdate/config.yaml:2:3
    images:
      - match: acme/*                                               imgupdate.yaml:3:5
        base: node:20-slim
        hold: {reason: wait for the fix, until: 2026-12-15}
    registries:
      ghcr.io:
        clientCert: {cert: /home/ann/.config/imgupdate/me.pem, key: /home/ann/me.key}    ~/.config/imgupdate/config.yaml:6:17
        concurrency: 2                                              ../imgupdate.json:1:77
        trustRealm: auth.example                                    ~/.config/imgupdate/config.yaml:5:17
        floor: 20%                                                  ../imgupdate.json:1:56
    files:
      imgupdate.yaml                                                project
      ../imgupdate.json                                             project
      ~/.config/imgupdate/config.yaml                               user
      /etc/imgupdate/config.yaml                                    not there
    ",
    }
  `);
});

it('says it as JSON, values as a file would have them', async () => {
  await write(
    'repo/app/imgupdate.yaml',
    'failOn: base\nplatform: linux/arm64\nimages: [{match: a, hold: true}]\nregistries: {r.example: {floor: 5}}\n',
  );
  const ran = await config(['--json']);
  const document = JSON.parse(ran.stdout) as { readonly settings: Readonly<Record<string, unknown>> };
  expect(document).toMatchObject({
    schemaVersion: 1,
    files: [{ kind: 'project', path: 'imgupdate.yaml' }],
    images: [{ match: 'a', hold: true, origin: { kind: 'project', where: 'imgupdate.yaml:3:10' } }],
    registries: { 'r.example': { floor: { value: 5, origin: { kind: 'project', where: 'imgupdate.yaml:4:33' } } } },
    warnings: [],
  });
  expect(document.settings).toMatchObject({
    failOn: { value: ['base'], origin: { kind: 'project', where: 'imgupdate.yaml:1:9' } },
    platform: { value: 'linux/arm64' },
    maxAge: { value: '1h', origin: { kind: 'default', where: null } },
    allowHosts: { value: null, origin: { kind: 'default', where: null } },
  });
  expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
});

it('prints nothing that a terminal would obey', async () => {
  await write(
    'repo/app/imgupdate.yaml',
    'images: [{match: a, hold: {reason: "x\\e[31mred\\u202e"}}]\nregistries: {r.example: {ca: "a\\e]0;b"}}',
  );
  for (const args of [[], ['--json'], ['-v']]) {
    expect((await config(args)).stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  }
});

it('says of a key of images where it is to stand', async () => {
  await write('repo/app/imgupdate.yaml', 'include: 1.*');
  expect((await config()).stderr).toBe(
    'E: cannot read imgupdate.yaml: unknown key "include" at line 1, column 1\nN: include is said of images: write it below images, beside a match\n',
  );
});

it('shows a list with nothing in it as such', async () => {
  await write('repo/app/imgupdate.yaml', 'allowHosts: []\nimages:\n  - match: nginx\n    include: []\n');
  const { stdout } = await config();
  expect(stdout).toMatch(/^allowHosts: \[\] +imgupdate\.yaml:1:13$/m);
  expect(stdout).toContain('    include: []\n');
});

it.each([
  [
    'imgupdate.yaml',
    'registrys: {}',
    [],
    'cannot read imgupdate.yaml: unknown key "registrys" at line 1, column 1 (did you mean "registries"?)',
  ],
  [
    'ci.json',
    '{"jobs": 0}',
    ['--config', 'ci.json'],
    'cannot read ci.json: jobs: expected a whole number from 1 to 9999, got 0 at line 1, column 10',
  ],
])('exits 64 where %s is wrong', async (name, text, args, problem) => {
  await write(`repo/app/${name}`, text);
  const ran = await config(args);
  expect(ran).toMatchObject({ exitCode: 64, stdout: '' });
  expect(ran.stderr.split('\n')[0]).toBe(`E: ${problem}`);
});

it('exits 64 where a variable is wrong', async () => {
  expect(await config([], { IMGUPDATE_TIMEOUT: 'soon' })).toEqual({
    exitCode: 64,
    stdout: '',
    stderr:
      'E: cannot read IMGUPDATE_TIMEOUT: expected a duration such as 90s, 15m, 1h or 7d, got "soon"\n' +
      'N: set it to something else, or unset IMGUPDATE_TIMEOUT\n',
  });
});

it('names every key in its help', () => {
  const { top, image, registry } = listKeys();
  const words = new Set(CONFIG_HELP.match(/[A-Za-z]+/g));
  expect([...top, ...image, ...registry].filter(({ name }) => !words.has(name))).toEqual([]);
});
