import type { ImageReport } from '../check/report.ts';
import { renderDuration } from '../core/duration.ts';
import type { VersionPolicy } from '../core/versions/policy.ts';
import { renderTime } from './age.ts';
import { installedTagOf, type PolicyOrigins } from './policy.ts';
import { stringify } from './stringify.ts';

/**
 * Renders the version tables of images as one JSON array: every tag of each repository with the rule that admits or rejects it.
 *
 * Absent knowledge is null, `table` where no list of tags was needed or none came; times are RFC 3339, UTC; a duration is as the configuration has it: `3d`.
 */
export function renderPoliciesJson(images: readonly ImageReport[], originsOf: (image: ImageReport) => PolicyOrigins): string {
  return `${stringify(
    images.map((image) => describePolicy(image, originsOf(image))),
    2,
  )}\n`;
}

function describePolicy(image: ImageReport, origins: PolicyOrigins): object {
  const { verdict, variant, sibling, notes, checkedAt, table } = image.newer;
  return {
    reference: image.reference,
    name: image.name,
    installed: installedTagOf(image),
    sibling,
    status: verdict.kind,
    line: verdict.kind === 'available' ? verdict.line : null,
    newest: verdict.kind === 'available' ? verdict.newest : null,
    variant,
    why: verdict.why,
    reason: verdict.kind === 'unknown' ? verdict.reason : null,
    notes,
    policy: table === null ? null : writePolicy(table.policy, origins),
    held: image.held,
    checkedAt: timeOf(checkedAt),
    table: table === null ? null : table.rows.map((row) => ({ ...row, firstSeen: timeOf(row.firstSeen) })),
  };
}

/** As the configuration has it, each part with the place that says it. */
function writePolicy({ track, minAgeMs, include, exclude, skip, variant }: VersionPolicy, origins: PolicyOrigins): object {
  const said = (value: unknown, key: keyof VersionPolicy): object => ({ value, origin: origins.get(key) ?? null });
  return {
    track: said(track, 'track'),
    minAge: said(renderDuration(minAgeMs), 'minAgeMs'),
    include: said(
      include.map(({ glob }) => glob),
      'include',
    ),
    exclude: said(
      exclude.map(({ glob }) => glob),
      'exclude',
    ),
    skip: said(skip, 'skip'),
    variant: said(variant, 'variant'),
  };
}

function timeOf(time: number | null): string | null {
  return time === null ? null : renderTime(time);
}
