import { join } from 'node:path';
import { mayExist } from './files.ts';
import type { StoreSource } from './guarded-store.ts';
import { openStoreFile, type StoreKind } from './store-file.ts';
import type { Warn } from './warnings.ts';

export type SourceOptions = {
  readonly kind: StoreKind;
  /** The variable that would name a directory. */
  readonly variable: string;
  /** Of this process; null where there are none. */
  readonly uid: number | null;
  readonly warn: Warn;
};

/** The file of a kind in a directory, not opened yet; null: this user has no place for it, which costs a warning once it is wanted. */
export function sourceIn(directory: string | null, { kind, variable, uid, warn }: SourceOptions): StoreSource {
  if (directory !== null) {
    return { mayExist: () => mayExist(join(directory, kind.fileName)), open: () => openStoreFile(kind, { directory, uid, warn }) };
  }
  const open = (): null => {
    warn('store-unavailable', `${kind.whenUnusable}: neither a home directory nor ${variable} is known`);
    return null;
  };
  return { mayExist: () => false, open };
}

/** No file, and no word about it. */
export const NOWHERE: StoreSource = { mayExist: () => false, open: () => null };
