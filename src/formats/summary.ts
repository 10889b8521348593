import type { CheckReport, ImageReport } from '../check/report.ts';
import { again, type Scope, showAgain } from './again.ts';
import { renderAge } from './age.ts';
import { isUnsure, openBaseReasonOf } from './base.ts';
import { candidateOf, isUpgradable, platformOf, plural } from './facts.ts';
import { renderHints } from './hints.ts';
import { newerReasonOf } from './newer.ts';
import { prefixOf } from './places.ts';
import { renderSize } from './size.ts';
import { countBases, countStatuses, countVersions } from './summary-counts.ts';

/** What stands on stderr after the records, each a line without its end. */
export type Summary = {
  /** `9 images: 1 rebuilt, 6 current, 1 local, 1 unknown; base: 2 moved, 5 current. Checked 3 min ago.` */
  readonly sentence: string;
  /** The next command to type: `Run 'imgupdate list --upgradable' to see it.` */
  readonly next: string | null;
  /** What marks in the table mean: `N: * marks ...` */
  readonly notes: readonly string[];
  /** Why images could not be checked: `W: ghcr.io/acme/api:2.3.1: not found or private; run 'docker login ghcr.io'` */
  readonly hints: readonly string[];
};

export type SummaryOptions = Scope & {
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
  const shown = options.upgradable ? stale : report.images;
  return {
    sentence: options.upgradable ? summarizeUpgradable(report, stale, options) : summarizeAll(report, options),
    next: options.upgradable || stale.length === report.images.length ? nextOfUpgradable(stale, options) : nextOfAll(stale, options),
    notes: [...noteOutdated(shown), ...noteUnsure(shown, options), ...noteAmbiguous(shown, options)],
    hints: renderHints(report.images, listAgain(options)),
  };
}

/** Says that nothing newer was found, and no more than is known: null when something was. */
export function renderNothingNewer(images: readonly ImageReport[], narrowed = false): string | null {
  if (images.some(isUpgradable)) return null;
  const unchecked = renderUnchecked(images);
  if (unchecked !== null) return `No updates found, but ${unchecked} could not be checked.`;
  const areCurrent = images.some(({ tag, base }) => tag.verdict.kind === 'current' || base.verdict.kind === 'current');
  return !narrowed && areCurrent && !images.some(isUnsure) ? 'All images are up to date.' : 'No updates found.';
}

/**
 * Who could not be checked, no image twice: `1 image`, `the bases of 2 images`, `1 image, the bases of 2 others and the newer versions of 1 other`; null for nobody.
 */
export function renderUnchecked(images: readonly ImageReport[]): string | null {
  const tags = images.filter(isUnknown).length;
  const known = images.filter((image) => !isUnknown(image));
  const bases = known.filter((image) => openBaseReasonOf(image) !== null).length;
  const versions = known.filter((image) => openBaseReasonOf(image) === null && newerReasonOf(image) !== null).length;
  const parts = [
    { count: tags, what: '' },
    { count: bases, what: bases === 1 ? 'the base of ' : 'the bases of ' },
    { count: versions, what: 'the newer versions of ' },
  ].filter(({ count }) => count > 0);
  const texts = parts.map(({ count, what }, at) => `${what}${plural(count, at === 0 ? 'image' : 'other')}`);
  const last = texts.pop();
  return last === undefined ? null : texts.length === 0 ? last : `${texts.join(', ')} and ${last}`;
}

/** `1 image can be upgraded. Run 'imgupdate list --upgradable' to see it.` */
export function renderCanBeUpgraded(count: number, scope: Scope = {}): string {
  return `${plural(count, 'image')} can be upgraded. ${runList(count, again('list', scope))}`;
}

function summarizeAll(report: CheckReport, { narrowed }: SummaryOptions): string {
  if (report.images.length === 0) return 'No images found.';
  const counts = `${plural(report.images.length, 'image')}: ${countStatuses(report.images)}${countVersions(report.images)}${countBases(report.images)}.`;
  return join([counts, renderNothingNewer(report.images, narrowed), renderNeed(report.images), renderChecked(report)]);
}

function summarizeUpgradable(report: CheckReport, stale: readonly ImageReport[], options: SummaryOptions): string {
  const { narrowed } = options;
  if (stale.length === 0) return join([renderNothingNewer(report.images, narrowed), renderChecked(report)]);
  const held = stale.filter((image) => image.held !== null).length;
  const statuses = countStatuses(stale.filter(({ tag }) => tag.verdict.kind === 'rebuilt' || tag.verdict.kind === 'gone'));
  const versions = countVersions(stale.filter(({ newer }) => newer.verdict.kind === 'available'));
  const bases = countBases(stale.filter(({ base }) => base.verdict.kind === 'moved' || base.verdict.kind === 'gone'));
  return join([
    `${stale.length} upgradable${held === 0 ? '' : ` (${held} held)`}${statuses === '' ? '' : `: ${statuses}`}${versions}${bases}.`,
    renderOpen(report.images, listAgain(options)),
    renderNeed(stale),
    renderChecked(report),
  ]);
}

