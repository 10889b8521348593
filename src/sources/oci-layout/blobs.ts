import { type Digest, digestOf } from '../../core/digest.ts';
import { type Descriptor, MAX_DOCUMENT_BYTES } from '../../core/documents.ts';
import { ImgupdateError } from '../../errors.ts';
import { adviseOnFailure, describeFailure } from '../failure-text.ts';
import type { HashedFile, StoredFiles } from '../stored/stored-files.ts';

/** Why something is not what its descriptor says, in one sentence; `advice`: what to do where the system refuses to read it. */
export type Flawed = { readonly kind: 'flawed'; readonly flaw: string; readonly advice?: string };

/** A document of a layout. */
export type BlobAnswer = { readonly kind: 'read'; readonly bytes: Uint8Array } | { readonly kind: 'absent' } | Flawed;

/** The blobs of a layout, each looked up once. */
export type Blobs = {
  /** A manifest, an index or a config, of the size and the digest its descriptor says. */
  readonly read: (descriptor: Descriptor) => Promise<BlobAnswer>;
  /** Bytes; null: it is not there. */
  readonly sizeOf: (digest: Digest) => Promise<number | Flawed | null>;
  /** A layer, read through; null: it is not there. */
  readonly hash: (digest: Digest) => Promise<HashedFile | Flawed | null>;
};

/** All documents of a layout together: thousands of images stay below it. */
const MAX_TOTAL_BYTES = 512 * 1024 * 1024;

const TOO_MUCH = `its documents have more than the ${MAX_TOTAL_BYTES} bytes that are read of a layout`;

/** `prefix`: how the errors of `files` begin, which whoever reports them says again. Source: OCI image-spec v1.1, image-layout.md, "Blobs". */
export function createBlobs(files: Pick<StoredFiles, 'sizeOf' | 'read' | 'hash'>, prefix: string): Blobs {
  const attempt = <T>(call: () => Promise<T>): Promise<T | Flawed> => call().catch((error: unknown) => sayWhy(error, prefix));
  let total = 0;
  const read: Blobs['read'] = async ({ digest, size }) => {
    if (total > MAX_TOTAL_BYTES) return flawed(TOO_MUCH);
    const bytes = await attempt(() => files.read(pathOf(digest), MAX_DOCUMENT_BYTES));
    if (bytes === null) return { kind: 'absent' };
    if (isFlawed(bytes)) return bytes;
    if (bytes.length !== size) return flawed(`${digest} has ${bytes.length} bytes, its descriptor says ${size}`);
    total += size;
    if (total > MAX_TOTAL_BYTES) return flawed(TOO_MUCH);
    const actual = digestOf(bytes, digest);
    return actual === digest ? { kind: 'read', bytes } : flawed(`what is stored as ${digest} is ${actual}`);
  };
  return {
    read,
    sizeOf: remembered((digest) => attempt(() => files.sizeOf(pathOf(digest)))),
    hash: remembered((digest) => attempt(() => files.hash(pathOf(digest)))),
  };
}

function pathOf(digest: Digest): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/** Layers are shared by many images. */
function remembered<T>(ask: (digest: Digest) => Promise<T>): (digest: Digest) => Promise<T> {
  const answers = new Map<Digest, Promise<T>>();
  return (digest) => {
    const known = answers.get(digest);
    if (known !== undefined) return known;
    const answer = ask(digest);
    answers.set(digest, answer);
    return answer;
  };
}

/** One blob that cannot be read is no reason to leave the others. */
function sayWhy(error: unknown, prefix: string): Flawed {
  const isOfSystem = error instanceof Error && 'syscall' in error;
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const advice = adviseOnFailure(cause);
  const known = advice === null ? {} : { advice };
  if (isOfSystem) return { ...flawed(describeFailure(error)), ...known };
  if (!(error instanceof ImgupdateError) || error.code !== 'unreadable') throw error;
  return { ...flawed(error.message.startsWith(prefix) ? error.message.slice(prefix.length) : error.message), ...known };
}

/** Makes a flaw of what is wrong. */
export function flawed(flaw: string): Flawed {
  return { kind: 'flawed', flaw };
}

/** Whether something could not be read. */
export function isFlawed(value: unknown): value is Flawed {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'flawed';
}
