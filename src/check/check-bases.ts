import pLimit from 'p-limit';
import { type BaseClaim, type Findings, makeClaim } from '../core/base/claim.ts';
import { nothingKnown } from '../core/base/nothing-known.ts';
import type { BaseVersion } from '../core/base/version.ts';
import { groupBy } from '../core/group.ts';
import { renderPlatform } from '../core/platform.ts';
import { type Reason, reason } from '../core/reason.ts';
import { type Reference, renderRepository } from '../core/reference.ts';
import { knownDigests } from '../core/tag-check.ts';
import { untoldBase } from '../core/verdict.ts';
import type { Answers } from './answers.ts';
import { type BaseMemory, createBaseMemory } from './base-memory.ts';
import type { Settled } from './check-tags.ts';
import type { ImageNotes } from './image-notes.ts';
import type { Subject } from './images-to-check.ts';
import type { LocalBases } from './local-bases.ts';
import type { OwnPlace, ReadablePlace } from './own-documents.ts';
import { createPauses } from './pauses.ts';
import type { Memory } from './ports.ts';
import type { BaseReport } from './report.ts';

export type BaseCheckOptions = {
  /** Images at once. */
  readonly jobs: number;
  /** What the user said of an image's base, on the command line or in the configuration. */
  readonly toldOf: (subject: Subject) => readonly BaseClaim[];
  /** Looked at where nothing else names a base. */
  readonly candidates: readonly Reference[];
  /** Where targets in registries lie. */
  readonly places: ReadonlyMap<Subject, OwnPlace | null>;
  readonly records: Records;
  /** Also lays the layers of each image beside those of a base that moved. */
  readonly comparesLayers?: boolean;
};

/**
 * How far is read what registries record of the images themselves, which takes up to three counted documents for each, once in its life.
 *
 * - `remembered`: what was read before
 * - `uncounted`: also where the registry counts nothing
 * - `all`: also where it does, above the quota's floor; and of bases, what they stand on
 */
export type Records = 'remembered' | 'uncounted' | 'all';

export type BaseCheckPorts = {
  readonly answers: Answers;
  /** The same, without asking anyone. */
  readonly remembered: Answers;
  readonly memory: Memory;
  readonly notes: ImageNotes;
  readonly local: LocalBases;
  readonly refusal: (reference: Reference) => Reason | null;
  /** Whether a registry is known to count nothing that is read of it. */
  readonly isUncounted: (registry: string) => boolean;
  readonly now: () => number;
  readonly signal: AbortSignal;
};

/**
 * Finds the base of every image and whether it moved: once for each image, however many names it has, and with one question for each base's tag, however many
 * images stand on it.
 *
 * @throws the signal's reason when aborted.
 */
export async function checkBases(
  subjects: readonly Subject[],
  settled: ReadonlyMap<Subject, Settled>,
  { ports, options }: { readonly ports: BaseCheckPorts; readonly options: BaseCheckOptions },
): Promise<ReadonlyMap<Subject, BaseReport>> {
  const reports = new Map<Subject, BaseReport>();
  const limit = pLimit(options.jobs);
  const memory = createBaseMemory(ports.memory);
  const { notes } = ports;
  const hasBuildNotes = ports.memory.hasBuildNotes();
  const pause = createPauses(ports.signal);
  const images = [...groupBy(subjects, (subject) => keyOf(subject, options.places.get(subject) ?? null)).values()];
  const look = async (all: readonly (readonly Subject[])[]): Promise<void> => {
    for (let start = 0; start < all.length; start += BATCH) {
      const batch = all.slice(start, start + BATCH);
      const those = batch.flatMap(([row]) => (row === undefined ? [] : [row.image]));
      notes.recall(those);
      memory.lookUp(those.flatMap(({ diffIds }) => (diffIds === null ? [] : [diffIds])));
      await Promise.all(
        batch.map((rows) =>
          limit(async () => {
            await pause();
            const report = await checkRows(rows, { ...ports, bases: memory, settled, hasBuildNotes }, options);
            for (const row of rows) reports.set(row, report);
          }),
        ),
      );
      notes.keep();
    }
  };
  await look(images);
  // What one image named may be the base of another that names none, whichever of the two was looked at first.
  await look(
    images.filter(([row]) => {
      const { diffIds = null } = row?.image ?? {};
      return row !== undefined && diffIds !== null && isOpen(reports.get(row)) && memory.isNewsBelow(diffIds, renderPlatform(row.platform));
    }),
  );
  return reports;
}

function isOpen(report: BaseReport | undefined): boolean {
  return report?.verdict.kind === 'unknown' && report.verdict.reason.kind === 'no-evidence';
}

/**
 * Begins to ask how images were made while registries are waited for: of as many as are decided about first, and only of those that may tell something. What comes
 * of it is found where it is asked for.
 */
