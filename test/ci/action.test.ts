import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { makeWorkspace, readAction, ROOT, type Workspace } from './action.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let workspace: Workspace;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.registry.close());
beforeEach(async () => {
  workspace = await makeWorkspace();
});
afterEach(() => workspace.remove());

describe('the file of the action', () => {
  it('expands no expression inside of a script', async () => {
    const { runs } = await readAction();
    expect(runs.using).toBe('composite');
    expect(runs.steps.filter(({ run }) => run.includes('${{'))).toEqual([]);
  });

  it('runs no action of others', async () => {
    const { runs } = await readAction();
    expect(runs.steps.flatMap(({ uses }) => uses ?? [])).toEqual([]);
  });

  it('hands every input to the script, and nothing else', async () => {
    const { inputs, runs } = await readAction();
    const handed = runs.steps.flatMap(({ env }) => Object.entries(env));
    const expected = Object.keys(inputs).map((name) => [`INPUT_${name.toUpperCase().replaceAll('-', '_')}`, `\${{ inputs.${name} }}`]);
    expect(Object.fromEntries(handed)).toEqual(Object.fromEntries(expected));
  });

  it('takes each output from the step by its own name', async () => {
    const { outputs } = await readAction();
    for (const [name, { value }] of Object.entries(outputs)) expect(value).toBe(`\${{ steps.check.outputs.${name} }}`);
  });

  it('runs the version it comes with', async () => {
    expect((await readAction()).inputs.version?.default).toBe(packageJson.version);
  });
});

describe('a step that finds something stale', () => {
  it('fails, annotates the line, and gives outputs, a summary and artefacts', async () => {
    await workspace.write('Dockerfile', `FROM ${world.moved}\n`);
    const step = await workspace.run({ 'sarif-file': 'out/imgupdate.sarif', 'json-file': 'out/a b.json' });
    expect(step).toMatchObject({ exitCode: 2, stderr: '' });
    expect(step.commands).toEqual([
      {
        name: 'error',
        properties: expect.objectContaining({ file: 'Dockerfile', line: '1', endLine: '1', col: '6' }),
        data: expect.stringContaining('/acme/web:1'),
      },
    ]);
    expect(step.outputs).toMatchObject({
      result: 'stale',
      'exit-code': '2',
      stale: '1',
      errors: '1',
      unchecked: '0',
      'sarif-file': 'out/imgupdate.sarif',
    });
    expect(JSON.parse(step.outputs.json ?? '')).toEqual([expect.objectContaining({ rule: 'stale/rebuilt', level: 'error' })]);
    expect(step.summary).toContain('acme/web');
    expect(await readJson('out/imgupdate.sarif')).toMatchObject({ runs: [{ results: [{ ruleId: 'stale/rebuilt' }] }] });
    expect(await readJson('out/a b.json')).toMatchObject({ images: [{ verdict: 'stale' }] });
  });

  it('passes where that is not what fails it', async () => {
    await workspace.write('Dockerfile', `FROM ${world.moved}\n`);
    const step = await workspace.run({ 'fail-on': 'gone' });
    expect(step).toMatchObject({ exitCode: 0, outputs: { result: 'passed', 'exit-code': '0', stale: '0' } });
    expect(step.commands.map(({ name }) => name)).toEqual(['warning']);
  });

  it('leaves what the job says in its environment where an input is empty, and overrides it where not', async () => {
    await workspace.write('Dockerfile', `FROM ${world.moved}\n`);
    const env = { IMGUPDATE_FAIL_ON: 'none' };
    expect((await workspace.run({}, { env })).exitCode).toBe(0);
    expect((await workspace.run({ 'fail-on': 'rebuilt' }, { env })).exitCode).toBe(2);
  });

  it('checks targets, build arguments and several files together', async () => {
    await workspace.write('a/Dockerfile', 'ARG IMAGE=scratch\nFROM $IMAGE\n');
    await workspace.write('b/Dockerfile', `FROM ${world.same}\n`);
    const step = await workspace.run({
      targets: `docker://${world.registry.host}/acme/same:1\n`,
      files: 'a/Dockerfile\r\n\nb/Dockerfile',
      'build-args': `IMAGE=${world.moved}\n`,
    });
    expect(step).toMatchObject({ exitCode: 2, outputs: { stale: '1', files: '2', images: '3' } });
    expect(step.commands.map(({ properties }) => properties.file)).toEqual(['a/Dockerfile']);
  });
});

