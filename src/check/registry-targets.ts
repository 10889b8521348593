import { type Index, isImageConfigType, type Manifest, runnableEntries } from '../core/documents.ts';
import type { ImageConfig } from '../core/image-config.ts';
import { type BuildRecord, type InstalledImage, makeNamedImage } from '../core/installed.ts';
import { choosePlatform, type Platform, renderPlatform } from '../core/platform.ts';
import { type Outcome, type Reason, reason } from '../core/reason.ts';
import { type Reference, renderFamiliar, renderReference, renderRepository } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import type { TagVerdict } from '../core/verdict.ts';
import type { Answers, Resolution } from './answers.ts';
import { checkTag } from './check-tag.ts';
import type { Settled } from './check-tags.ts';
import { type Consultation, createConsultation } from './consult.ts';
import { findEntry, outcomeOf, readImageDocuments } from './entry.ts';
import type { Subject } from './images-to-check.ts';
import type { OwnPlace } from './own-documents.ts';

/** An image that was asked for where it lies in a registry; `place` and `build` are null where it could not be read, and `unread` says why. */
export type RegistryTarget = {
  readonly subject: Subject;
  readonly settled: Settled;
  readonly place: OwnPlace | null;
  readonly build: BuildRecord | null;
  readonly unread: Reason | null;
};

/** Which of the images behind a reference is meant: the one `asked` for, else the one that would run on this `machine`, or the only one there is. */
export type WantedPlatform = { readonly asked: Platform | null; readonly machine: Platform };

/**
 * Reads an image from its registry as if it were installed: its manifest and its config, for one platform.
 *
 * Of a tag nothing is installed that it could be compared with, so its tag's answer is `none`, unless the registry has no such tag or does not say. With tag and
 * digest the image of the digest is the installed one; a digest alone is pinned.
 */
export async function readTarget(reference: Reference, wanted: WantedPlatform, answers: Answers): Promise<RegistryTarget> {
  const platform = wanted.asked ?? wanted.machine;
  const consulted = createConsultation(answers);
  const resolution = reference.tag === null ? null : await answers.look(reference, reference.tag);
  if (resolution !== null) consulted.tag(reference, reference.tag ?? '', resolution);
  const top = reference.digest ?? (resolution?.offer.kind === 'found' ? resolution.offer.digest : null);
  const place = top === null ? null : { repository: { registry: reference.registry, repository: reference.repository }, digest: top };
  const read = place === null ? null : await readImage(place, { reference, wanted }, consulted);
  const image = read?.ok === true ? read.value.image : missingImage(reference, platform);
  const check =
    reference.tag !== null && reference.digest !== null && resolution !== null && resolution.offer.kind === 'found'
      ? await checkTag({ image, reference, platform }, resolution, answers)
      : { verdict: verdictOf(reference, resolution, read), offered: null, trail: consulted.trail };
  return {
    subject: {
      image,
      reference,
      text: renderReference(reference),
      name: renderFamiliar(reference),
      platform: image.platform,
      containers: [],
      sources: [{ kind: 'docker', location: `docker://${renderFamiliar(reference)}`, line: null, column: null, file: null }],
      hold: null,
    },
    settled: { check, resolution },
    place: read?.ok === true ? place : null,
    build: read?.ok === true ? read.value.build : null,
    unread: read?.ok === true ? null : whyUnread(resolution, read),
  };
}

type Read = Outcome<{ readonly image: InstalledImage; readonly build: BuildRecord }>;

function whyUnread(resolution: Resolution | null, read: Read | null): Reason {
  const failure = failureOf(resolution, read);
  return failure ?? reason('no-evidence', 'there is no image of which a base could be told');
}

function failureOf(resolution: Resolution | null, read: Read | null): Reason | null {
  if (resolution?.offer.kind === 'unknown') return resolution.offer.reason;
  return read?.ok === false ? read.reason : null;
}

