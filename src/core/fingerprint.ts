import { hash } from 'node:crypto';
import { parseInstant } from './history.ts';
import type { ImageConfig } from './image-config.ts';
import { renderPlatform } from './platform.ts';

/** What a conversion between Docker's and OCI's formats drops. Source: containers/image, manifest/docker_schema2.go; OCI image-spec v1.1, config.md. */
const DOCKER_SETTINGS: ReadonlySet<string> = new Set(['Healthcheck', 'Shell', 'OnBuild']);

/**
 * A hash of what an image's config says, alike for every document that says it (`isSameFingerprint`): `skopeo copy` and `podman save` write another one when they
 * convert an image, with another digest, and it is still the same image.
 *
 * A second hash behind a space is of what only Docker's format has, for a config that says any of it.
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
  const settings = [...config.settings].sort(([a], [b]) => (a < b ? -1 : 1));
  const kept = settings.filter(([key]) => !DOCKER_SETTINGS.has(key));
  const dropped = settings.filter(([key]) => DOCKER_SETTINGS.has(key));
  const platform = config.platform === null ? '' : renderPlatform(config.platform);
  const common = hash('sha256', JSON.stringify([platform, instantOf(config.created), config.diffIds, steps, kept]));
  return dropped.length === 0 ? common : `${common} ${hash('sha256', JSON.stringify(dropped))}`;
}

/** Whether two fingerprints are of one image: what a conversion drops may be missing from either, but where both say it, they say the same. */
export function isSameFingerprint(a: string, b: string): boolean {
  const [[common, dropped], [otherCommon, otherDropped]] = [a.split(' '), b.split(' ')];
  return common === otherCommon && (dropped === undefined || otherDropped === undefined || dropped === otherDropped);
}

/** The same moment is written in more than one way. */
function instantOf(created: string | null): string {
  const instant = created === null ? null : parseInstant(created);
  return instant === null ? '' : String(instant);
}