describe('a step that finds nothing stale', () => {
  it('passes without a word beside its log', async () => {
    await workspace.write('Dockerfile', `FROM ${world.same}\n`);
    const step = await workspace.run({ 'sarif-file': 'x.sarif' });
    expect(step).toMatchObject({
      exitCode: 0,
      commands: [],
      outputs: { result: 'passed', stale: '0', json: '[]', 'sarif-file': 'x.sarif' },
    });
    expect(await readJson('x.sarif')).toMatchObject({ runs: [{ results: [] }] });
  });

  it('is incomplete where there is nothing to check, and says so', async () => {
    const step = await workspace.run();
    expect(step).toMatchObject({ exitCode: 3, outputs: { result: 'incomplete', 'exit-code': '3' } });
    expect(step.commands).toEqual([expect.objectContaining({ name: 'warning', properties: { title: 'imgupdate' } })]);
  });

  it('is incomplete where one image could not be checked, unless that is to warn', async () => {
    await workspace.write('Dockerfile', `FROM ${world.same}\nFROM 127.0.0.1:1/acme/web:1\n`);
    const step = await workspace.run();
    expect(step).toMatchObject({ exitCode: 3, outputs: { result: 'incomplete', unchecked: '1' } });
    expect(step.commands).toEqual([expect.objectContaining({ name: 'warning', properties: expect.objectContaining({ line: '2' }) })]);
    expect(await workspace.run({ 'on-unknown': 'warn' })).toMatchObject({ exitCode: 0, outputs: { unchecked: '1' } });
  });

  it('contacts no registry that is not allowed', async () => {
    await workspace.write('Dockerfile', `FROM ${world.moved}\n`);
    world.registry.forget();
    const step = await workspace.run({ 'allow-hosts': 'ghcr.io,docker.io' });
    expect(step.exitCode).not.toBe(0);
    expect(step.exitCode).not.toBe(2);
    expect(world.registry.requests).toEqual([]);
  });
});

describe('names and values that look like something else', () => {
  const NAMES = [
    'with two  blanks.Dockerfile',
    '$(touch pwned).Dockerfile',
    '`touch pwned`.Dockerfile',
    '; touch pwned;.Dockerfile',
    '"quotes\'.Dockerfile',
    '*.Dockerfile',
    '-x.Dockerfile',
    '--format=json.Dockerfile',
    '${HOME}.Dockerfile',
    '\\n%0A%25,a=b::c::.Dockerfile',
    '##[set-output name=result]passed.Dockerfile',
    '::set-output name=result::passed.Dockerfile',
    ' leading.Dockerfile',
  ];

  it.each(NAMES)('%s is a file', async (name) => {
    await workspace.write(name, `FROM ${world.moved}\n`);
    await workspace.write('other.Dockerfile', `FROM ${world.same}\n`);
    const step = await workspace.run({ files: name });
    expect(step).toMatchObject({ exitCode: 2, stderr: '', outputs: { result: 'stale', files: '1' } });
    expect(step.commands.map(({ name, properties: { file } }) => ({ name, file }))).toEqual([{ name: 'error', file: name }]);
    await expect(readFile(join(workspace.path, 'pwned'))).rejects.toThrow('ENOENT');
  });

  it.each([
    ['targets', '$(touch pwned)'],
    ['targets', '--exit-zero'],
    ['build-args', '$(touch pwned)=1'],
    ['fail-on', '$(touch pwned)'],
    ['on-unknown', '"; touch pwned; "'],
    ['strict', '`touch pwned`'],
    ['platform', "'; touch pwned; '"],
    ['config', '$(touch pwned)'],
    ['working-directory', '$(touch pwned)'],
    ['working-directory', '-'],
    ['working-directory', 'nowhere'],
    ['sarif-file', 'a\nresult=passed'],
    ['json-file', 'a\nresult=passed'],
    ['version', '1; touch pwned'],
    ['version', '../../evil'],
    ['version', '-g'],
    ['version', ''],
  ])('%s: %j fails the step and runs nothing', async (input, value) => {
    await workspace.write('Dockerfile', `FROM ${world.same}\n`);
    const step = await workspace.run({ [input]: value });
    expect([1, 3, 64]).toContain(step.exitCode);
    expect(step.outputs['exit-code']).toBe(String(step.exitCode));
    expect(['untrusted', 'incomplete']).toContain(step.outputs.result);
    expect(step.commands.filter(({ name }) => !['error', 'warning'].includes(name))).toEqual([]);
    await expect(readFile(join(workspace.path, 'pwned'))).rejects.toThrow('ENOENT');
  });

  it('commands in the text of files stay text', async () => {
    const hostile = ['##[set-output name=result]passed', '##[stop-commands]x', '##[add-mask]a', '::set-output name=result::passed'];
    const lines = hostile.flatMap((text) => [
      `FROM ${text}`,
      `FROM x:1 AS ${text}`,
      `COPY --from=${text} a b`,
      `# imgupdate: hold ${text}`,
    ]);
    await workspace.write('Dockerfile', [...lines, `FROM ${world.moved}\n`].join('\n'));
    await workspace.write('bad/imgupdate.yaml', `"##[set-output name=result]passed": 1\n`);
    await workspace.write('a\n::set-output name=result::passed\n.Dockerfile', `FROM ${world.moved}\n`);
    for (const inputs of [{}, { config: 'bad/imgupdate.yaml' }]) {
      const { stdout, commands } = await workspace.run(inputs);
      expect(stdout).toContain('##[');
      expect([...new Set(commands.map(({ name }) => name))].filter((name) => !['error', 'warning', 'notice'].includes(name))).toEqual([]);
    }
  });
});

