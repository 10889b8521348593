import type { StoreKind } from './engine-documents.ts';
import { startEngine, type EmbeddedEngine } from './engine-server.ts';
import { startRegistry, type EmbeddedRegistry } from './registry-server.ts';
import { makeDemoContent, type Publication } from './world-images.ts';

export type DemoOptions = {
  /** `classic` without. */
  readonly store?: StoreKind;
  /** Every answer of a registry waits this long; 0 without. */
  readonly latencyMs?: number;
};

export type DemoWorld = {
  /** Where each registry that the images name is: `docker.io` at `http://127.0.0.1:41234`. */
  readonly locations: ReadonlyMap<string, string>;
  /** As DOCKER_HOST has it. */
  readonly engineHost: string;
  readonly registries: ReadonlyMap<string, EmbeddedRegistry>;
  readonly engine: EmbeddedEngine;
  /** Ends all of it and leaves nothing behind. */
  readonly close: () => Promise<void>;
};

/**
 * Starts a small world to try imgupdate in: an image store, a registry in the place of Docker Hub, with its quota, and one in the place of ghcr.io.
 *
 * | image | what is shown |
 * | --- | --- |
 * | nginx:1.27 | rebuilt; of its three layers the lowest stays; 1.29 is newer (minor), 1.29-alpine is not offered |
 * | postgres:16 | current; 18 is newer (major), 18.1, 18-alpine3.22 and 19beta3 are not offered |
 * | grafana/grafana:11.2.0 | current; 11.6.7 is newer (minor), and 12.2.1 above it (major) |
 * | node:20-slim | moved, but for arm64 only; 24-slim is newer (major) |
 * | redis:7.2 | current, while the container `cache` still runs the image before it; 7.4 is newer (minor), and 8.2 above it (major) |
 * | bitnami/kafka:3.7 | gone |
 * | acme/billing:1.9 | private, and there is no password |
 * | ghcr.io/acme/api:2.3.1 and :latest | one image here, two there; 2.4.0 is newer (minor), `latest` is no version |
 * | registry.example:5000/tools/ci:latest | nothing answers |
 * | alpine@sha256:... | pinned |
 * | my-app:dev | built here on node:20-slim, which did not move for this platform |
 * | shop:dev | built here on nginx:1.27 as it was before it was rebuilt |
 * | queue:dev | built here on redis:7.2 as it was before it dropped its top layer |
 *
 * @throws ImgupdateError 'cannot-write' when there is no place for the store's socket.
 */
export async function startDemoWorld(options: DemoOptions = {}): Promise<DemoWorld> {
  const content = makeDemoContent();
  const latencyMs = options.latencyMs ?? 0;
  const engine = await startEngine({ images: content.installed, containers: content.containers, store: options.store ?? 'classic' });
  const hub = await startRegistry({
    auth: { kind: 'token', users: [], service: 'registry.docker.io' },
    privateTo: new Map([['acme/billing', []]]),
    quota: { limit: 100, windowSeconds: 21_600, used: 24 },
    latencyMs,
  });
  const ghcr = await startRegistry({ auth: { kind: 'token', users: [], service: 'ghcr.io', lifeSeconds: null }, latencyMs });
  const registries = new Map([
    ['docker.io', hub],
    ['ghcr.io', ghcr],
  ]);
  for (const [name, registry] of registries) publish(registry, content.published.get(name) ?? []);
  return {
    locations: new Map([
      ['docker.io', hub.url],
      ['ghcr.io', ghcr.url],
      ['registry.example:5000', CLOSED_PORT],
    ]),
    engineHost: engine.host,
    registries,
    engine,
    close: async () => {
      await Promise.all([hub.close(), ghcr.close(), engine.close()]);
    },
  };
}

/** The port of tcpmux (RFC 1078), which nothing listens on and only a privileged program could. */
const CLOSED_PORT = 'http://127.0.0.1:1';

function publish(registry: EmbeddedRegistry, publications: readonly Publication[]): void {
  for (const { repository, tag, image } of publications) registry.put(repository, tag, image);
}
