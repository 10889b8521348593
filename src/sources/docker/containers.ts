import type { Container } from '../../core/installed.ts';
import { parseReference, withDefaultTag, type Reference } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';
import { mapBounded } from '../bounded.ts';
import { isRefusal, type Engine } from './engine.ts';
import type { Warn } from './read-lists.ts';
import { decodeContainerImage, type ListedContainer } from './wire.ts';

export type ContainersContext = { readonly engine: Engine; readonly concurrency: number; readonly warn: Warn };

/**
 * Makes a container of each listed one, and inspects those whose list entry hides the name of their image.
 * @throws ImgupdateError 'engine-unavailable' when the engine stops answering.
 */
export async function installContainers(
  { engine, concurrency, warn }: ContainersContext,
  containers: readonly ListedContainer[],
): Promise<readonly Container[]> {
  const installed = await mapBounded(containers, concurrency, async (container) => {
    if (!hidesName(container)) return installContainer(container, container.image);
    try {
      return installContainer(container, decodeContainerImage(await engine.inspectContainer(container.id)));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (error.statusCode === 404) return null;
      warn(`the name of the image of container ${sanitizeText(container.name, 100)} is not known: ${sanitizeText(error.message, 300)}`);
      return installContainer(container, null);
    }
  });
  return installed.filter((container) => container !== null);
}

/**
 * Does the list hide the name a container was created with?
 *
 * Docker shows the image's id in its place once the name stands for another image; only inspect still has it. podman keeps showing the name.
 * Source: moby, daemon/list.go.
 */
function hidesName(container: ListedContainer): boolean {
  return container.image.startsWith('sha256:') || `sha256:${container.image}` === container.imageId;
}

/** A container with the image it runs; `image` is the text it was created with, null when that is not known. */
function installContainer(container: ListedContainer, image: string | null): Container {
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
