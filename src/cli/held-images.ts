import type { KeptHold, Memory } from '../check/ports.ts';
import { compilePattern } from '../core/pattern.ts';
import { parseReference, type Reference, renderFamiliar } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import { ImgupdateError } from '../errors.ts';
import type { Context } from './context.ts';
import { readTargets } from './targets.ts';

/**
 * Reads what is to be held back as it is kept: a reference by its familiar name, so that `docker.io/library/nginx` and `nginx` are one, or a pattern as it stands.
 *
 * No tag is added: `nginx` means every tag of nginx, as in the rules of the configuration.
 * @throws ImgupdateError 'usage'.
 */
export function readHeldName(word: string): string {
  const { patterns, references } = readTargets([word]);
  const [pattern] = patterns;
  if (pattern === undefined) {
    const [reference] = references;
    if (reference !== undefined) return renderFamiliar(reference);
    throw refuse(word, 'expected the name of an image, got a place');
  }
  const reference = parseReference(pattern);
  if (reference.ok) return renderFamiliar(reference.value);
  if (!WILDCARD.test(pattern)) throw refuse(word, reference.message);
  const compiled = compilePattern(pattern);
  if (!compiled.ok) throw refuse(word, compiled.message);
  if (pattern.length > LONGEST_PATTERN) throw refuse(word, `expected at most ${LONGEST_PATTERN} characters, got ${pattern.length}`);
  return pattern;
}

/** Without one, what is no reference names nothing. */
const WILDCARD = /[*?[\\]/;

/** The same as in the configuration. */
const LONGEST_PATTERN = 500;

function refuse(word: string, what: string): ImgupdateError {
  return new ImgupdateError('usage', `cannot read the image "${sanitizeText(word, 200)}": ${what}`, {
    hint: "write it as a name: nginx, nginx:1.27, 'ghcr.io/acme/*'",
  });
}

/** Whether a pattern concerns what is held back: it is the very same, or matches the reference that is held. */
export function concerns(name: string): (of: string) => boolean {
  const pattern = compilePattern(name);
  return (of) => of === name || (pattern.ok && isMatched(pattern.value, of));
}

function isMatched(matches: (reference: Reference) => boolean, of: string): boolean {
  const reference = parseReference(of);
  return reference.ok && matches(reference.value);
}

/** What the verbs that hold images back need from outside. */
export type HoldContext = Pick<Context, 'stdout' | 'stderr' | 'now'> & { readonly adapters: Pick<Context['adapters'], 'openMemory'> };

/** Works on the memory, and closes it whatever happens; what it warns of is said on stderr. */
export async function withMemory<T>(context: HoldContext, work: (memory: Memory) => T): Promise<T> {
  const memory = await context.adapters.openMemory('state');
  try {
    return work(memory);
  } finally {
    memory.close();
    context.stderr.write(
      memory
        .warnings()
        .map(({ message }) => `W: ${sanitizeText(message)}\n`)
        .join(''),
    );
  }
}

/** Whether it is not known what is held back, for what is kept could not be read: then it is not known that nothing is. */
export function isUnread(memory: Memory): boolean {
  return memory.warnings().some(({ code }) => UNREAD.has(code));
}

const UNREAD: ReadonlySet<string> = new Set(['store-unavailable', 'store-newer', 'store-damaged']);

/**
 * Makes sure that what was written can be read back: a hold that is believed to be there and is not would be missed too late.
 *
 * @throws ImgupdateError 'cannot-write'.
 */
export async function confirm(context: HoldContext, isKept: (holds: readonly KeptHold[]) => boolean): Promise<void> {
  const memory = await context.adapters.openMemory('state');
  try {
    if (isKept(memory.readHolds())) return;
  } finally {
    memory.close();
  }
  throw new ImgupdateError('cannot-write', 'what is held back has not changed: the state cannot be written', {
    hint: 'set XDG_STATE_HOME to a folder you may write to',
  });
}
