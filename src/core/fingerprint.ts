import { hash } from 'node:crypto';
import { parseInstant } from './history.ts';
import type { ImageConfig } from './image-config.ts';
import { renderPlatform } from './platform.ts';

/** What a conversion between Docker's and OCI's formats drops. Source: containers/image, manifest/docker_schema2.go; OCI image-spec v1.1, config.md. */
const DOCKER_SETTINGS: ReadonlySet<string> = new Set(['Healthcheck', 'Shell', 'OnBuild']);

/**
 * A hash of what an image's config says, the same for every document that says it: `skopeo copy` and `podman save` write another one when they convert an image,
 * with another digest, and it is still the same image.
 *
 * @returns null for a config that tells of no layer and no step: too little to be recognised by.
 */
export function fingerprintOf(config: ImageConfig): string | null {
  if (config.diffIds.length === 0 || config.history.length === 0) return null;
  const steps = config.history.map((step) => [
    instantOf(step.created),
    step.createdBy ?? '',
    step.comment ?? '',
    step.author ?? '',
    step.emptyLayer === true,
  ]);
  const settings = [...config.settings].filter(([key]) => !DOCKER_SETTINGS.has(key)).sort(([a], [b]) => (a < b ? -1 : 1));
  const platform = config.platform === null ? '' : renderPlatform(config.platform);
  return hash('sha256', JSON.stringify([platform, instantOf(config.created), config.diffIds, steps, settings]));
}

/** The same moment is written in more than one way. */
function instantOf(created: string | null): string {
  const instant = created === null ? null : parseInstant(created);
  return instant === null ? '' : String(instant);
}
