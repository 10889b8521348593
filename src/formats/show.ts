import type { ImageReport, TrailStep } from '../check/report.ts';
import { shortDigest } from '../core/digest.ts';
import { sanitizeText } from '../core/text.ts';
import type { NewerVerdict } from '../core/verdict.ts';
import { renderAge, renderDate, renderTime } from './age.ts';
import { candidateOf, installedOf, isUpgradable, platformOf, reasonOf, sortContainers } from './facts.ts';
import type { Paint } from './paint.ts';
import { renderSize } from './size.ts';
import { renderUpgrade } from './upgrade-command.ts';

/** `noTrunc`: whole digests. `now`: milliseconds since the epoch, for ages. */
export type ShowOptions = { readonly paint: Paint; readonly noTrunc: boolean; readonly now: number };

/**
 * Renders all that is known about one image as `Field: value` lines, more lines of a field beginning with a blank, as `apt show` does.
 *
 * A field without a value is left out. Source: RFC 822 section 3.1; Debian Policy section 5.1.
 */
export function renderShow(image: ImageReport, options: ShowOptions): string {
  return FIELDS.flatMap(({ name, values }) => {
    const lines = values(image, options);
    return lines.length === 0 ? [] : [`${options.paint.bold(`${name}:`)} ${lines.join('\n ')}\n`];
  }).join('');
}

/** The lines of a field: none when there is nothing to say. */
type Field = { readonly name: string; readonly values: (image: ImageReport, options: ShowOptions) => readonly string[] };

const FIELDS: readonly Field[] = [
  { name: 'Image', values: (image) => [sanitizeText(image.reference)] },
  { name: 'Status', values: (image) => [describeStatus(image)] },
  { name: 'Why', values: (image) => [sanitizeText(image.tag.verdict.why)] },
  { name: 'Reason', values: describeReason },
  { name: 'Retry-At', values: (image) => text(reasonOf(image)?.retryAt ?? null) },
  { name: 'Platform', values: (image) => [platformOf(image)] },
  { name: 'Current', values: (image, options) => digest(installedOf(image), options) },
  { name: 'Current-Created', values: (image, { now }) => date(image.created, now) },
  { name: 'Candidate', values: (image, options) => digest(candidateOf(image), options) },
  { name: 'Candidate-Created', values: (image, { now }) => date(image.tag.candidateCreated, now) },
  { name: 'Download', values: describeDownload },
  { name: 'Known-Digests', values: listDigests },
  { name: 'Image-Id', values: (image, options) => digest(sanitizeText(image.imageId ?? image.engineId), options) },
  { name: 'Newer-Tags', values: (image) => describeNewer(image.newer.verdict) },
  { name: 'Base', values: describeBase },
  { name: 'Hold', values: describeHold },
  { name: 'Used-By', values: describeUsers },
  { name: 'Size', values: (image) => (image.size === null ? [] : [renderSize(image.size)]) },
  { name: 'Source', values: (image) => text(image.labels.get('org.opencontainers.image.source') ?? null) },
  { name: 'Found-In', values: (image) => image.sources.map((place) => sanitizeText(`${place.kind} ${place.location}`)) },
  { name: 'Checked', values: describeChecked },
  { name: 'How', values: (image, options) => image.tag.trail.map((step) => describeStep(step, options)) },
  { name: 'Upgrade', values: renderUpgrade },
];

function describeStatus(image: ImageReport): string {
  const kind = image.tag.verdict.kind;
  const newer = image.newer.verdict;
  if (kind === 'rebuilt') return 'upgradable (rebuilt)';
  if (newer.kind === 'available' && isUpgradable(image)) return `upgradable (${kind}, newer tags)`;
  const reason = reasonOf(image);
  return reason === null ? kind : `${kind} (${reason.kind})`;
}

function describeReason(image: ImageReport): readonly string[] {
  const reason = reasonOf(image);
  return reason === null || reason.message === image.tag.verdict.why ? [] : [sanitizeText(reason.message)];
}

/** One digest alone is already the current one. */
function listDigests(image: ImageReport, options: ShowOptions): readonly string[] {
  return image.tag.digests.length < 2 ? [] : image.tag.digests.flatMap((each) => digest(each, options));
}

function describeDownload(image: ImageReport): readonly string[] {
  const download = image.tag.download;
  if (download === null) return [];
  return [`${renderSize(download.bytes)} (${download.layers} of ${download.totalLayers} layers)`];
}

function describeNewer(verdict: NewerVerdict): readonly string[] {
  if (verdict.kind !== 'available') return [];
  const versions = [verdict.line, verdict.newest].flatMap((version) =>
    version === null ? [] : [`${sanitizeText(version.tag)} (${version.level})`],
  );
  return versions.length === 0 ? [] : [[...new Set(versions)].join(', ')];
}

/** Without evidence of a base there is nothing to tell of it. */
function describeBase(image: ImageReport): readonly string[] {
  const verdict = image.base.verdict;
  if (verdict.kind === 'unknown' && verdict.reason.kind === 'no-evidence') return [];
  return [`${verdict.kind}: ${sanitizeText(verdict.why)}`];
}

function describeHold(image: ImageReport): readonly string[] {
  if (image.held === null) return [];
  const { reason, until } = image.held;
  return [`yes${until === null ? '' : `, until ${sanitizeText(until)}`}${reason === null ? '' : `: ${sanitizeText(reason)}`}`];
}

function describeUsers(image: ImageReport): readonly string[] {
  const containers = sortContainers(image.containers).map((use) => {
    const marks = [use.running ? [] : ['stopped'], use.outdated ? ['runs an older image'] : []].flat();
    return `container ${sanitizeText(use.name)}${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`;
  });
  const files = image.sources.flatMap((place) => (place.line === null ? [] : [`${sanitizeText(place.location)}:${place.line}`]));
  const users = [...containers, ...files];
  return users.length === 0 ? [] : [users.join(', ')];
}

function describeChecked(image: ImageReport, { now }: ShowOptions): readonly string[] {
  const time = image.tag.checkedAt;
  if (time === null) return [];
  const remembered = image.tag.trail.some((step) => step.cost === 'remembered' && step.asked.startsWith('HEAD '));
  return [`${renderTime(time)} (${remembered ? 'remembered, ' : ''}${renderAge(time, now)})`];
}

function describeStep(step: TrailStep, { noTrunc }: ShowOptions): string {
  const line = `${sanitizeText(step.asked)} -> ${sanitizeText(step.answer, 200)} [${step.cost}]`;
  return noTrunc ? line : line.replace(/(sha256:[a-f0-9]{12})[a-f0-9]{52}/g, '$1');
}

function digest(value: string | null, { noTrunc }: ShowOptions): readonly string[] {
  if (value === null) return [];
  const algorithm = value.slice(0, value.indexOf(':') + 1);
  return [noTrunc ? value : `${algorithm}${shortDigest(value)}`];
}

function date(value: string | null, now: number): readonly string[] {
  return value === null ? [] : text(renderDate(value, now));
}

function text(value: string | null): readonly string[] {
  return value === null || value === '' ? [] : [sanitizeText(value)];
}
