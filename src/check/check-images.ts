import type { BaseClaim } from '../core/base/claim.ts';
import type { ImageRule, Setting } from '../core/configuration.ts';
import type { Platform } from '../core/platform.ts';
import type { Reference } from '../core/reference.ts';
import type { StoreNeeds } from '../core/unneeded.ts';
import type { VersionPolicy } from '../core/versions/policy.ts';
import { type Answers, createAnswers } from './answers.ts';
import { readBuildsEarly, UNTOLD_BASE } from './check-bases.ts';
import { checkNewer, type NewerOptions } from './check-newer.ts';
import type { Progress, TagCheckOptions } from './check-tags.ts';
import { chooseSubjects, type Rows, sortSubjects } from './choose-subjects.ts';
import { createChainsHere, describeImage, untrackedNewer } from './describe-image.ts';
import type { DescribedRow } from './find-store-needs.ts';
import { createImageNotes } from './image-notes.ts';
import { createRules, type Rules } from './image-rules.ts';
import type { Subject } from './images-to-check.ts';
import { createLazyRegistry, type LazyRegistry } from './lazy-registry.ts';
import { createLocalBases } from './local-bases.ts';
import type { FileInventory, FileOptions, FileSource, Memory, Registry } from './ports.ts';
import { readTargets } from './read-targets.ts';
import { tellReading } from './reading-progress.ts';
import type { BaseReport, CheckReport, NewerReport } from './report.ts';
import { type BaseOptions, findRowBases } from './row-bases.ts';
import { openStock, type Stock, type WantedSource } from './stock.ts';
import { type SettledTags, type Settling, startSettling } from './start-settling.ts';
import { createTagLists } from './tag-lists.ts';
import { tieBuild } from './tie-build.ts';

/** What a check needs from outside. `openRegistry` is called only when something has to be asked, with what the engine says of registries. */
export type CheckPorts = {
  /** The places whose images are wanted; none: no image of any place is. */
  readonly sources: readonly WantedSource[];
  /** null: no file is wanted. */
  readonly files: FileSource | null;
  readonly memory: Memory;
  readonly openRegistry: (insecureRegistries: readonly string[]) => Promise<Registry>;
  readonly now: () => number;
  readonly signal: AbortSignal;
};

/** What a check is to look at, and how. */
export type CheckOptions = TagCheckOptions & {
  /** Also images without a name. */
  readonly all: boolean;
  /** Overrides every image's own platform. */
  readonly platform: Platform | null;
  /** Images to be read from their registries. */
  readonly targets: readonly Reference[];
  /** Which files, and how they are read. */
  readonly files: Omit<FileOptions, 'signal'>;
  /** What the configuration says of images. */
  readonly rules: readonly Setting<ImageRule>[];
  /** Which newer versions are wanted, where no rule says anything else. */
  readonly versions: Pick<VersionPolicy, 'track' | 'minAgeMs'> & Pick<NewerOptions, 'resolves' | 'tables'>;
  /** For targets, where no platform is named. */
  readonly machinePlatform: Platform;
  readonly bases: BaseOptions;
  /** Also tells what only a report asks for: the layers of images whose base moved, and what the image stores hold that nothing needs. No registry is asked more for it. */
  readonly forReport: boolean;
};

/**
 * Checks the images of places, those asked for in registries and those that files name: gathers facts through the ports, lets core decide, returns values.
 *
 * Each distinct tag is asked for once however many images carry it or are built on it, and wherever they are; an image that needs no question costs none; whatever
 * one registry or one place does, the answers about the others stand.
 * @throws ImgupdateError when the only place there is to look at cannot be read; the signal's reason when aborted.
 */
export async function checkImages(ports: CheckPorts, options: CheckOptions): Promise<CheckReport> {
  const files = (await ports.files?.read({ ...options.files, signal: ports.signal })) ?? null;
  const reading = tellReading(ports.sources, options.onProgress);
  const stock = await openStock(reading.sources, {
    all: options.all,
    holdings: options.forReport,
    signal: ports.signal,
    onProgress: reading.onProgress,
    mayFail: files !== null || options.targets.length > 0,
  });
  const registry = createLazyRegistry(() => ports.openRegistry(stock.insecureRegistries));
  const answers = createAnswers({ ...ports, openRegistry: registry.get }, options);
  const run = {
    ...ports,
    files,
    stock,
    registry,
    answers,
    rules: createRules({ rules: options.rules, holds: ports.memory.readHolds(), versions: options.versions }),
  };
  try {
    return await check(run, options);
  } finally {
    stock.close();
    await registry.close();
  }
}

/** What has been opened for one check, and what all its steps ask. */
type Run = Omit<CheckPorts, 'files' | 'openRegistry'> & {
  readonly files: FileInventory | null;
  readonly stock: Stock;
  readonly registry: LazyRegistry;
  readonly answers: Answers;
  readonly rules: Rules;
};

