import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkImages } from '../../src/check/check-images.ts';
import type { FileInventory, Inventory, ListOptions, Memory, Registry } from '../../src/check/ports.ts';
import type { CheckReport, NewerReport } from '../../src/check/report.ts';
import type { ImageRule, Setting } from '../../src/core/configuration.ts';
import type { Digest } from '../../src/core/digest.ts';
import type { FileReference } from '../../src/core/file-reference.ts';
import { compileGlob } from '../../src/core/glob.ts';
import type { InstalledImage } from '../../src/core/installed.ts';
import { compilePattern } from '../../src/core/pattern.ts';
import { STANDARD_POLICY, type VersionPolicy } from '../../src/core/versions/policy.ts';
import { type EmbeddedRegistry, type RegistryOptions, startRegistry } from '../../src/demo/registry-server.ts';
import { openMemory } from '../../src/store/open-memory.ts';
import { makeWord } from '../cli/check-world.ts';
import { AMD64, makeDigest, makeImage, makeReference } from '../helpers/makers.ts';
import { makeTemporaryDirectory } from '../helpers/temp.ts';
import { createClient } from '../registry/helpers/client.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** How one check is run. Texts name images below the registry of the world: `acme/web:1.27`. */
export type Wish = {
  readonly images?: readonly InstalledImage[];
  /** References that a file names, as they are written. */
  readonly files?: readonly string[];
  /** What the configuration says of the images that a pattern matches. */
  readonly rules?: Readonly<Record<string, Partial<VersionPolicy> & { readonly ignore?: boolean }>>;
  readonly versions?: Partial<Pick<VersionPolicy, 'track' | 'minAgeMs'>>;
  readonly maxAgeMs?: number;
  readonly offline?: boolean;
  readonly resolves?: boolean;
  readonly tables?: boolean;
  readonly forReport?: boolean;
  /** What the place of the images tells beside them, when it is listed so. */
  readonly place?: (options: ListOptions) => Partial<Inventory>;
  readonly signal?: AbortSignal;
  /** What the memory does instead. */
  readonly memory?: (memory: Memory) => Memory;
  /** What the registry client does instead. */
  readonly client?: (client: Registry) => Registry;
};

/** An embedded registry, a memory on disk that lasts from check to check, and a clock that stands still. */
export type NewerWorld = {
  readonly registry: EmbeddedRegistry;
  readonly clock: { now: number };
  /** Puts tags into a repository, all of one image of this word; gives its digest. */
  readonly publish: (repository: string, tags: readonly string[], word?: string) => Digest;
  /** An image that was pulled by these names, when they named `digest`. */
  readonly pulled: (digest: Digest, ...names: readonly string[]) => InstalledImage;
  readonly check: (wish: Wish) => Promise<CheckReport>;
  /** The same, and tells only the answers about newer versions, by the name without the registry. */
  readonly newer: (wish: Wish) => Promise<Readonly<Record<string, NewerReport>>>;
  /** The paths of the lists that were asked for, and the HEADs of tags, since the last time; sorted. */
  readonly asked: () => { readonly lists: readonly string[]; readonly heads: readonly string[] };
  readonly wipe: (what: 'cache' | 'state') => Promise<void>;
  readonly openMemory: () => Memory;
  readonly close: () => Promise<void>;
};

