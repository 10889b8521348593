import { digestOf, parseDigest, type Digest } from '../../core/digest.ts';
import { decodeDocument } from '../../core/documents.ts';
import { decodeConfig, type ImageConfig } from '../../core/image-config.ts';
import { walkTar, type TarEntry } from '../archive/read-tar.ts';
import { SAVING_BOUNDS } from './saving-bounds.ts';

/** The digest of what is looked for: of the config itself, or of the manifest that names it. */
export type WantedConfig = { readonly kind: 'config' | 'manifest'; readonly digest: Digest };

/** A config that was verified, and the annotations of its manifest, where that was seen. */
export type SavedConfig = {
  readonly config: ImageConfig;
  readonly configDigest: Digest;
  readonly annotations: ReadonlyMap<string, string>;
};

/**
 * Reads the config of an image out of what an engine saves, as it comes, and no further than to there; null where it is not found.
 *
 * - docker before 25: `<digest>.json` among the folders of its layers, in the order of names
 * - docker since 25: `blobs/sha256/<digest>` among the layers; the containerd store tells only of the manifest, so all small documents are kept until both are seen
 *
 * Source: moby, image/tarexport/save.go; containerd, core/images/archive/exporter.go, which sorts by name; OCI image-spec v1.1, image-layout.md.
 * @throws ImgupdateError 'unreadable' for what is no archive, and one that breaks off.
 */
export async function readSavedConfig(chunks: AsyncIterable<Uint8Array>, wanted: WantedConfig): Promise<SavedConfig | null> {
  const kept = new Map<Digest, Uint8Array>();
  let room: number = SAVING_BOUNDS.keptBytes;
  for await (const entry of walkTar(chunks, 'what the engine saved')) {
    const digest = digestOfEntry(entry);
    if (digest === null || (wanted.kind === 'config' && digest !== wanted.digest)) continue;
    if ((await entry.peek(1))[0] !== BRACE) continue;
    room -= entry.size;
    if (room < 0) return null;
    const bytes = await entry.read(SAVING_BOUNDS.documentBytes);
    if (digestOf(bytes, digest) !== digest) return null;
    kept.set(digest, bytes);
    const found = findConfig(wanted, kept);
    if (found !== undefined) return found;
  }
  return null;
}

const BRACE = '{'.charCodeAt(0);

/** null for what is no document that is called by its digest. */
function digestOfEntry({ kind, path, size }: TarEntry): Digest | null {
  if (kind !== 'file' || path === null || size > SAVING_BOUNDS.documentBytes) return null;
  const [, plain, blob] = /^(?:([a-f0-9]{64})\.json|blobs\/sha256\/([a-f0-9]{64}))$/.exec(path) ?? [];
  return parseDigest(`sha256:${plain ?? blob ?? ''}`);
}

/** undefined: it may still come; null: what is there is no image's. */
function findConfig(wanted: WantedConfig, kept: ReadonlyMap<Digest, Uint8Array>): SavedConfig | null | undefined {
  const named =
    wanted.kind === 'config' ? { configDigest: wanted.digest, annotations: new Map<string, string>() } : findNamed(wanted, kept);
  const bytes = named?.configDigest === undefined ? undefined : kept.get(named.configDigest);
  if (named === null) return null;
  if (named === undefined || bytes === undefined) return undefined;
  const config = decodeConfig(bytes);
  return config.ok ? { ...named, config: config.value } : null;
}

function findNamed({ digest }: WantedConfig, kept: ReadonlyMap<Digest, Uint8Array>): Omit<SavedConfig, 'config'> | null | undefined {
  const bytes = kept.get(digest);
  if (bytes === undefined) return undefined;
  const manifest = decodeDocument(bytes, null);
  if (!manifest.ok || manifest.value.kind !== 'manifest') return null;
  return { configDigest: manifest.value.config.digest, annotations: manifest.value.annotations };
}
