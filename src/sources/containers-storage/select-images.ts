import { parseReference, type Reference, renderReference, renderRepository, withDefaultTag } from '../../core/reference.ts';
import type { ListedImage } from '../listed/listed-image.ts';

/**
 * The images that the end of a `containers-storage:` target names.
 *
 * `ID`, `@ID` and `REF@ID` are by id, of which three digits are enough; `REF@sha256:...` is by a digest it is known by there; a REF is the name as it was written,
 * completed with docker.io or localhost, and at last any name that ends so, as podman looks short names up; then the image has that name alone here.
 * Source: containers-transports(5), containers-storage; containers/image, storage/storage_transport.go, ParseStoreReference() and storage_reference.go,
 * resolveImage(); containers/common, libimage/runtime.go, LookupImage().
 */
export function selectImages(images: readonly ListedImage[], wanted: string): readonly ListedImage[] {
  const at = wanted.lastIndexOf('@');
  const [name, last] = at === -1 ? ['', wanted] : [wanted.slice(0, at), wanted.slice(at + 1)];
  const isDigestOfName = name !== '' && last.startsWith(ALGORITHM);
  const id = last.startsWith(ALGORITHM) ? last.slice(ALGORITHM.length) : last;
  if (isDigestOfName || !ID.test(id)) return selectByName(images, wanted);
  const byId = images.filter((image) => image.id.startsWith(ALGORITHM + id));
  if (name !== '') return byId.filter((image) => selectByName([image], name).length > 0);
  // `cafe` may be a name too.
  return byId.length > 0 ? byId : selectByName(images, wanted);
}

const ALGORITHM = 'sha256:';

/** Of three digits or more, as truncated ids have to be. */
const ID = /^[a-f0-9]{3,64}$/;

function selectByName(images: readonly ListedImage[], wanted: string): readonly ListedImage[] {
  const exact = withNames(images, (name) => name === wanted);
  if (exact.length > 0) return exact;
  const parsed = parseReference(wanted);
  if (!parsed.ok) return [];
  const reference = withDefaultTag(parsed.value);
  const tries = [reference, ...localName(wanted)];
  for (const each of tries) {
    const found = findByReference(images, each);
    if (found.length > 0) return found;
  }
  if (!isShort(wanted)) return [];
  const ending = `/${renderReference(reference).replace(/^docker\.io\/(?:library\/)?/, '')}`;
  return withNames(images, (name) => name.endsWith(ending));
}

function findByReference(images: readonly ListedImage[], wanted: Reference): readonly ListedImage[] {
  if (wanted.digest !== null) return images.filter(({ digests }) => digests.includes(`${renderRepository(wanted)}@${wanted.digest}`));
  const text = renderReference(wanted);
  return withNames(images, (name) => name === text);
}

/** The images that have a wanted name, by no other. */
function withNames(images: readonly ListedImage[], isWanted: (name: string) => boolean): readonly ListedImage[] {
  return images.flatMap((image) => {
    const names = image.names.filter(isWanted);
    return names.length === 0 ? [] : [{ ...image, names }];
  });
}

function localName(wanted: string): readonly Reference[] {
  const local = isShort(wanted) ? parseReference(`localhost/${wanted}`) : null;
  return local?.ok === true ? [withDefaultTag(local.value)] : [];
}

/** It names no registry. */
function isShort(wanted: string): boolean {
  const parsed = parseReference(`localhost/${wanted}`);
  const first = wanted.slice(0, Math.max(0, wanted.indexOf('/')));
  return parsed.ok && !/[.:A-Z]/.test(first) && first !== 'localhost';
}
