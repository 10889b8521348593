import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Document } from '../../src/core/document.ts';
import type { ImageDocument } from '../../src/demo/images.ts';
import { AFTER, APP_STEPS, BASE_STEPS, BEFORE, build } from '../cli/base-world.ts';
import { makeWord } from '../cli/check-world.ts';
import { type RunningRegistry, startDockerRegistry } from '../helpers/docker-registry.ts';
import { type Publisher, startPublisher } from '../helpers/publisher.ts';
import { runCli } from '../helpers/run-cli.ts';
import { systemTest } from '../helpers/system.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

/** Each kind of input once, against the registry that most registries are made of: distribution 2.8. */
systemTest('a check against a registry of distribution', ['docker-registry', 'skopeo'], () => {
  let registry: RunningRegistry;
  let publisher: Publisher;
  let checkout: TemporaryDirectory;
  const [old, now] = [makeWord('old'), makeWord('now')];
  const base = build(BASE_STEPS, { at: BEFORE });
  const moved = build(['ADD rootfs /', 'ENV LANG=C', 'RUN install newer tools', 'CMD ["sh"]'], { at: AFTER });

  beforeAll(async () => {
    [registry, publisher] = await Promise.all([startDockerRegistry(), startPublisher()]);
    const publish = (name: string, image: ImageDocument): Promise<void> => publisher.publish(`${registry.host}/${name}`, image);
    await publish('node:20', old);
    await publish('node:20', now);
    await publish('redis:7', old);
    await publish('base:1', base);
    await publish('base:1', moved);
    await publish('app:1', build(APP_STEPS, { from: base }));
  });
  afterAll(() => Promise.all([registry.stop(), publisher.close()]));
  beforeEach(async () => {
    checkout = await makeTemporaryDirectory();
    return () => checkout.remove();
  });

  const check = async (files: Readonly<Record<string, string>>, args: readonly string[], stdin = '') => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(checkout.path, name)), { recursive: true });
      await writeFile(join(checkout.path, name), text.replaceAll('R/', `${registry.host}/`));
    }
    const ran = await runCli(['check', '--json', ...args], { cwd: checkout.path, stdin: stdin.replaceAll('R/', `${registry.host}/`) });
    const document = JSON.parse(ran.stdout) as Document & {
      check: { findings: { rule: string; path: string | null; line: number | null }[] };
    };
    const findings = document.check.findings.map(({ rule, path, line }) => `${path ?? '-'}:${line ?? 0} ${rule}`);
    return { exitCode: ran.exitCode, findings, images: document.images.map(({ tag }) => tag.status), stderr: ran.stderr };
  };

  it('reads a Dockerfile', async () => {
    const Dockerfile = `ARG V=20\nFROM R/node:\${V}@${old.digest} AS build\nFROM scratch\nCOPY --from=R/redis:7 /a /b\nCOPY --from=R/redis:6 /a /b\n`;
    expect(await check({ Dockerfile }, [])).toMatchObject({
      exitCode: 2,
      findings: ['Dockerfile:2 stale/rebuilt', 'Dockerfile:5 stale/gone', 'Dockerfile:5 stale/major'],
      images: ['rebuilt', 'gone', 'none'],
    });
  });

  it('reads a compose file, the one that is merged into it, and the Dockerfile it builds', async () => {
    const files = {
      'compose.yaml': `services:\n  cache:\n    image: R/redis:\${REDIS:-6}\n  web:\n    build: ./web\n    image: R/acme/web:1\n`,
      'compose.override.yaml': `services:\n  web:\n    build:\n      args: { V: "20" }\n`,
      '.env': 'REDIS=7\n',
      'web/Dockerfile': `ARG V=19\nFROM R/node:\${V}@${old.digest}\n`,
    };
    expect(await check(files, [])).toMatchObject({
      exitCode: 2,
      findings: ['web/Dockerfile:2 stale/rebuilt'],
      images: ['rebuilt', 'none'],
    });
  });

  it('reads what kubectl prints, and compares what runs', async () => {
    const pod = (name: string, digest: string): object => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'shop' },
      spec: { containers: [{ name: 'web', image: 'R/node:20' }] },
      status: { containerStatuses: [{ name: 'web', image: 'R/node:20', imageID: `R/node@${digest}` }] },
    });
    const list = { apiVersion: 'v1', kind: 'List', items: [pod('a', old.digest), pod('b', now.digest), pod('c', now.digest)] };
    expect(await check({}, ['-f', '-'], JSON.stringify(list, null, 2))).toMatchObject({
      exitCode: 2,
      findings: [expect.stringMatching(/^-:\d+ stale\/rebuilt$/) as string],
      images: ['rebuilt', 'current'],
    });
  });

  it('reads an image in its registry, and beside it the Dockerfile it was built from', async () => {
    const target = `docker://${registry.host}/app:1`;
    const alone = await check({}, [target]);
    expect(alone).toMatchObject({ exitCode: 0, findings: [] });
    expect(await check({ Dockerfile: 'FROM R/base:1\nCOPY app /srv\n' }, ['-f', 'Dockerfile', target])).toMatchObject({
      exitCode: 2,
      findings: ['Dockerfile:1 stale/base'],
    });
    expect(await check({}, ['--base', `${registry.host}/base:1`, target])).toMatchObject({ exitCode: 2, findings: ['-:0 stale/base'] });
  });
});
