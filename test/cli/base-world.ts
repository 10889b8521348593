import { createServer, type Server } from 'node:net';
import type { Digest } from '../../src/core/digest.ts';
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
import type { Document } from '../../src/formats/json.ts';
import { type CliOptions, runCli } from '../helpers/run-cli.ts';
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
  /** What every step from here on says beside itself. */
  readonly comment?: string;
};

/** Builds an image by the steps of a Dockerfile: ADD, COPY and RUN make a layer that only the same step of the same time makes again. */
export function build(steps: readonly string[], options: Build = {}): ImageDocument {
  const { from, at = BUILT, annotations, labels, settings, platform, comment } = options;
  const made = steps.map((step) => ({ step, layer: /^(?:ADD|COPY|RUN) /.test(step) ? makeStepLayer(step, at, platform) : null }));
  const history = made.map(({ step, layer }): HistoryStep => ({
    created: at,
    created_by: step,
    ...(layer === null ? { empty_layer: true } : {}),
    ...(comment === undefined ? {} : { comment }),
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

/** Runs a command that has to end well, and reads its JSON. */
export async function readJson(args: readonly string[], options: CliOptions = {}): Promise<Document> {
  const ran = await runCli([...args, '--json'], options);
  if (ran.exitCode !== 0 && ran.exitCode !== 1) throw new Error(`${args.join(' ')} exited with ${ran.exitCode}: ${ran.stderr}`);
  return JSON.parse(ran.stdout) as Document;
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
