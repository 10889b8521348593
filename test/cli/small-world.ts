import { startEngine } from '../../src/demo/engine-server.ts';
import { makeImage, makeLayer } from '../../src/demo/images.ts';
import { startRegistry } from '../../src/demo/registry-server.ts';

/** One registry and three images: `acme/moved:1` is rebuilt, `acme/same:1` is current, `dev:1` was built here. Each repository has one more tag. */
export type SmallWorld = {
  /** As `-H` takes it. */
  readonly engineHost: string;
  /** `127.0.0.1:41234` */
  readonly registryHost: string;
  /** Makes a transcript the same from run to run: the registry's address, digests, times and speeds are named. */
  readonly normalize: (text: string) => string;
  readonly close: () => Promise<void>;
};

export async function startSmallWorld(): Promise<SmallWorld> {
  const registry = await startRegistry({ auth: { kind: 'token', users: [], service: 'test' } });
  const pulled = ['moved', 'same'].map((name) => {
    const image = makeWord(name);
    registry.put(`acme/${name}`, '1', image);
    registry.put(`acme/${name}`, 'latest', image);
    const repository = `${registry.host}/acme/${name}`;
    return { image, target: image, tags: [`${repository}:1`], repoDigests: [`${repository}@${image.digest}`] };
  });
  const built = makeWord('dev');
  registry.put('acme/moved', '1', makeWord('moved on'));
  const engine = await startEngine({ images: [...pulled, { image: built, target: built, tags: ['dev:1'], repoDigests: [] }] });
  return {
    engineHost: engine.host,
    registryHost: registry.host,
    normalize: (text) =>
      text
        .replaceAll(registry.host, 'REGISTRY')
        .replaceAll(engine.host, 'ENGINE')
        .replace(/\b[a-f0-9]{64}\b/g, 'DIGEST')
        .replace(/\b[a-f0-9]{12}\b/g, 'SHORTDIGEST')
        .replace(/in [\d.]+s \(\d+ requests/, 'in 0.1s (7 requests'),
    close: async () => {
      await Promise.all([registry.close(), engine.close()]);
    },
  };
}

const CREATED = '2026-11-01T08:00:00Z';

function makeWord(word: string) {
  return makeImage({ layers: [makeLayer({ files: { word }, created: CREATED })], created: CREATED });
}
