import type { Digest } from '../digest.ts';
import type { Outcome } from '../reason.ts';
import { type Reference, renderReference } from '../reference.ts';
import type { Offer } from '../tag-check.ts';
import type { Findings } from './claim.ts';
import type { KnownBase } from './known-base.ts';
import type { VersionContents } from './version.ts';

/**
 * What a decision may have to learn, and what it costs.
 *
 * - `own-documents`: what the registry the image is from records of its making; counted, once per image version
 * - `local`: whether a name is a registry's, and which image it has where it is only this machine's; takes no request
 * - `tag`: what a tag names now; a HEAD
 * - `entry`: the manifest that what `digest` names has for the image's platform; counted, remembered for ever
 * - `contents`: what the image of a manifest is made of; counted, remembered for ever
 */
export type BaseNeed =
  | { readonly what: 'own-documents' }
  | { readonly what: 'local'; readonly reference: Reference }
  | { readonly what: 'tag'; readonly reference: Reference }
  | { readonly what: 'entry'; readonly reference: Reference; readonly digest: Digest }
  | { readonly what: 'contents'; readonly reference: Reference; readonly top: Digest; readonly manifest: Digest };

/** What a name is on this machine. `here`: only this machine has it. `absent`: no image here has it, so a registry may. */
export type LocalName = { readonly kind: 'here'; readonly image: KnownBase } | { readonly kind: 'published' } | { readonly kind: 'absent' };

/** A platform's manifest, and what the index that lists it says of it. */
export type Entry = { readonly manifest: Digest; readonly annotations: ReadonlyMap<string, string> };

/** The answer to each need. An entry of null: the platform is not offered. */
export type BaseAnswer =
  | { readonly what: 'own-documents'; readonly findings: Findings }
  | { readonly what: 'local'; readonly name: LocalName }
  | { readonly what: 'tag'; readonly offer: Offer }
  | { readonly what: 'entry'; readonly entry: Outcome<Entry | null> }
  | { readonly what: 'contents'; readonly contents: Outcome<VersionContents> };

/**
 * A decision that names what it needs as it goes, and goes on with the answer: the same answers always lead to the same end, and none is asked for that does
 * not matter. Whoever drives it does the asking.
 */
export type Conversation<T> = Generator<BaseNeed, T, BaseAnswer>;

/** Asks what the image's own registry records of it. */
export function* askOwnDocuments(): Conversation<Findings> {
  const answer = yield { what: 'own-documents' };
  if (answer.what === 'own-documents') return answer.findings;
  throw unexpected('own-documents', answer);
}

/** Asks what a name is on this machine. */
export function* askLocal(reference: Reference): Conversation<LocalName> {
  const answer = yield { what: 'local', reference };
  if (answer.what === 'local') return answer.name;
  throw unexpected(renderReference(reference), answer);
}

/** Asks what a tag names now. */
export function* askTag(reference: Reference): Conversation<Offer> {
  const answer = yield { what: 'tag', reference };
  if (answer.what === 'tag') return answer.offer;
  throw unexpected(renderReference(reference), answer);
}

/** Asks which manifest the image's platform has in what `digest` names; null: none. */
export function* askEntry(reference: Reference, digest: Digest): Conversation<Outcome<Entry | null>> {
  const answer = yield { what: 'entry', reference, digest };
  if (answer.what === 'entry') return answer.entry;
  throw unexpected(digest, answer);
}

/** Asks what a manifest's image is made of; `top` is what led to it. */
export function* askContents(
  reference: Reference,
  { top, manifest }: { readonly top: Digest; readonly manifest: Digest },
): Conversation<Outcome<VersionContents>> {
  const answer = yield { what: 'contents', reference, top, manifest };
  if (answer.what === 'contents') return answer.contents;
  throw unexpected(manifest, answer);
}

/** Asks what the image of the platform is made of in what `digest` names; null: it names none for the platform. */
export function* askVersion(reference: Reference, digest: Digest): Conversation<Outcome<VersionContents | null>> {
  const entry = yield* askEntry(reference, digest);
  if (!entry.ok) return entry;
  if (entry.value === null) return { ok: true, value: null };
  return yield* askContents(reference, { top: digest, manifest: entry.value.manifest });
}

function unexpected(about: string, answer: BaseAnswer): Error {
  return new Error(`${about}: got an answer about ${answer.what}`);
}
