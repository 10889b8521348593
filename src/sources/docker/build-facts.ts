import { parseDigest } from '../../core/digest.ts';
import type { History, HistoryEntry } from '../../core/history.ts';
import type { BuildRecord } from '../../core/installed.ts';
import { countOf, fieldsOf, listOf, textOf } from '../fields.ts';

/** A build record to the JSON that is remembered. */
export function encodeBuild(record: BuildRecord): string {
  return JSON.stringify({ ...record, annotations: [...record.annotations] });
}

/** What `encodeBuild` made; null for anything else. */
export function decodeBuild(text: string): BuildRecord | null {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return null;
  }
  const record = fieldsOf(document);
  const history = readHistory(record.get('history'));
  const annotations = record.get('annotations');
  const ancestors = record.get('ancestors');
  if (history === undefined || !Array.isArray(annotations) || !Array.isArray(ancestors)) return null;
  return {
    history,
    annotations: new Map(
      annotations
        .map(listOf)
        .flatMap(([key, value]) => (typeof key === 'string' && typeof value === 'string' ? [[key, value] as const] : [])),
    ),
    ancestors: ancestors.map(fieldsOf).flatMap((ancestor) => {
      const [imageId, steps] = [parseDigest(ancestor.get('imageId')), countOf(ancestor.get('steps'))];
      return imageId === null || steps === null ? [] : [{ imageId, steps }];
    }),
  };
}

/** undefined for what is no history. */
function readHistory(value: unknown): History | null | undefined {
  if (value === null) return null;
  const history = fieldsOf(value);
  const [entries, precision] = [history.get('entries'), history.get('precision')];
  if (!Array.isArray(entries) || (precision !== 'exact' && precision !== 'seconds')) return undefined;
  return { entries: entries.map(readEntry), precision };
}

function readEntry(value: unknown): HistoryEntry {
  const entry = fieldsOf(value);
  const emptyLayer = entry.get('emptyLayer');
  return {
    created: textOf(entry.get('created')),
    createdBy: textOf(entry.get('createdBy')),
    comment: textOf(entry.get('comment')),
    author: textOf(entry.get('author')),
    emptyLayer: typeof emptyLayer === 'boolean' ? emptyLayer : null,
  };
}
