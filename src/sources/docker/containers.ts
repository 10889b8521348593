import type { Container } from '../../core/installed.ts';
import { parseReference, withDefaultTag, type Reference } from '../../core/reference.ts';
import type { ListedContainer } from './wire.ts';

/**
 * Does the list hide the name a container was created with?
 *
 * Docker shows the image's id in its place once the name stands for another image; only inspect still has it. podman keeps showing the name.
 * Source: moby, daemon/list.go.
 */
export function hidesName(container: ListedContainer): boolean {
  return container.image.startsWith('sha256:') || `sha256:${container.image}` === container.imageId;
}

/** A container with the image it runs; `image` is the text it was created with, null when that is not known. */
export function installContainer(container: ListedContainer, image: string | null): Container {
  const { name, running, imageId, manifestDigest } = container;
  return { name, running, imageId, manifestDigest, reference: image === null || isId(image, imageId) ? null : readReference(image) };
}

/** Whole or cut short, with or without its algorithm, as `docker run` takes it. */
function isId(text: string, imageId: string): boolean {
  const hex = text.replace(/^sha256:/, '');
  return /^[a-f0-9]{4,64}$/.test(hex) && imageId.replace(/^sha256:/, '').startsWith(hex);
}

function readReference(text: string): Reference | null {
  const reference = parseReference(text);
  return reference.ok ? withDefaultTag(reference.value) : null;
}
