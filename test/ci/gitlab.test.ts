import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { baseEnvironment, run } from '../helpers/processes.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { ROOT } from './action.ts';
import { startWorld, type World } from './world.ts';

type Inputs = Readonly<Record<string, { readonly default: string; readonly regex: string }>>;
type Job = {
  readonly script: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly allow_failure: { readonly exit_codes: readonly number[] };
  readonly artifacts: { readonly when: string; readonly paths: readonly string[]; readonly reports: Readonly<Record<string, string>> };
};

const TEMPLATE = join(ROOT, 'templates/imgupdate.yml');
const SHELLS = ['sh', 'bash'];

let world: World;
let directory: TemporaryDirectory;
let project: string;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.registry.close());
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
  project = join(directory.path, 'a project');
  await mkdir(join(directory.path, 'bin'));
  await mkdir(project);
  await symlink(join(ROOT, 'bin/imgupdate'), join(directory.path, 'bin/imgupdate'));
});
afterEach(() => directory.remove());

const readTemplate = async () => readFile(TEMPLATE, 'utf8');
async function readInputs(): Promise<Inputs> {
  const header: { readonly spec: { readonly inputs: Inputs } } = parseAllDocuments(await readTemplate())[0]!.toJS();
  return header.spec.inputs;
}

/** The job as GitLab makes it: inputs are put into the text before it is YAML. Source: GitLab, lib/gitlab/ci/config/interpolation. */
async function readJob(given: Readonly<Record<string, string>> = {}): Promise<Job> {
  const inputs = await readInputs();
  const [, body = ''] = (await readTemplate()).split('\n---\n');
  const text = body.replace(/\$\[\[ inputs\.([a-z-]+) \]\]/g, (_, name: string) => given[name] ?? inputs[name]!.default);
  const jobs: Record<string, Job> = parseAllDocuments(text)[0]!.toJS();
  return jobs[given['job-name'] ?? 'imgupdate']!;
}

type Ran = { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string };

/** Runs the job's script as the runner does: every entry of it in one shell that ends with the first failure. Source: gitlab-runner, shells/bash.go. */
async function runJob(shell: string, job: Job, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const script = join(directory.path, 'script.sh');
  await writeFile(script, `set -e\n${shell === 'bash' ? 'set -o pipefail\n' : ''}${job.script.join('\n')}\n`);
  return run(shell, [script], {
    cwd: project,
    env: {
      ...baseEnvironment(),
      PATH: `${join(directory.path, 'bin')}:${process.env.PATH ?? ''}`,
      HOME: directory.path,
      TMPDIR: directory.path,
      CI: 'true',
      GITLAB_CI: 'true',
      CI_PROJECT_DIR: project,
      ...job.variables,
      ...env,
    },
  });
}

const readArtefact = async (name: string) => readFile(join(project, name), 'utf8');

describe('the template', () => {
  it('puts no input into a script, and none into variables that could end the quotes around it', async () => {
    const inputs = await readInputs();
    const job: Job = (parseAllDocuments(await readTemplate())[1]!.toJS() as Record<string, Job>)['$[[ inputs.job-name ]]']!;
    expect(job.script.filter((line) => line.includes('$[['))).toEqual([]);
    for (const [name, { regex, default: standard }] of Object.entries(inputs)) {
      expect([name, new RegExp(regex).test(standard)]).toEqual([name, true]);
      for (const bad of ["a'b", 'a\nb', '$(id)', '${CI_JOB_TOKEN}', '`id`', 'a"b', 'a\\b']) {
        expect([name, bad, new RegExp(regex).test(bad)]).toEqual([name, bad, false]);
      }
    }
  });

  it('uses nothing that a branch, a title or an author may name', async () => {
    expect(await readTemplate()).not.toMatch(/CI_COMMIT|CI_MERGE_REQUEST|GITLAB_USER/);
  });

  it('runs the version it comes with', async () => {
    expect((await readInputs()).version!.default).toBe(packageJson.version);
  });

  it('lets pass with a warning what could not be checked, and nothing else', async () => {
    expect((await readJob()).allow_failure).toEqual({ exit_codes: [3] });
  });

  it('keeps the reports of a job that failed', async () => {
    const { artifacts } = await readJob();
    expect(artifacts.when).toBe('always');
    expect(Object.values(artifacts.reports)).toEqual(artifacts.paths);
  });
});

