import { parseReference, renderFamiliar } from '../core/reference.ts';
import type { StoredContainer, StoredImage } from './engine-documents.ts';
import { filler, makeImage, makeIndex, makeLayer, type ImageDocument, type IndexDocument, type Layer } from './images.ts';

/** What the demo's registries offer and its machine has. */
export type DemoContent = {
  /** By registry: what each tag of each repository names now. */
  readonly published: ReadonlyMap<string, readonly Publication[]>;
  readonly installed: readonly StoredImage[];
  readonly containers: readonly StoredContainer[];
};

export type Publication = { readonly repository: string; readonly tag: string; readonly image: IndexDocument };

/**
 * Makes the demo's images: the same ones, with the same digests, each time.
 *
 * The day is 20 November 2026. The machine is linux/amd64.
 */
export function makeDemoContent(): DemoContent {
  const olderDebian = layer('debian bookworm', 279, '2025-07-21');
  const debian = layer('debian bookworm', 280, '2026-10-20');
  const olderAlpine = layer('alpine 3.22', 79, '2026-07-15');
  const alpineRoot = layer('alpine 3.22', 80, '2026-10-08');

  const nginxEntry = layer('nginx docker-entrypoint', 5, '2026-10-21');
  const nginxHere = release('2026-10-21', [debian, layer('nginx 1.27.5', 120, '2026-10-21'), nginxEntry]);
  const nginxNow = release('2026-11-18', [debian, layer('nginx 1.27.5, openssl 3.0.18', 124, '2026-11-18'), nginxEntry]);

  const postgres = release('2026-11-12', [debian, layer('postgres 16.11', 210, '2026-11-12')]);

  const nodeLayers = [debian, layer('node 20.19', 160, '2026-11-04')];
  const nodeHere = release('2026-11-04', nodeLayers);
  const nodeNow = makeDemoIndex([
    imageFor('amd64', '2026-11-04', nodeLayers),
    imageFor('arm64', '2026-11-16', [debian, layer('node 20.19 again', 160, '2026-11-16')]),
  ]);

  const kafkaHere = release('2025-08-14', [olderDebian, layer('kafka 3.7.2', 150, '2025-08-14')]);
  const kafkaNow = release('2026-11-02', [debian, layer('kafka 4.1.1', 150, '2026-11-02')]);

  const redisLayers = [alpineRoot, layer('redis 7.2.12', 41, '2026-11-02')];
  const redisTools = layer('redis debugging tools', 30, '2026-11-02');
  const redisBefore = release('2026-11-02', [...redisLayers, redisTools]);
  const redis = release('2026-11-09', redisLayers);

  const grafana = release('2026-08-27', [olderAlpine, layer('grafana 11.2.0', 190, '2026-08-27')]);
  const alpine = release('2026-10-08', [alpineRoot]);
  const billing = release('2026-10-29', [alpineRoot, layer('billing 1.9', 30, '2026-10-29')]);
  const ci = release('2026-07-15', [olderDebian, layer('ci tools', 90, '2026-07-15')]);

  /** What the other versions of all repositories are. */
  const another = release('2026-11-10', [layer('another version', 4, '2026-11-10')]);

  const apiModules = layer('api modules', 60, '2026-10-30');
  const apiHere = release('2026-11-05', [alpineRoot, apiModules, layer('api 2.3.1', 12, '2026-11-05')]);
  const apiNow = release('2026-11-19', [alpineRoot, apiModules, layer('api 2.4.0', 13, '2026-11-19')]);

  const myApp = builtOn(nodeHere, layer('my-app', 8, '2026-11-20'));
  const shop = builtOn(nginxHere, layer('shop', 16, '2026-11-06'));
  const queue = builtOn(redisBefore, layer('queue', 9, '2026-11-05'));

  const installedNginx = pulled(nginxHere, 'nginx:1.27');
  const installedPostgres = pulled(postgres, 'postgres:16');
  const installedApi = pulled(apiHere, 'ghcr.io/acme/api:2.3.1', 'ghcr.io/acme/api:latest');
  const untaggedRedis = { ...pulled(redisBefore, 'redis:7.2'), tags: [] };

  return {
    published: new Map([
      [
        'docker.io',
        [
          ...publish('library/nginx', nginxNow, '1.27', '1.27.5'),
          ...publish(
            'library/nginx',
            another,
            '1.26',
            '1.26.3',
            '1.27-alpine',
            '1.28',
            '1.28.0',
            '1.29',
            '1.29.3',
            '1.29-alpine',
            'latest',
          ),
          ...publish('library/postgres', postgres, '16', '16.11'),
          ...publish('library/postgres', another, '15', '17', '17-alpine', '18', '18.1', '18-alpine3.22', '19beta3', 'latest'),
          ...publish('library/node', nodeNow, '20-slim', '20.19-slim'),
          ...publish(
            'library/node',
            another,
            '20',
            '20-alpine',
            '22',
            '22-slim',
            '24',
            '24-slim',
            '24-bookworm-slim',
            '24-alpine3.22',
            'lts',
          ),
          ...publish('library/redis', redis, '7.2', '7.2.12'),
          ...publish('library/redis', another, '6.2', '7.4', '7.4-alpine', '8.0', '8.2', '8.2-alpine', '8.4-rc1', 'latest'),
          ...publish('library/alpine', alpine, '3.22', '3', 'latest'),
          ...publish('bitnami/kafka', kafkaNow, 'latest'),
          ...publish('grafana/grafana', grafana, '11.2.0', '11.2.0-ubuntu'),
          ...publish(
            'grafana/grafana',
            another,
            '10.4.19',
            '11.2.10',
            '11.6.7',
            '11.6.7-ubuntu',
            '12.2.1',
            '12.3.0-preview',
            'latest',
            'main',
          ),
          ...publish('acme/billing', billing, '1.9'),
        ],
      ],
      [
        'ghcr.io',
        [
          ...publish('acme/api', apiHere, '2.3.1'),
          ...publish('acme/api', apiNow, '2.4.0', 'latest'),
          ...publish('acme/api', another, '2.3.0', '3.0.0-rc.1', '3f2a9c0', 'pr-118', '20261119'),
        ],
      ],
    ]),
    installed: [
      installedNginx,
      installedPostgres,
      installedApi,
      untaggedRedis,
      pulled(redis, 'redis:7.2'),
      pulled(nodeHere, 'node:20-slim'),
      pulled(kafkaHere, 'bitnami/kafka:3.7'),
      pulled(grafana, 'grafana/grafana:11.2.0'),
      pulled(billing, 'acme/billing:1.9'),
      pulled(ci, 'registry.example:5000/tools/ci:latest'),
      { ...pulled(alpine, 'alpine:3.22'), tags: [] },
      ...Object.entries({ 'my-app:dev': myApp, 'shop:dev': shop, 'queue:dev': queue }).map(([tag, image]) => ({
        image,
        target: image,
        tags: [tag],
        repoDigests: [],
      })),
    ],
    containers: [
      { name: 'web', running: true, image: installedNginx, reference: 'nginx:1.27', created: '2026-10-24T06:30:00Z' },
      { name: 'db', running: true, image: installedPostgres, reference: 'postgres:16', created: '2026-11-13T06:30:00Z' },
      { name: 'cache', running: true, image: untaggedRedis, reference: 'redis:7.2', created: '2026-10-02T06:30:00Z' },
      { name: 'api', running: true, image: installedApi, reference: 'ghcr.io/acme/api:2.3.1', created: '2026-11-06T06:30:00Z' },
    ],
  };
}

