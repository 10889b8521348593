import type { StoredPlace } from '../../check/ports.ts';
import { MAX_DOCUMENT_BYTES } from '../../core/documents.ts';
import { sanitizeText } from '../../core/text.ts';
import type { ImgupdateError } from '../../errors.ts';
import type { StoredFiles } from '../stored/stored-files.ts';
import { unreadable } from '../stored/unreadable.ts';
import { flawInMarker } from './decode-layout.ts';

const MARKER = 'oci-layout';
const INDEX = 'index.json';
const MAX_MARKER_BYTES = 64 * 1024;

/**
 * Looks whether a place is an image layout of a version that can be read.
 * @throws ImgupdateError 'unreadable'; the hint says what the place looks like instead.
 */
export async function requireLayout(place: StoredPlace, files: StoredFiles): Promise<void> {
  const marker = await files.read(MARKER, MAX_MARKER_BYTES);
  if (marker === null) throw await explainAbsence(place, files);
  const flaw = flawInMarker(marker);
  if (flaw !== null) throw unreadable(place.written, flaw);
}

/**
 * Reads index.json, as long as any index may be, which is some ten thousand entries.
 * @throws ImgupdateError 'unreadable' when there is none, or a larger one.
 */
export async function readIndexFile(place: StoredPlace, files: StoredFiles): Promise<Uint8Array> {
  const bytes = await files.read(INDEX, MAX_DOCUMENT_BYTES);
  if (bytes !== null) return bytes;
  throw unreadable(place.written, `expected ${INDEX} in an OCI image layout, got none`);
}

async function explainAbsence(place: StoredPlace, files: StoredFiles): Promise<ImgupdateError> {
  const looks = place.transport === 'oci-archive' ? ARCHIVES : FOLDERS;
  const path = sanitizeText(place.path ?? '', 200);
  for (const look of looks) {
    const sizes = await Promise.all(look.files.map(files.sizeOf));
    if (!sizes.includes(null)) return unreadable(place.written, `expected an OCI image layout, got ${look.is}`, { hint: look.hint(path) });
  }
  return unreadable(place.written, `expected an OCI image layout, it has no file ${MARKER}`);
}

/** What else a place may be: the files that show it, before those that others have, too. */
type Look = { readonly files: readonly string[]; readonly is: string; readonly hint: (path: string) => string };

const HALF_LAYOUT: Look = {
  files: [INDEX],
  is: `${INDEX} without the file ${MARKER}`,
  hint: () => 'write it again with the tool that made it: skopeo copy, buildah push, docker buildx build -o type=oci',
};

const ARCHIVES: readonly Look[] = [
  { files: ['manifest.json'], is: 'what docker save writes', hint: (path) => `name it as such: docker-archive:${path}` },
  { files: ['repositories'], is: 'what docker save writes', hint: (path) => `name it as such: docker-archive:${path}` },
  HALF_LAYOUT,
];

/** Source: containers/image, directory; containers/storage, the stores of images by driver; moby and containerd, their data roots. */
const FOLDERS: readonly Look[] = [
  { files: ['version', 'manifest.json'], is: 'a dir: of skopeo', hint: (path) => `make a layout of it: skopeo copy dir:${path} oci:NEW` },
  { files: ['manifest.json'], is: 'an unpacked docker-archive', hint: (path) => `tar -C ${path} -c . | imgupdate list docker-archive:-` },
  ...['overlay', 'vfs', 'btrfs', 'zfs'].map((driver) => ({
    files: [`${driver}-images/images.json`],
    is: 'the storage of podman, buildah or CRI-O',
    hint: (path: string) => `name it as such: containers-storage:[${driver}@${path}]`,
  })),
  {
    files: ['io.containerd.metadata.v1.bolt/meta.db'],
    is: 'the data of containerd',
    hint: () => 'ctr images export - IMAGE | imgupdate list oci-archive:-',
  },
  ...['overlay2', 'vfs'].map((driver) => ({
    files: [`image/${driver}/repositories.json`],
    is: 'the data of a Docker daemon',
    hint: () => 'ask the daemon: imgupdate list',
  })),
  HALF_LAYOUT,
];
