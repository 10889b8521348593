import type { Findings } from '../core/base/claim.ts';
import { wantsExactHistory } from '../core/base/exactness.ts';
import type { KnownBase } from '../core/base/known-base.ts';
import { readSquashMarks } from '../core/base/squash-mark.ts';
import type { Surroundings } from '../core/base/surroundings.ts';
import type { BaseVersion, BuildNote } from '../core/base/version.ts';
import { historyHashes } from '../core/history.ts';
import type { ImageContents } from '../core/image-contents.ts';
import type { InstalledImage } from '../core/installed.ts';
import { type Platform, renderPlatform } from '../core/platform.ts';
import { renderReference } from '../core/reference.ts';
import type { BaseMemory } from './base-memory.ts';
import { checkBase } from './check-base.ts';
import type { BaseCheckOptions, RunPorts } from './check-bases.ts';
import { harvestBases } from './harvest-bases.ts';
import { isOfImage } from './local-bases.ts';
import type { ReadablePlace } from './own-documents.ts';
import type { BaseReport } from './report.ts';

/** What was found about an image before its base is decided about. `isLone`: nothing but its contents. */
export type FoundImage = {
  readonly image: InstalledImage;
  readonly platform: Platform;
  readonly contents: ImageContents;
  readonly here: readonly KnownBase[];
  readonly told: Findings;
  readonly note: BuildNote | null;
  readonly place: ReadablePlace | null;
  readonly isLone: boolean;
};

/**
 * Gathers what is remembered, and lets core decide about the base of one image, asking what that takes.
 *
 * Where an exact history might change the answer, its store is asked for that, and the answer is found again from what was known the first time; nothing is
 * asked of a registry twice.
 */
export async function decideImage(found: FoundImage, ports: RunPorts, options: DecisionOptions): Promise<BaseReport> {
  const { image, platform, contents, here, note } = found;
  const rendered = renderPlatform(platform);
  const remembered = findRemembered(contents, rendered, ports.bases);
  harvestBases({ here, remembered, contents, platform: rendered }, ports);
  const known = [
    ...here,
    ...remembered.map(recall).filter((base) => !isOfImage(base, image)),
    ...(note === null ? [] : [recall(note.base)]),
  ];
  const seen = createView((reference) => ports.bases.seen(reference, rendered));
  const report = await decideOnce({ ...found, known, seen: seen.now }, ports, options);
  if (!wantsExactHistory(report.verdict, contents)) return report;
  const history = (await ports.local.buildOf(image, 'exact'))?.history ?? null;
  if (history?.precision !== 'exact') return report;
  const again = await decideOnce({ ...found, contents: { ...contents, history }, known, seen: seen.atFirst }, ports, options);
  return { ...again, trail: joinTrails(report.trail, again.trail) };
}

type DecisionOptions = Pick<BaseCheckOptions, 'candidates' | 'records' | 'comparesLayers'>;

/** What was seen of a tag: now, and when it was asked about first. */
function createView(seen: Surroundings['seen']): { readonly now: Surroundings['seen']; readonly atFirst: Surroundings['seen'] } {
  const first = new Map<string, readonly BaseVersion[]>();
  const now: Surroundings['seen'] = (reference) => {
    const versions = seen(reference);
    const key = renderReference(reference);
    if (!first.has(key)) first.set(key, versions);
    return versions;
  };
  return { now, atFirst: (reference) => first.get(renderReference(reference)) ?? now(reference) };
}

type Decision = FoundImage & Pick<Surroundings, 'known' | 'seen'>;

async function decideOnce(found: Decision, ports: RunPorts, options: DecisionOptions): Promise<BaseReport> {
  const { image, platform, contents, told, note, isLone, known, seen } = found;
  const { bases, local, notes } = ports;
  const build = await local.buildOf(image);
  const recorded = build?.recorded ?? null;
  const place = found.place !== null && recorded !== null && tellsAll(recorded, image, found.place) ? null : found.place;
  const traces = { contents, labels: image.labels, annotations: build?.annotations ?? new Map() };
  if (isLone && build !== null && tellsNothing(recorded)) notes.learnSilence(image, traces);
  const report = await checkBase(
    {
      question: {
        image: traces,
        told: recorded === null ? told : join(told, recorded),
        platform: renderPlatform(platform),
        known,
        seen,
        refusal: (reference) => (reference.registry === note?.base.repository.registry ? null : ports.refusal(reference)),
        tagsHere: local.tagsOf,
        own: [...image.tags, ...image.repoDigests],
        candidates: options.candidates,
        hasRegistry: place !== null,
      },
      platform,
      place,
      findLocal: (reference, wanted) => local.named(reference, wanted, image),
      thorough: options.records === 'all',
      comparesLayers: options.comparesLayers === true,
    },
    { ...ports, memory: bases },
  );
  const isRead = place?.answers === ports.answers && ports.answers.remembered(place.digest) !== null;
  if (isRead && report.rejected.every(({ unread }) => unread === undefined)) notes.learnRead(image, place);
  return report;
}

/** Whether what came with the image leaves nothing that its registry could add: its provenance is there, or all that the digest leads to. */
function tellsAll({ claims, rejected }: Findings, { origin, contentDigests }: InstalledImage, { digest }: ReadablePlace): boolean {
  if (claims.some(({ source }) => source === 'provenance')) return true;
  const isUnread = rejected.some(({ source }) => source === 'provenance');
  return !isUnread && origin.kind === 'carried' && contentDigests.includes(digest);
}

function tellsNothing(recorded: Findings | null): boolean {
  return recorded === null || recorded.claims.length + recorded.rejected.length === 0;
}

function join(a: Findings, b: Findings): Findings {
  return { claims: [...a.claims, ...b.claims], rejected: [...a.rejected, ...b.rejected] };
}

/** What was asked the first time was remembered the second. */
function joinTrails(first: BaseReport['trail'], second: BaseReport['trail']): BaseReport['trail'] {
  return [...first, ...second.filter(({ asked }) => !first.some((step) => step.asked === asked))];
}

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
