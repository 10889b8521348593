import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeImage, makeIndex, makeLayer } from '../../src/demo/images.ts';
import type { Document, ImageEntry } from '../../src/core/document.ts';
import { type RunningContainerd, startContainerd } from '../helpers/containerd.ts';
import { type RunningRegistry, startDockerRegistry } from '../helpers/docker-registry.ts';
import { baseEnvironment, run } from '../helpers/processes.ts';
import { type Publisher, startPublisher } from '../helpers/publisher.ts';
import { BIN, runCli } from '../helpers/run-cli.ts';
import { systemTest } from '../helpers/system.ts';

const CREATED = '2026-11-01T08:00:00Z';
const PLATFORMS = ['linux/amd64', 'linux/arm64'] as const;

/** An index for two platforms; the word says what is in each. */
function makeWeb(word: string) {
  const children = PLATFORMS.map((platform) => {
    const [os = '', architecture = ''] = platform.split('/');
    const layer = makeLayer({ files: { 'srv/index.html': `${platform} ${word}` }, created: CREATED, format: 'oci' });
    return makeImage({ layers: [layer], created: CREATED, format: 'oci', platform: { os, architecture }, command: ['/srv/run'] });
  });
  return makeIndex({ children, format: 'oci' });
}

systemTest('imgupdate list and the images of a real containerd', ['containerd', 'ctr', 'skopeo', 'docker-registry'], () => {
  let containerd: RunningContainerd;
  let registry: RunningRegistry;
  let publisher: Publisher;
  let still: string;
  let rebuilt: string;

  /** Without unpacking, which takes a snapshotter: the content is all that is exported. */
  const fetchImage = (...args: readonly string[]): Promise<string> => containerd.ctr('content', 'fetch', '--plain-http', ...args);
  const exportImages = async (file: string, ...args: readonly string[]): Promise<string> => {
    await containerd.ctr('images', 'export', ...args.slice(0, -1), containerd.at(file), ...args.slice(-1));
    return containerd.at(file);
  };

  beforeAll(async () => {
    [containerd, registry, publisher] = await Promise.all([startContainerd(), startDockerRegistry(), startPublisher()]);
    still = `${registry.host}/acme/still:1`;
    rebuilt = `${registry.host}/acme/rebuilt:1`;
    for (const reference of [still, rebuilt]) {
      await publisher.publish(reference, makeWeb(reference));
      await fetchImage('--platform', 'linux/amd64', reference);
    }
    await publisher.publish(rebuilt, makeWeb('rebuilt'));
  });
  afterAll(() => Promise.all([containerd.stop(), registry.stop(), publisher.close()]));

  test.each(['oci-archive', 'docker-archive'])('what ctr exports is read as %s: both layouts are in it', async (transport) => {
    const archive = containerd.at(`both-${transport}.tar`);
    await containerd.ctr('images', 'export', '--platform', 'linux/amd64', archive, still, rebuilt);
    const { images } = await listJson([`${transport}:${archive}`]);
    expect(images.map(({ reference, platform, tag }) => [reference, platform, tag.status])).toEqual([
      [rebuilt, 'linux/amd64', 'rebuilt'],
      [still, 'linux/amd64', 'current'],
    ]);
    expect(images.map(({ sources }) => sources.map(({ kind, location }) => [kind, location]))).toEqual(
      images.map(() => [[transport, archive]]),
    );
  });

  test('both readings tell the same of the same image', async () => {
    const archive = await exportImages('one.tar', '--platform', 'linux/amd64', still);
    const [asLayout, asArchive] = await Promise.all(
      ['oci-archive', 'docker-archive'].map(async (transport) => (await listJson([`${transport}:${archive}`])).images[0]!),
    );
    expect(told(asArchive!)).toEqual(told(asLayout!));
    expect(asLayout).toMatchObject({ imageId: configDigestOf(still) });
  });

  test('of an index that was fetched for one platform, that one is a row, and the other is not missed', async () => {
    const archive = await exportImages('sparse.tar', '--platform', 'linux/amd64', still);
    const ran = await runCli(['list', '--json', `oci-archive:${archive}`]);
    expect({ exitCode: ran.exitCode, errors: ran.stderr.split('\n').filter((line) => line.startsWith('E: ')) }).toEqual({
      exitCode: 0,
      errors: [],
    });
    expect((JSON.parse(ran.stdout) as Document).images.map(({ platform }) => platform)).toEqual(['linux/amd64']);
  });

  test('of an index that was fetched for all platforms, each is a row', async () => {
    const all = `${registry.host}/acme/all:1`;
    await publisher.publish(all, makeWeb(all));
    await fetchImage('--all-platforms', all);
    const archive = await exportImages('all.tar', '--all-platforms', all);
    const { images } = await listJson([`oci-archive:${archive}`]);
    expect(images.map(({ reference, platform, tag }) => [reference, platform, tag.status])).toEqual(
      PLATFORMS.map((platform) => [all, platform, 'current']),
    );
  });

  test('several names of an image are a row each, and one image', async () => {
    const again = `${registry.host}/acme/still:again`;
    await publisher.publish(again, makeWeb(still));
    await containerd.ctr('images', 'tag', still, again);
    const archive = containerd.at('names.tar');
    await containerd.ctr('images', 'export', '--platform', 'linux/amd64', archive, still, again);
    for (const transport of ['oci-archive', 'docker-archive']) {
      const { images } = await listJson([`${transport}:${archive}`]);
      expect(images.map(({ reference, tag }) => [reference, tag.status])).toEqual([
        [still, 'current'],
        [again, 'current'],
      ]);
      expect(new Set(images.map(({ imageId }) => imageId)).size).toBe(1);
    }
  });

  test('an image that is named by its digest is a row, pinned or without a name', async () => {
    const digest = makeWeb(still).digest;
    const pinned = `${registry.host}/acme/still@${digest}`;
    await containerd.ctr('images', 'tag', still, pinned);
    const archive = await exportImages('pinned.tar', '--platform', 'linux/amd64', pinned);
    const { images } = await listJson([`oci-archive:${archive}`, '--all']);
    expect(images.map(({ platform, imageId }) => [platform, imageId])).toEqual([['linux/amd64', configDigestOf(still)]]);
  });

  test('an export is read from a pipe', async () => {
    const pipe = `${containerd.shell} images export --platform linux/amd64 - ${still} ${rebuilt} | "$0" "$1" list --json oci-archive:-`;
    const home = containerd.at('home');
    const ran = await run('sh', ['-c', pipe, process.execPath, BIN], { env: { ...baseEnvironment(), HOME: home } });
    expect(ran.exitCode, ran.stderr).toBe(0);
    const { images } = JSON.parse(ran.stdout) as Document;
    expect(images.map(({ reference, tag }) => [reference, tag.status])).toEqual([
      [rebuilt, 'rebuilt'],
      [still, 'current'],
    ]);
  });

  test('what ctr imported keeps its id, whoever wrote the archive', async () => {
    const archive = await exportImages('first.tar', '--platform', 'linux/amd64', rebuilt);
    const [before] = (await listJson([`oci-archive:${archive}`])).images;
    await containerd.ctr('images', 'rm', rebuilt);
    await containerd.ctr('images', 'import', '--no-unpack', archive);
    const [after] = (await listJson([`oci-archive:${await exportImages('second.tar', '--platform', 'linux/amd64', rebuilt)}`])).images;
    expect(told(after!)).toEqual(told(before!));
  });
});

const configDigestOf = (word: string): string => {
  const [amd64] = makeWeb(word).children;
  return amd64?.kind === 'image' ? amd64.config.digest : '';
};

async function listJson(args: readonly string[]): Promise<Document> {
  const ran = await runCli(['list', '--json', ...args]);
  if (ran.exitCode !== 0) throw new Error(`list ${args.join(' ')} exited with ${ran.exitCode}: ${ran.stderr}`);
  return JSON.parse(ran.stdout) as Document;
}

/** All but where the image is, how much it takes there, and the moment the registry answered. */
function told({ tag, newer, base, ...row }: ImageEntry): object {
  return {
    ...row,
    sources: null,
    size: null,
    tag: { ...tag, checkedAt: null },
    newer: { ...newer, checkedAt: null },
    base: { ...base, checkedAt: null },
  };
}