/** The images of which something could not be told, which may be upgradable as well: `1 unknown (see: ...).` */
function renderOpen(images: readonly ImageReport[], command: string): string | null {
  const tags = images.filter(isUnknown);
  const open = images.filter((image) => image.verdict === 'unknown');
  const [found, filter] = open.every(isUnknown) ? [tags, 'status=unknown'] : [open, 'verdict=unknown'];
  const newer = images.filter((image) => newerReasonOf(image) !== null).length;
  return join([
    found.length === 0 ? null : `${found.length} unknown (see: ${command} --filter ${filter}).`,
    newer === 0 ? null : `Newer versions of ${plural(newer, 'image')} unknown (see: ${command} --filter newer=unknown).`,
  ]);
}

/** `Need to get 133 kB of layers.`, as apt says it of archives; names of one candidate are pulled once. */
function renderNeed(images: readonly ImageReport[]): string | null {
  const downloads = new Map(images.map((image) => [`${candidateOf(image) ?? ''} ${platformOf(image)}`, image.tag.download?.bytes ?? 0]));
  const bytes = [...downloads.values()].reduce((sum, each) => sum + each, 0);
  return bytes === 0 ? null : `Need to get ${renderSize(bytes)} of layers.`;
}

/** What is in no engine has to be named again, so the first that is stale is. */
function nextOfAll(stale: readonly ImageReport[], options: SummaryOptions): string | null {
  const elsewhere = stale.filter((image) => prefixOf(image) !== '');
  if (elsewhere.length > 0) return nextOfUpgradable(elsewhere, { ...options, upgradable: true });
  return stale.length === 0 ? null : runList(stale.length, listAgain(options));
}

/**
 * The images of the demo are gone with it: no other verb can show them. What only files name is shown by none, but a check says at each line what to do. A tag
 * that is gone has nothing to upgrade to.
 */
function nextOfUpgradable(stale: readonly ImageReport[], options: SummaryOptions): string | null {
  if (stale.length > 0 && options.verb === 'demo') return "Run 'imgupdate list' to check the images of this machine.";
  const shown = stale.filter((image) => !isOfFileAlone(image));
  const newer = shown.find((image) => image.tag.verdict.kind !== 'gone' && (image.base.verdict.kind !== 'gone' || isPullable(image)));
  if (newer !== undefined) return runShow(newer, 'what changed and how to upgrade', options);
  const [gone] = shown;
  if (gone !== undefined) return runShow(gone, 'what is known about it', options);
  return stale.length === 0 ? null : `Run '${again('check', options)}' to see at each line what to do about it.`;
}

/** What came by standard input cannot be looked at again. */
function runShow(image: ImageReport, what: string, scope: Scope): string | null {
  const command = showAgain(image, scope);
  return command === null ? null : `Run '${command}' to see ${what}.`;
}

function isOfFileAlone({ sources }: ImageReport): boolean {
  return sources.length > 0 && sources.every(({ file }) => file !== null);
}

function noteOutdated(images: readonly ImageReport[]): readonly string[] {
  const outdated = images.flatMap((image) => image.containers.filter((use) => use.outdated)).length;
  if (outdated === 0) return [];
  const [verb, whose] = outdated === 1 ? ['runs', 'its'] : ['run', 'their'];
  return [
    `N: ${plural(outdated, 'container')} marked * ${verb} an older image than ${whose} reference names here; recreate to use the newer one.`,
  ];
}

function isPullable(image: ImageReport): boolean {
  return image.tag.verdict.kind === 'rebuilt' || image.newer.verdict.kind === 'available';
}

function noteUnsure(images: readonly ImageReport[], { verb }: SummaryOptions): readonly string[] {
  const unsure = images.filter(isUnsure).length;
  if (unsure === 0) return [];
  const rests = verb === 'demo' ? '.' : `; 'imgupdate show IMAGE' tells what ${unsure === 1 ? 'it rests' : 'they rest'} on.`;
  return [`N: ${plural(unsure, 'answer')} marked ? ${unsure === 1 ? 'is' : 'are'} of low confidence${rests}`];
}

/** Only the user knows by which of its names a base was meant. */
function noteAmbiguous(images: readonly ImageReport[], { verb }: SummaryOptions): readonly string[] {
  const count = images.filter((image) => openBaseReasonOf(image)?.kind === 'ambiguous-tag').length;
  if (count === 0) return [];
  const subject = count === 1 ? 'the base of 1 image has several names' : `the bases of ${count} images have several names each`;
  const action = verb === 'demo' ? '' : "; 'imgupdate show IMAGE' lists them, --base or --config tells which is meant";
  return [`N: ${subject}, and not all of them moved${action}.`];
}

function isUnknown(image: ImageReport): boolean {
  return image.tag.verdict.kind === 'unknown';
}

function renderChecked(report: CheckReport): string | null {
  const times = report.images.flatMap(({ tag, newer, base }) =>
    [tag.checkedAt, newer.checkedAt, base.checkedAt].filter((time) => time !== null),
  );
  if (times.length === 0) return null;
  const oldest = times.reduce((least, time) => Math.min(least, time), Infinity);
  return `Checked ${renderAge(oldest, report.generatedAt)}.`;
}

function runList(count: number, command: string): string {
  return `Run '${command} --upgradable' to see ${count === 1 ? 'it' : 'them'}.`;
}

function listAgain(options: SummaryOptions): string {
  return again(options.verb ?? 'list', options);
}

function join(sentences: readonly (string | null)[]): string {
  return sentences.filter((sentence) => sentence !== null && sentence !== '').join(' ');
}
