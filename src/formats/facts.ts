import type { ContainerUse, ImageReport } from '../check/report.ts';
import type { Digest } from '../core/digest.ts';
import { parseDigest, shortDigest } from '../core/digest.ts';
import { renderPlatform } from '../core/platform.ts';
import type { Reason } from '../core/reason.ts';
import { sanitizeText } from '../core/text.ts';
import type { Brush, Paint } from './paint.ts';
import { carrierOf, prefixOf } from './places.ts';

/** What all formats say of one image, in the same words. Every text from outside is sanitised here. */

/** Longer than any reference that parses: what a file says instead of one is cut. */
const LONGEST_NAME = 800;

/** The name to type: the familiar name, what a file says where no reference can be made of it, or the short id of an image without a name, as docker shows it. */
export function nameOf(image: ImageReport): string {
  if (image.registry !== null) return sanitizeText(image.name);
  return isOfFile(image) ? sanitizeText(image.reference, LONGEST_NAME) : shortDigest(sanitizeText(image.engineId));
}

/** Whether a file names the image. */
export function isOfFile(image: ImageReport): boolean {
  return image.sources.some(({ file }) => file !== null);
}

/** The id of an image that is here, or of one that was read in its registry; null where there is none: a file that names it does not have it. */
export function idOf(image: ImageReport): string | null {
  const isHere = image.sources.some(({ kind, file }) => kind !== 'docker' && file === null);
  return image.imageId ?? (isHere ? image.engineId : null);
}

/** Whether the image was looked at where it lies in a registry, by `docker://`. */
export function isTarget(image: ImageReport): boolean {
  return image.sources.some(({ kind }) => kind === 'docker');
}

/**
 * What to type to have this image looked at again: `nginx:1.27`; `docker://nginx:1.27` for one that was read in its registry, `docker-archive:app.tar:nginx:1.27`;
 * null for what came by standard input.
 */
export function targetOf(image: ImageReport): string | null {
  const prefix = prefixOf(image);
  if (prefix === null) return null;
  return image.registry === null && carrierOf(image) !== null ? prefix.replace(/:$/, '') : `${prefix}${nameOf(image)}`;
}

/** `linux/arm/v7` */
export function platformOf(image: ImageReport): string {
  return sanitizeText(renderPlatform(image.platform));
}

/** True when any axis has something newer, or the tag is gone. */
export function isUpgradable(image: ImageReport): boolean {
  return image.verdict === 'stale';
}

/** What the tag names now, where that is known. */
export function candidateOf(image: ImageReport): Digest | null {
  const verdict = image.tag.verdict;
  switch (verdict.kind) {
    case 'current':
    case 'rebuilt':
    case 'none':
    case 'unknown':
      return verdict.candidate;
    case 'gone':
    case 'local':
    case 'pinned':
      return null;
  }
}

/**
 * The digest that best names what is here: the one that was matched, the one it is pinned to, what its tag named when it was pulled (which is its id in a
 * containerd store), else the first it is known by.
 */
export function installedOf(image: ImageReport): Digest | null {
  const pinned = image.reference.slice(image.reference.indexOf('@') + 1);
  const best = [candidateOf(image), parseDigest(pinned), parseDigest(image.engineId)];
  return best.find((digest) => digest !== null && image.tag.digests.includes(digest)) ?? image.tag.digests[0] ?? null;
}

/** Why the tag's question has no answer; null when it has one. */
export function reasonOf(image: ImageReport): Reason | null {
  return image.tag.verdict.kind === 'unknown' ? image.tag.verdict.reason : null;
}

/** The word of the UPDATE column: `rebuilt`, `current,held`. */
export function updateOf(image: ImageReport): string {
  return image.held === null ? image.tag.verdict.kind : `${image.tag.verdict.kind},held`;
}

/**
 * The two digests of a row as a person compares them.
 *
 * `current` shows what is here twice, also when the tag moved for other platforms only: a pull would bring nothing new here.
 * Digests that differ never look equal: when their first 12 digits are the same, both are shown in full.
 */
export function digestPair(image: ImageReport, full: boolean): { readonly installed: string | null; readonly candidate: string | null } {
  const installed = installedOf(image);
  const candidate = image.tag.verdict.kind === 'current' ? (installed ?? candidateOf(image)) : candidateOf(image);
  const alike = installed !== null && candidate !== null && installed !== candidate && shortDigest(installed) === shortDigest(candidate);
  const render = (digest: Digest | null) => (digest === null ? null : full || alike ? digest : shortDigest(digest));
  return { installed: render(installed), candidate: render(candidate) };
}

/** The containers of an image, those that run an older one first, then the running ones, each by name. */
export function sortContainers(containers: readonly ContainerUse[]): readonly ContainerUse[] {
  const rank = (use: ContainerUse) => (use.outdated ? 0 : use.running ? 1 : 2);
  return [...containers].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/**
 * Who uses the image: containers by name (`web*` runs an older image), then lines of files (`compose.yaml:12`). None has a comma.
 *
 * Of standard input, which nobody opens at a line, what there names the image, each once: `Deployment shop/web`.
 */
export function usersOf(image: ImageReport): readonly string[] {
  const containers = sortContainers(image.containers).map((use) => `${sanitizeText(use.name)}${use.outdated ? '*' : ''}`);
  return [...containers, ...new Set(image.sources.flatMap(nameUser))];
}

function nameUser(source: ImageReport['sources'][number]): readonly string[] {
  const { within = null, place = null } = source.file ?? {};
  if (place?.path !== '-' || within === null) return lineOf(source);
  // `, container web` follows
  const [name = ''] = (within.workload ?? within.name).split(',');
  return [sanitizeText(name)];
}

/** The lines of files that name the image, each once: `compose.yaml:12`. */
export function linesOf(image: ImageReport): readonly string[] {
  return [...new Set(image.sources.flatMap(lineOf))];
}

function lineOf({ line, location, file }: ImageReport['sources'][number]): readonly string[] {
  return line === null ? [] : [`${sanitizeText(file?.place.path ?? location)}:${line}`];
}

/** The colour of a status: readable without it, quicker with it. */
export function statusBrush(image: ImageReport, paint: Paint): Brush {
  switch (image.tag.verdict.kind) {
    case 'current':
      return paint.green;
    case 'rebuilt':
      return paint.cyan;
    case 'gone':
      return paint.red;
    case 'unknown':
      return paint.magenta;
    case 'local':
    case 'pinned':
    case 'none':
      return paint.dim;
  }
}

/** Renders a count with its noun: `1 image`, `3 images`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
