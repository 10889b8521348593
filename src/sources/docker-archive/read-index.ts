import { type Digest, digestOf } from '../../core/digest.ts';
import { decodeDocument, type Descriptor, type Index, isAttestation, type Manifest, runnableEntries } from '../../core/documents.ts';
import { ImgupdateError } from '../../errors.ts';
import { MAX_DOCUMENT } from '../archive/archive-index.ts';
import { joinAnnotations } from '../oci-layout/join-annotations.ts';
import type { StoredFiles } from '../stored/stored-files.ts';

/** What the index beside manifest.json says of an image: digests of the target and of its manifest, and the manifest's annotations. */
export type IndexedImage = { readonly contentDigests: readonly Digest[]; readonly annotations: ReadonlyMap<string, string> };

/** Of all documents that are read for it. */
const MAX_READ = 2_000;

/**
 * Reads the OCI index that docker writes into an archive too, by the digests of the images' configs.
 *
 * What is missing in it or does not have its digest is left out: manifest.json alone says which images there are.
 * Source: moby 25, image/tarexport/save.go; OCI image-spec v1.1, image-layout.md.
 */
export async function readIndex(files: StoredFiles): Promise<ReadonlyMap<Digest, IndexedImage>> {
  const found = new Map<Digest, IndexedImage>();
  const bytes = await readQuietly(files, 'index.json');
  const index = bytes === null ? null : decodeDocument(bytes, null);
  if (index?.ok !== true || index.value.kind !== 'index') return found;
  let reads = 0;
  const visit = async (descriptor: Descriptor, { top, within }: Way): Promise<void> => {
    reads += 1;
    if (reads > MAX_READ) return;
    const document = await readDocument(files, descriptor);
    if (document?.kind === 'manifest') {
      const contentDigests = [...new Set([top.digest, descriptor.digest])];
      const places = { manifest: document.annotations, entry: top.annotations };
      const below = { index: within?.annotations ?? null, descriptor: within === null ? null : descriptor.annotations };
      const annotations = joinAnnotations({ ...places, ...below });
      if (!found.has(document.config.digest)) found.set(document.config.digest, { contentDigests, annotations });
    } else if (document?.kind === 'index' && within === null) {
      for (const entry of runnableEntries(document)) await visit(entry, { top, within: document });
    }
  };
  for (const top of index.value.manifests) if (!isAttestation(top)) await visit(top, { top, within: null });
  return found;
}

/** How a document was come to: from index.json, and from the index that one names. */
type Way = { readonly top: Descriptor; readonly within: Index | null };

async function readDocument(files: StoredFiles, { digest, size, mediaType }: Descriptor): Promise<Index | Manifest | null> {
  const path = `blobs/${digest.replace(':', '/')}`;
  if ((await files.sizeOf(path)) !== size || size > MAX_DOCUMENT) return null;
  const bytes = await readQuietly(files, path);
  if (bytes === null || digestOf(bytes, digest) !== digest) return null;
  const document = decodeDocument(bytes, mediaType);
  return document.ok ? document.value : null;
}

async function readQuietly(files: StoredFiles, path: string): Promise<Uint8Array | null> {
  try {
    return await files.read(path, MAX_DOCUMENT);
  } catch (error) {
    if (error instanceof ImgupdateError) return null;
    throw error;
  }
}
