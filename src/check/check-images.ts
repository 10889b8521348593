import pLimit from 'p-limit';
import type { BaseClaim } from '../core/base/claim.ts';
import type { ImageRule, Setting } from '../core/configuration.ts';
import type { Platform } from '../core/platform.ts';
import type { Reference } from '../core/reference.ts';
import { type Answers, createAnswers } from './answers.ts';
import { createBaseHosts } from './base-hosts.ts';
import { checkBases, readBuildsEarly, type Records, UNTOLD_BASE, untoldBaseOf } from './check-bases.ts';
import { checkTags, type Settled, type TagCheckOptions } from './check-tags.ts';
import { createChainsHere, describeImage } from './describe-image.ts';
import { BASE_UNSOUGHT } from './file-subjects.ts';
import { chooseSubjects, sortSubjects } from './choose-subjects.ts';
import { createImageNotes } from './image-notes.ts';
import type { Matches, Subject } from './images-to-check.ts';
import { createLazyRegistry, type LazyRegistry } from './lazy-registry.ts';
import { createLocalBases } from './local-bases.ts';
import type { FileInventory, FileOptions, FileSource, ImageSource, Inventory, Memory, Registry } from './ports.ts';
import { readTarget, type RegistryTarget } from './registry-targets.ts';
import type { CheckReport } from './report.ts';
import { createRules, type Rules } from './rules.ts';
import { type BuildTie, tieBuild } from './tie-build.ts';

/** What a check needs from outside. `openRegistry` is called only when something has to be asked, with what the engine says of registries. */
export type CheckPorts = {
  /** null: no image of any store is wanted. */
  readonly source: ImageSource | null;
  /** null: no file is wanted. */
  readonly files: FileSource | null;
  readonly memory: Memory;
  readonly openRegistry: (insecureRegistries: readonly string[]) => Promise<Registry>;
  readonly now: () => number;
  readonly signal: AbortSignal;
};

export type CheckOptions = TagCheckOptions & {
  /** Also images without a name. */
  readonly all: boolean;
  /** Which rows are wanted; null for all. */
  readonly matches: Matches | null;
  /** Overrides every image's own platform. */
  readonly platform: Platform | null;
  /** Images to be read from their registries. */
  readonly targets: readonly Reference[];
  /** Which files, and how they are read. */
  readonly files: Omit<FileOptions, 'signal'>;
  /** What the configuration says of images. */
  readonly rules: readonly Setting<ImageRule>[];
  /** For targets, where no platform is named. */
  readonly machinePlatform: Platform;
  readonly bases: BaseOptions;
};

export type BaseOptions = {
  /**
   * What the user says of the bases of images.
   *
   * @throws ImgupdateError 'usage' when that fits none or too many of `subjects`.
   */
  readonly tell: (subjects: readonly Subject[]) => (subject: Subject) => readonly BaseClaim[];
  /** References that may be the base of an image of which nothing else is known. */
  readonly candidates: readonly Reference[];
  /** Registries that may be asked though only an image names them. */
  readonly hosts: readonly string[];
  readonly records: Records;
};

/**
 * Checks the images of a source and those asked for in registries: gathers facts through the ports, lets core decide, returns values.
 *
 * Each distinct tag is asked for once however many images carry it or are built on it; an image that needs no question costs none; whatever one registry does,
 * the answers about the others stand.
 * @throws ImgupdateError when the source cannot be read; the signal's reason when aborted.
 */
export async function checkImages(ports: CheckPorts, options: CheckOptions): Promise<CheckReport> {
  const files = (await ports.files?.read({ ...options.files, signal: ports.signal })) ?? null;
  const inventory = await ports.source?.list({
    all: options.all,
    signal: ports.signal,
    onProgress: (done, total) => options.onProgress({ done, total, subject: 'images' }),
  });
  const lazyRegistry = createLazyRegistry(() => ports.openRegistry(inventory?.insecureRegistries ?? []));
  try {
    return await check({ ...ports, files, inventory: inventory ?? null, lazyRegistry }, options);
  } finally {
    inventory?.close();
    await lazyRegistry.close();
  }
}

type Checking = Omit<CheckPorts, 'files'> & {
  readonly files: FileInventory | null;
  readonly inventory: Inventory | null;
  readonly lazyRegistry: LazyRegistry;
};

