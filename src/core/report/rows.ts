import type { Document, ImageEntry } from '../document.ts';
import type { Hold } from '../hold.ts';
import { compareText } from '../reference.ts';
import { identify } from './identity.ts';
import { familiarOf, readCanonical } from './names.ts';
import { findProblems, type Problem } from './problems.ts';
import type { Update } from './report.ts';
import { findUpdates } from './updates.ts';

/** One image under one reference, on one platform of one host, with all that has to be told of it. */
export type Row = {
  readonly host: string;
  readonly reference: string;
  /** Familiar; the reference itself where it has no name. */
  readonly name: string;
  readonly platform: string;
  /** Which image it is, see identify; null where that is not known. */
  readonly image: string | null;
  /** Its entries in the document: several where places have different images under one reference. Never empty. */
  readonly entries: readonly ImageEntry[];
  /** That it is held back, all of it. */
  readonly hold: Hold | null;
  /** It lost its tag to the next image, and nothing uses it: nobody brings it up to date. */
  readonly isLeftOver: boolean;
  /** A newer version of it is here, and nothing needs it. */
  readonly isSuperseded: boolean;
  readonly updates: readonly Update[];
  readonly problems: readonly Problem[];
};

/** Takes a document apart, sorted by reference, then platform, whatever order its images came in. */
export function readRows(host: string, { images, store }: Pick<Document, 'images' | 'store'>): readonly Row[] {
  const superseded = listSuperseded(store);
  const sorted = [...images].sort(compareRows);
  const rows: Row[] = [];
  let at = 0;
  for (let first = sorted[at]; first !== undefined; first = sorted[at]) {
    let end = at + 1;
    for (let next = sorted[end]; next !== undefined && compareRows(next, first) === 0; next = sorted[end]) end += 1;
    rows.push(readRow({ host, superseded }, first, sortEntries(sorted.slice(at, end))));
    at = end;
  }
  return rows;
}

/** Orders by reference, then platform. */
export function compareRows(a: Pick<Row, 'reference' | 'platform'>, b: Pick<Row, 'reference' | 'platform'>): number {
  return compareText(a.reference, b.reference) || compareText(a.platform, b.platform);
}

/** What tells a row from all others of its host. */
export function keyOfRow({ reference, platform }: Pick<Row, 'reference' | 'platform'>): string {
  return `${reference}\n${platform}`;
}

function listSuperseded(store: Document['store']): ReadonlySet<string> {
  const named = (store?.unneeded ?? []).flatMap(({ kind, reference, platform }) =>
    kind === 'superseded' && reference !== null ? [keyOfRow({ reference, platform })] : [],
  );
  return new Set(named);
}

/** `superseded`: keys of rows. */
type Around = { readonly host: string; readonly superseded: ReadonlySet<string> };

function readRow({ host, superseded }: Around, { reference, name, platform }: ImageEntry, entries: readonly ImageEntry[]): Row {
  const isHeld = entries.every(({ held }) => held !== null);
  const isLeftOver = readCanonical(reference)?.tag === null && entries.every(isUnused);
  return {
    host,
    reference,
    name: name === '<none>' || name === '' ? familiarOf(reference) : name,
    platform,
    image: identify(entries),
    entries,
    hold: isHeld ? (entries[0]?.held ?? null) : null,
    isLeftOver,
    isSuperseded: superseded.has(keyOfRow({ reference, platform })),
    updates: isLeftOver ? [] : findUpdates(entries),
    problems: isLeftOver ? [] : findProblems(entries, isHeld),
  };
}

/** Whether nothing uses an image, as far as its engine tells; what reads the files of a store does not know all that uses it. */
function isUnused({ containers, sources }: ImageEntry): boolean {
  return containers.length === 0 && sources.every(({ kind, line }) => kind === 'docker-daemon' && line === null);
}

/** Nearly always there is one. */
function sortEntries(entries: readonly ImageEntry[]): readonly ImageEntry[] {
  if (entries.length === 1) return entries;
  return entries
    .map((entry) => ({ entry, text: JSON.stringify(entry) }))
    .sort((a, b) => compareText(a.text, b.text))
    .map(({ entry }) => entry);
}
