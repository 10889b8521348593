import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '../../src/core/digest.ts';
import {
  type HistoryStep,
  type ImageDocument,
  type IndexDocument,
  type Layer,
  makeImage,
  makeIndex,
  makeLayer,
} from '../../src/demo/images.ts';
import { type EmbeddedRegistry, startRegistry } from '../../src/demo/registry-server.ts';
import { run } from '../helpers/processes.ts';
import { isInstalled, type Workbench } from './measure.ts';
import { bounded, type Row, told } from './rows.ts';

/** What becomes of a base, and whether that is a change for the image that was built on it. */
type Case = {
  readonly what: string;
  readonly before: ImageDocument | IndexDocument;
  readonly after: ImageDocument | IndexDocument;
  /** What the image's maker recorded as its digest; null: nothing, so the base is named to the checker. */
  readonly recorded: string | null;
  readonly truth: 'current' | 'moved';
  /** No content shows it, and nothing was recorded: either answer is a guess. */
  readonly isUndecidable?: boolean;
};

const [EARLIER, BUILT, LATER] = ['2026-10-01T08:00:00Z', '2026-10-08T08:00:00Z', '2026-11-01T08:00:00Z'] as const;

/** What `regctl image check-base` answers and asks for, beside `list`. */
export async function benchRegctl(bench: Workbench): Promise<readonly Row[]> {
  if (!(await isInstalled('regctl', 'version'))) return [];
  const rows: Row[] = [];
  for (const [number, each] of makeCases().entries()) {
    const registry = await startRegistry();
    const app = `${registry.host}/acme/app-${number}:1`;
    const base = `${registry.host}/base/base-${number}:1`;
    registry.put(`base/base-${number}`, '1', each.before);
    registry.put(`base/base-${number}`, '1', each.after);
    registry.put(`acme/app-${number}`, '1', buildOn(imageOf(each.before), each.recorded === null ? {} : annotate(base, each.recorded)));

    registry.forget();
    const named = each.recorded === null ? ['--base', base] : [];
    const { stdout } = await bench.imgupdate(['list', '--json', '--platform', 'linux/amd64', `docker://${app}`, ...named], bench.newHome());
    const ours = `${statusOf(stdout)} (${asked(registry)})`;
    registry.forget();
    const theirs = `${await checkByRegctl(registry.host, app, named)} (${asked(registry)})`;
    await registry.close();
    const result = `imgupdate: ${ours}; regctl: ${theirs}`;
    const expected = { bound: each.truth, holds: ours.startsWith(each.truth) };
    rows.push(each.isUndecidable === true ? told(each.what, `${result}; in truth it ${each.truth}`) : bounded(each.what, result, expected));
  }
  return rows;
}

function makeCases(): readonly Case[] {
  const [root, tools] = [makeBaseLayer('root'), makeBaseLayer('tools')];
  const both = [root, tools];
  const command = (text: string, created: string): HistoryStep => ({ created, created_by: `CMD ["${text}"]`, empty_layer: true });
  const full = makeBase(both, command('sh', EARLIER));
  const index = makeIndex({ children: [full, makeBase([makeBaseLayer('root for arm64')], null, 'arm64')] });
  const movedForArm = makeIndex({ children: [full, makeBase([makeBaseLayer('another root for arm64')], null, 'arm64')] });
  const before = full;
  return [
    { what: 'base check: nothing changed', before, after: full, recorded: null, truth: 'current' },
    { what: '  another CMD', before, after: makeBase(both, command('bash', LATER)), recorded: null, truth: 'moved' },
    {
      what: '  compressed anew',
      before,
      after: makeBase([makeBaseLayer('root', 9), makeBaseLayer('tools', 9)], command('sh', EARLIER)),
      recorded: null,
      truth: 'current',
    },
    { what: '  last RUN dropped, CMD after it', before, after: makeBase([root], command('sh', LATER)), recorded: null, truth: 'moved' },
    {
      what: '  last RUN dropped, nothing after it, nothing recorded',
      before: makeBase(both, null),
      after: makeBase([root], null),
      recorded: null,
      truth: 'moved',
      isUndecidable: true,
    },
    {
      what: '  last RUN dropped, nothing after it, digest recorded',
      before: makeBase(both, null),
      after: makeBase([root], null),
      recorded: makeBase(both, null).digest,
      truth: 'moved',
    },
    {
      what: '  nothing changed, podman 4.3 recorded a digest of its own',
      before,
      after: full,
      recorded: digestOf(Buffer.from('an intermediate image')),
      truth: 'current',
    },
    {
      what: '  nothing changed, the digest of the platform is recorded',
      before: index,
      after: index,
      recorded: full.digest,
      truth: 'current',
    },
    { what: '  moved for arm64 only, the same recorded', before: index, after: movedForArm, recorded: full.digest, truth: 'current' },
  ];
}

function makeBaseLayer(name: string, compressionLevel = 1): Layer {
  const created = EARLIER.replace('08:00', `07:${name.length + 40}`);
  return makeLayer({ files: { [`etc/${name}`]: name.repeat(500) }, created, createdBy: `RUN make ${name}`, compressionLevel });
}

function makeBase(layers: readonly Layer[], last: HistoryStep | null, architecture = 'amd64'): ImageDocument {
  const steps = layers.map(({ created, createdBy }): HistoryStep => ({ created, created_by: createdBy }));
  const history = last === null ? steps : [...steps, last];
  const created = history.at(-1)?.created ?? EARLIER;
  return makeImage({ layers, history, created, platform: { os: 'linux', architecture } });
}

function buildOn(base: ImageDocument, annotations: Readonly<Record<string, string>>): ImageDocument {
  const top = makeLayer({ files: { 'srv/app': 'app' }, created: BUILT, createdBy: 'COPY app /srv' });
  const history = [...base.history, { created: BUILT, created_by: top.createdBy }];
  return makeImage({ layers: [...base.layers, top], history, created: BUILT, annotations });
}

function imageOf(document: ImageDocument | IndexDocument): ImageDocument {
  if (document.kind === 'image') return document;
  const [first] = document.children;
  if (first === undefined) throw new Error('an index without images');
  return imageOf(first);
}

function annotate(base: string, digest: string): Readonly<Record<string, string>> {
  return { 'org.opencontainers.image.base.name': base, 'org.opencontainers.image.base.digest': digest };
}

function asked(registry: EmbeddedRegistry): string {
  const { manifestHeads, manifestGets, blobs } = registry.counts();
  return `${manifestHeads} HEAD, ${manifestGets} GET, ${blobs} blobs`;
}

function statusOf(json: string): string {
  const { images } = JSON.parse(json) as {
    readonly images: readonly { readonly base: { readonly status: string; readonly confidence: string } }[];
  };
  const [image] = images;
  return image === undefined ? 'no image' : `${image.base.status}, ${image.base.confidence}`;
}

async function checkByRegctl(host: string, app: string, named: readonly string[]): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'iu-regctl-'));
  const config = join(home, 'regctl.json');
  writeFileSync(config, JSON.stringify({ hosts: { [host]: { tls: 'disabled', hostname: host } } }));
  const env = { PATH: process.env.PATH ?? '', HOME: home, REGCTL_CONFIG: config };
  const { exitCode, stderr, stdout } = await run('regctl', ['image', 'check-base', app, '--platform', 'linux/amd64', ...named], { env });
  rmSync(home, { recursive: true, force: true });
  if (exitCode === 0) return 'current';
  const said = `${stderr}${stdout}`;
  return /mismatch|changed|fewer layers/i.test(said) ? 'moved' : `failed: ${said.trim().slice(0, 200)}`;
}
