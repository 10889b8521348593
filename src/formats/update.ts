import type { CheckReport, ImageReport } from '../check/report.ts';
import type { RegistryUse } from '../check/ports.ts';
import { groupBy } from '../core/group.ts';
import { parseReference, renderRepository } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import { isUpgradable, nameOf, plural, reasonOf } from './facts.ts';
import { renderHints } from './hints.ts';
import { renderCanBeUpgraded, renderNothingNewer } from './summary.ts';

/** What `update` prints: `records` for stdout, the rest for stderr. Each is a list of lines without their ends. */
export type UpdateText = { readonly records: readonly string[]; readonly closing: readonly string[]; readonly warnings: readonly string[] };

/**
 * Renders `update` as apt prints it, one numbered line per tag:
 * `Hit` a tag the registry was asked for by HEAD alone, `Get` one for which documents were fetched, `Ign` one that needs no request, `Err` one without an answer.
 *
 * Rows that share a tag (several platforms) share its line. Source: apt, `apt update`.
 */
export function renderUpdate(report: CheckReport, options: { readonly elapsedMs: number }): UpdateText {
  const tags = [...groupBy(report.images, (image) => image.reference).values()];
  const upgradable = report.images.filter(isUpgradable).length;
  const nothing = renderNothingNewer(report.images);
  return {
    records: tags.flatMap((images, at) => renderTag(images, at + 1)),
    closing: [
      renderChecked(report, options.elapsedMs),
      ...(upgradable > 0 ? [renderCanBeUpgraded(upgradable)] : []),
      ...(nothing === null ? [] : [nothing]),
    ],
    warnings: [...countUnknown(report.images), ...renderHints(report.images)],
  };
}

function renderTag(images: readonly ImageReport[], number: number): readonly string[] {
  const [first] = images;
  if (first === undefined) return [];
  const failed = images.find((image) => reasonOf(image) !== null);
  if (failed !== undefined) return [`Err:${number} ${placeOf(first)}`, `  ${sanitizeText(reasonOf(failed)?.message ?? '', 300)}`];
  const kind = first.tag.verdict.kind;
  if (kind === 'local' || kind === 'pinned')
    return [`Ign:${number} ${kind === 'local' ? nameAndTag(nameOf(first)) : placeOf(first)} (${kind})`];
  const steps = images.flatMap((image) => image.tag.trail);
  const fetched = new Set(steps.filter((step) => step.cost !== 'remembered' && step.asked.startsWith('GET ')).map((step) => step.asked))
    .size;
  const gone = kind === 'gone' ? ' (gone)' : '';
  return [
    fetched === 0 ? `Hit:${number} ${placeOf(first)}${gone}` : `Get:${number} ${placeOf(first)} [${plural(fetched, 'document')}]${gone}`,
  ];
}

/** `docker.io/library/nginx 1.27`: repository and tag apart, as apt has archive and suite. */
function placeOf(image: ImageReport): string {
  const reference = image.registry === null ? null : parseReference(image.reference);
  if (reference?.ok !== true) return nameOf(image);
  const { tag, digest } = reference.value;
  return [renderRepository(reference.value), tag, digest].filter((part) => part !== null).join(' ');
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
  return `Checked ${of} in ${(elapsedMs / 1000).toFixed(1)}s (${[plural(requests, 'request'), ...quotas].join('; ')})`;
}

function renderQuota({ registry, remaining, limit }: RegistryUse): readonly string[] {
  return remaining === null || limit === null ? [] : [`${sanitizeText(registry)} limit ${remaining}/${limit}`];
}

function countUnknown(images: readonly ImageReport[]): readonly string[] {
  const count = images.filter((image) => reasonOf(image) !== null).length;
  return count === 0 ? [] : [`W: ${plural(count, 'image')} could not be checked.`];
}
