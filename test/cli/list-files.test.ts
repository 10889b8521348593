import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Checkout, makeWord, startCheckout } from './check-world.ts';
import { type SmallWorld, startSmallWorld } from './small-world.ts';

const old = makeWord('old');
const now = makeWord('now');

let world: Checkout;
beforeEach(async () => {
  world = await startCheckout();
  world.registry.put('base/node', '20', old);
  world.registry.put('base/node', '20', now);
  world.registry.put('base/redis', '7', now);
});
afterEach(() => world.close());

const run = async (args: readonly string[], stdin = '') => {
  const ran = await world.run(args, { stdin: stdin.replaceAll('R/', `${world.registry.host}/`) });
  const normalize = (text: string): string =>
    text
      .replaceAll(world.registry.host, 'R')
      .replace(/\b[a-f0-9]{64}\b/g, 'DIGEST')
      .replace(/\b[a-f0-9]{12}\b/g, 'SHORT')
      .replace(/in \d+\.\ds \(\d+ requests?\)/, 'in 0.1s (3 requests)')
      .replace(/Need to get \d+(?:\.\d+)? k?B of layers\. /, '');
  return { exitCode: ran.exitCode, stdout: normalize(ran.stdout), stderr: normalize(ran.stderr) };
};

/** Name, answer and users of each row. */
const ROWS = ['--format', '{{.Image}} {{.Update}} {{.UsedBy}}'] as const;

const makePod = (name: string, digest: string, owner: object | null): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { labels: { 'pod-template-hash': '6c9f' }, name, namespace: 'shop', ...(owner === null ? {} : { ownerReferences: [owner] }) },
  spec: { containers: [{ image: 'R/base/node:20', name: 'web' }], nodeSelector: { 'kubernetes.io/arch': 'amd64' } },
  status: { containerStatuses: [{ imageID: `R/base/node@${digest}`, name: 'web' }] },
});
const replicas = { controller: true, kind: 'ReplicaSet', name: 'web-6c9f' };

describe('kubectl get pods -A -o json | imgupdate list -f -', () => {
  const pods = (items: readonly object[]): string => JSON.stringify({ apiVersion: 'v1', items, kind: 'List' }, null, 4);

  it('lists what runs in the cluster, what uses it, and asks once for each tag', async () => {
    const fifty = Array.from({ length: 50 }, (_, at) => makePod(`web-6c9f-${at}`, old.digest, replicas));
    const items = [...fifty, makePod('web-6c9f-new', now.digest, replicas), makePod('shell', old.digest, null)];
    expect(await run(['list', '--max-age', '0s', ...ROWS, '-f', '-'], pods(items))).toEqual({
      exitCode: 0,
      stdout: 'R/base/node:20 rebuilt Deployment shop/web, Pod shop/shell\nR/base/node:20 current Deployment shop/web\n',
      stderr: "2 images: 1 rebuilt, 1 current. Checked just now.\nRun 'imgupdate list -f - --upgradable' to see it.\n",
    });
    expect(world.registry.counts()).toMatchObject({ manifestHeads: 1 });
  });

  it('names what to do where all of it is stale', async () => {
    const { stderr } = await run(['list', ...ROWS, '-f', '-'], pods([makePod('shell', old.digest, null)]));
    expect(stderr).toBe("1 image: 1 rebuilt. Checked just now.\nRun 'imgupdate check -f -' to see at each line what to do about it.\n");
  });

  it('says that nothing runs where nothing does', async () => {
    expect(await run(['list', ...ROWS, '-f', '-'], pods([]))).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'N: no images found in standard input (read 1 file)\n',
    });
  });

  it('does not take the silence of a kubectl that failed for an empty cluster', async () => {
    const { exitCode, stdout, stderr } = await run(['list', ...ROWS, '-f', '-']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^E: standard input: not checked: it is empty: expected .* \(did the command before it fail\?\)\n/);
  });
});

