import { adviseOnVersion } from '../check/replacement.ts';
import type { ImageReport } from '../check/report.ts';
import { parseReference } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import { nameOf, sortContainers } from './facts.ts';
import { renderVersion, versionsOf } from './newer.ts';

const MOST_PLACES = 10;

/**
 * Says what to write where to have a newer version, in the line of the present one or above it, a line for each place.
 *
 * It has another name, so no pull of the present one brings it.
 */
export function renderUpgradeToVersions(image: ImageReport): readonly string[] {
  const versions = versionsOf(image);
  const reference = parseReference(image.reference);
  const from = reference.ok ? reference.value.tag : null;
  if (versions.length === 0 || from === null) return [];
  const files = image.sources.flatMap(({ file }) => (file === null ? [] : [file]));
  const lines = files.slice(0, MOST_PLACES).map(({ place, written }) => {
    const advice = versions.map((to) => `${adviseOnVersion(written, { kind: 'version', from, to })} (${to.level})`);
    return `${sanitizeText(place.path)}:${place.line}: ${advice.join(', or ')}`;
  });
  const left = files.length - lines.length;
  const tags = versions.map(renderVersion).join(' or ');
  const [name = ''] = nameOf(image).split('@', 1);
  const users = image.containers.length === 0 ? '' : `, and recreate ${listUsers(image)}`;
  return [
    ...lines,
    ...(left === 0 ? [] : [`and ${left} more places`]),
    ...(files.length < image.sources.length
      ? [`for ${tags}: write that tag where ${name} is named${users}; a pull of ${name} does not bring it`]
      : []),
  ];
}

function listUsers({ containers }: ImageReport): string {
  return sortContainers(containers)
    .map((use) => sanitizeText(use.name))
    .join(', ');
}
