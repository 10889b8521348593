import type { Digest } from './digest.ts';
import { type Index, type Manifest, runnableEntries } from './documents.ts';
import { fingerprintOf, isSameFingerprint } from './fingerprint.ts';
import { type ImageConfig } from './image-config.ts';
import { chooseEntry } from './index-entry.ts';
import type { InstalledImage, Origin } from './installed.ts';
import type { Known } from './known.ts';
import { choosePlatform, type Platform, renderPlatform } from './platform.ts';
import { type Reason, reason } from './reason.ts';
import { isSameRepository, type Reference, renderRepository, type Repository } from './reference.ts';
import type { TagVerdict } from './verdict.ts';

/** One reference of one image, and the platform that is wanted of it: the image's own unless the user says otherwise. */
export type TagQuestion = { readonly image: InstalledImage; readonly reference: Reference; readonly platform: Platform };

/** A question that is settled without a request, or the tag to ask for. */
export type TagPlan =
  | { readonly kind: 'settled'; readonly verdict: TagVerdict }
  | { readonly kind: 'ask'; readonly repository: Repository; readonly tag: string };

/** What a registry said about a tag. */
export type Offer =
  { readonly kind: 'found'; readonly digest: Digest } | { readonly kind: 'gone' } | { readonly kind: 'unknown'; readonly reason: Reason };

/** What is known so far. `remembered` looks without any possibility of a request. */
export type TagFacts = {
  readonly offer: Offer;
  readonly manifest: (digest: Digest) => Known<Index | Manifest>;
  readonly config: (digest: Digest) => Known<ImageConfig>;
  /** Does the registry still serve this digest in the repository? */
  readonly presence: (digest: Digest) => Known<boolean>;
  readonly remembered: (digest: Digest) => Index | Manifest | null;
};

/**
 * The answer, or the one thing that must be learned before the next call.
 *
 * `manifest` costs a counted GET, `config` an uncounted one, `presence` a HEAD. `offered` is the manifest a pull of the tag would use, where known.
 */
export type TagStep =
  | { readonly kind: 'verdict'; readonly verdict: TagVerdict; readonly offered: Manifest | null }
  | { readonly kind: 'need'; readonly what: 'manifest' | 'config' | 'presence'; readonly digest: Digest; readonly size: number | null };

/** An image has two digests in a repository, more only after many moves of its tag. */
const MAX_PRESENCES = 4;

/**
 * Says whether a registry has to be asked about a reference, and for what.
 *
 * The classic store records a digest for a repository only after a pull or push. The containerd store and podman do so for every name; there only the engine's
 * own record of the image's identity proves that an image never came from a registry, or podman's name `localhost`, which archives carry on.
 * Source: moby, daemon/images, daemon/containerd/image_identity.go and image_push.go; Engine API 1.53, `Identity`.
 */
export function planTagCheck(image: InstalledImage, reference: Reference): TagPlan {
  if (reference.tag === null) return settled({ kind: 'pinned', why: 'it is referenced by digest alone, which no tag can move' });
  const local = whyLocal(image, reference);
  if (local !== null) return settled({ kind: 'local', why: local });
  return { kind: 'ask', repository: { registry: reference.registry, repository: reference.repository }, tag: reference.tag };
}

/** Every digest the image is known by in the repository of `reference`, or whatever the repository. Never only the first of them. */
export function knownDigests(image: InstalledImage, reference: Repository): ReadonlySet<Digest> {
  const inRepository = image.repoDigests.filter((known) => isSameRepository(known, reference)).map((known) => known.digest);
  return new Set([...inRepository, ...image.contentDigests]);
}

/**
 * Decides whether the tag still names the installed image, from what is known, or names what is missing.
 *
 * In order: the registry's digest is one the image is known by; the index's entry for the platform is; the config digest is. Only what these leave open is
 * `rebuilt`. Pure: the caller learns what is needed and calls again; it ends after at most eleven needs, and in all but strange nestings after three.
 */
export function decideTag(question: TagQuestion, facts: TagFacts): TagStep {
  const known = knownDigests(question.image, question.reference);
  switch (facts.offer.kind) {
    case 'unknown':
      return verdict({ kind: 'unknown', reason: facts.offer.reason, candidate: null, why: facts.offer.reason.message });
    case 'gone':
      return decideGone(question, facts, known);
    case 'found':
      return decideFound({ ...question, facts, known, top: facts.offer.digest });
  }
}

function settled(tagVerdict: TagVerdict): TagPlan {
  return { kind: 'settled', verdict: tagVerdict };
}

function verdict(tagVerdict: TagVerdict, offered: Manifest | null = null): TagStep {
  return { kind: 'verdict', verdict: tagVerdict, offered };
}

function need(what: 'manifest' | 'config' | 'presence', digest: Digest, size: number | null): TagStep {
  return { kind: 'need', what, digest, size };
}

/** What podman and buildah name an image that comes from no registry; so does who names it for them. */
const NOWHERE = 'localhost';

