import type { Finding, Outcome } from '../../check/finding.ts';
import type { ImageReport } from '../../check/report.ts';
import { comparePlaces, type FilePlace } from '../../core/file-reference.ts';
import { compareText } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';
import { nameOf, platformOf } from '../facts.ts';
import { imageOf, isOpen } from './words.ts';

/** One image where it is named: a line of a file, or an engine or a registry. */
export type JunitCase = {
  /** The file, else the kind of source. */
  readonly suite: string;
  /** The image as it is written there, with what is needed to tell it from the others of its suite. */
  readonly name: string;
  readonly place: FilePlace | null;
  /** The gravest first; none for an image that passes. */
  readonly findings: readonly Finding[];
  readonly status: JunitStatus;
};

export type JunitStatus = 'failure' | 'error' | 'skipped' | 'passed';

/**
 * Makes a case for each image and place of it, those of which nothing was found included, in the order of their places.
 *
 * `failure`: it fails the check. `error`: a question stayed open, so it is not known to pass. `skipped`: it is held. An image with warnings alone passes.
 */
export function listCases(outcome: Outcome): readonly JunitCase[] {
  const drafts = new Map<string, Draft>();
  for (const finding of outcome.findings) addFinding(drafts, finding);
  const loud = new Set(outcome.findings.map(({ report }) => report));
  // a row that something was found of stands where it was found, and passes nowhere
  for (const image of outcome.report.images) if (!loud.has(image)) addImage(drafts, image);
  return nameCases([...drafts.values()].sort(compareDrafts));
}

type Draft = {
  readonly suite: string;
  readonly image: string;
  readonly platform: string | null;
  readonly place: FilePlace | null;
  readonly findings: Finding[];
  /** What is already said: an engine and a registry that both have the image make a finding each. */
  readonly said: Set<string>;
};

function addFinding(drafts: Map<string, Draft>, finding: Finding): void {
  const { report, place } = finding;
  const key = keyOf(report, place, imageOf(finding));
  const suite = place === null ? kindOf(report) : sanitizeText(place.path);
  const platform = report === null ? null : platformOf(report);
  const draft = drafts.get(key) ?? makeDraft({ suite, image: imageOf(finding), platform, place });
  drafts.set(key, draft);
  const says = `${finding.rule} ${finding.message}`;
  if (!draft.said.has(says)) draft.findings.push(finding);
  draft.said.add(says);
}

function makeDraft(parts: Omit<Draft, 'findings' | 'said'>): Draft {
  return { ...parts, findings: [], said: new Set() };
}

function addImage(drafts: Map<string, Draft>, image: ImageReport): void {
  const places = image.sources.flatMap(({ file }) => (file === null ? [] : [file]));
  const platform = platformOf(image);
  for (const { place, written } of places) {
    drafts.set(
      keyOf(image, place, written),
      makeDraft({ suite: sanitizeText(place.path), image: sanitizeText(written, LONGEST_NAME), platform, place }),
    );
  }
  if (places.length < image.sources.length || places.length === 0) {
    drafts.set(keyOf(image, null, nameOf(image)), makeDraft({ suite: kindOf(image), image: nameOf(image), platform, place: null }));
  }
}

const LONGEST_NAME = 800;

/** An image may be in several places that are no files; they are one case. */
function keyOf(report: ImageReport | null, place: FilePlace | null, image: string): string {
  const where = place === null ? [] : [place.path, String(place.line), String(place.column)];
  return [report?.reference ?? image, report === null ? '' : platformOf(report), report?.engineId ?? '', ...where].join('\0');
}

function kindOf(report: ImageReport | null): string {
  return report?.sources.find(({ file }) => file === null)?.kind ?? 'image';
}

/** By place, so that a case keeps its number whatever is found of it; then what is in no file, by name. */
function compareDrafts(a: Draft, b: Draft): number {
  if (a.place === null || b.place === null) {
    return Number(a.place === null) - Number(b.place === null) || compareText(a.suite, b.suite) || compareText(a.image, b.image);
  }
  return comparePlaces(a.place, b.place);
}

/** Consumers take cases of equal suite and name for one: platforms tell them apart where they differ, and numbers where that is not enough. */
function nameCases(drafts: readonly Draft[]): readonly JunitCase[] {
  const platforms = new Map<string, Set<string | null>>();
  for (const { suite, image, platform } of drafts) {
    const key = `${suite}\0${image}`;
    platforms.set(key, (platforms.get(key) ?? new Set()).add(platform));
  }
  const taken = new Set<string>();
  const numbers = new Map<string, number>();
  return drafts.map(({ suite, image, platform, place, findings }) => {
    const isEnough = (platforms.get(`${suite}\0${image}`)?.size ?? 0) < 2 || platform === null;
    const name = isEnough ? image : `${image} (${platform})`;
    let unique = name;
    while (taken.has(`${suite}\0${unique}`)) {
      const number = (numbers.get(`${suite}\0${name}`) ?? 1) + 1;
      numbers.set(`${suite}\0${name}`, number);
      unique = `${name} #${number}`;
    }
    taken.add(`${suite}\0${unique}`);
    return { suite, name: unique, place, findings, status: statusOf(findings) };
  });
}

function statusOf(findings: readonly Finding[]): JunitStatus {
  if (findings.some(({ level }) => level === 'error')) return 'failure';
  if (findings.some((finding) => isOpen(finding) && finding.level !== 'note')) return 'error';
  return findings.some(({ level }) => level === 'note') ? 'skipped' : 'passed';
}
