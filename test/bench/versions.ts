import { decideNewer } from '../../src/core/versions/decide-newer.ts';
import { STANDARD_POLICY } from '../../src/core/versions/policy.ts';
import type { StoredImage } from '../../src/demo/engine-documents.ts';
import { startEngine } from '../../src/demo/engine-server.ts';
import { makeImage, makeLayer } from '../../src/demo/images.ts';
import { type EmbeddedRegistry, startRegistry } from '../../src/demo/registry-server.ts';
import { median, type Workbench } from './measure.ts';
import { bounded, ms, type Row } from './rows.ts';

const RUNS = 7;
const MANY = 200_000;

/** What it computes to decide about one tag of a repository that has very many. */
export function benchVersions(): readonly Row[] {
  const work = workTags(MANY);
  const family = Array.from({ length: MANY }, (_, number) => `v1.${number % 40}.${Math.floor(number / 40)}`);
  const builds = Array.from({ length: MANY }, (_, number) => `4.0.${number % 20}.${1_000 + (number % 900)}-ls${number}`);
  const candidates = Array.from({ length: MANY }, (_, number) => `v1.2.${Math.floor(number / 10)}-rc.${number % 10}`);
  const hashes = Array.from({ length: MANY }, (_, number) => hashOf(number).slice(0, 7));
  return [
    decided('200,000 tags, few of them versions: CPU of a decision', 'v1.2.3', work),
    decided('  all of one family', 'v1.2.3', family),
    decided('  all of one family, with four numbers and a build', '4.0.1.1929-ls221', builds),
    decided('  all of one family, and release candidates', 'v1.2.3-rc.1', candidates),
    decided('  all of them hashes', '7654321', hashes),
    unread(),
  ];
}

/** `made`: read from JSON first, as a registry sends them, because text that was put together costs more at first. */
function decided(what: string, installed: string, made: readonly string[]): Row {
  const tags = JSON.parse(JSON.stringify(made)) as readonly string[];
  const times = Array.from({ length: RUNS }, () => {
    const start = process.cpuUsage();
    const { verdict } = decideNewer(installed, { tags, firstSeen: () => null, now: 0 }, STANDARD_POLICY);
    const { user, system } = process.cpuUsage(start);
    if (installed.includes('.') && verdict.kind !== 'available') throw new Error(`decided otherwise of ${installed}: ${verdict.why}`);
    return (user + system) / 1_000;
  });
  const first = times[0] ?? 0;
  return bounded(what, `${ms(median(times))}, the first time ${ms(first)}`, {
    bound: 'both under 300 ms',
    holds: Math.max(first, median(times)) < 300,
  });
}

/** A word needs no list to be known as one. */
function unread(): Row {
  let read = 0;
  const tags = {
    *[Symbol.iterator]() {
      for (const tag of workTags(1_000)) {
        read += 1;
        yield tag;
      }
    },
  };
  decideNewer('latest', { tags, firstSeen: () => null, now: 0 }, STANDARD_POLICY);
  return bounded('tags read to decide about `latest`', String(read), { bound: '0', holds: read === 0 });
}

/** How many tags the repository has that made others give up. */
const MOST = 202_169;
const PAGE = 1_000;

/** What lists of tags cost to ask for, by the built command, of a registry that gives tokens. */
export async function benchTagLists(bench: Workbench): Promise<readonly Row[]> {
  return [...(await benchLargest(bench)), ...(await benchOneRepository(bench)), ...(await benchManyRepositories(bench))];
}

async function benchLargest(bench: Workbench): Promise<readonly Row[]> {
  const shelf = await startShelf([{ repository: 'acme/busy', tags: workTags(MOST), installed: ['v1.2.3'] }]);
  const { cpuMs, peakBytes } = await shelf.list(bench);
  const pages = shelf.pages();
  await shelf.close();
  const all = Math.ceil(MOST / PAGE);
  return [
    bounded(`a repository of ${MOST} tags: pages asked for v1.2.3`, `${pages} of ${all}`, {
      bound: '1 to 5',
      holds: pages >= 1 && pages <= 5,
    }),
    bounded('  CPU and peak memory of that list', `${ms(cpuMs)}, ${Math.round(peakBytes / 1e6)} MB`, {
      bound: 'under 2,000 ms, 300 MB',
      holds: cpuMs < 2_000 && peakBytes < 300e6,
    }),
  ];
}

