import type { StoredPlace } from '../../check/ports.ts';
import { parseReference, type Reference, renderFamiliar, renderReference, withDefaultTag } from '../../core/reference.ts';
import type { Parsed } from '../../core/parsed.ts';
import { sanitizeText } from '../../core/text.ts';
import type { ImgupdateError } from '../../errors.ts';
import { nameSome, noSuchImage } from '../stored/no-such-image.ts';
import type { ArchivedImage } from './decode-manifest.ts';

/** An entry of manifest.json, with the names of it that are wanted. */
export type ChosenEntry = {
  readonly position: number;
  readonly decoded: Parsed<ArchivedImage>;
  readonly tags: readonly Reference[];
  /** Names that no image can have. */
  readonly badNames: readonly string[];
};

/**
 * Chooses the images of an archive that are wanted, by name or by position.
 *
 * Names are compared as they are understood: `app` is `docker.io/library/app:latest`.
 * Source: containers-transports(5), `docker-archive:path[:{docker-reference|@source-index}]`.
 * @throws ImgupdateError 'no-such-image', naming those that are there
 */
export function chooseEntries(entries: readonly Parsed<ArchivedImage>[], place: StoredPlace): readonly ChosenEntry[] {
  const all = entries.map(readNames);
  const { image } = place;
  if (image === null) return all;
  if (image.by === 'position') {
    const chosen = all[image.position];
    if (chosen !== undefined) return [chosen];
    const held = all.length === 1 ? 'one image, @0' : `${all.length} images, @0 to @${all.length - 1}`;
    throw missing(place, `expected an image at position ${image.position}, and it has ${held}`);
  }
  const wanted = parseReference(image.name);
  if (!wanted.ok) throw missing(place, wanted.message);
  const name = renderReference(withDefaultTag(wanted.value));
  const chosen = all.flatMap((entry) => {
    const tags = entry.tags.filter((tag) => renderReference(tag) === name);
    return tags.length === 0 ? [] : [{ ...entry, tags, badNames: [] }];
  });
  if (chosen.length === 0) throw missing(place, `expected an image ${sanitizeText(image.name, 200)}, and it has ${nameEntries(all)}`);
  return chosen;
}

/** docker loads no name without a tag. Source: moby, image/tarexport/load.go. */
function readNames(decoded: Parsed<ArchivedImage>, position: number): ChosenEntry {
  const tags = new Map<string, Reference>();
  const badNames: string[] = [];
  for (const name of decoded.ok ? decoded.value.repoTags : []) {
    const reference = parseReference(name);
    if (!reference.ok || reference.value.tag === null || reference.value.digest !== null) badNames.push(name);
    else tags.set(renderReference(reference.value), reference.value);
  }
  return { position, decoded, tags: [...tags.values()], badNames };
}

function nameEntries(entries: readonly ChosenEntry[]): string {
  return nameSome(
    entries.flatMap(({ tags, position }) => (tags.length === 0 ? [`@${position} without a name`] : tags.map(renderFamiliar))),
  );
}

function missing({ written, transport, path }: StoredPlace, what: string): ImgupdateError {
  return noSuchImage(written, what, `list all of them: imgupdate list ${transport}:${sanitizeText(path ?? '', 200)}`);
}