async function check(ports: Checking, options: CheckOptions): Promise<CheckReport> {
  const { files, inventory, lazyRegistry, memory, now } = ports;
  const answers = createAnswers({ ...ports, openRegistry: lazyRegistry.get }, options);
  const rules = createRules(options.rules);
  const { installed, named, references, ignored } = chooseSubjects({ ...options, files, inventory }, rules);
  const targets = await readTargets(references, { answers, lazyRegistry, rules }, options);
  const images = sortSubjects([...installed, ...targets.map(({ subject }) => subject)]);
  const { tie, loose } = tieBuild(files?.builds ?? [], images);
  const told = options.bases.tell(images);
  const toldOf = (subject: Subject): readonly BaseClaim[] => [...told(subject), ...(tie === null ? [] : [tie.claim])];

  const builds = new Map(targets.map(({ subject, build }) => [subject.image, build]));
  const local = createLocalBases(inventory?.images ?? [], async (image) =>
    builds.has(image) ? (builds.get(image) ?? null) : ((await inventory?.readBuild(image)) ?? null),
  );
  const notes = createImageNotes(memory);
  readBuildsEarly(installed, notes, local);
  const asked = named.flatMap(({ subject, settled }) => (settled === null ? [subject] : []));
  const settled = new Map<Subject, Settled>([
    ...(await checkTags([...installed, ...asked], { answers, openRegistry: lazyRegistry.get }, options)),
    ...targets.map((target) => [target.subject, target.settled] as const),
    ...named.flatMap((each) => (each.settled === null ? [] : [[each.subject, each.settled] as const])),
  ]);
  const bases = await checkBases(images, settled, {
    ports: {
      answers,
      remembered: createAnswers({ ...ports, openRegistry: lazyRegistry.get }, { maxAgeMs: options.maxAgeMs, offline: true }),
      memory,
      notes,
      local,
      now,
      signal: ports.signal,
      isUncounted: createMeter(await lazyRegistry.opened()),
      refusal: createBaseHosts([...(inventory?.images ?? []), ...targets.map(({ subject }) => subject.image)], hostsNamed(tie, options)),
    },
    options: { ...options.bases, jobs: options.jobs, toldOf, places: new Map(targets.map(({ subject, place }) => [subject, place])) },
  });
  const unread = new Map([
    ...targets.flatMap(({ subject, unread }) => (unread === null ? [] : [[subject, untoldBaseOf(unread)] as const])),
    ...named.map(({ subject }) => [subject, untoldBaseOf(BASE_UNSOUGHT)] as const),
  ]);
  const here = createChainsHere(inventory?.images ?? []);
  const registry = await lazyRegistry.opened();
  const rows = new Set(images);
  return {
    generatedAt: now(),
    images: sortSubjects([...images, ...named.map(({ subject }) => subject)]).map((subject) =>
      describeImage(
        subject,
        {
          settled: settled.get(subject) ?? null,
          base: unread.get(subject) ?? bases.get(subject) ?? UNTOLD_BASE,
          builtFrom: rows.has(subject) ? (tie?.place ?? null) : null,
          rules: rules.of(subject.reference),
          now: now(),
        },
        here,
      ),
    ),
    registries: registry?.usage() ?? [],
    warnings: [
      ...(inventory?.warnings ?? []),
      ...(registry?.warnings() ?? []),
      ...(loose === null ? [] : [{ code: 'loose-build', message: loose, image: null }]),
      ...(options.matches === null && options.targets.length === 0 ? rules.unmatched() : []),
    ],
    files: files === null ? null : { read: files.files, problems: files.problems },
    ignored,
  };
}

/** A Dockerfile that the user named may name registries. */
function hostsNamed(tie: BuildTie | null, { bases, targets }: CheckOptions): readonly string[] {
  const { reference = null } = tie?.claim ?? {};
  return [...bases.hosts, ...targets.map(({ registry }) => registry), ...(reference === null ? [] : [reference.registry])];
}

type Reading = { readonly answers: Answers; readonly lazyRegistry: LazyRegistry; readonly rules: Rules };

async function readTargets(
  references: readonly Reference[],
  { answers, lazyRegistry, rules }: Reading,
  options: CheckOptions,
): Promise<readonly RegistryTarget[]> {
  if (references.length === 0) return [];
  if (!options.offline) (await lazyRegistry.get()).announce(references);
  const limit = pLimit(options.jobs);
  return Promise.all(
    references.map((reference) => {
      const wanted = { asked: options.platform ?? rules.of(reference).platform, machine: options.machinePlatform };
      return limit(() => readTarget(reference, wanted, answers));
    }),
  );
}

/** Docker Hub counts what is pulled, and so does every registry that tells of a quota; of one that was not asked in this run nobody knows. */
function createMeter(registry: Registry | null): (name: string) => boolean {
  return (name) =>
    name !== 'docker.io' && registry?.usage().some((use) => use.registry === name && use.requests > 0 && use.limit === null) === true;
}