async function benchOneRepository(bench: Workbench): Promise<readonly Row[]> {
  const tags = Array.from({ length: 47 }, (_, number) => `v1.0.${number}`);
  const shelf = await startShelf([{ repository: 'acme/app', tags, installed: tags.slice(0, 20) }]);
  await shelf.list(bench);
  const lists = shelf.pages();
  await shelf.close();
  return [bounded('20 tags of one repository', `${lists} list requests`, { bound: '1', holds: lists === 1 })];
}

async function benchManyRepositories(bench: Workbench): Promise<readonly Row[]> {
  const tags = Array.from({ length: 47 }, (_, number) => `v1.0.${number}`);
  const repositories = Array.from({ length: 200 }, (_, number) => ({ repository: `acme/app-${number}`, tags, installed: ['v1.0.7'] }));
  const shelf = await startShelf(repositories);
  const home = bench.newHome();
  await shelf.list(bench, home);
  const cold = shelf.pages();
  shelf.forget();
  await shelf.list(bench, home);
  const again = shelf.pages();
  await shelf.close();
  return [
    bounded('200 repositories of 47 tags, cold', `${cold} list requests`, { bound: '200', holds: cold === 200 }),
    bounded('  the same again within max-age', `${again} list requests`, { bound: '0', holds: cold > 0 && again === 0 }),
  ];
}

/** Tags of work and of releases, as a pipeline leaves them: of a thousand two are versions. */
function workTags(count: number): readonly string[] {
  return Array.from({ length: count }, (_, number) => {
    if (number % 500 === 0) return `v1.${Math.floor(number / 10_000)}.${(number / 500) % 20}`;
    if (number % 3 === 0) return `commit-${hashOf(number)}`;
    if (number % 3 === 1) return `sha-${hashOf(number).slice(0, 7)}-${number}`;
    return `pr-${number}`;
  });
}

/** Forty digits of a hash, in no order; always with a letter. */
function hashOf(number: number): string {
  const part = (Math.imul(number + 1, 2_654_435_761) >>> 0).toString(16).padStart(8, '0');
  return `${part.slice(0, 3)}a${part}${part}${part}${part}${part.slice(0, 4)}`.slice(0, 40);
}

type Shelf = {
  readonly list: (bench: Workbench, home?: string) => ReturnType<Workbench['imgupdate']>;
  /** Pages of tags the registry gave since it last forgot. */
  readonly pages: () => number;
  readonly forget: () => void;
  readonly close: () => Promise<void>;
};

/** Repositories of which every tag names one image, and an engine that has pulled some of them. */
async function startShelf(
  repositories: readonly { readonly repository: string; readonly tags: readonly string[]; readonly installed: readonly string[] }[],
): Promise<Shelf> {
  const registry: EmbeddedRegistry = await startRegistry({ auth: { kind: 'token', users: [], service: 'shelf' } });
  const created = '2026-11-01T08:00:00Z';
  const images = repositories.flatMap(({ repository, tags, installed }): StoredImage[] => {
    const image = makeImage({ layers: [makeLayer({ files: { 'srv/word': repository }, created })], created });
    registry.put(repository, tags[0] ?? 'latest', image);
    for (const tag of [...tags, ...installed]) registry.move(repository, tag, image.digest);
    const name = `${registry.host}/${repository}`;
    return [{ image, target: image, tags: installed.map((tag) => `${name}:${tag}`), repoDigests: [`${name}@${image.digest}`] }];
  });
  const engine = await startEngine({ images });
  return {
    list: (bench, home = bench.newHome()) => bench.imgupdate(['list', '-H', engine.host], home),
    pages: () => registry.requests.filter(({ path, status }) => path.includes('/tags/list') && status === 200).length,
    forget: registry.forget,
    close: async () => {
      await Promise.all([registry.close(), engine.close()]);
    },
  };
}
