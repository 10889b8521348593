import { join } from 'node:path';
import { digestOf, type Digest, parseDigest } from '../../core/digest.ts';
import { decodeDocument, MAX_DOCUMENT_BYTES } from '../../core/documents.ts';
import { decodeConfig, type ImageConfig } from '../../core/image-config.ts';
import { malformed, parsed, type Parsed } from '../../core/parsed.ts';
import { sanitizeText } from '../../core/text.ts';
import { documentFileName } from './document-name.ts';
import type { Copy, Listed } from './read-catalog.ts';
import { readRegularFile } from './read-file.ts';

/** An image's config, or that it has none, because it is a list of manifests. */
export type ReadConfig =
  | { readonly kind: 'config'; readonly digest: Digest; readonly bytes: Uint8Array; readonly config: ImageConfig }
  | { readonly kind: 'manifest-list' };

/**
 * Reads and verifies an image's config: the document that its id is the digest of, else the one its manifest names.
 * Source: containers/image, storage/storage_src.go and storage_dest.go.
 */
export async function readConfig(image: Listed): Promise<Parsed<ReadConfig>> {
  const own = parseDigest(`sha256:${image.record.id}`);
  if (own !== null && copyWith(image, own) !== null) return readConfigOf(image, own);
  const manifest = await readManifest(image);
  if (!manifest.ok) return manifest;
  const document = decodeDocument(manifest.value, null);
  if (!document.ok) return malformed(`its manifest: ${document.reason.message}`);
  return document.value.kind === 'index' ? parsed({ kind: 'manifest-list' }) : readConfigOf(image, document.value.config.digest);
}

/** Reads and verifies the manifest of the image itself, not those of lists it was chosen from. */
export async function readManifest(image: Listed): Promise<Parsed<Uint8Array>> {
  return readDocument(image, MANIFEST, copyWith(image, MANIFEST)?.record.documents.get(MANIFEST)?.digest ?? null);
}

const MANIFEST = 'manifest';

async function readConfigOf(image: Listed, digest: Digest): Promise<Parsed<ReadConfig>> {
  const bytes = await readDocument(image, digest, digest);
  if (!bytes.ok) return bytes;
  const config = decodeConfig(bytes.value);
  return config.ok ? parsed({ kind: 'config', digest, bytes: bytes.value, config: config.value }) : malformed(config.reason.message);
}

/** `expected`: null for a manifest of a time when digests were not kept. */
async function readDocument(image: Listed, name: string, expected: Digest | null): Promise<Parsed<Uint8Array>> {
  const what = sanitizeText(name, 100);
  const copy = copyWith(image, name);
  if (copy === null) return malformed(`expected a document ${what}, its list has none`);
  const fileName = documentFileName(name);
  if (fileName === null) return malformed(`the document ${what} has a name that leads elsewhere`);
  if (copy.folder === null) return malformed('expected a folder of its documents, got none');
  const file = await readRegularFile(join(copy.folder, fileName), MAX_DOCUMENT_BYTES);
  switch (file.kind) {
    case 'absent':
      return malformed(`expected the document ${what}, got nothing`);
    case 'refused':
      return malformed(`the document ${what}: ${file.why}`);
    case 'read': {
      const digest = digestOf(file.bytes, expected);
      return expected === null || digest === expected
        ? parsed(file.bytes)
        : malformed(`expected the document ${what} to be ${expected}, got ${digest}`);
    }
  }
}

/** podman gives an image of an additional store a name by a record of its own, without its documents. */
function copyWith({ copies }: Listed, name: string): Copy | null {
  return copies.find(({ record }) => record.documents.has(name)) ?? null;
}
