import { compileGlob } from '../glob.ts';
import { malformed, type Parsed, parsed } from '../parsed.ts';
import { isTag } from '../reference.ts';
import { sanitizeText } from '../text.ts';
import type { TagPattern } from '../versions/policy.ts';
import { type Kind, listKind, quote } from './kind.ts';

/** Globs over tags, one or a list: `1.2?.*`, `*-alpine`. A tag has no slash, so `*` takes anything. */
export const tagPatternsKind: Kind<readonly TagPattern[]> = listKind(parseTagPattern, ({ glob }) => glob);

/** Tags, one or a list. */
export const tagsKind: Kind<readonly string[]> = listKind(parseTag, (tag) => tag);

/** What a tag may not have tells that something else was meant: a reference, or a regular expression. */
function parseTagPattern(text: string): Parsed<TagPattern> {
  const glob = compileGlob(text, LONGEST_GLOB);
  if (!glob.ok) return glob;
  const foreign = glob.value.literals.find((character) => !TAG_CHARACTER.test(character));
  if (foreign !== undefined) {
    return malformed(`expected a pattern over tags such as 1.* or *-alpine, got ${quote(text)}: no tag has "${sanitizeText(foreign)}"`);
  }
  const stars = text.split('*').length - 1;
  if (stars > MOST_STARS) return malformed(`expected at most ${MOST_STARS} of * in a pattern over tags, got ${stars}`);
  return parsed({ glob: sanitizeText(text), matches: glob.value.matches });
}

/** A tag has at most 128 characters, and a class in a pattern some for each. */
const LONGEST_GLOB = 500;

/** Each may begin anywhere in a tag, and a repository may have hundreds of thousands of them. */
const MOST_STARS = 10;

const TAG_CHARACTER = /^[A-Za-z0-9_.-]$/;

function parseTag(text: string): Parsed<string> {
  return isTag(text) ? parsed(text) : malformed(`expected a tag such as 1.27.4, got ${quote(text)}`);
}
