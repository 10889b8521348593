import type { ImageContents } from '../core/image-contents.ts';
import { decodeContents, encodeContents, hashOfJson, type ContentsKeys } from './contents-json.ts';
import { numberAt, textAt } from './rows.ts';
import { onDemand, type Database } from './sqlite.ts';

/** What images are made of, each once. */
export type ContentsTable = {
  /** null when the row is not as it was written. The same row gives the same value. */
  readonly read: (row: number) => ReadContents | null;
  /** Prepares writing, which gives the row they are in. */
  readonly prepareWriting: () => WriteContents;
};

export type WriteContents = (contents: ImageContents, keys: ContentsKeys) => number;

export type ReadContents = { readonly contents: ImageContents; readonly keys: ContentsKeys };

/** To be used while its file is open: rows once read are kept. */
export function createContentsTable(database: Database): ContentsTable {
  const select = onDemand(database, 'select json, chain_id as chainId, history_hash as historyHash from contents where id = ?');
  const known = new Map<number, ReadContents | null>();

  const decode = (found: unknown): ReadContents | null => {
    const json = textAt(found, 'json');
    const contents = json === null ? null : decodeContents(json);
    if (contents === null) return null;
    return { contents, keys: { chainId: textAt(found, 'chainId'), historyHash: textAt(found, 'historyHash') } };
  };
  return {
    read: (row) => {
      const found = known.get(row);
      if (found !== undefined) return found;
      const read = decode(select().get(row));
      known.set(row, read);
      return read;
    },
    prepareWriting: () => {
      const put = database.prepare(PUT);
      const find = database.prepare('select id from contents where hash = ?');
      return (contents, keys) => {
        const json = encodeContents(contents);
        const hash = hashOfJson(json);
        put.run(hash, keys.chainId, keys.historyHash, json);
        const row = numberAt(find.get(hash), 'id');
        if (row === null) throw new Error(`contents ${hash} were written, but are not there`);
        known.delete(row);
        return row;
      };
    },
  };
}

/** A row that was damaged is mended when its contents are seen again. */
const PUT = `insert into contents (hash, chain_id, history_hash, json) values (?, ?, ?, ?) on conflict (hash) do update
  set chain_id = excluded.chain_id, history_hash = excluded.history_hash, json = excluded.json where json <> excluded.json`;
