import { sanitizeText } from '../text.ts';
import type { Baseline, BaselineRow, Told } from './baseline.ts';
import { UPDATE_WHATS } from './compare-row.ts';
import { tagsOfOffer } from './offers.ts';
import type { Interrupted } from './report.ts';
import { keyOfRow } from './rows.ts';
import { wasTold } from './unread.ts';

/** Longer than any reference that parses. */
const LONGEST_NAME = 800;

/** Finds what a report told as new and as done, from what it kept and what it was compared with; `before` is null where it was the first one. */
export function describeInterrupted(baseline: Baseline, before: Baseline | null): Interrupted {
  const [now, then] = [indexRows(baseline), indexRows(before)];
  const isFleet = baseline.hosts.length > 1;
  return {
    at: baseline.at,
    news: compareAll(now, then, isFleet, isNews),
    done: compareAll(then, now, isFleet, (told, row) => isDone(told, row)),
  };
}

type Rows = ReadonlyMap<string, BaselineRow>;

function indexRows(baseline: Baseline | null): Rows {
  return new Map(baseline?.rows.map((row) => [`${row.host}\n${keyOfRow(row)}`, row]));
}

/** What of `rows` is told in words, because of what `others` has of the same image. */
function compareAll(
  rows: Rows,
  others: Rows,
  isFleet: boolean,
  isTold: (told: Told, other: Told | null, row: BaselineRow) => boolean,
): readonly string[] {
  const texts = [...rows].flatMap(([key, row]) => {
    if (!wasTold(row)) return [];
    const other = others.get(key);
    const told = row.told.filter((each) => isTold(each, other?.told.find(({ what }) => what === each.what) ?? null, row));
    if (told.length === 0) return [];
    const name = [row.name, ...(isFleet ? [`on ${row.host}`] : [])].filter((part) => part !== '').join(' ');
    return [sanitizeText(`${name === '' ? '' : `${name}: `}${told.map(({ was }) => was).join(', ')}`, LONGEST_NAME)];
  });
  return [...new Set(texts)].sort();
}

/** As it is decided for a report: a version is told once, all else until it is done. */
function isNews(told: Told, before: Told | null): boolean {
  if (told.held) return false;
  if (before === null) return true;
  if (told.what !== 'newer' && told.what !== 'expired-hold') return false;
  const known = new Set(tagsOfOffer(before.offer));
  return tagsOfOffer(told.offer).some((tag) => !known.has(tag));
}

function isDone(told: Told, now: Told | null): boolean {
  return UPDATE_WHATS.some((what) => what === told.what) && (now === null || (now.held && !told.held));
}
