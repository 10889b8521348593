import { readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Document, ImageEntry } from '../../src/core/document.ts';
import { run, runOrThrow } from '../helpers/processes.ts';
import {
  IMAGE_NAMES,
  type ImageName,
  type Route,
  ROUTE_PROGRAMS,
  ROUTES,
  type RouteWorld,
  startRouteWorld,
} from '../helpers/route-world.ts';
import { BIN, runCli } from '../helpers/run-cli.ts';
import { systemTest } from '../helpers/system.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

/** What is to be said of each image, whatever its way here. */
const TRUTH: Readonly<Record<ImageName, readonly [verdict: string, tag: string, base: string]>> = {
  current: ['fresh', 'current', 'current'],
  'current again': ['fresh', 'current', 'current'],
  behind: ['stale', 'current', 'moved'],
  commented: ['fresh', 'current', 'current'],
  'commented behind': ['stale', 'current', 'moved'],
  'in docker types': ['fresh', 'current', 'current'],
  rebuilt: ['stale', 'rebuilt', 'current'],
  gone: ['stale', 'gone', 'unknown'],
  baseless: ['fresh', 'current', 'unknown'],
  local: ['fresh', 'local', 'current'],
  unreachable: ['unknown', 'unknown', 'unknown'],
};

/** Nothing in them has a digest of any registry. So nothing proves that a tag that is not there ever was, as it does for an image that podman or a daemon pulled. */
const WITHOUT_DIGESTS: ReadonlySet<Route> = new Set(['docker save', 'podman save']);
const UNPROVEN = ['unknown', 'unknown', 'unknown'] as const;

/** They turn Docker's types into OCI's. */
const CONVERTING: ReadonlySet<Route> = new Set(['podman save --format oci-archive', 'skopeo copy to oci', 'skopeo copy to oci-archive']);

systemTest('the same images by every route', [...ROUTE_PROGRAMS, 'zstd'], () => {
  let world: RouteWorld;
  let home: TemporaryDirectory;
  const alone = new Map<Route, Document>();
  const inTurn = new Map<Route, { readonly document: Document; readonly asked: readonly string[] }>();

  beforeAll(async () => {
    world = await startRouteWorld();
    home = await makeTemporaryDirectory();
    // a memory of its own for each: what one route has learned, no other one profits from
    for (const route of ROUTES) alone.set(route, await listJson(world.routes[route]));
    for (const route of ROUTES) {
      const before = requestsTo(world).length;
      const document = await listJson(world.routes[route], { home: home.path });
      inTurn.set(route, { document, asked: requestsTo(world).slice(before) });
    }
  });
  afterAll(async () => {
    await world.close();
    await home.remove();
  });

  const rowOf = (route: Route, name: ImageName): ImageEntry => findRow(alone.get(route), world.names[name]);

  describe.each(ROUTES.map((route) => ({ route })))('by $route', ({ route }) => {
    const isUnproven = (name: ImageName): boolean => name === 'gone' && WITHOUT_DIGESTS.has(route);

    test('all images are there, and nothing else', () => {
      const references = (alone.get(route)?.images ?? []).map(({ reference }) => reference);
      expect(references.sort()).toEqual(Object.values(world.names).sort());
    });

    test.each(IMAGE_NAMES)('%s is what it is', (name) => {
      const { verdict, tag, base } = rowOf(route, name);
      expect([verdict, tag.status, base.status]).toEqual(isUnproven(name) ? UNPROVEN : TRUTH[name]);
    });

    test.each(IMAGE_NAMES.filter((name) => !isUnproven(name)))('%s is told as from dockerd', (name) => {
      const [told, expected] = [rowOf(route, name), rowOf('dockerd', name)];
      const isConverted = name === 'in docker types' && CONVERTING.has(route);
      expect(told.imageId === expected.imageId).toBe(!isConverted);
      expect({ ...comparable(told), imageId: null }).toEqual({ ...comparable(expected), imageId: null });
    });

    test('a tag that is current names the same digest, and otherwise no digest is told that dockerd or podman does not know', () => {
      for (const name of IMAGE_NAMES) {
        const [told, known] = [rowOf(route, name).tag, rowOf('dockerd', name).tag];
        // podman knows the digest of the platform's own manifest beside that of the index, and gives one to what it loads
        if (told.status === 'current') expect(told.digests, name).toEqual(known.digests);
        else expect(rowOf('podman socket', name).tag.digests, name).toEqual(expect.arrayContaining([...told.digests]));
      }
    });

    test('with a memory that knows the tags, no tag is asked for again', () => {
      const { document, asked = [] } = inTurn.get(route) ?? {};
      expect(document?.images.map(({ reference, tag }) => [reference, tag.status])).toEqual(
        alone.get(route)?.images.map(({ reference, tag }) => [reference, tag.status]),
      );
      const heads = asked.filter((request) => request.startsWith('HEAD ') && !request.includes('sha256:'));
      expect(heads.length).toBe(route === ROUTES[0] ? TAGS_ASKED : 0);
    });
  });

  describe('in one command', () => {
    let joined: Document;
    let asked: readonly string[];

    beforeAll(async () => {
      const before = requestsTo(world).length;
      const { dockerd, 'podman socket': podman, 'docker save': saved, 'skopeo copy to oci': layout } = world.routes;
      joined = await listJson([...dockerd, ...podman, ...saved, ...layout]);
      asked = requestsTo(world).slice(before);
    });

    test('an image that two engines, an archive and a layout have is one row with four places', () => {
      const places = ['docker-archive', 'docker-daemon', 'docker-daemon', 'oci'];
      for (const name of IMAGE_NAMES) {
        const rows = joined.images.filter(({ reference }) => reference === world.names[name]);
        const kinds = rows.map(({ sources }) => sources.map(({ kind }) => kind).sort());
        // what is in the layout has another id there
        if (name === 'in docker types') expect(kinds.sort(), name).toEqual([places.slice(0, -1), places.slice(-1)]);
        else expect(kinds, name).toEqual([places]);
      }
    });

    test.each(IMAGE_NAMES)('%s is what it is by each of them', (name) => {
      const rows = joined.images.filter(({ reference }) => reference === world.names[name]);
      expect(rows).not.toEqual([]);
      for (const { verdict, tag, base } of rows) expect([verdict, tag.status, base.status]).toEqual(TRUTH[name]);
    });

    test('each tag is asked for once', () => {
      const tags = asked.filter((request) => request.startsWith('HEAD ') && !request.includes('sha256:'));
      expect(tags.length).toBe(TAGS_ASKED);
      expect(new Set(tags).size).toBe(TAGS_ASKED);
    });

    test('a place that cannot be read is named, and the others are listed', async () => {
      const whole = await readFile(world.at('docker-save.tar'));
      await writeFile(world.at('cut.tar'), whole.subarray(0, 5_000));
      const ran = await runCli(['list', '--json', `docker-archive:${world.at('cut.tar')}`, ...world.routes['skopeo copy to oci']]);
      expect(ran.exitCode).toBe(1);
      expect(ran.stderr).toContain(`E: cannot read docker-archive:${world.at('cut.tar')}: `);
      const document = JSON.parse(ran.stdout) as Document;
      expect(document.images.map(({ reference }) => reference)).toEqual(Object.values(world.names).sort());
    });

    test('one image of an archive of many can be named', async () => {
      const { images } = await listJson([`docker-archive:${world.at('podman-save.tar')}:${world.names.rebuilt}`]);
      expect(images.map(({ reference, tag }) => [reference, tag.status])).toEqual([[world.names.rebuilt, 'rebuilt']]);
    });
  });

  describe('through a pipe and compressed', () => {
    const told = (document: Document | undefined): readonly object[] => (document?.images ?? []).map(comparable);

    test('docker save into standard input', async () => {
      const names = Object.values(world.names).join(' ');
      const pipe = `docker save ${names} | "$0" "$1" list --json docker-archive:-`;
      const env = { ...world.docker.env, HOME: home.path, XDG_CACHE_HOME: world.at('cache'), XDG_STATE_HOME: world.at('state') };
      const ran = await run('sh', ['-c', pipe, process.execPath, BIN], { env });
      expect(ran.exitCode, ran.stderr).toBe(0);
      const document = JSON.parse(ran.stdout) as Document;
      expect(told(document)).toEqual(told(alone.get('docker save')));
      expect(document.images[0]?.sources).toMatchObject([{ kind: 'docker-archive', location: '-' }]);
    });

    test('an archive in gzip', async () => {
      await writeFile(world.at('saved.tgz'), gzipSync(await readFile(world.at('docker-save.tar'))));
      expect(told(await listJson([`docker-archive:${world.at('saved.tgz')}`]))).toEqual(told(alone.get('docker save')));
    });

    test('an archive of OCI in zstd', async () => {
      const route: Route = 'skopeo copy to oci-archive';
      const archives = world.routes[route].map((word) => word.slice('oci-archive:'.length));
      for (const archive of archives) await runOrThrow('zstd', ['-q', archive, '-o', `${archive}.zst`]);
      expect(told(await listJson(archives.map((archive) => `oci-archive:${archive}.zst`)))).toEqual(told(alone.get(route)));
    });
  });
});

