import type { FailOn } from '../core/fail-on.ts';
import type { FilePlace, Within } from '../core/file-reference.ts';
import type { Hold } from '../core/hold.ts';
import { sanitizeText } from '../core/text.ts';
import type { Finding, FindingLevel } from './finding.ts';
import { type Found, LONGEST_NAME } from './found.ts';
import { adviseOnVersion, replaceIn } from './replacement.ts';
import { type ImageReport, isCarrier, type SourcePlace } from './report.ts';

/** What decides about the level of a finding. */
export type Measure = { readonly failOn: readonly FailOn[]; readonly strict: boolean };

/** Makes findings of what was found, where `measure` wants to know of it: one for each place in a file that names the image, one for all the others, or the one that names its base; how grave it is, `measure` and holds say. */
export function makeFindings(found: Found, image: ImageReport, measure: Measure): readonly Finding[] {
  const isWanted = found.onlyWhere.length === 0 || found.onlyWhere.some((each) => measure.failOn.includes(each));
  if (!isWanted) return [];
  return placesOf(image, found).map((source) => makeFinding(found, { image, source, measure }));
}

function placesOf(image: ImageReport, { about }: Found): readonly (SourcePlace | null)[] {
  if (about === 'base' && image.builtFrom !== null) return [image.builtFrom];
  const files = image.sources.filter(({ file }) => file !== null);
  const [elsewhere] = image.sources.filter(({ file }) => file === null);
  return files.length === 0 || elsewhere !== undefined ? [...files, elsewhere ?? null] : files;
}

type At = { readonly image: ImageReport; readonly source: SourcePlace | null; readonly measure: Measure };

function makeFinding(found: Found, { image, source, measure }: At): Finding {
  const { rule, says, counts, isSure, about, change } = found;
  const file = source?.file ?? null;
  const place: FilePlace | null = source?.file?.place ?? null;
  const within = place === null ? carriedWithin(image) : (source?.file?.within ?? null);
  const isUnresolved = rule === 'unknown/unsupported' && image.registry === null && place !== null;
  const held = image.held ?? (about === 'base' ? image.baseHeld : null);
  const level = levelOf({ rule, counts, isSure }, held, measure);
  const hold = held === null || rule === 'hold/expired' ? '' : describeHeld(held);
  return {
    rule: isUnresolved ? 'unknown/reference' : rule,
    level,
    message: `${nameInWords(image)}${within === null ? '' : ` (${within.name})`}${says.startsWith(':') ? '' : ' '}${sanitizeText(says, LONGEST_MESSAGE)}${hold}`,
    advice: held === null ? adviseAt(found, file?.written ?? null) : null,
    image: nameOf(image, source),
    place,
    within,
    replacement: held === null && file !== null && change !== null ? replaceIn(file, change) : null,
    report: image,
  };
}

/** What to do at a place; `written`: what stands there, null for what is in no file. */
function adviseAt({ advice, change }: Found, written: string | null): string | null {
  return advice === null && change?.kind === 'version' ? adviseOnVersion(written, change) : advice;
}

/** The archives and layouts an image is in, and nowhere else: in a check of several it stands in for the line of a file. */
function carriedWithin({ sources }: ImageReport): Within | null {
  const [first, ...others] = sources;
  if (first === undefined || !sources.every(isCarrier)) return null;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return { name: sanitizeText(`${first.kind}:${first.location}${more}`, LONGEST_NAME), workload: null };
}

const LONGEST_MESSAGE = 1_000;

function describeHeld(hold: Hold): string {
  const until = hold.until === null ? '' : ` until ${sanitizeText(hold.until)}`;
  return `; held${until}${hold.reason === null ? '' : `: ${sanitizeText(hold.reason)}`}`;
}

/** What it is, whatever variables were written, and without the digest that no person compares. */
function nameInWords(image: ImageReport): string {
  const at = image.name.indexOf('@');
  const isTagged = at >= 0 && image.name.slice(image.name.lastIndexOf('/', at) + 1, at).includes(':');
  return image.registry === null
    ? nameOf(image, image.sources[0] ?? null)
    : sanitizeText(isTagged ? image.name.slice(0, at) : image.name, LONGEST_NAME);
}

/** As it stands in the file that the image itself is named in; else the name to type. */
function nameOf(image: ImageReport, source: SourcePlace | null): string {
  const isOwn = source !== null && source !== image.builtFrom;
  if (isOwn && source.file !== null) return sanitizeText(source.file.written, LONGEST_NAME);
  if (image.registry === null) return sanitizeText(image.engineId.replace(/^sha256:(.{12}).*$/, '$1'), LONGEST_NAME);
  return sanitizeText(`${image.sources.some(({ kind }) => kind === 'docker') ? 'docker://' : ''}${image.name}`, LONGEST_NAME);
}

function levelOf(
  { rule, counts, isSure }: Pick<Found, 'rule' | 'counts' | 'isSure'>,
  held: Hold | null,
  { failOn, strict }: Measure,
): FindingLevel {
  if (rule === 'hold/expired') return 'warning';
  if (held !== null) return 'note';
  const reaches = counts.some((each) => failOn.includes(each));
  return reaches && (isSure || strict) ? 'error' : 'warning';
}
