import type { CheckReport, ImageReport } from '../check/report.ts';
import type { TagVerdict } from '../core/verdict.ts';
import { renderAge } from './age.ts';
import { isUpgradable, nameOf, plural } from './facts.ts';
import { renderHints } from './hints.ts';

/** What stands on stderr after the records, each a line without its end. */
export type Summary = {
  /** `9 images: 1 rebuilt, 6 current, 1 local, 1 unknown. Checked 3 min ago.` */
  readonly sentence: string;
  /** The next command to type: `Run 'imgupdate list --upgradable' to see it.` */
  readonly next: string | null;
  /** What marks in the table mean: `N: * marks ...` */
  readonly notes: readonly string[];
  /** Why images could not be checked: `W: ghcr.io/acme/api:2.3.1: not found or private; run 'docker login ghcr.io'` */
  readonly hints: readonly string[];
};

/**
 * Sums a report up; `upgradable` when only the images with something newer were listed.
 *
 * Nothing is called up to date while a question is unanswered. Ages count to the report's own time, from its oldest answer.
 */
export function summarize(report: CheckReport, options: { readonly upgradable: boolean } = { upgradable: false }): Summary {
  const stale = report.images.filter(isUpgradable);
  return {
    sentence: options.upgradable ? summarizeUpgradable(report, stale) : summarizeAll(report),
    next: options.upgradable ? nextOfUpgradable(stale) : nextOfAll(stale),
    notes: noteOutdated(options.upgradable ? stale : report.images),
    hints: renderHints(report.images),
  };
}

/** Says that nothing newer was found, and no more than is known: null when something was. */
export function renderNothingNewer(images: readonly ImageReport[]): string | null {
  if (images.some(isUpgradable)) return null;
  const unknown = images.filter(isUnknown).length;
  if (unknown > 0) return `No updates found, but ${plural(unknown, 'image')} could not be checked.`;
  return images.some((image) => image.tag.verdict.kind === 'current') ? 'All images are up to date.' : 'No updates found.';
}

/** `1 image can be upgraded. Run 'imgupdate list --upgradable' to see it.` */
export function renderCanBeUpgraded(count: number): string {
  return `${plural(count, 'image')} can be upgraded. ${runList(count)}`;
}

function summarizeAll(report: CheckReport): string {
  if (report.images.length === 0) return 'No images found.';
  const counts = `${plural(report.images.length, 'image')}: ${countStatuses(report.images)}.`;
  return join([counts, renderNothingNewer(report.images), renderChecked(report)]);
}

function summarizeUpgradable(report: CheckReport, stale: readonly ImageReport[]): string {
  if (stale.length === 0) return join([renderNothingNewer(report.images), renderChecked(report)]);
  const held = stale.filter((image) => image.held !== null).length;
  const unknown = report.images.filter(isUnknown).length;
  return join([
    `${stale.length} upgradable${held === 0 ? '' : ` (${held} held)`}: ${countStatuses(stale)}.`,
    unknown === 0 ? null : `${unknown} unknown (see: imgupdate list --filter status=unknown).`,
    renderChecked(report),
  ]);
}

function nextOfAll(stale: readonly ImageReport[]): string | null {
  return stale.length === 0 ? null : runList(stale.length);
}

function nextOfUpgradable(stale: readonly ImageReport[]): string | null {
  const [first] = stale;
  return first === undefined ? null : `Run 'imgupdate show ${nameOf(first)}' to see what changed and how to upgrade.`;
}

function noteOutdated(images: readonly ImageReport[]): readonly string[] {
  const outdated = images.flatMap((image) => image.containers.filter((use) => use.outdated)).length;
  if (outdated === 0) return [];
  const [verb, whose] = outdated === 1 ? ['runs', 'its'] : ['run', 'their'];
  return [
    `N: ${plural(outdated, 'container')} marked * ${verb} an older image than ${whose} reference names here; recreate to use the newer one.`,
  ];
}

function isUnknown(image: ImageReport): boolean {
  return image.tag.verdict.kind === 'unknown';
}

/** In this order they are counted: what wants attention first. */
const STATUSES: readonly TagVerdict['kind'][] = ['rebuilt', 'gone', 'current', 'pinned', 'local', 'none', 'unknown'];

function countStatuses(images: readonly ImageReport[]): string {
  return STATUSES.flatMap((status) => {
    const count = images.filter((image) => image.tag.verdict.kind === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  }).join(', ');
}

function renderChecked(report: CheckReport): string | null {
  const times = report.images.flatMap((image) => (image.tag.checkedAt === null ? [] : [image.tag.checkedAt]));
  if (times.length === 0) return null;
  const oldest = times.reduce((least, time) => Math.min(least, time), Infinity);
  return `Checked ${renderAge(oldest, report.generatedAt)}.`;
}

function runList(count: number): string {
  return `Run 'imgupdate list --upgradable' to see ${count === 1 ? 'it' : 'them'}.`;
}

function join(sentences: readonly (string | null)[]): string {
  return sentences.filter((sentence) => sentence !== null).join(' ');
}