function whyLocal(image: InstalledImage, reference: Reference): string | null {
  const whyNowhere = reference.registry === NOWHERE ? 'the name localhost is given to images that come from no registry' : null;
  switch (image.origin.kind) {
    case 'repo-digests':
      if (image.repoDigests.some((known) => isSameRepository(known, reference))) return null;
      return whyNowhere ?? `it was never pulled from or pushed to ${renderRepository(reference)}`;
    case 'identity':
      if (image.origin.pulledFrom.some((from) => isSameButForPort(from, reference))) return null;
      if (whyNowhere !== null) return whyNowhere;
      if (image.origin.pulledFrom.length > 0) return `it is from elsewhere and was named ${renderRepository(reference)} here`;
      return image.origin.built ? 'it was built here' : 'it was never pulled from or pushed to any registry';
    case 'podman':
    case 'carried':
      return whyNowhere;
    case 'unrecorded':
    case 'named':
      return null;
  }
}

/** Source: containerd, core/remotes/docker, AppendDistributionSourceLabel(): the label's key is the registry's host name. */
function isSameButForPort(from: Repository, reference: Reference): boolean {
  return isSameRepository({ ...from, registry: withoutPort(from.registry) }, { ...reference, registry: withoutPort(reference.registry) });
}

function withoutPort(registry: string): string {
  return registry.replace(/:\d+$/, '');
}

/** Where an image of this name is known to have come from its registry, or is to come. */
const PROVING: ReadonlySet<Origin['kind']> = new Set(['repo-digests', 'identity', 'named']);

/**
 * A store that records no origin may hold an image that was never in any registry: then a missing tag proves nothing, unless the registry still has one of
 * the image's own digests: of its index and its manifest either may be left.
 */
function decideGone(question: TagQuestion, facts: TagFacts, known: ReadonlySet<Digest>): TagStep {
  const where = renderRepository(question.reference);
  const tag = question.reference.tag ?? '';
  // of a tag that nothing here ever came from nobody knows whether it once was there
  const has = known.size === 0 ? 'has no' : 'no longer has the';
  const gone = verdict({ kind: 'gone', why: `${where} ${has} tag ${tag}` });
  if (PROVING.has(question.image.origin.kind) || cameFrom(question)) return gone;
  for (const digest of [...known].sort().slice(0, MAX_PRESENCES)) {
    const presence = facts.presence(digest);
    if (presence.state === 'unasked') return need('presence', digest, null);
    if (presence.state === 'known' && presence.value) return gone;
  }
  return neverProven(where, tag);
}

/** Of what was carried here a digest for a repository is known only where its writer recorded a pull or a push. */
function cameFrom({ image, reference }: TagQuestion): boolean {
  return image.origin.kind === 'carried' && image.repoDigests.some((known) => isSameRepository(known, reference));
}

function neverProven(where: string, tag: string): TagStep {
  const message = `${where} has no tag ${tag}, and nothing here records whether the image ever came from there`;
  return verdict({ kind: 'unknown', reason: reason('not-found-or-private', message), candidate: null, why: message });
}

type Found = TagQuestion & { readonly facts: TagFacts; readonly known: ReadonlySet<Digest>; readonly top: Digest };

function decideFound(found: Found): TagStep {
  if (found.known.size === 0 && found.image.configDigest === null && found.image.origin.kind === 'named') {
    return verdict({
      kind: 'none',
      candidate: found.top,
      why: 'it is named without a digest, so there is nothing its tag could be compared with',
    });
  }
  if (found.known.has(found.top)) return current(found, NAMES_IT);
  const document = found.facts.manifest(found.top);
  switch (document.state) {
    case 'unasked':
      return need('manifest', found.top, null);
    case 'failed':
      return undecided(found, document.reason);
    case 'known':
      return document.value.kind === 'manifest' ? decideManifest(found, document.value, false) : decideIndex(found, document.value);
  }
}

const NAMES_IT = 'the tag still names a digest this image is known by';

/**
 * The tag names the image that is here. One that was carried here had no digest of any registry until now; what its tag names is one, and of whether the tag ever
 * named another nothing is known.
 */
function current({ top, image }: Found, why: string, offered: Manifest | null = null): TagStep {
  const isCarried = image.origin.kind === 'carried';
  return verdict({ kind: 'current', candidate: top, why: isCarried ? NAMES_IT : why }, isCarried ? null : offered);
}