export async function startNewerWorld(options: RegistryOptions = {}): Promise<NewerWorld> {
  const [registry, directory] = await Promise.all([startRegistry(options), makeTemporaryDirectory()]);
  const clock = { now: Date.parse('2026-11-20T12:00:00Z') };
  const at = (name: string): string => join(directory.path, name);
  const open = (): Memory =>
    openMemory({ cacheDirectory: at('cache'), stateDirectory: at('state'), uid: process.getuid?.() ?? null, now: () => clock.now });
  const refer = (name: string) => makeReference(`${registry.host}/${name}`);

  const check: NewerWorld['check'] = async (wish) => {
    const own = open();
    const memory = wish.memory?.(own) ?? own;
    const client = createClient().registry;
    try {
      return await checkImages(
        {
          sources: [
            {
              name: 'here',
              matches: null,
              source: {
                list: (options) =>
                  Promise.resolve({
                    kind: 'docker-daemon',
                    location: 'here',
                    images: wish.images ?? [],
                    containers: [],
                    insecureRegistries: [],
                    warnings: [],
                    failures: [],
                    readBuild: () => Promise.resolve(null),
                    close: () => undefined,
                    ...wish.place?.(options),
                  }),
              },
            },
          ],
          files: wish.files === undefined ? null : { read: () => Promise.resolve(inventoryOf(wish.files ?? [], registry.host)) },
          memory,
          openRegistry: () => Promise.resolve(wish.client?.(client) ?? client),
          now: () => clock.now,
          signal: wish.signal ?? new AbortController().signal,
        },
        {
          all: false,
          platform: null,
          targets: [],
          files: { paths: [], buildArgs: new Map(), target: null, platforms: { build: AMD64, target: AMD64 } },
          rules: Object.entries(wish.rules ?? {}).map(([match, rule]) => ruleOf(match, rule)),
          versions: { track: 'major', minAgeMs: 0, ...wish.versions, resolves: wish.resolves ?? false, tables: wish.tables ?? false },
          machinePlatform: AMD64,
          bases: { tell: () => () => [], candidates: [], hosts: [], records: 'remembered' },
          forReport: wish.forReport ?? false,
          maxAgeMs: wish.maxAgeMs ?? HOUR,
          offline: wish.offline ?? false,
          jobs: 8,
          onProgress: () => undefined,
        },
      );
    } finally {
      memory.close();
    }
  };
  return {
    registry,
    clock,
    publish: (repository, tags, word = repository) => {
      const image = makeWord(word);
      registry.putTags(repository, tags, image);
      return image.digest;
    },
    pulled: (digest, ...names) =>
      makeImage({
        imageId: makeDigest(names.join()),
        configDigest: makeDigest(names.join()),
        tags: names.map(refer),
        repoDigests: names.map((name) => ({ ...refer(name), digest })),
      }),
    check,
    newer: async (wish) => {
      const { images } = await check(wish);
      return Object.fromEntries(images.map(({ name, newer }) => [name.replace(`${registry.host}/`, ''), newer]));
    },
    asked: () => {
      const paths = registry.requests.map(({ method, path }) => `${method} ${path.replace(/^\/v2\//, '').replace(/\?.*$/, '')}`);
      registry.forget();
      return {
        lists: paths.flatMap((path) => /^GET (.*)\/tags\/list$/.exec(path)?.[1] ?? []).sort(),
        heads: paths.flatMap((path) => /^HEAD (.*)$/.exec(path)?.[1]?.replace('/manifests/', ':') ?? []).sort(),
      };
    },
    wipe: (what) => rm(at(what), { recursive: true, force: true }),
    openMemory: open,
    close: async () => {
      await Promise.all([registry.close(), directory.remove()]);
    },
  };
}

/** The tags that are told: `1.29 (minor), 2.1 (major)`; else the kind of the answer. */
export function tell(report: NewerReport | undefined): string {
  const verdict = report?.verdict;
  if (verdict?.kind === 'unknown') return `unknown: ${verdict.reason.kind}`;
  if (verdict?.kind !== 'available') return verdict?.kind ?? 'missing';
  return [verdict.line, verdict.newest].flatMap((version) => (version === null ? [] : [`${version.tag} (${version.level})`])).join(', ');
}

function ruleOf(match: string, { ignore, ...policy }: Partial<VersionPolicy> & { readonly ignore?: boolean }): Setting<ImageRule> {
  const pattern = compilePattern(match);
  if (!pattern.ok) throw new Error(pattern.message);
  const { track, include, exclude, minAgeMs, skip, variant } = policy;
  return {
    origin: { kind: 'project', where: 'imgupdate.yaml:1:1' },
    value: {
      match,
      matches: pattern.value,
      base: null,
      hold: null,
      ignore: ignore ?? null,
      failOn: null,
      platform: null,
      track: track ?? null,
      minAge: minAgeMs ?? null,
      include: include ?? null,
      exclude: exclude ?? null,
      skip: skip ?? null,
      variant: variant ?? null,
    },
  };
}

function inventoryOf(names: readonly string[], host: string): FileInventory {
  const references = names.map((name, at): FileReference => {
    const written = `${host}/${name}`;
    const line = at + 1;
    return {
      kind: 'dockerfile',
      place: { path: 'Dockerfile', line, column: 6, endLine: line, endColumn: 6 + written.length },
      written,
      within: null,
      reference: { ok: true, value: makeReference(written) },
      platform: null,
      running: null,
      hold: null,
    };
  });
  return { references, problems: [], files: 1, builds: [], warnings: [] };
}

/** A policy that differs from the standard one in this. */
export function policyOf(parts: Partial<VersionPolicy>): VersionPolicy {
  return { ...STANDARD_POLICY, ...parts };
}

/** A pattern over tags. */
export function globOf(glob: string): VersionPolicy['include'][number] {
  const compiled = compileGlob(glob, 100);
  if (!compiled.ok) throw new Error(compiled.message);
  return { glob, matches: compiled.value.matches };
}
