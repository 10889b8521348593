import { posix } from 'node:path';
import { malformed, type Parsed, parsed } from '../../core/parsed.ts';
import { sanitizeText } from '../../core/text.ts';
import { interpolate } from './interpolate.ts';
import { isSecret } from './secrets.ts';
import type { Value } from './value.ts';

/** The text of a value once its variables have theirs; one that has none is an error, as nobody can tell what was meant. */
export function readValue(value: Value): Parsed<string> {
  if (value.kind !== 'scalar' || value.text === null)
    return malformed(`expected text, got ${value.kind === 'scalar' ? 'nothing' : `a ${value.kind}`}`);
  const result = interpolate(value.text, value.origin.lookup);
  if (!result.ok) return result;
  const { text, unset } = result.value;
  return unset === null ? parsed(text) : malformed(describeUnset(unset));
}

function describeUnset(name: string): string {
  const shown = sanitizeText(name, 80);
  return isSecret(name)
    ? `${shown} is put into no reference, as its name is that of a secret: name it otherwise if it is none`
    : `${shown} is not set: set it in the environment or in .env`;
}

/** The same, where what is not set is empty, as compose has it. */
export function readLoosely(value: Value): Parsed<string> {
  if (value.kind !== 'scalar') return malformed(`expected text, got a ${value.kind}`);
  const result = interpolate(value.text ?? '', value.origin.lookup);
  return result.ok ? parsed(result.value.text) : result;
}

/** A path that stands in a file, as places have it: relative to the working directory. */
export function resolvePath(directory: string, path: string): string {
  return posix.isAbsolute(path) ? posix.normalize(path) : posix.join(directory, path);
}

/** Source: compose-go, loader/paths.go; moby, builder/remotecontext/urlutil. */
export function isRemote(path: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/|oci:|git@|github\.com\/)/i.test(path);
}
