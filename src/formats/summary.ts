import type { CheckReport, ImageReport } from '../check/report.ts';
import type { TagVerdict } from '../core/verdict.ts';
import { renderAge } from './age.ts';
import { candidateOf, isUpgradable, nameOf, platformOf, plural } from './facts.ts';
import { renderHints } from './hints.ts';
import { renderSize } from './size.ts';

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

export type SummaryOptions = {
  /** Only the images with something newer were listed. */
  readonly upgradable: boolean;
  /** The verb to type again; `list` without. */
  readonly verb?: 'list' | 'demo';
  /** A pattern or filter left images out, so nothing is said of all. */
  readonly narrowed?: boolean;
};

/**
 * Sums a report up.
 *
 * Nothing is called up to date while a question is unanswered. Ages count to the report's own time, from its oldest answer.
 */
export function summarize(report: CheckReport, options: SummaryOptions = { upgradable: false }): Summary {
  const stale = report.images.filter(isUpgradable);
  return {
    sentence: options.upgradable ? summarizeUpgradable(report, stale, options) : summarizeAll(report, options),
    next: options.upgradable || stale.length === report.images.length ? nextOfUpgradable(stale, options) : nextOfAll(stale, options),
    notes: noteOutdated(options.upgradable ? stale : report.images),
    hints: renderHints(report.images, options.verb),
  };
}

/** Says that nothing newer was found, and no more than is known: null when something was. */
export function renderNothingNewer(images: readonly ImageReport[], narrowed = false): string | null {
  if (images.some(isUpgradable)) return null;
  const unknown = images.filter(isUnknown).length;
  if (unknown > 0) return `No updates found, but ${plural(unknown, 'image')} could not be checked.`;
  return !narrowed && images.some((image) => image.tag.verdict.kind === 'current') ? 'All images are up to date.' : 'No updates found.';
}

/** `1 image can be upgraded. Run 'imgupdate list --upgradable' to see it.` */
export function renderCanBeUpgraded(count: number): string {
  return `${plural(count, 'image')} can be upgraded. ${runList(count, 'list')}`;
}

function summarizeAll(report: CheckReport, { narrowed }: SummaryOptions): string {
  if (report.images.length === 0) return 'No images found.';
  const counts = `${plural(report.images.length, 'image')}: ${countStatuses(report.images)}.`;
  return join([counts, renderNothingNewer(report.images, narrowed), renderNeed(report.images), renderChecked(report)]);
}

function summarizeUpgradable(report: CheckReport, stale: readonly ImageReport[], { verb = 'list', narrowed }: SummaryOptions): string {
  if (stale.length === 0) return join([renderNothingNewer(report.images, narrowed), renderChecked(report)]);
  const held = stale.filter((image) => image.held !== null).length;
  const unknown = report.images.filter(isUnknown).length;
  return join([
    `${stale.length} upgradable${held === 0 ? '' : ` (${held} held)`}: ${countStatuses(stale)}.`,
    unknown === 0 ? null : `${unknown} unknown (see: imgupdate ${verb} --filter status=unknown).`,
    renderNeed(stale),
    renderChecked(report),
  ]);
}

/** `Need to get 133 kB of layers.`, as apt says it of archives; names of one candidate are pulled once. */
function renderNeed(images: readonly ImageReport[]): string | null {
  const downloads = new Map(images.map((image) => [`${candidateOf(image) ?? ''} ${platformOf(image)}`, image.tag.download?.bytes ?? 0]));
  const bytes = [...downloads.values()].reduce((sum, each) => sum + each, 0);
  return bytes === 0 ? null : `Need to get ${renderSize(bytes)} of layers.`;
}

function nextOfAll(stale: readonly ImageReport[], { verb = 'list' }: SummaryOptions): string | null {
  return stale.length === 0 ? null : runList(stale.length, verb);
}

/** The images of the demo are gone with it: no other verb can show them. A tag that is gone has nothing to upgrade to. */
function nextOfUpgradable(stale: readonly ImageReport[], { verb }: SummaryOptions): string | null {
  if (stale.length > 0 && verb === 'demo') return "Run 'imgupdate list' to check the images of this machine.";
  const newer = stale.find((image) => image.tag.verdict.kind !== 'gone');
  if (newer !== undefined) return `Run 'imgupdate show ${nameOf(newer)}' to see what changed and how to upgrade.`;
  const [gone] = stale;
  return gone === undefined ? null : `Run 'imgupdate show ${nameOf(gone)}' to see what is known about it.`;
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

function runList(count: number, verb: 'list' | 'demo'): string {
  return `Run 'imgupdate ${verb} --upgradable' to see ${count === 1 ? 'it' : 'them'}.`;
}

function join(sentences: readonly (string | null)[]): string {
  return sentences.filter((sentence) => sentence !== null).join(' ');
}