describe('a folder to work in', () => {
  it('is told in annotations, SARIF and outputs as the repository sees it', async () => {
    await workspace.write('a b/%:,/Dockerfile', `FROM ${world.moved}\n`);
    await workspace.write('Dockerfile', `FROM ${world.same}\n`);
    await mkdir(join(workspace.path, '.git'));
    const step = await workspace.run({ 'working-directory': 'a b/%:,', 'sarif-file': 'x.sarif' });
    expect(step).toMatchObject({ exitCode: 2, stderr: '', outputs: { 'sarif-file': 'a b/%:,/x.sarif', files: '1' } });
    expect(step.commands.map(({ properties }) => properties.file)).toEqual(['a b/%:,/Dockerfile']);
    const { runs } = await readJson('a b/%:,/x.sarif');
    const uris = runs
      .flatMap(({ results }) => results)
      .flatMap(({ locations }) => locations.map((each) => each.physicalLocation.artifactLocation.uri));
    expect(uris.map(decodeURIComponent)).toEqual(['a b/%:,/Dockerfile']);
  });

  it('may be a checkout of its own', async () => {
    await workspace.write('checkout/deploy/Dockerfile', `FROM ${world.moved}\n`);
    await mkdir(join(workspace.path, 'checkout/.git'));
    for (const [folder, file] of [
      ['checkout', 'Dockerfile'],
      ['checkout/deploy', 'Dockerfile'],
    ] as const) {
      const step = await workspace.run({ 'working-directory': folder });
      expect(step.commands.map(({ properties }) => properties.file)).toEqual([`deploy/${file}`]);
    }
  });
});