async function readImage(
  place: OwnPlace,
  { reference, wanted }: { readonly reference: Reference; readonly wanted: WantedPlatform },
  consulted: Consultation,
): Promise<Read> {
  const platform = wanted.asked ?? wanted.machine;
  const top = outcomeOf(await consulted.manifest(place.repository, { digest: place.digest, size: null }));
  if (!top.ok) return top;
  const isOnlyOne = top.value.kind === 'manifest' && wanted.asked === null;
  const entry = isOnlyOne
    ? { ok: true as const, value: { digest: place.digest, size: null } }
    : await findEntry(place, platform, consulted);
  if (!entry.ok) return entry;
  if (entry.value === null) return { ok: false, reason: notOffered(reference, platform, top.value) };
  const documents = await readImageDocuments(place.repository, entry.value, consulted);
  if (!documents.ok) return documents;
  const { manifest, config } = documents.value;
  const problem = describeMismatch(reference, manifest, config);
  if (problem !== null) return { ok: false, reason: problem };
  const own = config.platform;
  const image: InstalledImage = {
    ...missingImage(reference, own !== null && (isOnlyOne || choosePlatform([{ platform: own }], platform) !== null) ? own : platform),
    imageId: manifest.config.digest,
    configDigest: manifest.config.digest,
    created: config.created,
    diffIds: config.diffIds,
    labels: config.labels,
  };
  const history = { entries: config.history, precision: 'exact' as const };
  // annotations are read with all else that the registry records
  return { ok: true, value: { image, build: { history, annotations: new Map(), ancestors: [] } } };
}

/** What is no image tells of no layers; old registries and builders call the config of an image by other types, too. */
function describeMismatch(reference: Reference, { config: { mediaType }, layers }: Manifest, { diffIds }: ImageConfig): Reason | null {
  const name = renderFamiliar(reference);
  if (!isImageConfigType(mediaType) && (diffIds.length === 0 || diffIds.length !== layers.length)) {
    return reason('unsupported', `${name} is no container image: its config is ${sanitizeText(mediaType, 200)}`);
  }
  if (diffIds.length === layers.length) return null;
  return reason('bad-response', `${name} has ${layers.length} layers, and its config tells of ${diffIds.length}`);
}

/** What is known of an image before anything of it was read. Of a tag nothing is here, and nothing has to prove that it comes from its registry. */
function missingImage(reference: Reference, platform: Platform): InstalledImage {
  const { registry, repository, digest } = reference;
  return {
    ...makeNamedImage(renderReference(reference), platform),
    tags: reference.tag === null ? [] : [{ ...reference, digest: null }],
    repoDigests: digest === null ? [] : [{ registry, repository, digest }],
    origin: { kind: digest === null ? 'named' : 'repo-digests' },
  };
}

/** As many platforms as a line has room for. */
const MOST_PLATFORMS = 8;

function notOffered(reference: Reference, platform: Platform, top: Index | Manifest): Reason {
  const offered = top.kind === 'manifest' ? [] : runnableEntries(top).flatMap((entry) => (entry.platform === null ? [] : [entry.platform]));
  const names = [...new Set(offered.map(renderPlatform))].slice(0, MOST_PLATFORMS);
  const others = names.length === 0 ? '' : `, but ${names.join(', ')}`;
  return reason(
    'unsupported',
    `${renderFamiliar(reference)} does not offer ${renderPlatform(platform)}${others}: name another with --platform`,
  );
}

function verdictOf(reference: Reference, resolution: Resolution | null, read: Read | null): TagVerdict {
  const candidate = resolution?.offer.kind === 'found' ? resolution.offer.digest : null;
  if (resolution?.offer.kind === 'gone') {
    return { kind: 'gone', why: `${renderRepository(reference)} has no tag ${reference.tag ?? ''}` };
  }
  const failure = failureOf(resolution, read);
  if (failure !== null) return { kind: 'unknown', reason: failure, candidate, why: failure.message };
  if (reference.tag === null) return { kind: 'pinned', why: 'it is referenced by digest alone, which no tag can move' };
  return { kind: 'none', candidate, why: 'it was read from its registry, so nothing is installed that its tag could be compared with' };
}