export function readBuildsEarly(subjects: readonly Subject[], notes: ImageNotes, local: Pick<LocalBases, 'buildOf'>): void {
  const images = [...new Set(subjects.slice(0, BATCH).map(({ image }) => image))];
  notes.recall(images);
  for (const image of images) if (!notes.isSilent(image)) local.buildOf(image).catch(() => undefined);
}

/** So that ten thousand images do not mean ten thousand promises at once. */
const BATCH = 1_000;

/** One image may lie in several places of registries, each of which may record another thing of it. */
const keyOf = ({ image, platform }: Subject, place: OwnPlace | null): string =>
  [image.imageId, renderPlatform(platform), place === null ? '' : `${renderRepository(place.repository)}@${place.digest}`].join(' ');

/** Beside the ports what one run keeps. */
export type RunPorts = BaseCheckPorts & {
  readonly bases: BaseMemory;
  readonly settled: ReadonlyMap<Subject, Settled>;
  readonly hasBuildNotes: boolean;
};

async function checkRows(rows: readonly Subject[], ports: RunPorts, options: BaseCheckOptions): Promise<BaseReport> {
  const [row] = rows;
  const diffIds = row?.image.diffIds ?? null;
  if (row === undefined || diffIds === null) return UNTOLD_BASE;
  const { image, platform } = row;
  const { memory, bases, local, notes } = ports;
  const rendered = renderPlatform(platform);
  // what is here is of the image's own platform, whichever is asked about
  const here = renderPlatform(image.platform) === rendered ? await local.below(image) : [];
  const note = ports.hasBuildNotes ? memory.readBuildNote(image.imageId, rendered) : null;
  const told: Findings = {
    claims: [...rows.flatMap(options.toldOf), ...(note === null ? [] : [claimOfNote(note.base)])],
    rejected: [],
  };
  const place = placeOf(rows, { ports, options });
  const isLone =
    here.length + bases.below(diffIds, rendered).length + told.claims.length + options.candidates.length === 0 && place === null;
  if (isLone && notes.isSilent(image)) return NO_EVIDENCE;
  const contents = await local.contentsOf(image);
  if (contents === null) return UNTOLD_BASE;
  const { decideImage } = await import('./decide-image.ts'); // most of what decides about bases is loaded with the first image that has something to say
  return decideImage({ image, platform, contents, here, told, note, place, isLone }, ports, options);
}

/** Of an image that says nothing of its base, and of which nothing else is known. */
const NO_EVIDENCE: BaseReport = untoldBaseOf(nothingKnown(false));

/** Of an image that could not be read nothing can be said. */
export function untoldBaseOf(because: Reason): BaseReport {
  return {
    verdict: { kind: 'unknown', reason: because, ...untoldBase(because.message) },
    checkedAt: null,
    found: [],
    rejected: [],
    trail: [],
    layers: null,
  };
}

export const UNTOLD_BASE: BaseReport = untoldBaseOf(reason('no-evidence', 'its store does not tell which layers it has'));

function claimOfNote({ repository, tag, topDigest, manifestDigest, configDigest }: BaseVersion): BaseClaim {
  return makeClaim('seen-before', 'recorded with imgupdate base record', {
    reference: { ...repository, tag, digest: tag === null ? topDigest : null },
    digests: [...new Set([topDigest, manifestDigest])].filter((digest) => digest !== null),
    imageId: configDigest,
  });
}

/**
 * Where the image's own registry may be asked what it records of it: where its tag was found, so that the registry answers; and where nothing is counted, or the
 * image was asked for by name. What was read there before is looked at again without asking.
 */
function placeOf(
  rows: readonly Subject[],
  { ports, options }: { readonly ports: RunPorts; readonly options: BaseCheckOptions },
): ReadablePlace | null {
  for (const row of rows) {
    const { reference, image } = row;
    const place = options.places.get(row);
    if (place !== undefined) return place === null ? null : { ...place, answers: ports.answers };
    const verdict = ports.settled.get(row)?.check.verdict;
    if (reference === null || verdict === undefined || verdict.kind === 'local') continue;
    const digests = knownDigests(image, reference);
    // the containerd store tells the index first, which alone leads to provenance
    const [index = [...digests].sort()[0]] = image.contentDigests;
    const digest = verdict.kind === 'current' && digests.has(verdict.candidate) ? verdict.candidate : index;
    if (digest === undefined) continue;
    const isWanted = options.records === 'all' || (options.records === 'uncounted' && ports.isUncounted(reference.registry));
    const own = { repository: { registry: reference.registry, repository: reference.repository }, digest };
    if (isWanted && verdict.kind !== 'unknown') return { ...own, answers: ports.answers };
    if (ports.notes.isRead(image, own)) return { ...own, answers: ports.remembered };
  }
  return null;
}
