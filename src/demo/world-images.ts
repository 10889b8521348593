import { parseReference, renderFamiliar } from '../core/reference.ts';
import type { StoredContainer, StoredImage } from './engine-documents.ts';
import { filler, makeImage, makeIndex, makeLayer, type ImageDocument, type IndexDocument } from './images.ts';

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
  const debian = { what: 'debian bookworm', kilobytes: 280, day: '2026-10-20' };
  const alpineRoot = { what: 'alpine 3.22', kilobytes: 80, day: '2026-10-08' };

  const nginxEntry = { what: 'nginx docker-entrypoint', kilobytes: 5, day: '2026-10-21' };
  const nginxHere = release('2026-10-21', [debian, { what: 'nginx 1.27.5', kilobytes: 120, day: '2026-10-21' }, nginxEntry]);
  const nginxNow = release('2026-11-18', [debian, { what: 'nginx 1.27.5, openssl 3.0.18', kilobytes: 124, day: '2026-11-18' }, nginxEntry]);

  const postgres = release('2026-11-12', [debian, { what: 'postgres 16.11', kilobytes: 210, day: '2026-11-12' }]);

  const nodeLayers = [debian, { what: 'node 20.19', kilobytes: 160, day: '2026-11-04' }];
  const nodeHere = release('2026-11-04', nodeLayers);
  const nodeNow = makeDemoIndex([
    imageFor('amd64', '2026-11-04', nodeLayers),
    imageFor('arm64', '2026-11-16', [debian, { what: 'node 20.19 again', kilobytes: 160, day: '2026-11-16' }]),
  ]);

  const kafkaHere = release('2025-08-14', [debian, { what: 'kafka 3.7.2', kilobytes: 150, day: '2025-08-14' }]);
  const kafkaNow = release('2026-11-02', [debian, { what: 'kafka 4.1.1', kilobytes: 150, day: '2026-11-02' }]);

  const redisBefore = release('2026-09-30', [alpineRoot, { what: 'redis 7.2.11', kilobytes: 40, day: '2026-09-30' }]);
  const redis = release('2026-11-09', [alpineRoot, { what: 'redis 7.2.12', kilobytes: 41, day: '2026-11-09' }]);

  const grafana = release('2026-08-27', [alpineRoot, { what: 'grafana 11.2.0', kilobytes: 190, day: '2026-08-27' }]);
  const alpine = release('2026-10-08', [alpineRoot]);
  const billing = release('2026-10-29', [alpineRoot, { what: 'billing 1.9', kilobytes: 30, day: '2026-10-29' }]);
  const ci = release('2026-07-15', [debian, { what: 'ci tools', kilobytes: 90, day: '2026-07-15' }]);

  const apiHere = release('2026-11-05', [
    alpineRoot,
    { what: 'api modules', kilobytes: 60, day: '2026-10-30' },
    { what: 'api 2.3.1', kilobytes: 12, day: '2026-11-05' },
  ]);
  const apiNow = release('2026-11-19', [
    alpineRoot,
    { what: 'api modules', kilobytes: 60, day: '2026-10-30' },
    { what: 'api 2.4.0', kilobytes: 13, day: '2026-11-19' },
  ]);

  const myApp = imageFor('amd64', '2026-11-20', [
    debian,
    { what: 'node 20.19', kilobytes: 160, day: '2026-11-04' },
    { what: 'my-app', kilobytes: 8, day: '2026-11-20' },
  ]);

  const installedNginx = pulled(nginxHere, 'nginx:1.27');
  const installedPostgres = pulled(postgres, 'postgres:16');
  const installedApi = pulled(apiHere, 'ghcr.io/acme/api:2.3.1', 'ghcr.io/acme/api:latest');
  const untaggedRedis = { ...pulled(redisBefore, 'redis:7.2'), tags: [] };

  return {
    published: new Map([
      [
        'docker.io',
        [
          { repository: 'library/nginx', tag: '1.27', image: nginxNow },
          { repository: 'library/postgres', tag: '16', image: postgres },
          { repository: 'library/node', tag: '20-slim', image: nodeNow },
          { repository: 'library/redis', tag: '7.2', image: redis },
          { repository: 'library/alpine', tag: '3.22', image: alpine },
          { repository: 'bitnami/kafka', tag: 'latest', image: kafkaNow },
          { repository: 'grafana/grafana', tag: '11.2.0', image: grafana },
          { repository: 'acme/billing', tag: '1.9', image: billing },
        ],
      ],
      [
        'ghcr.io',
        [
          { repository: 'acme/api', tag: '2.3.1', image: apiHere },
          { repository: 'acme/api', tag: '2.4.0', image: apiNow },
          { repository: 'acme/api', tag: 'latest', image: apiNow },
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
      { image: myApp, target: myApp, tags: ['my-app:dev'], repoDigests: [] },
    ],
    containers: [
      { name: 'web', running: true, image: installedNginx, reference: 'nginx:1.27', created: '2026-10-24T06:30:00Z' },
      { name: 'db', running: true, image: installedPostgres, reference: 'postgres:16', created: '2026-11-13T06:30:00Z' },
      { name: 'cache', running: true, image: untaggedRedis, reference: 'redis:7.2', created: '2026-10-02T06:30:00Z' },
      { name: 'api', running: true, image: installedApi, reference: 'ghcr.io/acme/api:2.3.1', created: '2026-11-06T06:30:00Z' },
    ],
  };
}

/** A layer of the demo: `day` is when it was built. Two with the same words, size and day are the same layer. */
type LayerPlan = { readonly what: string; readonly kilobytes: number; readonly day: string };

/** An image for both platforms of the demo. */
function release(day: string, layers: readonly LayerPlan[]): IndexDocument {
  return makeDemoIndex([imageFor('amd64', day, layers), imageFor('arm64', day, layers)]);
}

const makeDemoIndex = (children: readonly ImageDocument[]): IndexDocument => makeIndex({ children, attested: true });

function imageFor(architecture: string, day: string, layers: readonly LayerPlan[]): ImageDocument {
  return makeImage({
    platform: { os: 'linux', architecture, ...(architecture === 'arm64' ? { variant: 'v8' } : {}) },
    created: at(day),
    layers: layers.map(({ what, kilobytes, day: built }) =>
      makeLayer({
        files: { [`opt/${what.replaceAll(/[^a-z0-9.]+/g, '-')}`]: filler(`${what} ${architecture}`, kilobytes * 1000) },
        created: at(built),
        createdBy: `ADD ${what} / # demo`,
      }),
    ),
  });
}

const at = (day: string): string => `${day}T04:00:00Z`;

/** What is left on an amd64 machine after pulling each of the names, which named `index` then. */
function pulled(index: IndexDocument, ...tags: readonly string[]): StoredImage {
  const image = index.children.find((child) => child.kind === 'image' && child.platform.architecture === 'amd64');
  if (image?.kind !== 'image') throw new Error('demo image: expected one for amd64');
  const repoDigests = tags.flatMap((tag) => {
    const reference = parseReference(tag);
    return reference.ok ? [renderFamiliar({ ...reference.value, tag: null, digest: index.digest })] : [];
  });
  return { image, target: index, tags, repoDigests: [...new Set(repoDigests)] };
}
