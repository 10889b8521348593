import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Document } from '../../src/core/document.ts';
import type { ReportEntry } from '../../src/formats/report/entry.ts';
import { filler } from '../../src/demo/images.ts';
import { type RunningRegistry, startDockerRegistry } from '../helpers/docker-registry.ts';
import { readBusybox, type RunningEngine, startDockerd } from '../helpers/engines.ts';
import { runOrThrow } from '../helpers/processes.ts';
import { runCli } from '../helpers/run-cli.ts';
import { systemTest } from '../helpers/system.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

type ReportDocument = Document & { readonly report: ReportEntry };

systemTest('reports on a real docker, whose reader does what they say', ['dockerd', 'docker', 'docker-registry', 'busybox'], () => {
  let engine: RunningEngine;
  let registry: RunningRegistry;
  let home: TemporaryDirectory;
  const closers: (() => Promise<void>)[] = [];
  const named = (name: string): string => `${registry.host}/acme/${name}`;

  beforeAll(async () => {
    engine = await startDockerd();
    closers.push(engine.stop);
    registry = await startDockerRegistry();
    closers.push(registry.stop);
    home = await makeTemporaryDirectory();
    closers.push(home.remove);
    await writeProject('base', 'FROM scratch\nCOPY busybox /bin/sh\nCOPY data /base\nCMD ["/bin/sh"]\n', 100_000);
    for (const [name, size] of Object.entries({ app: 20_000, web: 30_000, tool: 40_000, gone: 50_000 })) {
      await writeProject(name, `FROM ${named('base:1')}\nCOPY data /${name}\n`, size);
    }
    await writeProject('worker', `FROM ${named('app:1')}\nCOPY data /worker\n`, 7_000);
    for (const name of ['base:1', 'app:1', 'web:1.0.0', 'tool:1', 'gone:1']) await publish(named(name));
    await build('worker:dev');
    await engine.command(['create', '--name', 'web', '--network', 'none', named('web:1.0.0')]);
  });
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  /** The folder in which an image is built: of `127.0.0.1:5000/acme/app:1` it is `app`. */
  const folderOf = (name: string): string => join(home.path, 'src', /([^/:]+):[^/]*$/.exec(name)?.[1] ?? '');

  async function writeProject(project: string, dockerfile: string, size: number, seed = project): Promise<void> {
    const folder = join(home.path, 'src', project);
    await mkdir(folder, { recursive: true });
    const files = { Dockerfile: dockerfile, data: filler(seed, size), ...(project === 'base' ? { busybox: await readBusybox() } : {}) };
    for (const [path, content] of Object.entries(files)) await writeFile(join(folder, path), content, { mode: 0o755 });
  }

  const build = (name: string): Promise<string> => engine.command(['build', '--tag', name, folderOf(name)]);

  async function publish(name: string): Promise<void> {
    await build(name);
    await engine.command(['push', name]);
  }

  /** Publishes another image under a name; what is here under that name stays. */
  async function publishElsewhere(name: string): Promise<void> {
    await engine.command(['tag', name, 'kept:here']);
    await publish(name);
    await engine.command(['rmi', name]);
    await engine.command(['tag', 'kept:here', name]);
    await engine.command(['rmi', 'kept:here']);
  }

  async function report(...args: readonly string[]): Promise<string> {
    const ran = await runCli(['report', '--refresh', '--host-name', 'build01', ...args], {
      home: home.path,
      env: { DOCKER_HOST: engine.host },
    });
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    return ran.stdout.replaceAll(`${registry.host}/acme/`, 'acme/').replaceAll(engine.host, 'DOCKER');
  }

  async function reportJson(): Promise<ReportDocument> {
    const ran = await runCli(['report', '--json', '--refresh', '--host-name', 'build01'], {
      home: home.path,
      env: { DOCKER_HOST: engine.host },
    });
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    return JSON.parse(ran.stdout) as ReportDocument;
  }

  /** What is to be typed under a title: the lines of the report as Markdown, which are whole there. */
  async function linesToType(title: string): Promise<readonly string[]> {
    const ran = await runCli(['report', '--refresh', '--format', 'markdown'], { home: home.path, env: { DOCKER_HOST: engine.host } });
    const [, rest = ''] = ran.stdout.split(`\n${title}`);
    return (/```sh\n([^]*?)\n```/.exec(rest)?.[1] ?? '').split('\n').filter((line) => line !== '');
  }

  const type = (line: string, cwd = home.path): Promise<string> => runOrThrow('/bin/sh', ['-c', line], { env: engine.env, cwd });

  it('at first there is nothing to tell', async () => {
    expect(await report('--mark')).toMatch(/^First report on build01: no updates pending\.$/m);
    expect(await report('--if-changed')).toBe('');
  });

  it('what others published is new, what they deleted needs attention, and what stands on their base is to be built in order', async () => {
    await writeProject('base', 'FROM scratch\nCOPY busybox /bin/sh\nCOPY data /base\nCMD ["/bin/sh"]\n', 100_000, 'another base');
    await publishElsewhere(named('base:1'));
    await writeProject('tool', `FROM ${named('base:1')}\nCOPY data /tool\n`, 40_000, 'another tool');
    await publishElsewhere(named('tool:1'));
    await writeProject('web', `FROM ${named('base:1')}\nCOPY data /web\n`, 30_000, 'newer web');
    await publish(named('web:1.0.1'));
    await engine.command(['rmi', named('web:1.0.1')]);
    const digest = (await engine.command(['inspect', '--format', '{{index .RepoDigests 0}}', named('gone:1')])).trim().replace(/^.*@/, '');
    await fetch(`${registry.url}/v2/acme/gone/manifests/${digest}`, { method: 'DELETE' });

    const { report: told } = await reportJson();
    const short = (text: string): string => text.replace(`${registry.host}/acme/`, 'acme/');
    expect(told.attention.map(({ kind, images }) => `${kind} ${images.map(short).join(' ')}`)).toEqual(['gone acme/gone:1']);
    expect(told.news.map(({ name, updates }) => `${short(name)} ${updates.map(({ axis }) => axis).join(' ')}`)).toEqual([
      'acme/app:1 base',
      'acme/base:1 tag',
      'acme/gone:1 base',
      'acme/tool:1 tag base',
      'acme/web:1.0.0 newer base',
    ]);
    expect(told.bases.map(({ name, images }) => `${short(name)} ${images.length}`)).toEqual(['acme/base:1 4']);
    expect(told.rebuilds.map(({ name, because, base }) => `${short(name)} ${because} ${short(base)}`)).toEqual([
      'acme/app:1 moved acme/base:1',
      'acme/gone:1 moved acme/base:1',
      'acme/tool:1 moved acme/base:1',
      'acme/web:1.0.0 moved acme/base:1',
      'worker:dev follows acme/app:1',
    ]);
  });

  it('registries are asked what list asks them, and nothing more', async () => {
    const [told, listed] = await Promise.all(
      ['report', 'list'].map(async (verb) => {
        const { stdout } = await runCli([verb, '--json'], { env: { DOCKER_HOST: engine.host } });
        return JSON.parse(stdout) as Document;
      }),
    );
    expect(told?.registries).toMatchObject([{ registry: registry.host, counted: expect.any(Number) }]);
    expect(told?.registries).toEqual(listed?.registries);
  });

  it('what is told once is not new again, when it was marked', async () => {
    expect(await report('--mark')).toMatch(/^5 new updates pending on build01; nothing done since /m);
    expect(await report()).toMatch(/^5 older updates pending on build01; nothing new or done since /m);
    expect(await report('--if-changed')).toBe('');
  });

  it('who types what it says has done it: pulled, built in order, and written', async () => {
    for (const line of await linesToType('Pull:')) await type(line);
    const builds = await linesToType('Build, in this order');
    expect(builds.map((line) => / -t (\S+) /.exec(line)?.[1])).toEqual([
      named('app:1'),
      named('gone:1'),
      named('tool:1'),
      named('web:1.0.0'),
      'worker:dev',
    ]);
    for (const line of builds) await type(line, folderOf(/ -t (\S+) /.exec(line)?.[1] ?? ''));
    await engine.command(['pull', named('web:1.0.1')]);
    await engine.command(['rm', 'web']);
    await engine.command(['create', '--name', 'web', '--network', 'none', named('web:1.0.1')]);

    const { report: told } = await reportJson();
    expect(told.attention).toEqual([]);
    expect(told.rebuilds.map(({ name }) => name)).toEqual([named('web:1.0.1')]);
    expect(told.done.map(({ name, how }) => `${name.replace(`${registry.host}/`, '')} ${how}`)).toEqual([
      'acme/app:1 updated',
      'acme/base:1 updated',
      'acme/gone:1 updated',
      'acme/tool:1 updated',
      'acme/web:1.0.0 updated',
    ]);
  });

  it('who removes what it says has freed what it said, and nothing is left that is not needed', async () => {
    const { store: before } = await reportJson();
    expect(before?.unneeded.map(({ kind }) => kind)).toContain('superseded');
    for (const line of await linesToType('Remove:')) await type(line);
    const { store: after } = await reportJson();
    expect(after?.unneeded).toEqual([]);
    expect(after?.bytes).toBe((before?.bytes ?? 0) - (before?.freedBytes ?? 0));
  });
});
