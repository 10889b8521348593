import type { CheckReport, ImageReport, TrailStep } from '../check/report.ts';
import type { RegistryUse } from '../check/ports.ts';
import { groupBy } from '../core/group.ts';
import { parseReference, type Reference, renderRepository } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import { again, type Scope } from './again.ts';
import { canonicalBaseOf, failedBaseReasonOf } from './base.ts';
import { isUpgradable, nameOf, plural, reasonOf } from './facts.ts';
import { renderHints } from './hints.ts';
import { renderTagLists } from './update-tag-lists.ts';
import { renderCanBeUpgraded, renderNothingNewer, renderUnchecked } from './summary.ts';

const LONGEST_MESSAGE = 300;

/** What `update` prints: `records` for stdout, the rest for stderr. Each is a list of lines without their ends. */
export type UpdateText = { readonly records: readonly string[]; readonly closing: readonly string[]; readonly warnings: readonly string[] };

/** With what the user named. */
export type UpdateOptions = Scope & { readonly elapsedMs: number };

/**
 * Renders `update` as apt prints it, one numbered line per tag:
 * `Hit` a tag the registry was asked for by HEAD alone, `Get` one for which documents were fetched, `Ign` one that needs no request, `Err` one without an answer.
 *
 * Rows that share a tag (several platforms) share its line; the bases of images follow, then the lists of tags. Source: apt, `apt update`.
 */
export function renderUpdate(report: CheckReport, { elapsedMs, ...scope }: UpdateOptions): UpdateText {
  const tags = [...groupBy(report.images, (image) => image.reference).values()];
  const upgradable = report.images.filter(isUpgradable).length;
  const nothing = renderNothingNewer(report.images, (scope.paths ?? []).length > 0);
  const unchecked = renderUnchecked(report.images);
  return {
    records: [
      ...tags.flatMap((images, at) => renderTag(images, at + 1)),
      ...renderBases(report.images, tags.length + 1),
      ...renderTagLists(report.images, tags.length + groupBases(report.images).length + 1),
    ],
    closing: [
      renderChecked(report, elapsedMs),
      ...(upgradable > 0 ? [renderCanBeUpgraded(upgradable, scope)] : []),
      ...(nothing === null ? [] : [nothing]),
    ],
    warnings: [
      ...(unchecked === null ? [] : [`W: ${unchecked} could not be checked.`]),
      ...renderHints(report.images, again('list', scope)),
    ],
  };
}

function renderTag(images: readonly ImageReport[], number: number): readonly string[] {
  const [first] = images;
  if (first === undefined) return [];
  const failed = images.find((image) => reasonOf(image) !== null);
  if (failed !== undefined)
    return [`Err:${number} ${placeOf(first)}`, `  ${sanitizeText(reasonOf(failed)?.message ?? '', LONGEST_MESSAGE)}`];
  const kind = first.tag.verdict.kind;
  if (kind === 'local' || kind === 'pinned')
    return [`Ign:${number} ${kind === 'local' ? nameAndTag(nameOf(first)) : placeOf(first)} (${kind})`];
  const steps = images.flatMap((image) => image.tag.trail);
  return [renderAnswer(number, placeOf(first), { steps, isGone: kind === 'gone' })];
}

/** The bases that were asked about and have no line as images yet, a line each: `Hit:8 docker.io/library/node 20-slim (base of 3 images)`. */
function renderBases(images: readonly ImageReport[], firstNumber: number): readonly string[] {
  return groupBases(images).flatMap((group, at) => renderBase(group, firstNumber + at));
}

function groupBases(images: readonly ImageReport[]): readonly (readonly ImageReport[])[] {
  const here = new Set(images.flatMap((image) => (image.tag.verdict.kind === 'local' ? [] : [image.reference])));
  const asked = images.filter((image) => wasAsked(image) && !here.has(canonicalBaseOf(image)));
  return [...groupBy(asked, canonicalBaseOf).values()];
}

function wasAsked(image: ImageReport): boolean {
  const tag = image.base.verdict.reference?.tag ?? null;
  return tag !== null && (image.base.checkedAt !== null || failedBaseReasonOf(image) !== null);
}

function renderBase(images: readonly ImageReport[], number: number): readonly string[] {
  const [first] = images;
  const reference = first?.base.verdict.reference ?? null;
  if (reference === null) return [];
  const place = `${describePlace(reference)} (base of ${plural(images.length, 'image')})`;
  const failure = images.map(failedBaseReasonOf).find((reason) => reason !== null);
  if (failure !== undefined) return [`Err:${number} ${place}`, `  ${sanitizeText(failure.message, LONGEST_MESSAGE)}`];
  const steps = images.flatMap((image) => image.base.trail).filter(({ asked }) => asked.startsWith(`GET ${renderRepository(reference)}@`));
  return [renderAnswer(number, place, { steps, isGone: images.some(({ base }) => base.verdict.kind === 'gone') })];
}

/** `Hit` took no document, `Get` did. */
function renderAnswer(
  number: number,
  place: string,
  { steps, isGone }: { readonly steps: readonly TrailStep[]; readonly isGone: boolean },
): string {
  const fetched = steps.filter((step) => step.cost !== 'remembered' && step.asked.startsWith('GET '));
  const documents = new Set(fetched.map((step) => step.asked)).size;
  return `${documents === 0 ? 'Hit' : 'Get'}:${number} ${place}${documents === 0 ? '' : ` [${plural(documents, 'document')}]`}${isGone ? ' (gone)' : ''}`;
}

/** `docker.io/library/nginx 1.27`: repository and tag apart, as apt has archive and suite. */
function placeOf(image: ImageReport): string {
  const reference = image.registry === null ? null : parseReference(image.reference);
  if (reference?.ok !== true) return nameOf(image);
  return describePlace(reference.value);
}

function describePlace(reference: Reference): string {
  const parts = [renderRepository(reference), reference.tag, reference.digest].filter((part) => part !== null);
  return sanitizeText(parts.join(' '));
}

/** `my-app dev` */
function nameAndTag(name: string): string {
  return name.replace(/:([^:/@]+)$/, ' $1');
}

/** Images that no registry can be asked for are not among those to be checked. */
function renderChecked(report: CheckReport, elapsedMs: number): string {
  const askable = report.images.filter(({ tag }) => tag.verdict.kind !== 'local' && tag.verdict.kind !== 'pinned');
  const answered = askable.filter((image) => reasonOf(image) === null).length;
  const requests = report.registries.reduce((sum, use) => sum + use.requests, 0);
  const quotas = report.registries.flatMap(renderQuota);
  const of = answered === askable.length ? plural(answered, 'image') : `${answered} of ${plural(askable.length, 'image')}`;
  return `Checked ${of}${countBases(report.images)} in ${(elapsedMs / 1000).toFixed(1)}s (${[plural(requests, 'request'), ...quotas].join('; ')})`;
}

/** ` and 3 bases`: those that answered and have a line of their own. */
function countBases(images: readonly ImageReport[]): string {
  const answered = groupBases(images).filter((group) => group.every((image) => failedBaseReasonOf(image) === null)).length;
  return answered === 0 ? '' : ` and ${plural(answered, 'base')}`;
}

function renderQuota({ registry, remaining, limit }: RegistryUse): readonly string[] {
  return remaining === null || limit === null ? [] : [`${sanitizeText(registry)} limit ${remaining}/${limit}`];
}
