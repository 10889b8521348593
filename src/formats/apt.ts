import type { CheckReport, ImageReport } from '../check/report.ts';
import { shortDigest } from '../core/digest.ts';
import { parseReference } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import { baseAnswerOf, openBaseReasonOf } from './base.ts';
import { ownNewerReasonOf, renderTagName, versionsOf } from './newer.ts';
import { digestPair, idOf, platformOf, reasonOf } from './facts.ts';

/**
 * Renders lines in the grammar of `apt list`, `NAME VERSION ARCH [STATUS]`; without `/SUITE`, since names contain slashes.
 *
 * Example: `docker.io/library/nginx:1.27 9d1e4a55c0ff amd64 [rebuilt from: 3f2a9c0b7d1e]`, `... [installed,local,base moved]`,
 * `docker.io/library/postgres:15.4 15.14 amd64 [upgradable from: 15.4,upgradable to: 18.1]`.
 * As apt does, the version is the candidate's where there is one to change to, else that of what is here. A tag is one where nothing else is to be said of the
 * present one; else it stands behind that: `[rebuilt from: 3f2a9c0b7d1e,upgradable to: 15.14]`.
 */
export function renderApt(report: CheckReport): string {
  return report.images.map((image) => `${renderLine(image)}\n`).join('');
}

function renderLine(image: ImageReport): string {
  const { installed, candidate } = digestPair(image, false);
  const id = idOf(image);
  const here = installed ?? (id === null ? null : shortDigest(sanitizeText(id)));
  const [newer, ...others] = versionsOf(image).map(({ tag }) => renderTagName(tag));
  const isMoving = image.tag.verdict.kind === 'current' && newer !== undefined;
  const version = isMoving ? newer : ((image.tag.verdict.kind === 'rebuilt' ? candidate : null) ?? here ?? candidate ?? '-');
  const rest = isMoving ? others : [...(newer === undefined ? [] : [newer]), ...others];
  const statuses = [
    isMoving ? `upgradable from: ${tagOf(image) ?? here ?? '-'}` : statusOf(image, here ?? '-'),
    ...rest.map((tag) => `upgradable to: ${tag}`),
    ...statusOfNewer(image),
    ...statusOfBase(image),
    ...(image.held === null ? [] : ['held']),
  ];
  return `${sanitizeText(image.reference).replace(/\s/gu, '\uFFFD')} ${version} ${architectureOf(image)} [${statuses.join(',')}]`;
}

function tagOf({ reference }: ImageReport): string | null {
  const parsed = parseReference(reference);
  return parsed.ok ? parsed.value.tag : null;
}

/** `newer unknown: rate-limited`, where that is not said of the tag. */
function statusOfNewer(image: ImageReport): readonly string[] {
  const reason = ownNewerReasonOf(image);
  return reason === null ? [] : [`newer unknown: ${reason.kind}`];
}

function statusOf(image: ImageReport, here: string): string {
  const kind = image.tag.verdict.kind;
  switch (kind) {
    case 'current':
      return 'installed';
    case 'rebuilt':
      return `rebuilt from: ${here}`;
    case 'gone':
    case 'local':
    case 'pinned':
      return `${here === '-' ? '' : 'installed,'}${kind}`;
    case 'none':
      return 'not installed';
    case 'unknown':
      return `${here === '-' ? '' : 'installed,'}unknown: ${reasonOf(image)?.kind ?? 'no-evidence'}`;
  }
}

/** What wants attention: `base moved`, `base gone`, `base unknown: rate-limited`. */
function statusOfBase(image: ImageReport): readonly string[] {
  switch (image.base.verdict.kind) {
    case 'moved':
    case 'gone':
      return [`base ${baseAnswerOf(image)}`];
    case 'unknown': {
      const reason = openBaseReasonOf(image);
      return reason === null ? [] : [`base unknown: ${reason.kind}`];
    }
    case 'current':
    case 'none':
    case 'pinned':
      return [];
  }
}

/** `amd64`, `arm/v7`; with its system where that is not linux. */
function architectureOf(image: ImageReport): string {
  return platformOf(image)
    .replace(/^linux\//, '')
    .replace(/\s/gu, '\uFFFD');
}
