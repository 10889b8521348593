import type { CheckReport, ImageReport } from '../check/report.ts';
import { sanitizeText } from '../core/text.ts';
import { renderTime } from './age.ts';
import { placesOf } from './places.ts';
import { newerReasonOf, renderTagName } from './newer.ts';
import { baseConfidenceOf, baseMovementOf, baseReasonOf, canonicalBaseOf } from './base.ts';
import { candidateOf, installedOf, nameOf, platformOf, reasonOf, updateOf, usersOf } from './facts.ts';

/**
 * Renders one line per image for scripts: cells with a TAB between them, no header, nothing cut, `-` for nothing.
 *
 * The columns keep their places; new ones are added at the end:
 *
 *  1. name, as `docker pull` takes it
 *  2. digest of what is here
 *  3. digest of the candidate
 *  4. status of the tag, `,held` after it where it is held
 *  5. verdict over all questions: `stale`, `fresh`, `unknown`
 *  6. platform
 *  7. bytes a pull would fetch
 *  8. containers, file lines and workloads that use it, with a comma between them; `*` after a container that runs an older image
 *  9. when the registry answered, RFC 3339 UTC
 * 10. kind of the reason why there is no answer
 * 11. canonical reference
 * 12. canonical reference of the base image, `scratch` for none
 * 13. status of the base, after a comma how it moved or why there is no answer: `moved,layers-differ`, `unknown,no-evidence`
 * 14. confidence of that answer: `certain`, `high`, `medium`, `low`
 * 15. where it is, with a comma between places: `/var/run/docker.sock`, `ssh://build01`, `docker-archive:app.tar`
 * 16. newest version with the same first number, after a comma how much newer it is: `15.14,minor`
 * 17. newest version above that: `18.1,major`
 * 18. status of newer versions, after a comma why there is no answer: `available`, `none`, `untracked`, `unknown,timeout`
 */
export function renderPlain(report: CheckReport): string {
  return report.images.map((image) => `${renderLine(image)}\n`).join('');
}

function renderLine(image: ImageReport): string {
  const { download, checkedAt } = image.tag;
  return [
    nameOf(image),
    installedOf(image),
    candidateOf(image),
    updateOf(image),
    image.verdict,
    platformOf(image),
    download === null ? null : String(download.bytes),
    usersOf(image).join(','),
    checkedAt === null ? null : renderTime(checkedAt),
    reasonOf(image)?.kind,
    sanitizeText(image.reference),
    canonicalBaseOf(image),
    [image.base.verdict.kind, baseMovementOf(image) ?? baseReasonOf(image)?.kind].filter((word) => word !== undefined).join(','),
    baseConfidenceOf(image),
    placesOf(image).join(','),
    ...versionCells(image),
  ]
    .map((cell) => (cell === null || cell === undefined || cell === '' ? '-' : cell))
    .join('\t');
}

function versionCells(image: ImageReport): readonly (string | null)[] {
  const { verdict } = image.newer;
  const versions = verdict.kind === 'available' ? [verdict.line, verdict.newest] : [null, null];
  const cells = versions.map((version) => (version === null ? null : `${renderTagName(version.tag)},${version.level}`));
  return [...cells, [verdict.kind, newerReasonOf(image)?.kind].filter((word) => word !== undefined).join(',')];
}
