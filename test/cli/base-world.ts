import { createServer, type Server } from 'node:net';
import type { Digest } from '../../src/core/digest.ts';
import { descriptor, makeJsonBlob, MEDIA_TYPES } from '../../src/demo/blobs.ts';
import type { StoredImage } from '../../src/demo/engine-documents.ts';
import {
  type DocumentPlatform,
  type HistoryStep,
  type ImageDocument,
  type ImageOrIndex,
  type IndexDocument,
  type Layer,
  makeImage,
  makeIndex,
  makeLayer,
} from '../../src/demo/images.ts';
import type { Document } from '../../src/core/document.ts';
import { type CliOptions, runCli } from '../helpers/run-cli.ts';
import { compileDocumentSchema } from '../helpers/document-schema.ts';
import type { Ran } from '../helpers/processes.ts';

/** The times of a base, of the app that is built on it, and of the base that moved on. */
export const [BEFORE, BUILT, AFTER] = ['2026-10-01T08:00:00Z', '2026-10-08T08:00:00Z', '2026-11-01T08:00:00Z'] as const;

export type Build = {
  readonly from?: ImageDocument;
  readonly at?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly platform?: DocumentPlatform;
  /** What the first of the steps says beside itself, as buildah notes it: the others name the step before. */
  readonly comment?: string;
};

