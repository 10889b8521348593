import { ask } from './ask.ts';

/** An image as a registry has it, as far as its base is concerned. */
export type Published = {
  readonly digest: string;
  readonly layers: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
  readonly imageId: string;
  readonly diffIds: readonly string[];
  readonly history: readonly PublishedStep[];
};

export type PublishedStep = {
  readonly created?: string;
  readonly created_by?: string;
  readonly comment?: string;
  readonly author?: string;
  readonly empty_layer?: boolean;
};

const MANIFESTS = 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json';

/** Reads what a registry without authentication has at `127.0.0.1:5000/acme/web:1`. */
export async function readPublished(reference: string): Promise<Published> {
  const [, host, repository, tag] = /^([^/]+)\/(.+):([^:]+)$/.exec(reference) ?? [];
  const base = `http://${host}/v2/${repository}`;
  const manifest = await ask(`${base}/manifests/${tag}`, { headers: { accept: MANIFESTS } });
  if (manifest.status !== 200) throw new Error(`${reference} answered ${manifest.status}: ${manifest.body}`);
  const { config, layers, annotations } = manifest.json();
  const document = (await ask(`${base}/blobs/${config.digest}`)).json();
  return {
    digest: String(manifest.headers['docker-content-digest']),
    layers: (layers as { digest: string }[]).map(({ digest }) => digest),
    annotations: annotations ?? {},
    imageId: config.digest,
    diffIds: document.rootfs.diff_ids,
    history: document.history,
  };
}

/** How much of a base is in an app: `layers 2 of 2, steps 3 of 4`. Steps are the same when nothing of them differs, their time included. */
export function tellShared(app: Published, base: Published): string {
  const layers = countCommon(app.diffIds, base.diffIds);
  const steps = countCommon(app.history.map(toText), base.history.map(toText));
  return `layers ${layers} of ${base.diffIds.length}, steps ${steps} of ${base.history.length}`;
}

const toText = (step: PublishedStep): string => JSON.stringify(step);

function countCommon(a: readonly string[], b: readonly string[]): number {
  const differing = b.findIndex((item, position) => item !== a[position]);
  return differing === -1 ? b.length : differing;
}

/** The annotation a builder records of the base: `name`, `digest`. */
export function recordedBase(app: Published, what: 'name' | 'digest'): string | null {
  return app.annotations[`org.opencontainers.image.base.${what}`] ?? null;
}