describe('imgupdate list -f images.txt', () => {
  it('lists each image of it beside the line, and what is no image', async () => {
    const list = `# ours\nR/base/node:20@${old.digest}\nR/base/redis:7\nR/base/gone:1 # the old one\nR/base/NODE:20\n<none>:<none>\n`;
    await world.write({ 'images.txt': list });
    expect(await run(['list', ...ROWS, '-f', 'images.txt'])).toEqual({
      exitCode: 0,
      stdout: [
        'R/base/NODE:20 unknown images.txt:5',
        'R/base/gone:1 gone images.txt:4',
        'R/base/node:20@sha256:DIGEST rebuilt images.txt:2',
        'R/base/redis:7 none images.txt:3',
        '',
      ].join('\n'),
      stderr: expect.stringContaining('W: images.txt:6:1: 1 image has no name (<none>), and cannot be looked up\n') as string,
    });
  });

  it('lists the others where one file cannot be read, and fails', async () => {
    await world.write({ 'images.txt': 'R/base/redis:7\n', 'notes.txt': 'Dear all\n', Dockerfile: 'FROM R/base/redis:7\n' });
    const { exitCode, stdout, stderr } = await run(['list', ...ROWS, '-f', 'notes.txt', '-f', 'images.txt', '-f', 'Dockerfile']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: 'R/base/redis:7 none Dockerfile:1, images.txt:1\n' });
    expect(stderr).toMatch(
      /^E: notes\.txt: not checked: it is no Dockerfile, compose file, .*: line 1 is no image\n1 image: 1 without a digest\./,
    );
  });

  it('warns of a file in a folder that cannot be read, and of what has no effect', async () => {
    await world.write({
      'deploy/broken.yaml': 'apiVersion: v1\nkind: [\n',
      'deploy/Dockerfile': 'FROM R/base/redis:7\n',
      'deploy/images.txt': 'R/a:1',
    });
    const { exitCode, stdout, stderr } = await run(['list', ...ROWS, '-f', 'deploy', '--build-arg', 'A=1']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'R/base/redis:7 none deploy/Dockerfile:1\n' });
    expect(stderr).toMatch(/^W: --build-arg A is used by no Dockerfile\nW: deploy\/broken\.yaml:\d+:\d+: not checked: /);
  });

  it('says which of its lines a check fails for, and what to do', async () => {
    await world.write({ 'images.txt': `R/base/node:20@${old.digest}\n# imgupdate: hold\nR/base/redis:7@${old.digest}\n` });
    expect((await run(['check', '-f', 'images.txt'])).stdout).toMatch(
      /^images\.txt:1:1: error: R\/base\/node:20 was rebuilt for \S+ \(SHORT -> SHORT\); pin it to R\/base\/node:20@sha256:DIGEST \[stale\/rebuilt\]\nimages\.txt:3:1: note: /,
    );
  });

  it('tells in JSON that a list names it', async () => {
    await world.write({ 'images.txt': '\n  R/base/redis:7' });
    const { images } = JSON.parse((await run(['list', '--json', '-f', 'images.txt'])).stdout) as { images: { sources: unknown }[] };
    expect(images[0]?.sources).toMatchObject([{ kind: 'list', location: 'images.txt', line: 2, column: 3 }]);
  });
});

describe('imgupdate update -f', () => {
  it('asks for what files name', async () => {
    world.registry.put('base/node', 'latest', now);
    await world.write({ 'images.txt': `R/base/node:20@${old.digest}\n`, 'notes.txt': 'Dear all\n' });
    expect(await run(['update', '-f', 'images.txt', '-f', 'notes.txt'])).toEqual({
      exitCode: 1,
      stdout: 'Get:1 R/base/node 20 sha256:DIGEST [2 documents]\nGet:2 R/base/node tags [2 tags]\n',
      stderr: [
        'Checked 1 image in 0.1s (3 requests)',
        "1 image can be upgraded. Run 'imgupdate list -f images.txt -f notes.txt --upgradable' to see it.",
        'E: notes.txt: not checked: it is no Dockerfile, compose file, Kubernetes manifest or list of images: line 1 is no image',
        '',
      ].join('\n'),
    });
  });
});

describe('files beside an engine', () => {
  let small: SmallWorld;
  beforeEach(async () => {
    small = await startSmallWorld();
  });
  afterEach(() => small.close());

  it('are listed alone where no image is named, without asking the engine', async () => {
    await world.write({ 'images.txt': 'R/base/redis:7\n' });
    expect((await run(['list', ...ROWS, '-f', 'images.txt'])).stdout).toBe('R/base/redis:7 none images.txt:1\n');
  });

  it('are listed with the images that are named', async () => {
    await world.write({ 'images.txt': 'R/base/redis:7\n' });
    const { exitCode, stdout } = await run(['list', ...ROWS, '-f', 'images.txt', '-H', small.engineHost, 'dev']);
    expect(exitCode).toBe(0);
    expect(
      stdout
        .split('\n')
        .filter((line) => line !== '')
        .toSorted(),
    ).toEqual(['R/base/redis:7 none images.txt:1', 'dev:1 local ']);
  });
});
