import { isTag } from '../reference.ts';
import { createCompanionCount, mayBeCompanion, readAsLearned } from './companion.ts';
import { createHashCount } from './hashes.ts';
import { createLeapSearch } from './leap.ts';
import { type Learned, NOTHING_LEARNED } from './learned.ts';
import { isDigit } from './numbers.ts';
import { readSuffix } from './read-suffix.ts';
import { createHeadReader, type TagHead } from './read-tag.ts';
import type { Suffix, TagShape } from './shape.ts';
import { compareNumbers } from './variant.ts';

/**
 * The tags of a repository that can be of one family with the installed one and are not below it, and what the whole list tells.
 *
 * Only their text is kept: reading it again costs less than to keep what was read of hundreds of thousands.
 */
export type Relatives = {
  /** Those of the highest numbers come first. */
  readonly tags: readonly string[];
  readonly readHead: (tag: string) => TagHead;
  readonly readRest: (head: TagHead) => TagShape;
  readonly learned: Learned;
};

/** Reads the numbers of those tags that begin as the installed one does; what begins otherwise costs one comparison. */
export function gatherRelatives(installed: TagShape, tags: Iterable<string>): Relatives {
  const begin = literalPrefix(installed);
  const isLiteral = !installed.prefix.includes('<hash>');
  const hashes = isBareNumber(installed) ? createHashCount() : null;
  const companions = mayBeCompanion(installed) ? createCompanionCount() : null;
  const { readHead, readRest } = createHeadReader(isLiteral ? begin : null, createSuffixReader());
  const leap = createLeapSearch(installed, readRest);
  const found = createOrder();
  hashes?.see(installed.tag);
  companions?.see(installed);
  for (const tag of tags) {
    if (tag === installed.tag) continue;
    hashes?.see(tag);
    if (!tag.startsWith(begin) || (isLiteral && !isDigit(tag, begin.length))) continue;
    const head = readHead(tag);
    if ((companions === null && isBelow(head, installed)) || !isTag(tag)) continue;
    if (companions !== null && isFamily(readRest(head), installed)) companions.see(readRest(head));
    if (isBelow(head, installed)) continue;
    leap.see(head);
    found.see(head);
  }
  const learned: Learned = {
    hashLengths: hashes?.lengths() ?? NOTHING_LEARNED.hashLengths,
    leapFrom: leap.leapFrom(),
    hasCompanion: companions?.isCompanion() ?? false,
  };
  return { tags: found.tags(), readHead, readRest: (head) => readAsLearned(readRest(head), learned), learned };
}

/** Puts the tags of the highest numbers first, because what is below the best so far costs least; the order changes nothing else. */
function createOrder(): { readonly see: (head: TagHead) => void; readonly tags: () => readonly string[] } {
  const others: string[] = [];
  let highest: string[] = [];
  let numbers: readonly number[] = [];
  return {
    see: ({ tag, core }) => {
      const order = compareNumbers(core?.numbers ?? [], numbers);
      if (order < 0) return void others.push(tag);
      if (order > 0) {
        for (const each of highest) others.push(each);
        highest = [];
        numbers = core?.numbers ?? [];
      }
      highest.push(tag);
    },
    tags: () => [...highest, ...others],
  };
}

/** Only among bare numbers can there be hashes that happen to have no letter. */
function isBareNumber({ prefix, core }: TagShape): boolean {
  return prefix === '' && core?.numbers.length === 1;
}

/** What is below is neither newer, nor a newer variant, nor does it lead up to anything. */
function isBelow({ core }: TagHead, installed: TagShape): boolean {
  return compareNumbers(core?.numbers ?? [], installed.core?.numbers ?? []) < 0;
}

function isFamily(shape: TagShape, installed: TagShape): boolean {
  return shape.prefix === installed.prefix && shape.core?.form === installed.core?.form && shape.words === installed.words;
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
