import pLimit from 'p-limit';
import { type BaseClaim, type Findings, makeClaim, NOTHING_FOUND } from '../core/base/claim.ts';
import type { KnownBase } from '../core/base/known-base.ts';
import { readSquashMarks } from '../core/base/squash-mark.ts';
import { nothingKnown } from '../core/base/nothing-known.ts';
import type { BaseVersion, BuildNote } from '../core/base/version.ts';
import { groupBy } from '../core/group.ts';
import { historyHashes } from '../core/history.ts';
import type { ImageContents } from '../core/image-contents.ts';
import { renderPlatform } from '../core/platform.ts';
import { type Reason, reason } from '../core/reason.ts';
import { type Reference, renderRepository } from '../core/reference.ts';
import { knownDigests } from '../core/tag-check.ts';
import { untoldBase } from '../core/verdict.ts';
import type { Answers } from './answers.ts';
import { type BaseMemory, createBaseMemory } from './base-memory.ts';
import { checkBase } from './check-base.ts';
import type { Settled } from './check-tags.ts';
import { createImageNotes, type ImageNotes } from './image-notes.ts';
import { harvestBases } from './harvest-bases.ts';
import type { Subject } from './images-to-check.ts';
import { isOfImage, type LocalBases } from './local-bases.ts';
import type { OwnPlace, ReadablePlace } from './own-documents.ts';
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
  readonly local: LocalBases;
  readonly refusal: (reference: Reference) => Reason | null;
  /** Whether a registry is known to count nothing that is read of it. */
  readonly isUncounted: (registry: string) => boolean;
  readonly now: () => number;
};

/**
 * Finds the base of every image and whether it moved: once for each image, however many names it has, and with one question for each base's tag, however many
 * images stand on it.
 */
export async function checkBases(
  subjects: readonly Subject[],
  settled: ReadonlyMap<Subject, Settled>,
  { ports, options }: { readonly ports: BaseCheckPorts; readonly options: BaseCheckOptions },
): Promise<ReadonlyMap<Subject, BaseReport>> {
  const reports = new Map<Subject, BaseReport>();
  const limit = pLimit(options.jobs);
  const memory = createBaseMemory(ports.memory);
  const notes = createImageNotes(ports.memory);
  const images = [...groupBy(subjects, (subject) => keyOf(subject, options.places.get(subject) ?? null)).values()];
  for (let start = 0; start < images.length; start += BATCH) {
    const batch = images.slice(start, start + BATCH);
    const those = batch.flatMap(([row]) => (row === undefined ? [] : [row.image]));
    notes.recall(those);
    memory.lookUp(those.flatMap(({ diffIds }) => (diffIds === null ? [] : [diffIds])));
    await Promise.all(
      batch.map((rows) =>
        limit(async () => {
          const report = await checkRows(rows, { ...ports, bases: memory, settled, notes }, options);
          for (const row of rows) reports.set(row, report);
        }),
      ),
    );
    notes.keep();
  }
  return reports;
}

/** So that ten thousand images do not mean ten thousand promises at once. */
const BATCH = 1_000;

/** One image may lie in several places of registries, each of which may record another thing of it. */
const keyOf = ({ image, platform }: Subject, place: OwnPlace | null): string =>
  [image.imageId, renderPlatform(platform), place === null ? '' : `${renderRepository(place.repository)}@${place.digest}`].join(' ');

type RunPorts = BaseCheckPorts & {
  readonly bases: BaseMemory;
  readonly settled: ReadonlyMap<Subject, Settled>;
  readonly notes: ImageNotes;
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
  const note = memory.readBuildNote(image.imageId, rendered);
  const told: Findings = {
    claims: [...rows.flatMap(options.toldOf), ...(note === null ? [] : [claimOfNote(note.base)])],
    rejected: [],
  };
  const place = placeOf(rows, { ports, options });
  const isLone =
    here.length + bases.below(diffIds, rendered).length + told.claims.length + options.candidates.length === 0 && place === null;
  return isLone && notes.isSilent(image) ? NO_EVIDENCE : decideRows({ rows, here, told, note, place, isLone }, ports, options);
}

/** Of an image that says nothing of its base, and of which nothing else is known. */
const NO_EVIDENCE: BaseReport = untoldBaseOf(nothingKnown(false));

/** What was found about an image without reading how it was made. `isLone`: nothing. */
type Found = {
  readonly rows: readonly Subject[];
  readonly here: readonly KnownBase[];
  readonly told: Findings;
  readonly note: BuildNote | null;
  readonly place: ReadablePlace | null;
  readonly isLone: boolean;
};

async function decideRows(
  { rows, here, told, note, place, isLone }: Found,
  ports: RunPorts,
  options: BaseCheckOptions,
): Promise<BaseReport> {
  const [row] = rows;
  const contents = row === undefined ? null : await ports.local.contentsOf(row.image);
  if (row === undefined || contents === null) return UNTOLD_BASE;
  const { image, platform } = row;
  const { bases, local, notes } = ports;
  const rendered = renderPlatform(platform);
  const remembered = findRemembered(contents, rendered, bases);
  harvestBases({ here, remembered, contents, platform: rendered }, ports);
  const known = [...here, ...remembered.map(recall).filter((base) => !isOfImage(base, image))];
  const build = await local.buildOf(image);
  const traces = { contents, labels: image.labels, annotations: build?.annotations ?? new Map() };
  if (isLone && build !== null) notes.learnSilence(image, traces);
  const report = await checkBase(
    {
      question: {
        image: traces,
        told,
        platform: rendered,
        known: note === null ? known : [...known, recall(note.base)],
        seen: (reference) => bases.seen(reference, rendered),
        refusal: (reference) => (reference.registry === note?.base.repository.registry ? null : ports.refusal(reference)),
        tagsHere: local.tagsOf,
        own: [...image.tags, ...image.repoDigests],
        candidates: options.candidates,
        hasRegistry: place !== null,
      },
      platform,
      place,
      findLocal: local.named,
      thorough: options.records === 'all',
    },
    { ...ports, memory: bases },
  );
  if (place?.answers === ports.answers && report.rejected.every(({ unread }) => unread === undefined)) notes.learnRead(image, place);
  return report;
}

/** Of an image that could not be read nothing can be said. */
export function untoldBaseOf(because: Reason): BaseReport {
  return {
    verdict: { kind: 'unknown', reason: because, ...untoldBase(because.message) },
    checkedAt: null,
    ...NOTHING_FOUND,
    found: [],
    trail: [],
  };
}

export const UNTOLD_BASE: BaseReport = untoldBaseOf(reason('no-evidence', 'its store does not tell which layers it has'));

/** Merged layers are no prefix of anything any more; then the history that was kept may be. */
function findRemembered(contents: ImageContents, platform: string, bases: BaseMemory): readonly BaseVersion[] {
  const below = bases.below(contents.diffIds, platform);
  const marks = readSquashMarks(contents);
  const history = marks.history ?? contents.history;
  if (!marks.layersLost || history === null) return below;
  const alike = bases.find({ chainIds: [], historyHashes: historyHashes(history) });
  return [...below, ...alike.filter((version) => version.platform === platform && !below.includes(version))];
}

function recall(version: BaseVersion): KnownBase {
  const { repository, tag, topDigest, manifestDigest, configDigest, contents } = version;
  return {
    source: 'seen-before',
    references: tag === null ? [] : [{ ...repository, tag, digest: null }],
    repositories: [repository],
    isLocal: topDigest === null && manifestDigest === null,
    ...{ topDigest, manifestDigest, configDigest, contents },
  };
}

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
