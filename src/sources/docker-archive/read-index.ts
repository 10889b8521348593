import type { Digest } from '../../core/digest.ts';
import {
  decodeDocument,
  type Descriptor,
  type Index,
  isAttestation,
  type Manifest,
  MAX_DOCUMENT_BYTES,
  runnableEntries,
} from '../../core/documents.ts';
import type { Platform } from '../../core/platform.ts';
import type { Repository } from '../../core/reference.ts';
import { ImgupdateError } from '../../errors.ts';
import { unreadable } from '../stored/unreadable.ts';
import { type Blobs, createBlobs } from '../oci-layout/blobs.ts';
import { joinEntries, type LayoutRoot } from '../oci-layout/choose-entries.ts';
import { decodeLayoutIndex } from '../oci-layout/decode-layout.ts';
import { findRecorded } from '../oci-layout/read-recorded.ts';
import type { StoredFiles } from '../stored/stored-files.ts';
import type { Recorded } from '../stored/stored-image.ts';

/** What the index beside manifest.json says of an image, as `StoredDocuments` has it; `said`: its platform by the descriptor that leads to it. */
export type IndexedImage = {
  readonly said: Platform | null;
  readonly contentDigests: readonly Digest[];
  readonly origins: readonly Repository[];
  readonly indexed: Platform | null;
  readonly recorded: Recorded | null;
};

/** Of all documents that are read for it. */
const MAX_READ = 2_000;

/**
 * Reads the OCI index that docker writes into an archive too, by the digests of the images' configs, to each of which it may lead in several ways.
 *
 * What is missing in it or does not have its digest is left out: manifest.json alone says which images there are.
 * Source: moby 25, image/tarexport/save.go; OCI image-spec v1.1, image-layout.md.
 */
export async function readIndex(files: StoredFiles, label: string): Promise<ReadonlyMap<Digest, readonly IndexedImage[]>> {
  const found = new Map<Digest, IndexedImage[]>();
  const bytes = await readQuietly(files);
  const listed = bytes === null ? null : decodeLayoutIndex(bytes);
  if (listed?.ok !== true) return found;
  const blobs = createBlobs(files, unreadable(label, '').message);
  let reads = 0;
  const visit = async (descriptor: Descriptor, { top, within }: Way): Promise<void> => {
    reads += 1;
    if (reads > MAX_READ) return;
    const document = await readDocument(blobs, descriptor);
    if (document?.kind === 'manifest') {
      const known = found.get(document.config.digest) ?? [];
      known.push({
        said: descriptor.platform,
        contentDigests: [...new Set([top.descriptor.digest, descriptor.digest])],
        origins: top.origins,
        indexed: within === null ? null : descriptor.platform,
        recorded: findRecorded(
          {
            digest: descriptor.digest,
            manifest: document,
            within: within === null ? null : { index: within, descriptor },
            entry: top.descriptor.annotations,
          },
          blobs.read,
        ),
      });
      found.set(document.config.digest, known);
    } else if (document?.kind === 'index' && within === null) {
      for (const entry of runnableEntries(document)) await visit(entry, { top, within: document });
    }
  };
  for (const top of joinEntries(listed.value.entries)) {
    if (!isAttestation(top.descriptor)) await visit(top.descriptor, { top, within: null });
  }
  return found;
}

/** How a document was come to: from index.json, and from the index that one names. */
type Way = { readonly top: LayoutRoot; readonly within: Index | null };

async function readDocument(blobs: Blobs, descriptor: Descriptor): Promise<Index | Manifest | null> {
  const blob = await blobs.read(descriptor);
  const document = blob.kind === 'read' ? decodeDocument(blob.bytes, descriptor.mediaType) : null;
  return document?.ok === true ? document.value : null;
}

async function readQuietly(files: StoredFiles): Promise<Uint8Array | null> {
  try {
    return await files.read('index.json', MAX_DOCUMENT_BYTES);
  } catch (error) {
    if (error instanceof ImgupdateError) return null;
    throw error;
  }
}
