import { type ImageReport, isCarrier, type SourcePlace } from '../check/report.ts';
import { sanitizeText } from '../core/text.ts';

/** Where images are, in the same words in all formats; what only a file names is nowhere. */

/** Standard input, which cannot be read another time. */
const STDIN = '-';

/** The places an image is in, each once: `/var/run/docker.sock`, `ssh://build01`, `docker-archive:app.tar`; `registry` for one that was read there. */
export function placesOf({ sources }: Pick<ImageReport, 'sources'>): readonly string[] {
  return [...new Set(sources.filter(({ file, line }) => file === null && line === null).map(namePlace))];
}

function namePlace({ kind, location }: SourcePlace): string {
  if (kind === 'docker') return 'registry';
  return sanitizeText(kind === 'docker-daemon' ? location.replace(/^unix:\/\//, '') : `${kind}:${location}`);
}

/**
 * Gives each place of these images the shortest word that tells it from the others: `docker` for `/var/run/docker.sock`, `build01` for `ssh://me@build01`, `app.tar` for
 * `docker-archive:out/app.tar`.
 */
export function labelPlaces(images: readonly Pick<ImageReport, 'sources'>[]): ReadonlyMap<string, string> {
  const places = [...new Set(images.flatMap(placesOf))];
  const short = places.map(shorten);
  return new Map(
    places.map((place, at) => [place, short.filter((label) => label === short[at]).length === 1 ? (short[at] ?? place) : place]),
  );
}

function shorten(place: string): string {
  const host = /^(?:ssh|tcp|https?):\/\/(?:[^@/]*@)?([^/]+)/.exec(place)?.[1];
  const last = place.split('/').at(-1) ?? '';
  const name = last.includes(':') ? last.slice(last.indexOf(':') + 1) : last;
  return host ?? (name === '' || name === STDIN ? place : name.replace(/\.sock$/, ''));
}

/** The archives and layouts an image is in. */
export function carriersOf({ sources }: Pick<ImageReport, 'sources'>): readonly SourcePlace[] {
  return sources.filter(isCarrier);
}

/** The first place an image is in, where that is an archive or a layout and nothing else; null for all others. */
export function carrierOf({ sources }: Pick<ImageReport, 'sources'>): SourcePlace | null {
  const [first] = sources;
  return first !== undefined && sources.every(isCarrier) ? first : null;
}

/**
 * What stands before an image's name to have it looked at again where it is: `docker://`, `docker-archive:app.tar:`; empty for what is in an engine. null: it came by
 * standard input, and is there no more.
 */
export function prefixOf(image: Pick<ImageReport, 'sources'>): string | null {
  if (image.sources.some(({ kind }) => kind === 'docker')) return 'docker://';
  const place = carrierOf(image) ?? image.sources.find(({ kind, file }) => file === null && kind === 'containers-storage');
  if (place === undefined || image.sources.some(({ kind }) => kind === 'docker-daemon')) return '';
  const location = sanitizeText(place.location);
  if (place.kind === 'containers-storage') return `containers-storage:[${location}]`;
  return location === STDIN ? null : `${place.kind}:${location}:`;
}
