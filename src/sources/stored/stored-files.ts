import type { Digest } from '../../core/digest.ts';

/**
 * The files of a folder or of an archive, by their paths in it: `/` between the parts, nothing before the first.
 *
 * What a path leads out of the place, a symbolic link included, is not there.
 */
export type StoredFiles = {
  /** Every regular file, in no meaningful order. */
  readonly paths: () => Promise<readonly string[]>;
  /** Bytes of a regular file; null: there is none. */
  readonly sizeOf: (path: string) => Promise<number | null>;
  /**
   * A whole file; null: there is none.
   * @throws ImgupdateError 'unreadable', naming the place and the file, for one of more than `maxBytes` and for one that breaks off.
   */
  readonly read: (path: string, maxBytes: number) => Promise<Uint8Array | null>;
  /**
   * Reads a file through, however large it is: the digest of its bytes, and of what they are decompressed. null: there is no such file.
   * An archive that can be read only once knows them only where verification was asked for when it was opened, and else rejects.
   */
  readonly hash: (path: string) => Promise<HashedFile | null>;
  readonly close: () => Promise<void>;
};

/** `diffId`: of the uncompressed bytes; null where they are compressed in a way that cannot be read, or not whole. */
export type HashedFile = { readonly digest: Digest; readonly diffId: Digest | null };
