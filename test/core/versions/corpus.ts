import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TRACKS, type Track, type VersionPolicy } from '../../../src/core/versions/policy.ts';

export const TAG_LISTS = fileURLToPath(new URL('../../../fixtures/tag-lists/', import.meta.url));

/** What is expected of one installed tag. A version is its tag and its level: `15.19 minor`; `same` where only its variant is newer. */
export type CorpusRow = {
  readonly installed: string;
  readonly policy: Partial<VersionPolicy>;
  readonly kind: 'none' | 'available' | 'untracked';
  readonly line: string | null;
  readonly newest: string | null;
  readonly variant: string | null;
  readonly never: readonly string[];
  /** The expectation in one sentence. */
  readonly title: string;
};

/** The tags of a list, as the file has them. */
export function readTags(name: string): readonly string[] {
  return readLines(`${name}.tags`);
}

/** The expectations of a list: an installed tag, and below it, indented, what it is offered. Source: the README beside them. */
export function readRows(name: string): readonly CorpusRow[] {
  const blocks: string[][] = [];
  for (const line of readLines(`${name}.expected`).filter((text) => !text.trimStart().startsWith('#'))) {
    if (!line.startsWith('  ')) blocks.push([line]);
    else if (blocks.length === 0) throw new Error(`${name}.expected begins with "${line}", which belongs to no tag`);
    else blocks.at(-1)!.push(line.trim());
  }
  return blocks.map(([head = '', ...body]) => readRow(head, body));
}

function readRow(head: string, body: readonly string[]): CorpusRow {
  const [installed = '', ...words] = head.split(' ');
  const said = new Map<string, string>();
  for (const text of body) {
    const [key = '', ...rest] = text.split(/\s+/);
    if (!KEYS.includes(key)) throw new Error(`${installed}: nothing is called "${key}"`);
    said.set(key, [said.get(key), ...rest].filter((word) => word !== undefined).join(' '));
  }
  const [line, newest, variant] = ['line', 'newest', 'variant'].map((key) => said.get(key) ?? null);
  const kind = said.has('untracked') ? 'untracked' : line === null && newest === null ? 'none' : 'available';
  if ((kind === 'none') !== said.has('none')) throw new Error(`${installed}: say "none" where nothing is newer, and only there`);
  const row = {
    installed,
    policy: Object.assign({}, ...words.map(readPolicy)),
    kind,
    line: line!,
    newest: newest!,
    variant: variant!,
  } as const;
  return { ...row, never: said.get('never')?.split(' ') ?? [], title: sentence(row, words) };
}

const KEYS = ['line', 'newest', 'variant', 'never', 'none', 'untracked'];

/** `track=minor`, `skip=15.19`, `variant=newer` */
function readPolicy(word: string): Partial<VersionPolicy> {
  const [key, value = ''] = word.split('=');
  if (key === 'track') return { track: TRACKS.find((track): track is Track => track === value)! };
  if (key === 'skip') return { skip: value.split(',') };
  if (key === 'variant' && value === 'newer') return { variant: 'newer' };
  throw new Error(`"${word}" is no policy`);
}

function sentence(
  { kind, line, newest, variant }: Pick<CorpusRow, 'kind' | 'line' | 'newest' | 'variant'>,
  words: readonly string[],
): string {
  const offers = [
    line === null ? '' : `${line} in its line`,
    newest === null ? '' : `${newest} above it`,
    variant === null ? '' : `${variant} apart`,
  ];
  const answer = { untracked: 'is not tracked', none: 'has nothing newer', available: 'is offered' }[kind];
  return [words.join(' '), answer, offers.filter((offer) => offer !== '').join(', ')].filter((text) => text !== '').join(' ');
}

function readLines(file: string): readonly string[] {
  return readFileSync(`${TAG_LISTS}${file}`, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}