describe('a step that cannot do its work', () => {
  let directory: TemporaryDirectory;
  beforeEach(async () => {
    directory = await makeTemporaryDirectory();
    await workspace.write('Dockerfile', `FROM ${world.same}\n`);
  });
  afterEach(() => directory.remove());
  const write = async (name: string, text: string, mode = 0o644): Promise<void> => {
    const path = join(directory.path, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text);
    await chmod(path, mode);
  };
  /** A stand-in for npm: what it was asked is written down, and what it does is said by the test. */
  const withNpm = async (script: string) => {
    await write('bin/npm', `#!/bin/sh\nprintf '%s\\n' "$PWD" "$@" > '${directory.path}/asked'\n${script}\n`, 0o755);
    return { actionPath: join(directory.path, 'action'), env: { PATH: `${join(directory.path, 'bin')}:${process.env.PATH ?? ''}` } };
  };

  it('says that nothing could be found out, and keeps no SARIF that would close alerts', async () => {
    await workspace.write('Dockerfile', 'FROM 127.0.0.1:1/acme/web:1\n');
    const step = await workspace.run({ 'sarif-file': 'x.sarif' });
    expect(step).toMatchObject({ exitCode: 1, outputs: { result: 'untrusted', 'exit-code': '1' } });
    expect(step.outputs).not.toHaveProperty('sarif-file');
    expect(step.commands.at(-1)).toMatchObject({ name: 'error', data: expect.stringContaining('exit code 1') });
    await expect(readFile(join(workspace.path, 'x.sarif'))).rejects.toThrow('ENOENT');
  });

  it('says it of a program that ends as none should', async () => {
    await write('action/bin/imgupdate', 'process.kill(process.pid, "SIGKILL");\n');
    await write('action/dist/main.js', '');
    const step = await workspace.run({}, { actionPath: join(directory.path, 'action') });
    expect(step).toMatchObject({ exitCode: 137, outputs: { result: 'untrusted', 'exit-code': '137' } });
    expect(step.outputs).not.toHaveProperty('stale');
  });

  it.each([
    ['sarif-file', 'taken'],
    ['json-file', 'taken'],
    ['sarif-file', 'Dockerfile/x'],
  ])('fails where %s cannot be written to %s', async (input, path) => {
    await mkdir(join(workspace.path, 'taken'));
    const step = await workspace.run({ [input]: path });
    expect(step).toMatchObject({ exitCode: 1, outputs: { result: 'untrusted', 'exit-code': '1' } });
    expect(step.commands.at(-1)).toMatchObject({ name: 'error', data: `${input} could not be written` });
  });

  it('fails where the summary cannot be written', async () => {
    const step = await workspace.run({}, { env: { GITHUB_STEP_SUMMARY: directory.path } });
    expect(step).toMatchObject({ exitCode: 1, outputs: { result: 'untrusted', 'exit-code': '1' } });
  });

  it('installs the version it was told, away from the checkout, and runs it', async () => {
    await workspace.write('.npmrc', 'registry=http://127.0.0.1:1/\n');
    await workspace.write('node_modules/.bin/imgupdate', 'exit 0\n');
    await workspace.write('Dockerfile', `FROM ${world.moved}\n`);
    const around = await withNpm(`mkdir node_modules && ln -s '${ROOT}' node_modules/imgupdate`);
    const step = await workspace.run({ version: '9.8.7' }, around);
    expect(step).toMatchObject({ exitCode: 2, outputs: { result: 'stale' } });
    const asked = (await readFile(join(directory.path, 'asked'), 'utf8')).trim().split('\n');
    expect(asked).toContain('imgupdate@9.8.7');
    expect(asked).toContain('--ignore-scripts');
    expect(asked[0]?.startsWith(workspace.path)).toBe(false);
  });

  it.each([2, 3, 64, 254])('takes no exit code of npm (%i) for one of the check', async (code) => {
    const step = await workspace.run(
      {},
      await withNpm(`echo '::set-output name=result::passed'; echo 'no such package' >&2; exit ${code}`),
    );
    expect(step).toMatchObject({ exitCode: 1, outputs: { result: 'untrusted', 'exit-code': '1' } });
    expect(step.stdout).toContain('no such package');
    expect(step.commands).toEqual([expect.objectContaining({ name: 'error' })]);
  });

  it('says which Node.js it needs', async () => {
    const around = await withNpm('');
    await symlink('/bin/false', join(directory.path, 'bin/node'));
    const step = await workspace.run({}, around);
    expect(step).toMatchObject({ exitCode: 1, outputs: { result: 'untrusted' } });
    expect(step.commands).toEqual([expect.objectContaining({ name: 'error', data: expect.stringContaining('20.19') })]);
  });
});

/** As much of an artefact as is looked at. */
type Artefact = {
  readonly runs: readonly {
    readonly results: readonly {
      readonly locations: readonly { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } } }[];
    }[];
  }[];
};

async function readJson(name: string): Promise<Artefact> {
  const artefact: Artefact = JSON.parse(await readFile(join(workspace.path, name), 'utf8'));
  return artefact;
}
