import type { InstalledImage, Origin } from '../core/installed.ts';
import { type Reason, reason } from '../core/reason.ts';
import { type Reference, renderFamiliar } from '../core/reference.ts';
import { planTagCheck } from '../core/tag-check.ts';

/** What every name without a registry means: docker.io. */
const DEFAULT_REGISTRY = 'docker.io';

/** Their digests may be of any registry. */
const UNPROVEN: ReadonlySet<Origin['kind']> = new Set(['podman', 'carried']);

/** podman's name for what comes from no registry. */
const NOWHERE = 'localhost';

/**
 * Decides which registries may be asked about bases, since what an image says of its base may be written by anyone, and lead anywhere.
 *
 * Asked may be: docker.io, the registries images of this machine are from, and those that were named on the command line or in the configuration. Where an archive or
 * a layout says that it is from is no more than what an image says.
 * @returns why the registry of a reference may not be asked; null when it may.
 */
export function createBaseHosts(images: readonly InstalledImage[], named: Iterable<string>): (reference: Reference) => Reason | null {
  const allowed = new Set([DEFAULT_REGISTRY, ...named]);
  for (const image of images) {
    for (const tag of image.tags) if (planTagCheck(image, tag).kind === 'ask') allowed.add(tag.registry);
    if (!UNPROVEN.has(image.origin.kind)) for (const { registry } of image.repoDigests) allowed.add(registry);
  }
  return (reference) => {
    const { registry } = reference;
    if (allowed.has(registry)) return null;
    const name = renderFamiliar({ ...reference, digest: null });
    if (registry === NOWHERE) return reason('no-evidence', `its base ${name} is not on this machine any more, and from no registry`);
    return reason('policy', `nothing but the image names the registry ${registry}, so it is not asked; --allow-host ${registry} allows it`);
  };
}
