import pLimit from 'p-limit';
import type { BaseClaim } from '../core/base/claim.ts';
import type { Platform } from '../core/platform.ts';
import { compareText, type Reference } from '../core/reference.ts';
import { type Answers, createAnswers } from './answers.ts';
import { createBaseHosts } from './base-hosts.ts';
import { checkBases, readBuildsEarly, type Records, UNTOLD_BASE, untoldBaseOf } from './check-bases.ts';
import { checkTags, type Settled, type TagCheckOptions } from './check-tags.ts';
import { createChainsHere, describeImage } from './describe-image.ts';
import { createImageNotes } from './image-notes.ts';
import { listSubjects, type Matches, type Subject } from './images-to-check.ts';
import { createLazyRegistry, type LazyRegistry } from './lazy-registry.ts';
import { createLocalBases } from './local-bases.ts';
import type { ImageSource, Inventory, Memory, Registry } from './ports.ts';
import { readTarget, type RegistryTarget } from './registry-targets.ts';
import type { CheckReport } from './report.ts';

/** What a check needs from outside. `openRegistry` is called only when something has to be asked, with what the engine says of registries. */
export type CheckPorts = {
  /** null: no image of any store is wanted. */
  readonly source: ImageSource | null;
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
  const inventory = await ports.source?.list({
    all: options.all,
    signal: ports.signal,
    onProgress: (done, total) => options.onProgress({ done, total, subject: 'images' }),
  });
  const lazyRegistry = createLazyRegistry(() => ports.openRegistry(inventory?.insecureRegistries ?? []));
  try {
    return await check({ ...ports, inventory: inventory ?? null, lazyRegistry }, options);
  } finally {
    inventory?.close();
    await lazyRegistry.close();
  }
}

type Checking = CheckPorts & { readonly inventory: Inventory | null; readonly lazyRegistry: LazyRegistry };

async function check(ports: Checking, options: CheckOptions): Promise<CheckReport> {
  const { inventory, lazyRegistry, memory, now } = ports;
  const answers = createAnswers({ ...ports, openRegistry: lazyRegistry.get }, options);
  const installed = inventory === null ? [] : listSubjects(inventory, options);
  const targets = await readTargets(answers, lazyRegistry, options);
  const subjects = [...installed, ...targets.map(({ subject }) => subject)].sort((a, b) => compareText(a.text, b.text));
  const toldOf = options.bases.tell(subjects);

  const images = [...(inventory?.images ?? []), ...targets.map(({ subject }) => subject.image)];
  const builds = new Map(targets.map(({ subject, build }) => [subject.image, build]));
  const local = createLocalBases(inventory?.images ?? [], async (image) =>
    builds.has(image) ? (builds.get(image) ?? null) : ((await inventory?.readBuild(image)) ?? null),
  );
  const notes = createImageNotes(memory);
  readBuildsEarly(installed, notes, local);
  const settled = new Map<Subject, Settled>([
    ...(await checkTags(installed, { answers, openRegistry: lazyRegistry.get }, options)),
    ...targets.map((target) => [target.subject, target.settled] as const),
  ]);
  const bases = await checkBases(subjects, settled, {
    ports: {
      answers,
      remembered: createAnswers({ ...ports, openRegistry: lazyRegistry.get }, { maxAgeMs: options.maxAgeMs, offline: true }),
      memory,
      notes,
      local,
      now,
      signal: ports.signal,
      isUncounted: createMeter(await lazyRegistry.opened()),
      refusal: createBaseHosts(images, [...options.bases.hosts, ...options.targets.map(({ registry }) => registry)]),
    },
    options: { ...options.bases, jobs: options.jobs, toldOf, places: new Map(targets.map(({ subject, place }) => [subject, place])) },
  });
  const unread = new Map(targets.flatMap(({ subject, unread }) => (unread === null ? [] : [[subject, untoldBaseOf(unread)] as const])));
  const here = createChainsHere(inventory?.images ?? []);
  const registry = await lazyRegistry.opened();
  return {
    generatedAt: now(),
    images: subjects.map((subject) =>
      describeImage(
        subject,
        { settled: settled.get(subject) ?? null, base: unread.get(subject) ?? bases.get(subject) ?? UNTOLD_BASE },
        here,
      ),
    ),
    registries: registry?.usage() ?? [],
    warnings: [...(inventory?.warnings ?? []), ...(registry?.warnings() ?? [])],
    files: null,
    ignored: 0,
  };
}

async function readTargets(answers: Answers, lazyRegistry: LazyRegistry, options: CheckOptions): Promise<readonly RegistryTarget[]> {
  if (options.targets.length === 0) return [];
  if (!options.offline) (await lazyRegistry.get()).announce(options.targets);
  const limit = pLimit(options.jobs);
  const wanted = { asked: options.platform, machine: options.machinePlatform };
  return Promise.all(options.targets.map((reference) => limit(() => readTarget(reference, wanted, answers))));
}

/** Docker Hub counts what is pulled, and so does every registry that tells of a quota; of one that was not asked in this run nobody knows. */
function createMeter(registry: Registry | null): (name: string) => boolean {
  return (name) =>
    name !== 'docker.io' && registry?.usage().some((use) => use.registry === name && use.requests > 0 && use.limit === null) === true;
}
