import type { ImageReport } from '../check/report.ts';
import { sanitizeText } from '../core/text.ts';
import { candidateOf, nameOf, sortContainers } from './facts.ts';

/** A name that a shell takes as one word; every reference that parses is one. */
const ONE_WORD = /^[\w./:@[\]-]+$/;

/**
 * Says what to type to have the newer image: the command first, then which containers have to be made anew from it.
 *
 * Empty when there is nothing to do. The lines are meant for `show`; the first can be pasted into a shell.
 */
export function renderUpgrade(image: ImageReport): readonly string[] {
  const name = isOfPodman(image) ? image.reference : nameOf(image);
  if (!ONE_WORD.test(name) || image.registry === null) return [];
  switch (image.tag.verdict.kind) {
    case 'rebuilt':
      return [...renderPull(image, name), ...renderRecreate(image, () => true)];
    case 'current':
    case 'gone':
    case 'local':
    case 'pinned':
    case 'none':
    case 'unknown':
      return renderRecreate(image, (use) => use.outdated);
  }
}

/** A reference with a digest pulls that digest for ever: the pin itself has to change. */
function renderPull(image: ImageReport, name: string): readonly string[] {
  const at = name.indexOf('@');
  const candidate = candidateOf(image);
  const pull = `${isOfPodman(image) ? 'podman' : 'docker'} pull ${at < 0 || candidate === null ? name : `${name.slice(0, at)}@${candidate}`}`;
  return at < 0 ? [pull] : [pull, 'and put the new digest where the old one is written'];
}

function renderRecreate(image: ImageReport, concerns: (use: ImageReport['containers'][number]) => boolean): readonly string[] {
  const names = sortContainers(image.containers)
    .filter(concerns)
    .map((use) => sanitizeText(use.name));
  return names.length === 0 ? [] : [`recreate ${names.join(', ')}: a container keeps the image it was created from`];
}

/** podman completes short names by its own settings, so it is given whole ones. Source: containers-registries.conf(5), "short-name-mode". */
function isOfPodman(image: ImageReport): boolean {
  return image.sources.some((place) => place.kind === 'containers-storage' || place.location.includes('podman'));
}
