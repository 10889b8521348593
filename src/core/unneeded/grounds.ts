import type { Digest } from '../digest.ts';
import type { StockedAnswer, StockedImage } from '../find-unneeded.ts';
import { groupBy } from '../group.ts';
import type { InstalledImage } from '../installed.ts';
import { compareText, type Reference, renderFamiliar, renderReference, renderRepository } from '../reference.ts';
import type { UnneededKind } from '../unneeded.ts';
import type { NamesHere } from './names-here.ts';

/** Why an image is not needed. `reference`: the name this is said of; null for an image without a name. */
export type Grounds = { readonly kind: UnneededKind; readonly reference: Reference | null; readonly because: string };

/** Says why nothing needs an image, whatever stands on its layers; null: it is needed. */
export function findGrounds(stocked: StockedImage, names: NamesHere): Grounds | null {
  if (stocked.isUsed || stocked.isHeld) return null;
  return stocked.image.tags.length === 0 ? judgeNameless(stocked, names) : judgeNamed(stocked, names);
}

/**
 * A pull takes the tag of an image and leaves its digests, a build leaves nothing. So one that is known by digests only was either named before or pulled by
 * digest on purpose, which no store tells apart: without an image that has a name in each of its repositories and is not older, it is left alone.
 */
function judgeNameless({ image }: StockedImage, names: NamesHere): Grounds | null {
  if (image.repoDigests.length === 0) return { kind: 'dangling', reference: null, because: 'a newer build or pull took its name' };
  const repositories = groupBy(image.repoDigests, renderRepository).values();
  const newer = [...repositories].map(([known]) => (known === undefined ? null : names.findNewest(image, known)));
  const [first] = newer;
  if (first === undefined || first === null || newer.includes(null)) return null;
  return { kind: 'superseded', reference: null, because: `it has no name any more, and ${renderFamiliar(first)} is here` };
}

/** Something newer has to be offered for every name. */
function judgeNamed({ image, answers }: StockedImage, names: NamesHere): Grounds | null {
  const answered = new Map(answers.map((answer) => [renderReference(answer.reference), answer]));
  const tags = image.tags.map((tag) => ({ tag, text: renderReference(tag) })).sort((a, b) => compareText(a.text, b.text));
  const judged: Grounds[] = [];
  for (const { tag, text } of tags) {
    const answer = answered.get(text);
    const offers = answer === undefined ? [] : offersOf(answer, image);
    const [offer] = offers;
    if (offer === undefined) return null;
    const here = offers.map((each) => names.find(image, tag, each)).find((found) => found !== null) ?? null;
    judged.push(
      here === null
        ? { kind: 'unused', reference: tag, because: `no container uses it, and ${offer.words}` }
        : { kind: 'superseded', reference: tag, because: `${renderFamiliar(here)} is here` },
    );
  }
  const told = judged.find(({ kind }) => kind === 'superseded') ?? judged[0];
  return told === undefined
    ? null
    : { ...told, because: told.because + describeOthers(tags.map(({ tag }) => tag).filter((tag) => tag !== told.reference)) };
}

/** Something newer than an image, and the same in words. */
type Offer = { readonly tag: string; readonly digest: Digest | null; readonly words: string };

/** What a registry offers instead of a name; nothing where the image may not be had from a registry again. */
function offersOf({ reference, tag, newer }: StockedAnswer, image: InstalledImage): readonly Offer[] {
  if (tag.kind !== 'current' && tag.kind !== 'rebuilt') return [];
  if (tag.kind === 'rebuilt' && mayBeBuiltHere(image)) return [];
  const rebuilt =
    tag.kind === 'rebuilt' ? [{ tag: reference.tag ?? '', digest: tag.candidate, words: `${renderFamiliar(reference)} was rebuilt` }] : [];
  const versions = newer.kind === 'available' ? [newer.line, newer.newest].filter((version) => version !== null) : [];
  return [
    ...rebuilt,
    ...versions.map((version) => ({ ...version, words: `${renderFamiliar({ ...reference, digest: null, tag: version.tag })} is offered` })),
  ];
}

/**
 * What has another image under the name of this one tells nothing of where this one is from. podman keeps the digest of an index only of what it pulled by that,
 * and the digest of its manifest of any image; in the containerd store a build here makes an index too.
 * Source: containers/image, storage/storage_dest.go, Commit(); BuildKit, docs/attestations/attestation-storage.md.
 */
function mayBeBuiltHere({ origin, repoDigests }: InstalledImage): boolean {
  if (origin.kind === 'podman') return new Set(repoDigests.map(({ digest }) => digest)).size < 2;
  return origin.kind === 'unrecorded';
}

function describeOthers(others: readonly Reference[]): string {
  const [only, ...more] = others;
  if (only === undefined) return '';
  return more.length === 0 ? ` (it is also ${renderFamiliar(only)})` : ` (it has ${others.length} more names)`;
}