/** Chooses the rows, settles their tags, finds their bases, and describes each. */
async function check(run: Run, options: CheckOptions): Promise<CheckReport> {
  const chosen = chooseSubjects({ ...options, files: run.files, stock: run.stock }, run.rules);
  const targets = await readTargets(chosen.references, run, options);
  const images = sortSubjects([...chosen.installed, ...targets.map(({ subject }) => subject)]);
  const build = tieBuild(run.files?.builds ?? [], images);
  const rows: Rows = { ...chosen, targets, images, tie: build.tie };
  const toldOf = planClaims(rows, options);
  const local = createLocalBases({ ...run.stock, readBuild: createBuildReader(rows, run) });
  const notes = createImageNotes(run.memory);
  readBuildsEarly(chosen.installed, notes, local);
  const { settling, whenSettled } = startSettling(rows, run, options);
  const [{ settled, bases }, newer] = await Promise.all([
    settling.then(async (found) => ({
      settled: found,
      bases: await findRowBases(rows, { ...run, toldOf, local, notes, settled: found }, options),
    })),
    findNewer(rows, { ...run, settling, whenSettled }, options),
  ]);
  const registry = await run.registry.opened();
  const described = describeRows(rows, { ...run, settled, bases, newer });
  return {
    generatedAt: run.now(),
    images: described.map(({ report }) => report),
    registries: registry?.usage() ?? [],
    warnings: [
      ...(run.files?.warnings ?? []),
      ...run.stock.warnings,
      ...(registry?.warnings() ?? []),
      ...(build.loose === null ? [] : [{ code: 'loose-build', message: build.loose, image: null }]),
      ...(isEverythingLookedAt(run, options) ? run.rules.unmatched() : []),
    ],
    failures: run.stock.failures,
    files: run.files === null ? null : { read: run.files.files, problems: run.files.problems },
    ignored: chosen.ignored,
    store: options.forReport ? await lookIntoStores(described, run, options) : null,
  };
}

async function lookIntoStores(rows: readonly DescribedRow[], run: Run, options: CheckOptions): Promise<StoreNeeds | null> {
  const { findStoreNeeds } = await import('./find-store-needs.ts'); // few runs are for a report
  return findStoreNeeds(rows, run, options);
}

/** Else a rule may be meant for what is not wanted this time. */
function isEverythingLookedAt({ sources }: Run, { targets }: CheckOptions): boolean {
  return targets.length === 0 && sources.every(({ matches }) => matches === null);
}

/** What the user and a Dockerfile say of the base of each image. */
function planClaims({ images, tie }: Rows, { bases }: CheckOptions): (subject: Subject) => readonly BaseClaim[] {
  const toldOf = bases.tell(images);
  return (subject) => [...toldOf(subject), ...(tie === null ? [] : [tie.claim])];
}

/** How an image was made, as its registry said when it was read there, or as the store tells. */
function createBuildReader({ targets }: Rows, { stock }: Run): Stock['readBuild'] {
  const builds = new Map(targets.map(({ subject, build }) => [subject.image, build]));
  return async (image, wanted) => (builds.has(image) ? (builds.get(image) ?? null) : stock.readBuild(image, wanted));
}

/** Finds the newer versions of each row but those of references that cannot be told. */
async function findNewer(
  { installed, named, targets }: Rows,
  run: Run & Settling,
  options: CheckOptions,
): Promise<ReadonlyMap<Subject, NewerReport>> {
  const told = named.filter(({ subject }) => subject.reference !== null);
  const subjects = [...installed, ...[...told, ...targets].map(({ subject }) => subject)];
  const openRegistry = run.registry.get;
  const lists = createTagLists({ ...run, openRegistry }, options);
  let isSettled = false;
  const onProgress = (progress: Progress): void => {
    if (isSettled) options.onProgress(progress);
  };
  const noteSettled = (): void => void (isSettled = true);
  run.settling.then(noteSettled, noteSettled);
  return checkNewer(subjects, { ...run, lists, openRegistry }, { ...options, ...options.versions, onProgress });
}

type Found = Run & {
  readonly settled: SettledTags;
  readonly bases: ReadonlyMap<Subject, BaseReport>;
  readonly newer: ReadonlyMap<Subject, NewerReport>;
};

function describeRows({ images, named, tie }: Rows, { stock, settled, bases, newer, rules, now }: Found): readonly DescribedRow[] {
  const here = createChainsHere(stock.images);
  const built = new Set(images);
  return sortSubjects([...images, ...named.map(({ subject }) => subject)]).map((subject) => ({
    subject,
    report: describeImage(
      subject,
      {
        settled: settled.get(subject) ?? null,
        base: bases.get(subject) ?? UNTOLD_BASE,
        newer: newer.get(subject) ?? untrackedNewer('it could not be told which image is meant'),
        tie: built.has(subject) ? tie : null,
        rules: rules.of(subject.reference),
        now: now(),
      },
      here,
    ),
  }));
}
