import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ImageDocument } from '../../src/demo/images.ts';
import type { Document } from '../../src/core/document.ts';
import { makeWord } from '../cli/check-world.ts';
import { ask } from '../helpers/ask.ts';
import { type RunningRegistry, startDockerRegistry } from '../helpers/docker-registry.ts';
import { type RunningEngine, startDockerd } from '../helpers/engines.ts';
import type { Ran } from '../helpers/processes.ts';
import { startPublisher } from '../helpers/publisher.ts';
import { runCli } from '../helpers/run-cli.ts';
import { systemTest } from '../helpers/system.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

/** Tags as the repository of a database has them, by the image that they name. */
const TAGS: Readonly<Record<string, readonly string[]>> = {
  old: ['14', '14.9', '15.4', '15.4-alpine3.18', '14.9-alpine', '15.4-bookworm', 'bookworm', '20240110', 'sha-3f2a9c0'],
  now: ['15', '15.14', '15.14-alpine3.18', '15.14-alpine3.22', '15.14-bookworm', '15.14-trixie', '15.13', '14.19'],
  above: ['16', '16.10', '17', '17.6', '18', '18.1', '18.1-alpine3.22', '18.1-bookworm', '18.1-trixie', 'latest'],
  next: ['19beta3', '19beta3-trixie', '19rc1-bookworm', '18.2.1', '2021.1.1', 'v20.1'],
};

systemTest('newer versions of images in a real dockerd', ['dockerd', 'docker', 'docker-registry', 'skopeo'], () => {
  let registry: RunningRegistry;
  let engine: RunningEngine;
  let home: TemporaryDirectory;
  const images = new Map(Object.keys(TAGS).map((word): [string, ImageDocument] => [word, makeWord(word)]));
  const digestOf = (word: string): string => images.get(word)?.digest ?? '';

  beforeAll(async () => {
    [registry, engine] = await Promise.all([startDockerRegistry(), startDockerd()]);
    const publisher = await startPublisher();
    for (const [word, image] of images) {
      await publisher.publish(`${registry.host}/acme/db:${word}-made`, image);
      for (const tag of TAGS[word] ?? []) await point(tag, image);
    }
    await publisher.close();
    for (const tag of ['15.4', '15.4-alpine3.18', '15', 'latest'])
      await engine.command(['pull', '--quiet', `${registry.host}/acme/db:${tag}`]);
    await engine.command(['tag', `${registry.host}/acme/db:15.4`, 'db:15.4']);
  });
  afterAll(() => Promise.all([registry.stop(), engine.stop()]));
  beforeEach(async () => {
    home = await makeTemporaryDirectory();
    return () => home.remove();
  });

  const point = async (tag: string, image: ImageDocument): Promise<void> => {
    const answer = await ask(`${registry.url}/v2/acme/db/manifests/${tag}`, {
      method: 'PUT',
      body: Buffer.from(image.bytes).toString(),
      headers: { 'content-type': image.mediaType },
    });
    if (answer.status !== 201) throw new Error(`the registry answered ${answer.status} to a push of ${tag}`);
  };
  const run = async (...args: readonly string[]): Promise<Ran> => {
    const ran = await runCli(args, { home: home.path });
    return { ...ran, stdout: ran.stdout.replaceAll(registry.host, 'R'), stderr: ran.stderr.replaceAll(registry.host, 'R') };
  };
  /** How often the registry was asked for tags, as its log tells. */
  const listed = (): number => registry.output().match(/"GET \/v2\/acme\/db\/tags\/list/g)?.length ?? 0;
  const counted = (): number => registry.output().match(/"GET \/v2\/acme\/db\/manifests\//g)?.length ?? 0;

  it('are those of the family, the newest in the line and above it, and nothing else', async () => {
    const before = { listed: listed(), counted: counted() };
    const { exitCode, stdout } = await run('list', '-H', engine.host, '--json');
    expect(exitCode).toBe(0);
    const rows = (JSON.parse(stdout) as Document).images.map(({ name, tag, newer }) => {
      const versions = [newer.line, newer.newest].flatMap((version) => (version === null ? [] : [`${version.tag} (${version.level})`]));
      return `${name} ${tag.status}: ${newer.status} ${versions.join(', ')}`.trim();
    });
    expect(rows).toEqual([
      'R/acme/db:15 current: available 18 (major)',
      'R/acme/db:15.4 current: available 15.14 (minor), 18.1 (major)',
      'R/acme/db:15.4-alpine3.18 current: available 15.14-alpine3.18 (minor)',
      'R/acme/db:latest current: untracked',
      'db:15.4 local: untracked',
    ]);
    const asked = listed() - before.listed;
    expect(asked).toBeGreaterThan(0);
    expect(counted()).toBe(before.counted);
    await run('list', '-H', engine.host);
    expect(listed() - before.listed, 'a second run lists nothing').toBe(asked);
  });

  it('are shown beside a rebuilt tag', async () => {
    const old = images.get('old');
    const now = images.get('now');
    if (old === undefined || now === undefined) throw new Error('both were made');
    await point('15.4', now);
    const { stdout } = await run('list', '-H', engine.host);
    await point('15.4', old);
    expect(stdout).toMatch(/acme\/db:15\.4 .*rebuilt.*15\.14 \(minor\), 18\.1 \(major\)/);
  });

  it('make a check fail that asks for them, with the line to write and the digest of a pin', async () => {
    await writeFile(
      join(home.path, 'Dockerfile'),
      `FROM ${registry.host}/acme/db:15.4@${digestOf('old')}\nFROM ${registry.host}/acme/db:17.6\n`,
    );
    expect((await run('check')).exitCode).toBe(0);
    const { exitCode, stdout } = await run('check', '--fail-on', 'major');
    expect(exitCode).toBe(2);
    expect(stdout).toContain(`R/acme/db:15.14@${digestOf('now')}`);
    expect(stdout).toContain(`R/acme/db:18.1@${digestOf('above')}`);
    expect(stdout).toMatch(/Dockerfile:2\b/);
    expect((await run('check', '--fail-on', 'minor', '--json')).stdout).not.toContain('19beta3');
  });

  it('have a table that names the rule for every tag', async () => {
    const { exitCode, stdout } = await run('policy', '-H', engine.host, '*/acme/db:15.4', '-a');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ {2}Candidate: 15\.14 \(minor\)$/m);
    const ruleOf = (tag: string): string | null =>
      stdout
        .split('\n')
        .find((line) => line.slice(5).split(' ')[0] === tag)
        ?.match(/rejected by ([a-z-]+)/)?.[1] ?? null;
    const rules = Object.values(TAGS)
      .flat()
      .map((tag) => [tag, ruleOf(tag)]);
    expect(rules.filter(([, rule]) => rule === null).map(([tag]) => tag)).toEqual(['15.4', '15.14', '15.13', '16.10', '17.6', '18.1']);
    expect(Object.fromEntries(rules)).toMatchObject({
      bookworm: 'word',
      latest: 'word',
      '20240110': 'scheme',
      'sha-3f2a9c0': 'work',
      '15.14-trixie': 'variant',
      '19beta3': 'parts',
      '18.2.1': 'parts',
      'v20.1': 'prefix',
      '14.9': 'older',
    });
  });
});
