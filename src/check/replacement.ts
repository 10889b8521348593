import { type Digest, parseDigest } from '../core/digest.ts';
import type { FilePlace } from '../core/file-reference.ts';
import { isTag } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import type { Version } from '../core/verdict.ts';
import type { Replacement } from './finding.ts';
import type { SourcePlace } from './report.ts';

/** What is to be changed about a reference: its tag for that of a newer version, or the digest it is pinned to. */
export type Change =
  { readonly kind: 'version'; readonly from: string; readonly to: Version } | { readonly kind: 'digest'; readonly to: Digest };

/** A reference as it stands in a file. */
type Written = NonNullable<SourcePlace['file']>;

/**
 * Says what is to stand in a file instead of a reference: `node:20.19.5-alpine` for `node:20.11.1-alpine`, the rest of it as it is written.
 *
 * @returns null where that cannot be told by the text that stands there: its tag is a variable, it is pinned and the digest of the new tag is not known, it was read
 * from standard input.
 */
export function replaceIn({ place, written }: Written, change: Change): Replacement | null {
  const region = regionOf(place, written);
  const text = rewrite(withoutQuotes(written), change);
  return region === null || text === null || place.path === '-' ? null : { place: region, text };
}

/**
 * Says what to do about a newer version at one place: `write node:20.19.5-alpine`, `set VERSION to 20.19.5: its tag must become 20.19.5-alpine`.
 *
 * `written`: null for what is in no file.
 */
export function adviseOnVersion(written: string | null, { from, to }: Extract<Change, { kind: 'version' }>): string {
  const tag = sanitizeText(to.tag, LONGEST_TAG);
  if (written === null) return `change the tag to ${tag}`;
  const text = withoutQuotes(written);
  const whole = rewrite(text, { kind: 'version', from, to });
  if (whole !== null) return `write ${sanitizeText(whole, LONGEST_WRITTEN)}`;
  const { name, pin } = split(text);
  const tagged = pin === null ? null : rewrite(name, { kind: 'version', from, to });
  if (tagged !== null) return `write ${sanitizeText(tagged, LONGEST_WRITTEN)}, pinned to the digest of that tag`;
  const pinned = pin === null ? '' : ', pinned to the digest of that tag';
  const variable = solve(name, from, to.tag);
  if (variable === null) return `its tag must become ${tag}${pinned}`;
  const setting = `set ${variable.name} to ${sanitizeText(variable.value, LONGEST_TAG)}`;
  return variable.value === to.tag && pinned === '' ? setting : `${setting}: its tag must become ${tag}${pinned}`;
}

const LONGEST_WRITTEN = 800;
const LONGEST_TAG = 128;

function rewrite(written: string, change: Change): string | null {
  const { name, pin } = split(written);
  if (change.kind === 'digest') return pin === null || parseDigest(pin) === null ? null : `${name}@${change.to}`;
  const { from, to } = change;
  const colon = name.lastIndexOf(':');
  if (colon < 1 || name.slice(colon + 1) !== from || !isTag(to.tag)) return null;
  if (pin !== null && (parseDigest(pin) === null || to.digest === null)) return null;
  return `${name.slice(0, colon)}:${to.tag}${pin === null || to.digest === null ? '' : `@${to.digest}`}`;
}

/** `node:20@sha256:...` in its two parts. */
function split(written: string): { readonly name: string; readonly pin: string | null } {
  const at = written.lastIndexOf('@');
  return at < 0 ? { name: written, pin: null } : { name: written.slice(0, at), pin: written.slice(at + 1) };
}

/** Exactly where the text stands, without quotes that are of it; null where it is written in another way: over several lines, with escapes, or not safe to print. */
function regionOf(place: FilePlace, written: string): FilePlace | null {
  const { line, endLine, column, endColumn } = place;
  if (line !== endLine || endColumn - column !== written.length || written.includes('\u{fffd}')) return null;
  const quote = (written.length - withoutQuotes(written).length) / 2;
  return { ...place, column: column + quote, endColumn: endColumn - quote };
}

function withoutQuotes(written: string): string {
  const quote = written.charAt(0);
  return written.length > 1 && (quote === '"' || quote === "'") && written.endsWith(quote) ? written.slice(1, -1) : written;
}

/** What the one variable in a tag has to be for the tag to be another: `VERSION`, `20.19.5` for `node:${VERSION}-alpine`. */
function solve(name: string, from: string, to: string): { readonly name: string; readonly value: string } | null {
  const dollar = name.indexOf('$');
  if (dollar < 0) return null;
  const [whole = '', braced, bare] = VARIABLE.exec(name.slice(dollar)) ?? [];
  const variable = braced ?? bare;
  const before = name.slice(name.lastIndexOf(':', dollar) + 1, dollar);
  const after = name.slice(dollar + whole.length);
  const isOfTag = before !== name.slice(0, dollar);
  const fits = [from, to].every((tag) => tag.length > before.length + after.length && tag.startsWith(before) && tag.endsWith(after));
  if (variable === undefined || !isOfTag || !fits || !isTag(to)) return null;
  return { name: variable, value: to.slice(before.length, to.length - after.length) };
}

/** `${NAME}`, `${NAME:-default}` or `$NAME` at the beginning. */
const VARIABLE = /^\$(?:\{([A-Za-z_]\w{0,99})(?::?-[^{}]{0,200})?\}|([A-Za-z_]\w{0,99}))/;