/** Builds an image by the steps of a Dockerfile, a second each. ADD, COPY and RUN make a layer, which only the same step at the same time makes again. */
export function build(steps: readonly string[], options: Build = {}): ImageDocument {
  const { from, at = BUILT, annotations, labels, settings, platform, comment } = options;
  const made = steps.map((step, position) => {
    const created = new Date(Date.parse(at) + position * 1_000).toISOString();
    return { step, created, layer: /^(?:ADD|COPY|RUN) /.test(step) ? makeStepLayer(step, created, platform) : null };
  });
  const history = made.map(({ step, created, layer }, position): HistoryStep => ({
    created,
    created_by: step,
    ...(layer === null ? { empty_layer: true } : {}),
    ...(comment === undefined ? {} : { comment: position > 0 ? 'FROM 0a1b2c3d4e5f' : comment }),
  }));
  const command = steps.findLast((step) => step.startsWith('CMD '))?.slice('CMD '.length);
  return makeImage({
    layers: [...(from?.layers ?? []), ...made.flatMap(({ layer }) => (layer === null ? [] : [layer]))],
    history: [...(from?.history ?? []), ...history],
    created: history.at(-1)?.created ?? at,
    ...(command === undefined ? {} : { command: JSON.parse(command) as string[] }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(labels === undefined ? {} : { labels }),
    ...(settings === undefined ? {} : { settings }),
    ...(platform === undefined ? {} : { platform }),
  });
}

function makeStepLayer(step: string, created: string, platform: DocumentPlatform | undefined): Layer {
  return makeLayer({ files: { 'etc/step': `${step} ${platform?.architecture ?? ''}` }, created, createdBy: step });
}

export const ARM64 = { os: 'linux', architecture: 'arm64' } as const;

/** The steps of a base, and of an app that is built on it. */
export const BASE_STEPS = ['ADD rootfs /', 'ENV LANG=C', 'RUN install tools', 'CMD ["sh"]'] as const;
export const APP_STEPS = ['COPY app /srv', 'CMD ["/srv/app"]'] as const;

/** What a base may become, by how that is called. */
export const MOVES = {
  'layers-differ': build(['ADD rootfs /', 'ENV LANG=C', 'RUN install newer tools', 'CMD ["sh"]'], { at: AFTER }),
  'metadata-only': build(['CMD ["bash"]'], { at: AFTER, from: build(BASE_STEPS.slice(0, -1), { at: BEFORE }) }),
  'upper-layers-removed': build(['CMD ["sh"]'], { at: AFTER, from: build(BASE_STEPS.slice(0, 2), { at: BEFORE }) }),
} as const;

/** The annotations that name a base. */
export function named(reference: string, digest?: Digest): Readonly<Record<string, string>> {
  return {
    'org.opencontainers.image.base.name': reference,
    ...(digest === undefined ? {} : { 'org.opencontainers.image.base.digest': digest }),
  };
}

/** An index of one image, with BuildKit's provenance that names `materials`. */
export function attest(
  image: ImageDocument,
  materials: readonly { readonly uri: string; readonly digest?: Digest }[],
  form: { readonly slsa: 'v0.2' | 'v1'; readonly shape: 'image' | 'artifact' } = { slsa: 'v1', shape: 'image' },
): IndexDocument {
  const wire = materials.map(({ uri, digest }) => ({ uri, ...(digest === undefined ? {} : { digest: { sha256: digest.slice(7) } }) }));
  return makeIndex({ children: [image], attested: { ...form, materials: wire } });
}

/** `pkg:docker/127.0.0.1%3A5000/base/node@20` */
export function purl(reference: string): string {
  const [, repository = '', tag = ''] = /^(.*):([^:/]+)$/.exec(reference) ?? [];
  return `pkg:docker/${repository.replace(':', '%3A')}@${tag}?platform=linux%2Famd64`;
}

/** How a store has an image that was pulled as `reference`. */
export function pulled(reference: string, target: ImageOrIndex): StoredImage {
  const image = imageOf(target);
  return { image, target, tags: [reference], repoDigests: [`${reference.slice(0, reference.lastIndexOf(':'))}@${target.digest}`] };
}

/** How a store has an image that was built there. */
export function builtHere(reference: string, image: ImageDocument, parent?: StoredImage): StoredImage {
  return { image, target: image, tags: [reference], repoDigests: [], ...(parent === undefined ? {} : { parent }) };
}

function imageOf(target: ImageOrIndex): ImageDocument {
  if (target.kind === 'image') return target;
  const [first] = target.children;
  if (first === undefined) throw new Error('an index without images');
  return imageOf(first);
}

export type Image = Document['images'][number];

/** What is no image but lies in a registry like one, such as a Helm chart. */
export function artifact(configType: string): ImageDocument {
  const image = build(['ADD chart /']);
  const config = makeJsonBlob(configType, { name: 'chart', version: '1.0.0' });
  const types = MEDIA_TYPES.oci;
  const layers = image.layers.map(descriptor);
  const manifest = makeJsonBlob(types.manifest, { schemaVersion: 2, mediaType: types.manifest, config: descriptor(config), layers });
  return { ...image, ...manifest, config };
}

/** For what needs no engine: none is there. What leaves this machine all the same ends at a closed port. */
export const NO_ENGINE: CliOptions = { env: { DOCKER_HOST: 'tcp://127.0.0.1:1', HTTPS_PROXY: 'http://127.0.0.1:1' } };

/** Runs a command and reads its JSON, which has to be as the published schema says. */
export async function readJson(args: readonly string[], options: CliOptions = {}): Promise<Document> {
  const ran = await runCli([...args, '--json'], options);
  if (ran.exitCode === null || ran.exitCode > 2) throw new Error(`${args.join(' ')} exited with ${ran.exitCode}: ${ran.stderr}`);
  return validate(ran.stdout);
}

const isValid = compileDocumentSchema();

/** Reads a document of JSON, and holds it against the published schema. */
export function validate(text: string): Document {
  const document: unknown = JSON.parse(text);
  if (isValid(document)) return document;
  throw new Error(`the document is not valid: ${JSON.stringify(isValid.errors)}`);
}

/** The one image of a document. */
export function onlyImage({ images }: Document): Image {
  const [image, ...others] = images;
  if (image === undefined || others.length > 0) throw new Error(`expected one image, got ${images.length}`);
  return image;
}

/** Makes a transcript the same from run to run; `names` are addresses and what stands for them. */
export function normalize(ran: Ran, names: Readonly<Record<string, string>>): Ran {
  const text = (value: string): string =>
    Object.entries(names)
      .reduce((all, [address, name]) => all.replaceAll(address, name), value)
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replaceAll(/\/\S*\/docker\.sock/g, 'SOCKET')
      .replaceAll(/\d+ days ago/g, 'DAYS ago')
      .replaceAll(/\b[a-f0-9]{64}\b/g, 'DIGEST')
      .replaceAll(/\b[a-f0-9]{12}\b/g, 'SHORT');
  return { exitCode: ran.exitCode, stdout: text(ran.stdout), stderr: text(ran.stderr) };
}

export type Trap = { readonly host: string; readonly connections: () => number; readonly close: () => Promise<void> };

/** Listens on a free port and counts who comes; it never answers. */
export async function startTrap(): Promise<Trap> {
  const seen = { connections: 0 };
  const server: Server = createServer((socket) => {
    seen.connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address === null || typeof address === 'string' ? 0 : address.port;
  return {
    host: `127.0.0.1:${port}`,
    connections: () => seen.connections,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
