import type { Digest } from '../digest.ts';
import type { StockedImage } from '../find-unneeded.ts';
import { renderPlatform } from '../platform.ts';
import { isSameRepository, type Reference, renderRepository, type Repository } from '../reference.ts';
import type { InstalledImage } from '../installed.ts';

/** The tags that images of a store have. All that is found is for the platform of the image that asks, and is another image than that. */
export type NamesHere = {
  /** The image with this tag, or with another tag and this digest. */
  readonly find: (
    asking: InstalledImage,
    repository: Repository,
    wanted: { readonly tag: string; readonly digest: Digest | null },
  ) => Reference | null;
  /** The newest image with a tag of the repository, unless it is older. Dates that are not told, or not meant, say nothing against it. */
  readonly findNewest: (asking: InstalledImage, repository: Repository) => Reference | null;
};

type Named = { readonly image: InstalledImage; readonly reference: Reference };

/** Reproducible builds write dates near the epoch, and Go writes year 1 for none. */
const OLDEST_MEANT_DATE_MS = Date.UTC(2000, 0, 1);

/** Indexes the names of one store. */
export function indexNames(stock: readonly StockedImage[]): NamesHere {
  const known = new Map<string, Named>();
  const newest = new Map<string, Named>();
  for (const { image } of stock) {
    const platform = renderPlatform(image.platform);
    for (const reference of image.tags) {
      const named = { image, reference };
      const repository = renderRepository(reference);
      known.set(`${repository}:${reference.tag ?? ''} ${platform}`, named);
      const key = `${repository} ${platform}`;
      const other = newest.get(key);
      if (other === undefined || dateOf(other.image, Infinity) < dateOf(image, Infinity)) newest.set(key, named);
    }
    const [first] = image.tags;
    for (const { digest, ...repository } of image.repoDigests) {
      const reference =
        first !== undefined && isSameRepository(first, repository) ? first : image.tags.find((tag) => isSameRepository(tag, repository));
      if (reference !== undefined) known.set(`${renderRepository(repository)}@${digest} ${platform}`, { image, reference });
    }
  }
  const otherThan = (asking: InstalledImage, named: Named | undefined): Named | null =>
    named === undefined || named.image.imageId === asking.imageId ? null : named;

  return {
    find: (asking, repository, { tag, digest }) => {
      const platform = renderPlatform(asking.platform);
      const name = renderRepository(repository);
      const tagged = otherThan(asking, known.get(`${name}:${tag} ${platform}`));
      const same = digest === null ? null : otherThan(asking, known.get(`${name}@${digest} ${platform}`));
      return (tagged ?? same)?.reference ?? null;
    },
    findNewest: (asking, repository) => {
      const named = otherThan(asking, newest.get(`${renderRepository(repository)} ${renderPlatform(asking.platform)}`));
      return named === null || dateOf(named.image, Infinity) < dateOf(asking, -Infinity) ? null : named.reference;
    },
  };
}

/** Milliseconds since the epoch. */
function dateOf({ created }: InstalledImage, untold: number): number {
  const time = created === null ? NaN : Date.parse(created);
  return time >= OLDEST_MEANT_DATE_MS ? time : untold;
}
