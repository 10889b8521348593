import type { Findings } from '../../core/base/claim.ts';
import type { BuildRecord, InstalledImage } from '../../core/installed.ts';
import { renderPlatform } from '../../core/platform.ts';
import { createLimiter } from '../bounded.ts';
import type { Recorded, StoredImage } from './stored-image.ts';

/** Images whose attestations are read at once. */
const CONCURRENCY = 8;

/** Makes what tells how these images were made. Attestations are read for the first question about an image, and once. */
export function createBuildReader(images: readonly StoredImage[]): (image: InstalledImage) => Promise<BuildRecord | null> {
  const byKey = new Map(images.map((stored) => [keyOf(stored.image), stored]));
  const limited = createLimiter(CONCURRENCY);
  const running = new Map<string, Promise<BuildRecord>>();
  return (image) => {
    const key = keyOf(image);
    const stored = byKey.get(key);
    if (stored === undefined) return Promise.resolve(null);
    const { build, recorded } = stored;
    if (recorded === null) return Promise.resolve(build);
    const known = running.get(key);
    if (known !== undefined) return known;
    const reading = limited(async () => ({ ...build, recorded: await readRecorded(recorded) }));
    running.set(key, reading);
    return reading;
  };
}

/** Whether the place has to stay open for it. */
export function hasUnread(images: readonly StoredImage[]): boolean {
  return images.some(({ recorded }) => recorded !== null && recorded.readProvenance !== null);
}

const keyOf = ({ imageId, platform }: InstalledImage): string => `${imageId} ${renderPlatform(platform)}`;

/** As its registry would tell it: the manifest is looked at where nothing goes before it. */
async function readRecorded({ readProvenance, onIndex, onManifest }: Recorded): Promise<Findings> {
  const provenance = readProvenance === null ? onIndex : join(await readProvenance(), onIndex);
  return provenance.claims.length > 0 ? provenance : join(provenance, onManifest);
}

function join(a: Findings, b: Findings): Findings {
  return { claims: [...a.claims, ...b.claims], rejected: [...a.rejected, ...b.rejected] };
}