function publish(repository: string, image: IndexDocument, ...tags: readonly string[]): readonly Publication[] {
  return tags.map((tag) => ({ repository, tag, image }));
}

/** A layer for each platform of the demo. */
type LayerPair = Readonly<Record<Architecture, Layer>>;

type Architecture = 'amd64' | 'arm64';

/** `day`: when the layer was built. */
function layer(what: string, kilobytes: number, day: string): LayerPair {
  const build = (architecture: Architecture): Layer =>
    makeLayer({
      files: { [`opt/${what.replaceAll(/[^a-z0-9.]+/g, '-')}`]: filler(`${what} ${architecture}`, kilobytes * 1000) },
      created: at(day),
      createdBy: `ADD ${what} / # demo`,
    });
  return { amd64: build('amd64'), arm64: build('arm64') };
}

/** An image for both platforms of the demo. */
function release(day: string, layers: readonly LayerPair[]): IndexDocument {
  return makeDemoIndex([imageFor('amd64', day, layers), imageFor('arm64', day, layers)]);
}

/** What `docker build` on an amd64 machine makes of a base, one more layer and a command: it takes over all of the base's layers and steps. */
function builtOn(base: IndexDocument, top: LayerPair): ImageDocument {
  const below = childFor(base, 'amd64');
  const { created, createdBy } = top.amd64;
  return makeImage({
    platform: below.platform,
    created,
    layers: [...below.layers, top.amd64],
    history: [...below.history, { created, created_by: createdBy }, { created, created_by: 'CMD ["/srv/start"]', empty_layer: true }],
  });
}

const makeDemoIndex = (children: readonly ImageDocument[]): IndexDocument => makeIndex({ children, attested: true });

function imageFor(architecture: Architecture, day: string, layers: readonly LayerPair[]): ImageDocument {
  return makeImage({
    platform: { os: 'linux', architecture, ...(architecture === 'arm64' ? { variant: 'v8' } : {}) },
    created: at(day),
    layers: layers.map((pair) => pair[architecture]),
    history: [
      ...layers.map((pair) => ({ created: pair[architecture].created, created_by: pair[architecture].createdBy })),
      { created: at(day), created_by: 'CMD ["/bin/true"]', empty_layer: true },
    ],
  });
}

function childFor(index: IndexDocument, architecture: Architecture): ImageDocument {
  const image = index.children.find((child) => child.kind === 'image' && child.platform.architecture === architecture);
  if (image?.kind !== 'image') throw new Error(`demo image: expected one for ${architecture}`);
  return image;
}

const at = (day: string): string => `${day}T04:00:00Z`;

/** What is left on an amd64 machine after pulling each of the names, which named `index` then. */
function pulled(index: IndexDocument, ...tags: readonly string[]): StoredImage {
  const image = childFor(index, 'amd64');
  const repoDigests = tags.flatMap((tag) => {
    const reference = parseReference(tag);
    return reference.ok ? [renderFamiliar({ ...reference.value, tag: null, digest: index.digest })] : [];
  });
  return { image, target: index, tags, repoDigests: [...new Set(repoDigests)] };
}