function decideIndex(found: Found, index: Index): TagStep {
  const platform = renderPlatform(found.platform);
  if (offersNamed(found, index)) return current(found, 'the tag still offers the very manifest it is known by');
  const choice = chooseEntry(index, { top: found.top, platform: found.platform, document: found.facts.manifest });
  switch (choice.kind) {
    case 'need':
      return need('manifest', choice.entry.digest, choice.entry.size);
    case 'failed':
      return undecided(found, choice.reason);
    case 'nothing':
      return verdict({ kind: 'gone', why: `the tag is still there, but no longer offers ${platform}` });
    case 'entry':
      break;
  }
  const child = choice.entry.digest;
  if (found.known.has(child) || knownIndexOffers(found, child)) {
    return current(found, `the tag moved, but the image for ${platform} is the one here`);
  }
  const pin = decidePin(found, child);
  if (pin !== null) return pin;
  const isNamed = choice.entry.platform !== null;
  if (found.image.configDigest === null && isNamed) {
    const offered = found.facts.remembered(child);
    const why = `the tag now names another image for ${platform}`;
    return verdict({ kind: 'rebuilt', candidate: found.top, why }, offered?.kind === 'manifest' ? offered : null);
  }
  const manifest = found.facts.manifest(child);
  switch (manifest.state) {
    case 'unasked':
      return need('manifest', child, choice.entry.size);
    case 'failed':
      return undecided(found, manifest.reason);
    case 'known':
      if (manifest.value.kind === 'manifest') return decideManifest(found, manifest.value, isNamed);
      return undecided(found, reason('bad-response', `${child} is an index where a manifest was announced`));
  }
}

/** `isNamed`: an index says that the manifest is for the platform; else only its config does. */
function decideManifest(found: Found, manifest: Manifest, isNamed: boolean): TagStep {
  const platform = renderPlatform(found.platform);
  if (manifest.config.digest === found.image.configDigest) {
    return current(found, `the tag moved, but its image config for ${platform} is the one here`, manifest);
  }
  const rebuilt = verdict({ kind: 'rebuilt', candidate: found.top, why: `the tag now names another image for ${platform}` }, manifest);
  const config = found.facts.config(manifest.config.digest);
  switch (config.state) {
    case 'unasked':
      return need('config', manifest.config.digest, manifest.config.size);
    case 'failed':
      return isNamed && !mayBeConverted(found.image, manifest) ? rebuilt : undecided(found, config.reason);
    case 'known':
      if (isConverted(found.image, config.value)) {
        return current(found, 'the tag names this very image, in another format than it has here', manifest);
      }
      return offersPlatform(config.value, found.platform)
        ? rebuilt
        : verdict({ kind: 'gone', why: `the tag is still there, but no longer offers ${platform}` });
  }
}

/** Whether a config, of another digest than the image's own, may yet say the same: it is of as many layers. */
function mayBeConverted({ fingerprint, diffIds }: InstalledImage, { layers }: Manifest): boolean {
  return fingerprint !== null && diffIds?.length === layers.length;
}

function isConverted({ fingerprint }: InstalledImage, config: ImageConfig): boolean {
  const offered = fingerprint === null ? null : fingerprintOf(config);
  return fingerprint !== null && offered !== null && isSameFingerprint(fingerprint, offered);
}

/** A config that does not say its platform is taken at its word by every engine, so here too. */
function offersPlatform(config: ImageConfig, wanted: Platform): boolean {
  return config.platform === null || choosePlatform([{ platform: config.platform }], wanted) !== null;
}

/**
 * A file may name one platform's manifest, and a container run it, where nothing tells which platform that is: the tag has not moved for it as long as it offers it.
 */
function offersNamed({ image, known }: Found, index: Index): boolean {
  return image.origin.kind === 'named' && runnableEntries(index).some(({ digest }) => known.has(digest));
}

/**
 * Of what a file names by the digest of an index nothing else is known, so that index is read as well: it may offer the very entry that the tag's new one does.
 *
 * @returns null where the entries differ.
 */
function decidePin(found: Found, child: Digest): TagStep | null {
  if (found.image.origin.kind !== 'named') return null;
  for (const digest of [...found.known].sort().slice(0, MAX_PINS)) {
    const document = found.facts.manifest(digest);
    if (document.state === 'unasked') return need('manifest', digest, null);
    // what its registry does not have any more is not what a tag names
    if (document.state === 'failed' && document.reason.kind !== 'not-found-or-private') return undecided(found, document.reason);
    if (document.state === 'known' && offersChild(document.value, found.platform, child)) {
      const why = `the tag moved, but the image for ${renderPlatform(found.platform)} is the one it is pinned to`;
      return verdict({ kind: 'current', candidate: found.top, why });
    }
  }
  return null;
}

/** A reference has one digest, and a container runs one image. */
const MAX_PINS = 2;

/** An index the image is known by, and that is remembered, answers without a request whether its entry was the same one. */
function knownIndexOffers(found: Found, child: Digest): boolean {
  return [...found.known].some((digest) => {
    const document = found.facts.remembered(digest);
    return document !== null && offersChild(document, found.platform, child);
  });
}

function offersChild(document: Index | Manifest, platform: Platform, child: Digest): boolean {
  return document.kind === 'index' && choosePlatform(runnableEntries(document), platform)?.digest === child;
}

function undecided(found: Found, because: Reason): TagStep {
  const why = `the tag moved, but whether the image for ${renderPlatform(found.platform)} did could not be learned: ${because.message}`;
  return verdict({ kind: 'unknown', reason: because, candidate: found.top, why });
}
