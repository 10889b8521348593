import { type EmbeddedEngine, startEngine } from '../../src/demo/engine-server.ts';
import type { StoredImage } from '../../src/demo/engine-documents.ts';
import { type HistoryStep, type ImageDocument, type IndexDocument, makeImage, makeIndex, makeLayer } from '../../src/demo/images.ts';
import { type EmbeddedRegistry, startRegistry } from '../../src/demo/registry-server.ts';

/** Many images that were built on few bases; the bases are tags of an embedded registry that gives tokens. */
export type BaseCrowd = {
  readonly registry: EmbeddedRegistry;
  /** Has the images, never pushed, and the bases as they were pulled. */
  readonly engine: EmbeddedEngine;
  /** The images as they were pushed, in words of the command line: half of them with BuildKit's provenance, half with annotations. */
  readonly targets: readonly string[];
  /** Moves the tags of the first `count` bases on, to an image with another layer. */
  readonly rebuild: (count: number) => void;
  readonly close: () => Promise<void>;
};

export type BaseCrowdOptions = { readonly images: number; readonly bases: number };

const [PUBLISHED, BUILT, MOVED] = ['2026-10-01T08:00:00Z', '2026-10-08T08:00:00Z', '2026-11-01T08:00:00Z'] as const;

export async function startBaseCrowd({ images, bases }: BaseCrowdOptions): Promise<BaseCrowd> {
  const registry = await startRegistry({
    auth: { kind: 'token', users: [], service: 'crowd' },
    quota: { limit: 5_000, windowSeconds: 21_600 },
  });
  const published = Array.from({ length: bases }, (_, number) => {
    const repository = `base/base-${number}`;
    return { repository, name: `${registry.host}/${repository}`, index: makeBase(number, PUBLISHED) };
  });
  for (const { repository, index } of published) registry.put(repository, '1', index);
  const apps = Array.from({ length: images }, (_, number) => {
    const base = published[number % bases];
    if (base === undefined) throw new Error('a crowd without bases');
    return { number, base, image: makeApp(firstOf(base.index), number, {}) };
  });
  const engine = await startEngine({
    images: [
      ...published.map(({ name, index }): StoredImage => {
        return { image: firstOf(index), target: index, tags: [`${name}:1`], repoDigests: [`${name}@${index.digest}`] };
      }),
      ...apps.map(({ number, image }): StoredImage => ({ image, target: image, tags: [`app-${number}:dev`], repoDigests: [] })),
    ],
  });
  const targets = apps.map(({ number, base, image }) => {
    const repository = `acme/app-${number}`;
    const reference = `${base.name}:1`;
    const pushed =
      number % 2 === 0 ? attest(image, reference, base.index) : makeIndex({ children: [annotate(base.index, number, reference)] });
    registry.put(repository, '1', pushed);
    return `docker://${registry.host}/${repository}:1`;
  });
  return {
    registry,
    engine,
    targets,
    rebuild: (count) => {
      for (const [number, { repository }] of published.slice(0, count).entries()) registry.put(repository, '1', makeBase(number, MOVED));
    },
    close: async () => {
      await Promise.all([registry.close(), engine.close()]);
    },
  };
}

function firstOf({ children }: IndexDocument): ImageDocument {
  const [first] = children;
  if (first?.kind !== 'image') throw new Error('an index without an image');
  return first;
}

function makeBase(number: number, created: string): IndexDocument {
  const children = ['amd64', 'arm64'].map((architecture) => {
    const word = `base ${number} of ${created} for ${architecture}`;
    const layers = ['root', 'tools'].map((name) => makeLayer({ files: { [`etc/${name}`]: word }, created, createdBy: `ADD ${name} /` }));
    const history = [...layers.map((layer) => step(layer.createdBy, created)), emptyStep('CMD ["sh"]', created)];
    return makeImage({ layers, history, created, platform: { os: 'linux', architecture } });
  });
  return makeIndex({ children });
}

function makeApp(base: ImageDocument, number: number, annotations: Readonly<Record<string, string>>): ImageDocument {
  const top = makeLayer({ files: { 'srv/app': `app ${number}` }, created: BUILT, createdBy: 'COPY app /srv' });
  const history = [...base.history, step(top.createdBy, BUILT), emptyStep('CMD ["/srv/app"]', BUILT)];
  return makeImage({ layers: [...base.layers, top], history, created: BUILT, annotations });
}

const step = (createdBy: string, created: string): HistoryStep => ({ created, created_by: createdBy });

const emptyStep = (createdBy: string, created: string): HistoryStep => ({ ...step(createdBy, created), empty_layer: true });

/** As BuildKit does: the digest of the base's index. */
function attest(image: ImageDocument, reference: string, base: IndexDocument): IndexDocument {
  const [host = '', ...path] = reference.split('/');
  const uri = `pkg:docker/${encodeURIComponent(host)}/${path.join('/').replace(':1', '@1')}?platform=linux%2Famd64`;
  const materials = [{ uri, digest: { sha256: base.digest.slice('sha256:'.length) } }];
  return makeIndex({ children: [image], attested: { slsa: 'v1', shape: 'image', materials } });
}

/** As buildah does: the digest of the base's manifest for the platform. */
function annotate(base: IndexDocument, number: number, reference: string): ImageDocument {
  const image = firstOf(base);
  return makeApp(image, number, {
    'org.opencontainers.image.base.name': reference,
    'org.opencontainers.image.base.digest': image.digest,
  });
}
