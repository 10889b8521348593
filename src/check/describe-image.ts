import type { Digest } from '../core/digest.ts';
import { sortHolds } from '../core/hold.ts';
import type { InstalledImage } from '../core/installed.ts';
import { chainIds, planDownload } from '../core/layers.ts';
import { compareText, type Reference } from '../core/reference.ts';
import { knownDigests } from '../core/tag-check.ts';
import { decideOverall, type TagVerdict } from '../core/verdict.ts';
import type { Settled } from './check-tags.ts';
import type { Subject } from './images-to-check.ts';
import type { AppliedRules } from './image-rules.ts';
import type { BaseReport, ImageReport, NewerReport, TagReport } from './report.ts';
import type { BuildTie } from './tie-build.ts';

/** The report of an image whose versions are not followed. */
export function untrackedNewer(why: string): NewerReport {
  return { verdict: { kind: 'untracked', why }, variant: null, sibling: null, notes: [], checkedAt: null, trail: [], table: null };
}

const UNNAMED: Settled = {
  check: { verdict: { kind: 'local', why: 'it has no name, so no registry can be asked about it' }, offered: null, trail: [] },
  resolution: null,
};

/** What was found about a subject; `settled` is null for an image without a name. */
export type SubjectAnswers = {
  readonly settled: Settled | null;
  readonly base: BaseReport;
  readonly newer: NewerReport;
  /** The Dockerfile the image is built from; null: none is known. */
  readonly tie: BuildTie | null;
  readonly rules: Pick<AppliedRules, 'holds' | 'failOn'>;
  /** Milliseconds since the epoch. */
  readonly now: number;
};

/** The row of a subject: what the store says of the image, and what was found about it. */
export function describeImage(subject: Subject, answers: SubjectAnswers, chainsHere: () => ReadonlySet<string>): ImageReport {
  const { image, reference } = subject;
  const { settled, base, newer, rules, tie } = answers;
  const tag = describeTag(subject, settled ?? UNNAMED, chainsHere);
  return {
    reference: subject.text,
    name: subject.name,
    registry: reference?.registry ?? null,
    platform: subject.platform,
    engineId: image.imageId,
    imageId: image.configDigest,
    created: image.created,
    size: image.size,
    labels: image.labels,
    verdict: decideOverall(tag.verdict, newer.verdict, base.verdict),
    tag,
    newer,
    base,
    containers: subject.containers,
    ...sortHolds([subject.hold, ...rules.holds], answers.now),
    failOn: rules.failOn,
    sources: subject.sources,
    builtFrom: tie?.place ?? null,
    baseHeld: sortHolds([tie?.hold ?? null], answers.now).held,
  };
}

function describeTag(subject: Subject, { check, resolution }: Settled, chainsHere: () => ReadonlySet<string>): TagReport {
  const { manifest, config } = check.offered ?? { manifest: null, config: null };
  return {
    verdict: check.verdict,
    digests: subject.reference === null ? [] : digestsOf(subject.image, subject.reference, check.verdict),
    candidateCreated: config?.created ?? null,
    download: manifest === null || config === null ? null : planDownload(manifest, config, chainsHere()),
    checkedAt: resolution?.checkedAt ?? null,
    trail: check.trail,
  };
}

/** The manifests of what was carried here may be of its writer's making; in a repository it is known by what it was pulled by, and by what a tag was seen to name. */
function digestsOf(image: InstalledImage, reference: Reference, verdict: TagVerdict): readonly Digest[] {
  const isCarried = image.origin.kind === 'carried';
  const known = knownDigests(isCarried ? { ...image, contentDigests: [] } : image, reference);
  const seen = isCarried && verdict.kind === 'current' ? [verdict.candidate] : [];
  return [...new Set([...known, ...seen])].sort(compareText);
}

/** The layer stacks of all images here, computed only when a download has to be told. */
export function createChainsHere(images: readonly InstalledImage[]): () => ReadonlySet<string> {
  let chains: ReadonlySet<string> | null = null;
  return () => (chains ??= new Set(images.flatMap((image) => chainIds(image.diffIds ?? []))));
}
