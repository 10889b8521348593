import { parseDigest } from '../../core/digest.ts';
import { parseReference, type Reference, renderReference, withDefaultTag } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';

/** What the annotations of a descriptor in index.json call an image. */
export type LayoutNames = {
  /** `org.opencontainers.image.ref.name` as it is; null without one. */
  readonly written: string | null;
  readonly tags: readonly Reference[];
  /** What names it and cannot be checked: one sentence each. */
  readonly flaws: readonly string[];
};

const REF_NAME = 'org.opencontainers.image.ref.name';
const CONTAINERD_NAME = 'io.containerd.image.name';

/**
 * Reads the names of an image in a layout.
 *
 * containerd's annotation is a whole reference. The other is one where it has a `/`, a `:` or an `@`: `docker.io/library/nginx:1.27`, as podman and skopeo write
 * it when told so. Else it is a tag of a repository that is not said: `1.27`, which names nothing outside the layout, and of which containerd's annotation, where
 * docker, buildx and ctr write both, is the whole.
 * Source: OCI image-spec v1.1, annotations.md and image-layout.md; containerd, images/archive/reference.go (refTranslator) and importer.go; containers-transports(5), oci.
 */
export function readNames(annotations: ReadonlyMap<string, string>): LayoutNames {
  const written = annotations.get(REF_NAME) ?? null;
  const whole = [annotations.get(CONTAINERD_NAME) ?? '', written !== null && /[/:@]/.test(written) ? written : ''];
  const read = [...new Set(whole)].filter((text) => text !== '').map(readName);
  return {
    written: written === '' ? null : written,
    tags: joinReferences(read.flatMap(({ tag }) => (tag === null ? [] : [tag]))),
    flaws: read.flatMap(({ flaw }) => (flaw === null ? [] : [flaw])),
  };
}

/** The names of several descriptors of one image. */
export function joinNames(names: readonly LayoutNames[]): LayoutNames {
  return {
    written: names.find(({ written }) => written !== null)?.written ?? null,
    tags: joinReferences(names.flatMap(({ tags }) => tags)),
    flaws: [...new Set(names.flatMap(({ flaws }) => flaws))],
  };
}

/** Each once, in their order. */
export function joinReferences(references: readonly Reference[]): readonly Reference[] {
  return [...new Map(references.map((reference) => [renderReference(reference), reference])).values()];
}

/** A tag with a digest is the tag: what the descriptor leads to is seen. */
function readName(text: string): { readonly tag: Reference | null; readonly flaw: string | null } {
  if (parseDigest(text) !== null) return byDigest(text);
  const reference = parseReference(text);
  if (!reference.ok) return { tag: null, flaw: reference.message };
  const { tag } = withDefaultTag(reference.value);
  return tag === null ? byDigest(text) : { tag: { ...reference.value, tag, digest: null }, flaw: null };
}

function byDigest(text: string) {
  return { tag: null, flaw: `${sanitizeText(text, 200)} is a digest, which names no tag that could be checked` };
}