/** All but `local`, which is not asked for; of the tags of the image's registry alone: that of `unreachable` writes no log any more. Two bases. */
const TAGS_ASKED = IMAGE_NAMES.length - 2 + 2;

/** `HEAD /v2/acme/web/manifests/1`, as the registry wrote them down. */
function requestsTo({ registry }: RouteWorld): readonly string[] {
  return [...registry.output().matchAll(/"(HEAD|GET) (\/v2\/\S+) HTTP/g)].map(([, method, path]) => `${method} ${path}`);
}

async function listJson(args: readonly string[], options: { readonly home?: string } = {}): Promise<Document> {
  const ran = await runCli(['list', '--json', ...args], options);
  if (ran.exitCode !== 0) throw new Error(`list ${args.join(' ')} exited with ${ran.exitCode}: ${ran.stderr}`);
  return JSON.parse(ran.stdout) as Document;
}

function findRow(document: Document | undefined, reference: string): ImageEntry {
  const rows = document?.images ?? [];
  const [row, ...more] = rows.filter((each) => each.reference === reference);
  if (row === undefined || more.length > 0)
    throw new Error(`expected one row of ${reference} among ${rows.map((each) => each.reference).join(' ')}`);
  return row;
}

/** All that has to be the same: not where an image is, how much it takes there, what uses it there, by which digests it is known there, and the moment a registry answered. */
function comparable(row: ImageEntry): object {
  const when = (at: string | null): string | null => (at === null ? null : 'now');
  return {
    ...row,
    sources: null,
    size: null,
    containers: null,
    tag: { ...row.tag, digests: null, checkedAt: when(row.tag.checkedAt) },
    newer: { ...row.newer, checkedAt: when(row.newer.checkedAt) },
    base: { ...row.base, checkedAt: when(row.base.checkedAt) },
  };
}
