import { parseReference, renderRepository } from '../../core/reference.ts';
import type { ListedImage, StoreKind } from './listed-image.ts';

/** Which of the listed images count: those with a name or a digest, and with `all` also those with neither. */
export function chooseImages(images: readonly ListedImage[], store: StoreKind, all: boolean): readonly ListedImage[] {
  if (store === 'podman') return choosePodmanImages(images, all);
  return images.filter((image) => all || isKnown(image));
}

/** Those with neither, as `all` would add them to the `chosen` ones. */
export function chooseUnnamed(images: readonly ListedImage[], store: StoreKind, chosen: readonly ListedImage[]): readonly ListedImage[] {
  const ids = new Set(chosen.map(({ id }) => id));
  return chooseImages(images, store, true).filter(({ id }) => !ids.has(id));
}

/**
 * Which images without a name never had one: nothing took it from them. A build for several platforms leaves such ones, that only a list of manifests refers to,
 * and podman tells neither which those are nor that they are needed.
 * Source: buildah, imagebuildah/executor.go; podman-build(1), --manifest.
 */
export function neverNamed(unnamed: readonly ListedImage[]): readonly string[] {
  return unnamed.filter(({ podman }) => podman.formerNames.every((name) => STEP_NAME.test(name))).map(({ id }) => id);
}

const isKnown = ({ names, digests }: ListedImage): boolean => names.length > 0 || digests.length > 0;

/**
 * podman forgets the digest of an image with its last name, but neither which names it had nor the digest of its manifest. What a pull leaves behind of an older
 * image is given its digest back, as docker keeps it; the steps of a build, and what an image built here was before, are not.
 */
function choosePodmanImages(images: readonly ListedImage[], all: boolean): readonly ListedImage[] {
  const byId = new Map(images.map((image) => [image.id, image]));
  return images.map(withoutStepNames).flatMap((image) => {
    if (isKnown(image)) return [image];
    const parent = image.podman.parentId === null ? undefined : byId.get(image.podman.parentId);
    const digests = parent !== undefined && isBuildStep(parent) ? [] : formerDigests(image);
    return digests.length > 0 || (all && image.podman.dangling) ? [{ ...image, digests }] : [];
  });
}

/** What buildah calls the steps it keeps. Source: buildah, imagebuildah/stage_executor.go. */
const STEP_NAME = /^docker\.io\/library\/[a-f0-9]{64}-tmp(?::latest$|@)/;

/** While a build goes on, its steps bear these names, which no registry knows. */
function withoutStepNames(image: ListedImage): ListedImage {
  const [names, digests] = [image.names, image.digests].map((known) => known.filter((name) => !STEP_NAME.test(name)));
  return names === undefined || digests === undefined || names.length === image.names.length ? image : { ...image, names, digests };
}

function isBuildStep(image: ListedImage): boolean {
  return image.names.length === 0 && image.podman.formerNames.some((name) => STEP_NAME.test(name));
}

/** `quay.io/acme/base:1` and a digest to `quay.io/acme/base@sha256:...`; nothing was ever pulled from `localhost`. */
function formerDigests({ podman }: ListedImage): readonly string[] {
  const digest = podman.manifestDigest;
  if (digest === null) return [];
  const repositories = podman.formerNames.flatMap((name) => {
    const reference = STEP_NAME.test(name) ? null : parseReference(name);
    return reference?.ok === true && reference.value.registry !== 'localhost' ? [renderRepository(reference.value)] : [];
  });
  return [...new Set(repositories)].map((repository) => `${repository}@${digest}`);
}
