import { malformed, type Parsed, parsed } from '../../core/parsed.ts';
import { parseReference, type Reference, withDefaultTag } from '../../core/reference.ts';
import type { Word } from './lines.ts';

const TRANSPORT = 'docker://';
const NONE = '<none>';

/** An engine's id, cut short or whole: no repository has such a name that anybody means. */
const ID = /^(?:sha256:[a-f0-9]{12,64}|[a-f0-9]{12})$/;

/**
 * Reads a word of a list as docker does a reference: `nginx`, `ghcr.io/acme/api:2.1@sha256:...`, `docker://node:20`.
 *
 * What an engine prints for a name, a tag or a digest that is not there is left out where a reference is left, as in `app:dev@<none>`.
 * Source: docker images, `--format`; containers-transports(5).
 * @returns null for what names no image: `<none>:<none>`, `app:<none>`.
 */
export function readWord(text: string): Parsed<Reference> | null {
  const written = withoutNone(text.startsWith(TRANSPORT) ? text.slice(TRANSPORT.length) : text);
  if (written === null) return null;
  if (ID.test(written)) return malformed('it is the id of an image, of which no registry knows: expected a name');
  const reference = parseReference(written);
  return reference.ok ? parsed(withDefaultTag(reference.value)) : reference;
}

function withoutNone(text: string): string | null {
  if (!text.includes(NONE)) return text;
  const named = text.endsWith(`@${NONE}`) ? text.slice(0, -NONE.length - 1) : text.replace(`:${NONE}@`, '@');
  return named.startsWith(NONE) || named.endsWith(`:${NONE}`) ? null : named;
}

/** Whether all words of a line are to be read: each of them is a reference, or most of them can hardly be anything else. Prose is neither. */
export function areReferences(words: readonly Word[]): boolean {
  return words.length === 1 || areMostlyQualified(words) || words.every(({ text }) => canBeRead(text));
}

/** Whether a line reads like references, or ids between them, where nothing else tells that it should. */
export function lookLikeReferences(words: readonly Word[]): boolean {
  if (!words.every(({ text }) => canBeRead(text) || isQualified(text) || ID.test(text))) return false;
  return words.length === 1 || areMostlyQualified(words);
}

/** Whether a word names an image, or says that there is none. */
export function canBeRead(text: string): boolean {
  return readWord(text)?.ok !== false;
}

function areMostlyQualified(words: readonly Word[]): boolean {
  return words.filter(({ text }) => isQualified(text)).length * 2 > words.length;
}

/** With a registry, a namespace, a tag or a digest, as words of prose, keys of YAML and settings are not. */
function isQualified(text: string): boolean {
  return /[/:@]/.test(text.slice(1, -1)) && !/[\s"'=;()]/.test(text) && !/[/:@]$/.test(text);
}
