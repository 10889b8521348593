import type { FileProblem, FileReference, Within } from '../../core/file-reference.ts';
import type { Hold } from '../../core/hold.ts';
import { findTrailingHold, MISPLACED_HOLD, readHoldComments } from '../../core/hold-comment.ts';
import { malformed, type Parsed, parsed } from '../../core/parsed.ts';
import { parsePlatform, type Platform } from '../../core/platform.ts';
import { parseWrittenPlatform } from '../../core/platform-names.ts';
import { parseReference, type Reference, withDefaultTag } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';
import { hasPlaceholder } from '../dockerfile/placeholders.ts';
import { readLoosely, readValue } from './read-value.ts';
import { fieldOf, placeOf, problemAt, type ScalarValue, type Value } from './value.ts';

const LONGEST_REFERENCE = 4096;

/** Takes what is found. */
export type Found = { readonly reference: (reference: FileReference) => void; readonly problem: (problem: FileProblem) => void };

/** The platform a service asks for; null where it asks for none, or for what is none, which is then said; what is wrong with a mistyped one. */
export function readPlatform(service: Value, found: Found): Parsed<Platform | null> {
  const field = fieldOf(service, 'platform');
  if (field === null) return parsed(null);
  const text = readLoosely(field);
  const platform = text.ok ? parseWrittenPlatform(text.value) : text;
  if (platform.ok) return platform;
  if (text.ok && parsePlatform(text.value).ok) return malformed(`platform: ${platform.message}`);
  if (!text.ok || text.value !== '') found.problem(problemAt(field, 'ignored', platform.message));
  return parsed(null);
}

/** `platform`: what is wrong with one that cannot be told. `prefix`: what stands before it and is none of it. */
export type ReferenceOptions = {
  readonly within: Within;
  readonly platform: Parsed<Platform | null>;
  readonly prefix: string;
  readonly found: Found;
};

/** Makes the reference that a scalar is; an image of a platform that cannot be told is not told either. */
export function makeReference(value: Value, { within, platform, prefix, found }: ReferenceOptions): FileReference | null {
  if (value.kind !== 'scalar') {
    found.problem(problemAt(value, 'unread', `expected an image, got a ${value.kind}`));
    return null;
  }
  const place = placeOf(value);
  const isOneLine = place.line === place.endLine && place.endColumn - place.column === (value.text ?? '').length;
  return {
    kind: 'compose',
    place: isOneLine ? { ...place, column: place.column + prefix.length } : place,
    written: sanitizeText((value.text ?? '').slice(prefix.length), LONGEST_REFERENCE),
    within,
    reference: platform.ok ? readReference(value, prefix) : platform,
    platform: platform.ok ? platform.value : null,
    running: null,
    hold: readHold(value, found),
  };
}

function readReference(value: ScalarValue, prefix: string): Parsed<Reference> {
  if ((value.text ?? '').length > LONGEST_REFERENCE)
    return malformed(`expected at most ${LONGEST_REFERENCE} characters, got ${value.text?.length ?? 0}`);
  const text = readValue(value);
  if (!text.ok) return text;
  const reference = parseReference(text.value.slice(prefix.length).trim());
  if (!reference.ok && hasPlaceholder(text.value)) return malformed('a template fills it in: check what the template makes');
  return reference.ok ? parsed(withDefaultTag(reference.value)) : reference;
}

/** The nearest annotation above a value; each that cannot be read is said. */
export function readHold(value: Value, found: Found): Hold | null {
  const { hold, flaws } = readHoldComments(value.comments);
  for (const flaw of flaws) found.problem(problemAt(value, 'ignored', `annotation above: ${flaw}`));
  if (value.kind === 'scalar') tellTrailingHold(value, found);
  return hold;
}

function tellTrailingHold({ origin, span: { end } }: ScalarValue, found: Found): void {
  const from = end.column - 1;
  const at = findTrailingHold(origin.lines()[end.line - 1]?.slice(from) ?? '');
  if (at !== null) found.problem({ kind: 'ignored', path: origin.path, line: end.line, column: end.column + at, message: MISPLACED_HOLD });
}

/**
 * The images a service mounts: `volumes: [{ type: image, source: REFERENCE }]`. Of two with one target the later one counts.
 *
 * Source: Compose specification, 05-services.md, "volumes"; 13-merge.md, "Unique resources".
 */
export function readImageVolumes(service: Value, { within, platform, found }: Omit<ReferenceOptions, 'prefix'>): void {
  const volumes = fieldOf(service, 'volumes');
  if (volumes?.kind !== 'list') return;
  const byTarget = new Map<string, Value>();
  volumes.items.forEach((volume, index) => byTarget.set(targetOf(volume) ?? `\0${index}`, volume));
  for (const volume of byTarget.values()) {
    const [type, source] = [fieldOf(volume, 'type'), fieldOf(volume, 'source')];
    if (type?.kind !== 'scalar' || type.text !== 'image' || source === null) continue;
    const comments = [...type.comments, ...source.comments];
    const reference = makeReference({ ...source, comments }, { within, platform, prefix: '', found });
    if (reference !== null) found.reference(reference);
  }
}

/** `SOURCE:TARGET[:MODE]`, `TARGET`, or the field. */
function targetOf(volume: Value): string | null {
  if (volume.kind === 'mapping') {
    const target = fieldOf(volume, 'target');
    return target?.kind === 'scalar' ? target.text : null;
  }
  if (volume.kind !== 'scalar' || volume.text === null || volume.text.length > LONGEST_REFERENCE) return null;
  const [first = '', second] = volume.text.split(':');
  return second ?? first;
}
