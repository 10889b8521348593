import type { ImageReport, SourcePlace } from '../check/report.ts';
import { sanitizeText } from '../core/text.ts';
import { renderDate } from './age.ts';
import { candidateOf, idOf, installedOf, isUpgradable, linesOf, nameOf, platformOf, reasonOf, sortContainers } from './facts.ts';
import { BASE_FIELDS, BASE_HOW } from './show-base.ts';
import { NEWER_FIELDS, NEWER_HOW } from './show-newer.ts';
import { type Field, showChecked, showDigest, type ShowOptions, showStep, showText } from './show-field.ts';
import { renderSize } from './size.ts';
import { renderUpgrade } from './upgrade-command.ts';

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

const FIELDS: readonly Field[] = [
  { name: 'Image', values: (image) => [sanitizeText(image.reference)] },
  { name: 'Status', values: (image) => [describeStatus(image)] },
  { name: 'Why', values: (image) => [sanitizeText(image.tag.verdict.why)] },
  { name: 'Reason', values: describeReason },
  { name: 'Retry-At', values: (image) => showText(reasonOf(image)?.retryAt ?? null) },
  { name: 'Platform', values: (image) => [platformOf(image)] },
  { name: 'Current', values: (image, options) => showDigest(installedOf(image), options) },
  { name: 'Current-Created', values: (image, { now }) => date(image.created, now) },
  { name: 'Candidate', values: (image, options) => showDigest(candidateOf(image), options) },
  { name: 'Candidate-Created', values: (image, { now }) => date(image.tag.candidateCreated, now) },
  { name: 'Download', values: describeDownload },
  { name: 'Known-Digests', values: listDigests },
  { name: 'Image-Id', values: showId },
  ...NEWER_FIELDS,
  ...BASE_FIELDS,
  { name: 'Hold', values: describeHold },
  { name: 'Used-By', values: describeUsers },
  { name: 'Size', values: (image) => (image.size === null ? [] : [renderSize(image.size)]) },
  { name: 'Source', values: (image) => showText(image.labels.get('org.opencontainers.image.source') ?? null) },
  { name: 'Found-In', values: (image) => image.sources.map((place) => describePlace(place, image)) },
  { name: 'Built-From', values: (image) => (image.builtFrom === null ? [] : [describePlace(image.builtFrom, image)]) },
  { name: 'Checked', values: (image, { now }) => showChecked(image.tag, now) },
  { name: 'How', values: (image, options) => image.tag.trail.map((step) => showStep(step, options)) },
  NEWER_HOW,
  BASE_HOW,
  { name: 'Upgrade', values: (image, { engines }) => renderUpgrade(image, engines) },
];

function showId(image: ImageReport, options: ShowOptions): readonly string[] {
  const id = idOf(image);
  return id === null ? [] : showDigest(sanitizeText(id), options);
}

/**
 * `docker-daemon unix:///var/run/docker.sock`; `docker://ghcr.io/acme/api:1`, which says its kind itself; `compose compose.yaml:3:12, service db (node:${V})`: what
 * names it, and what stands there where that is not the image's name.
 */
function describePlace({ kind, location, file }: SourcePlace, image: ImageReport): string {
  if (file === null) return sanitizeText(location.startsWith(`${kind}:`) ? location : `${kind} ${location}`);
  const { place, written, within } = file;
  const named = within === null ? '' : `, ${sanitizeText(within.name)}`;
  const shown = sanitizeText(written, LONGEST_WRITTEN);
  return `${sanitizeText(`${kind} ${place.path}`)}:${place.line}:${place.column}${named}${shown === nameOf(image) ? '' : ` (${shown})`}`;
}

const LONGEST_WRITTEN = 200;

function describeStatus(image: ImageReport): string {
  const base = image.base.verdict.kind;
  return `${describeTag(image)}${base === 'moved' || base === 'gone' ? `, base ${base}` : ''}`;
}

function describeTag(image: ImageReport): string {
  const kind = image.tag.verdict.kind;
  const hasNewer = image.newer.verdict.kind === 'available';
  if (kind === 'rebuilt') return `upgradable (rebuilt${hasNewer ? ', newer tags' : ''})`;
  if (hasNewer && isUpgradable(image)) return `upgradable (${kind === 'none' ? '' : `${kind}, `}newer tags)`;
  const reason = reasonOf(image);
  return reason === null ? kind : `${kind} (${reason.kind})`;
}

function describeReason(image: ImageReport): readonly string[] {
  const reason = reasonOf(image);
  return reason === null || reason.message === image.tag.verdict.why ? [] : [sanitizeText(reason.message)];
}

/** One digest alone is already the current one. */
function listDigests(image: ImageReport, options: ShowOptions): readonly string[] {
  return image.tag.digests.length < 2 ? [] : image.tag.digests.flatMap((each) => showDigest(each, options));
}

function describeDownload(image: ImageReport): readonly string[] {
  const download = image.tag.download;
  if (download === null) return [];
  return [`${renderSize(download.bytes)} (${download.layers} of ${download.totalLayers} layers)`];
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
  const users = [...containers, ...linesOf(image)];
  return users.length === 0 ? [] : [users.join(', ')];
}

function date(value: string | null, now: number): readonly string[] {
  return value === null ? [] : showText(renderDate(value, now));
}
