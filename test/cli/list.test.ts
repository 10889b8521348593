import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../helpers/run-cli.ts';
import { type SmallWorld, startSmallWorld } from './small-world.ts';

const NOTE = 'N: a demo: an embedded image store, and registries at 127.0.0.1; nothing leaves this machine\n';

describe('imgupdate list', () => {
  let world: SmallWorld;
  const list = async (...args: string[]) => {
    const ran = await runCli(['list', '-H', world.engineHost, '--format', '{{.Image}} {{.Update}}', ...args]);
    return { exitCode: ran.exitCode, stdout: world.normalize(ran.stdout), stderr: world.normalize(ran.stderr) };
  };
  beforeEach(async () => {
    world = await startSmallWorld();
  });
  afterEach(() => world.close());

  it('sums up what it listed and names the next command', async () => {
    expect(await list()).toEqual({
      exitCode: 0,
      stdout: 'REGISTRY/acme/moved:1 rebuilt\nREGISTRY/acme/same:1 current\ndev:1 local\n',
      stderr:
        "3 images: 1 rebuilt, 1 current, 1 local. Need to get 2.1 kB of layers. Checked just now.\nRun 'imgupdate list -H ENGINE --upgradable' to see it.\n",
    });
  });

  it.each([
    ['nope', [], 'N: no image here matches nope\n'],
    ['nope', ['--filter', 'status=gone'], 'N: no image here matches nope\n'],
    ['dev', ['--filter', 'status=gone'], 'N: no image passes --filter status=gone (1 looked at)\n'],
    ['*', ['--filter', 'held=true', '--filter', 'label=a'], 'N: no image passes --filter held=true --filter label=a (1 looked at)\n'],
  ])('says why there is no row for %s %j', async (pattern, filters, stderr) => {
    expect(await list(pattern, ...filters)).toEqual({ exitCode: 0, stdout: '', stderr });
  });

  it('does not speak of all images when it was asked for some', async () => {
    expect(await list('*/acme/same')).toMatchObject({ stderr: '1 image: 1 current. No updates found. Checked just now.\n' });
  });
});

describe('what could not be found out', () => {
  const WARNINGS = [
    "W: docker.io/acme/billing:1.9: not found or private; run 'docker login'",
    'W: registry.example:5000/tools/ci:latest: 127.0.0.1:1 refused the connection (ECONNREFUSED)',
    '',
  ].join('\n');

  it('is said with -q too, and not with -qq', async () => {
    const rebuiltOrGone = ['bitnami/kafka:3.7', 'nginx:1.27', 'queue:dev', 'shop:dev', 'ghcr.io/acme/api:latest'];
    const newer = ['grafana/grafana:11.2.0', 'node:20-slim', 'postgres:16', 'redis:7.2', 'ghcr.io/acme/api:2.3.1'];
    const ran = await runCli(['demo', '--upgradable', '-q']);
    expect(ran).toMatchObject({ exitCode: 0, stderr: WARNINGS });
    expect(new Set(ran.stdout.trimEnd().split('\n'))).toEqual(new Set([...rebuiltOrGone, ...newer]));
    expect(await runCli(['demo', '--upgradable', '-qq'])).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('is no failure of the run when a filter chose it', async () => {
    const ran = await runCli(['demo', '--filter', 'status=unknown', '--format', '{{.Image}}']);
    const summary = '2 images: 2 unknown; newer: 1 unknown. No updates found, but 2 images could not be checked.\n';
    expect(ran).toMatchObject({
      exitCode: 0,
      stdout: 'acme/billing:1.9\nregistry.example:5000/tools/ci:latest\n',
      stderr: `${NOTE}${WARNINGS}${summary}`,
    });
  });
});

describe('imgupdate demo', () => {
  it('says what it is, and names only commands that know its images', async () => {
    expect(await runCli(['demo', 'ghcr.io/acme/*', '--format', 'apt'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^ghcr\.io\/acme\/api:2\.3\.1 2\.4\.0 amd64 \[upgradable from: 2\.3\.1\]\nghcr\.io\/acme\/api:latest \w+ amd64 \[rebuilt from: \w+\]\n$/,
      ) as string,
      stderr: `${NOTE}2 images: 1 rebuilt, 1 current; newer: 1 minor. Need to get 14.9 kB of layers. Checked just now.\nRun 'imgupdate list' to check the images of this machine.\n`,
    });
  });
});
