import { type ImageDocument, type IndexDocument, makeImage, makeIndex, makeLayer } from '../../src/demo/images.ts';
import type { StoredImage } from '../../src/demo/engine-documents.ts';
import { type EmbeddedEngine, startEngine } from '../../src/demo/engine-server.ts';
import { type EmbeddedRegistry, startRegistry } from '../../src/demo/registry-server.ts';

/** Many images in an embedded store, all pulled from one embedded registry that gives tokens. */
export type Crowd = {
  readonly registry: EmbeddedRegistry;
  readonly engine: EmbeddedEngine;
  /** Starts another engine that has the same images; whoever calls it closes it. */
  readonly startAnother: () => Promise<EmbeddedEngine>;
  /** Moves the tags of the first `count` images on, to an image of another config with one new layer. */
  readonly rebuild: (count: number) => void;
  readonly close: () => Promise<void>;
};

export type CrowdOptions = {
  readonly tags: number;
  readonly repositories: number;
  /** Every answer of the registry waits this long. */
  readonly latencyMs?: number;
  /** All images have the one name `acme/app-0:v0`. */
  readonly sameName?: boolean;
};

const CREATED = '2026-11-01T08:00:00Z';
const BASE = makeLayer({ files: { 'etc/base': 'the base of all' }, created: CREATED });

export async function startCrowd(options: CrowdOptions): Promise<Crowd> {
  const registry = await startRegistry({
    auth: { kind: 'token', users: [], service: 'crowd' },
    quota: { limit: 5_000, windowSeconds: 21_600 },
    latencyMs: options.latencyMs ?? 0,
  });
  const members = Array.from({ length: options.tags }, (_, number) => {
    const repository = `acme/app-${options.sameName === true ? 0 : number % options.repositories}`;
    return { repository, tag: `v${options.sameName === true ? 0 : number}`, index: makeMember(`member ${number}`) };
  });
  for (const { repository, tag, index } of members) registry.put(repository, tag, index);
  const images = members.map(({ repository, tag, index }): StoredImage => {
    const name = `${registry.host}/${repository}`;
    return { image: index.children[0] as ImageDocument, target: index, tags: [`${name}:${tag}`], repoDigests: [`${name}@${index.digest}`] };
  });
  const engine = await startEngine({ images });
  return {
    registry,
    engine,
    startAnother: () => startEngine({ images }),
    rebuild: (count) => {
      for (const { repository, tag } of members.slice(0, count)) registry.put(repository, tag, makeMember(`${tag} rebuilt`));
    },
    close: async () => {
      await Promise.all([registry.close(), engine.close()]);
    },
  };
}

function makeMember(word: string): IndexDocument {
  const children = ['amd64', 'arm64'].map((architecture) => {
    const top = makeLayer({ files: { 'srv/word': `${word} ${architecture}` }, created: CREATED });
    return makeImage({ layers: [BASE, top], created: CREATED, platform: { os: 'linux', architecture } });
  });
  return makeIndex({ children });
}