describe.each(SHELLS)('the job under %s', (shell) => {
  it('fails on what is stale, and its reports say where', async () => {
    await writeFile(join(project, 'Dockerfile'), `FROM ${world.moved}\n`);
    const job = await readJob();
    const ran = await runJob(shell, job);
    expect(ran.exitCode).toBe(2);
    expect(ran.stdout).toContain('Dockerfile:1:6: error: ');
    expect(JSON.parse(await readArtefact(job.artifacts.reports.codequality!))).toEqual([
      expect.objectContaining({
        check_name: 'stale/rebuilt',
        location: { path: 'Dockerfile', lines: expect.objectContaining({ begin: 1 }) },
      }),
    ]);
    const junit = await readArtefact(job.artifacts.reports.junit!);
    expect(junit).toContain('<testsuites');
    expect(junit.match(/<failure /g)).toHaveLength(1);
  });

  it('ends with 3 where something could not be checked, unless that is to warn', async () => {
    await writeFile(join(project, 'Dockerfile'), `FROM ${world.same}\nFROM 127.0.0.1:1/acme/web:1\n`);
    expect((await runJob(shell, await readJob())).exitCode).toBe(3);
    expect((await runJob(shell, await readJob({ 'on-unknown': 'warn' }))).exitCode).toBe(0);
  });

  it('takes what fails it from its input, else from the variable of imgupdate', async () => {
    await writeFile(join(project, 'Dockerfile'), `FROM ${world.moved}\n`);
    const env = { IMGUPDATE_FAIL_ON: 'none' };
    expect((await runJob(shell, await readJob(), env)).exitCode).toBe(0);
    expect((await runJob(shell, await readJob({ 'fail-on': 'rebuilt' }), env)).exitCode).toBe(2);
  });

  it('checks the files, targets and build arguments that variables name, a line each', async () => {
    const names = [
      'with two  blanks.Dockerfile',
      '$(touch pwned).Dockerfile',
      '; touch pwned;.Dockerfile',
      '*.Dockerfile',
      '-x.Dockerfile',
      `"'.Dockerfile`,
    ];
    for (const name of names) await writeFile(join(project, name), `ARG IMAGE=scratch\nFROM $IMAGE\n`);
    await writeFile(join(project, 'other.Dockerfile'), `FROM ${world.moved}\n`);
    const ran = await runJob(shell, await readJob(), {
      CHECK_FILES: `${names.join('\n')}\n`,
      CHECK_BUILD_ARGS: `IMAGE=${world.moved}\n`,
      CHECK_TARGETS: `docker://${world.registry.host}/acme/same:1\n`,
    });
    expect(ran.exitCode).toBe(2);
    const report: { location: { path: string } }[] = JSON.parse(await readArtefact('gl-code-quality-report.json'));
    expect(report.map(({ location }) => location.path).sort()).toEqual([...names].sort());
    expect(ran.stdout).not.toContain('other.Dockerfile');
    await expect(readArtefact('pwned')).rejects.toThrow('ENOENT');
  });

  it.each(['--exit-zero', '$(touch pwned)', '-f'])('takes the target %s for a target', async (target) => {
    await writeFile(join(project, 'Dockerfile'), `FROM ${world.moved}\n`);
    const ran = await runJob(shell, await readJob(), { CHECK_FILES: 'Dockerfile', CHECK_TARGETS: target });
    expect(ran.exitCode).not.toBe(0);
    await expect(readArtefact('pwned')).rejects.toThrow('ENOENT');
  });

  it('installs imgupdate away from the checkout where it is not there, and takes no exit code of npm for one of the check', async () => {
    const bin = join(directory.path, 'npm-only');
    await mkdir(bin);
    const write = async (ending: string): Promise<void> => {
      await writeFile(join(bin, 'npm'), `#!/bin/sh\nprintf '%s\\n' "$PWD" "$@" > '${directory.path}/asked'\n${ending}\n`);
      await chmod(join(bin, 'npm'), 0o755);
    };
    const job = await readJob({ version: '9.8.7' });
    const env = { PATH: `${bin}:${process.env.PATH ?? ''}` };
    await writeFile(join(project, 'Dockerfile'), `FROM ${world.moved}\n`);
    await write(`mkdir -p node_modules/.bin && ln -s '${ROOT}bin/imgupdate' node_modules/.bin/imgupdate`);
    expect((await runJob(shell, job, env)).exitCode).toBe(2);
    const asked = (await readFile(join(directory.path, 'asked'), 'utf8')).trim().split('\n');
    expect(asked).toEqual(expect.arrayContaining(['install', '--ignore-scripts', 'imgupdate@9.8.7']));
    expect(asked[0]?.startsWith(project)).toBe(false);
    for (const code of [2, 3, 64]) {
      await write(`exit ${code}`);
      expect((await runJob(shell, job, env)).exitCode).toBe(1);
    }
  });
});
