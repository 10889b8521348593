import type { Digest } from '../../core/digest.ts';
import { parseReference, renderRepository } from '../../core/reference.ts';
import type { ListedImage } from '../listed/listed-image.ts';
import type { ImageRecord, LayerRecord } from './decode-records.ts';
import type { Family } from './family.ts';
import type { StoredRecord } from './read-images.ts';

/**
 * Tells an image as podman's service lists it: its digests are those of all its manifests, each in the repository of each of its names.
 * Source: containers/common, libimage/image.go, RepoDigests(); containers/storage, images.go, recomputeDigests(), store.go, ImageSize().
 */
export function makeListedImage(
  { record, copies, learned }: StoredRecord,
  family: Family,
  layers: ReadonlyMap<string, LayerRecord>,
): ListedImage {
  const { id } = record;
  const names = [...new Set(copies.flatMap((copy) => copy.record.names))];
  const parent = family.parentOf(id);
  return {
    id: `sha256:${id}`,
    names,
    digests: [...new Set(copies.flatMap((copy) => combine(copy.record)))],
    created: record.created,
    size: sizeOf(record, layers),
    labels: learned?.kind === 'image' ? learned.facts.labels : new Map<string, string>(),
    target: null,
    manifests: null,
    podman: {
      parentId: parent === null ? null : `sha256:${parent}`,
      formerNames: [...new Set(copies.flatMap((copy) => copy.record.formerNames))],
      manifestDigest:
        copies.map((copy) => copy.record.digest ?? digestsOf(copy.record)[0] ?? null).find((digest) => digest !== null) ?? null,
      dangling: names.length === 0 && !family.hasChildren(id),
    },
  };
}

/** More repositories and manifests than any image has: each is combined with each. */
const MAX_COMBINED = 100;

function combine(record: ImageRecord): readonly string[] {
  const digests = digestsOf(record);
  return repositoriesOf(record.names).flatMap((repository) => digests.map((digest) => `${repository}@${digest}`));
}

function repositoriesOf(names: readonly string[]): readonly string[] {
  const repositories = names.flatMap((name) => {
    const reference = parseReference(name);
    return reference.ok ? [renderRepository(reference.value)] : [];
  });
  return [...new Set(repositories)].slice(0, MAX_COMBINED);
}

function digestsOf({ digest, documents }: ImageRecord): readonly Digest[] {
  const manifests = [...documents].flatMap(([name, kept]) => (name.startsWith('manifest') ? [kept.digest] : []));
  return [...new Set([digest, ...manifests])].filter((each) => each !== null).slice(0, MAX_COMBINED);
}

/** null where podman would have to count it. */
function sizeOf({ topLayer, otherTopLayers, documents }: ImageRecord, layers: ReadonlyMap<string, LayerRecord>): number | null {
  let size = 0;
  for (const document of documents.values()) {
    if (document.size === null) return null;
    size += document.size;
  }
  const visited = new Set<string>();
  for (const top of topLayer === null ? otherTopLayers : [topLayer, ...otherTopLayers]) {
    for (let id: string | null = top; id !== null && !visited.has(id);) {
      const layer = layers.get(id);
      if (layer?.size === undefined || layer.size === null) return null;
      visited.add(id);
      size += layer.size;
      id = layer.parent;
    }
  }
  return size;
}
