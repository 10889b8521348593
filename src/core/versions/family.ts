import { isTag } from '../reference.ts';
import { createHashCount, findLeap, type Learned, NOTHING_LEARNED } from './learn.ts';
import { compareNumbers } from './variant.ts';
import { isDigit } from './numbers.ts';
import { readSuffix } from './read-suffix.ts';
import { createReaderBehind, readTag } from './read-tag.ts';
import type { Suffix, TagShape } from './shape.ts';

/** The tags of a repository that can be of one family with the installed one, and what the whole list tells. */
export type Relatives = { readonly shapes: readonly TagShape[]; readonly learned: Learned };

/** Reads those tags that begin as the installed one does; what begins otherwise costs one comparison. */
export function gatherRelatives(installed: TagShape, tags: Iterable<string>): Relatives {
  const begin = literalPrefix(installed);
  const isLiteral = !installed.prefix.includes('<hash>');
  const count = isBareNumber(installed) ? createHashCount() : null;
  count?.see(installed.tag);
  const readSuffixOf = createSuffixReader();
  const readBehind = createReaderBehind(begin, readSuffixOf);
  const shapes: TagShape[] = [];
  for (const tag of tags) {
    if (tag === installed.tag) continue;
    count?.see(tag);
    if (!tag.startsWith(begin) || (isLiteral && !isDigit(tag, begin.length))) continue;
    if (!isTag(tag)) continue;
    const shape = isLiteral ? readBehind(tag) : readTag(tag, readSuffixOf);
    if (isAbove(shape, installed)) shapes.push(shape);
  }
  const hashLengths = count?.lengths() ?? NOTHING_LEARNED.hashLengths;
  return { shapes, learned: { hashLengths, leapFrom: findLeap(installed, shapes) } };
}

/** Only among bare numbers can there be hashes that happen to have no letter. */
function isBareNumber({ prefix, core }: TagShape): boolean {
  return prefix === '' && core?.numbers.length === 1;
}

/** What is below is neither newer, nor a newer variant, nor does it lead up to anything. */
function isAbove(shape: TagShape, installed: TagShape): boolean {
  return compareNumbers(shape.core?.numbers ?? [], installed.core?.numbers ?? []) >= 0;
}

/** What every tag of the family begins with: the prefix up to its first hash. */
function literalPrefix({ prefix }: TagShape): string {
  const at = prefix.indexOf('<hash>');
  return at === -1 ? prefix : prefix.slice(0, at);
}

/** Repositories have few suffixes and many tags. What is remembered is bounded, because a hostile one may have as many. */
export function createSuffixReader(): (text: string) => Suffix {
  const known = new Map<string, Suffix>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const suffix = readSuffix(text);
    if (known.size < MAX_SUFFIXES) known.set(text, suffix);
    return suffix;
  };
}

const MAX_SUFFIXES = 4096;
