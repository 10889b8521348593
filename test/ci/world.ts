import { makeImage, makeLayer } from '../../src/demo/images.ts';
import { type EmbeddedRegistry, startRegistry } from '../../src/demo/registry-server.ts';

export type World = {
  readonly registry: EmbeddedRegistry;
  /** `127.0.0.1:4123/acme/web:1@sha256:...`, whose tag names another image by now. */
  readonly moved: string;
  /** The same of an image that is as its tag says. */
  readonly same: string;
};

/** A registry with two images, one of which was rebuilt. */
export async function startWorld(): Promise<World> {
  const registry = await startRegistry({ auth: { kind: 'token', users: [], service: 'test' } });
  const before = makeWord('before');
  const same = makeWord('same');
  registry.put('acme/web', '1', before);
  registry.put('acme/web', '1', makeWord('now'));
  registry.put('acme/same', '1', same);
  return {
    registry,
    moved: `${registry.host}/acme/web:1@${before.digest}`,
    same: `${registry.host}/acme/same:1@${same.digest}`,
  };
}

const CREATED = '2026-11-01T08:00:00Z';

function makeWord(word: string) {
  return makeImage({ layers: [makeLayer({ files: { word }, created: CREATED })], created: CREATED });
}
