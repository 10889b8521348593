import { type Digest, parseDigest } from '../digest.ts';
import { isJsonObject } from '../documents-wire.ts';
import { createdAt, type History, type HistoryEntry } from '../history.ts';
import { decodeHistoryEntry } from '../image-config.ts';
import type { ImageContents } from '../image-contents.ts';
import { parseJson } from '../json.ts';
import { type Findings, makeClaim, NOTHING_FOUND } from './claim.ts';
import { builderOf, fromComment } from './step.ts';

/** What merging layers left behind. */
export type SquashMarks = {
  readonly findings: Findings;
  /** The base's layers were merged with the image's own, so they cannot be found in it. */
  readonly layersLost: boolean;
  /** The history the image had before, where the mark keeps it; null: its own is the only one. */
  readonly history: History | null;
};

const NO_MARKS: SquashMarks = { findings: NOTHING_FOUND, layersLost: false, history: null };
const LOST: SquashMarks = { ...NO_MARKS, layersLost: true };

const MERGED = /^merge sha256:[a-f0-9]{64} to (sha256:[a-f0-9]{64})$/;
const MERGED_ALL = /^create new from sha256:[a-f0-9]{64}$/;
const FLATTENED = /^[\w./-]{1,100}(?: [\w-]{1,50})? flatten sha256:[a-f0-9]{64}$/;

/** Far more than the histories of real images take. */
const MAX_KEPT_HISTORY = 1024 * 1024;
const MAX_KEPT_STEPS = 1000;

/**
 * Finds the marks that merging an image's layers leaves on its last step. A mark further down is of a base, whose layers are whole.
 *
 * - `docker build --squash`: `merge sha256:<image> to sha256:<base>`. The base's layers stay, one layer holds all others, and the base's id is told: `exact`.
 *   With BuildKit, or from scratch, it is `create new from sha256:<image>` and nothing stays.
 * - `crane flatten`: its comment is the history from before, as JSON.
 * - `docker import`, `podman import`: one step, one layer, `Imported from -` or `imported from tarball`; docker's comment may be the user's, then it has no text
 *   of what made it.
 * - `buildah build --squash`, `podman build --squash-all`, `podman commit --squash`: one layer, and the history begins with the image's own steps, of which the
 *   last has the comment FROM and the layer.
 * - kaniko's `--reproducible`: every layer was packed anew and every time is 0001-01-01.
 * - more steps with layers than there are layers: something merged them.
 *
 * Source: moby, daemon/images/image_squash.go and daemon/import.go; go-containerregistry, cmd/crane/cmd/flatten.go and pkg/v1/mutate, Canonical();
 * containers/buildah, image.go; containers/common, libimage/import.go.
 */
export function readSquashMarks(contents: ImageContents): SquashMarks {
  const entries = contents.history?.entries ?? [];
  const last = entries.at(-1);
  if (last === undefined) return NO_MARKS;
  const parent = parseDigest(MERGED.exec(last.comment ?? '')?.[1]);
  if (parent !== null) return { ...NO_MARKS, findings: findParent(parent, contents.diffIds.length) };
  const isOneLayer = contents.diffIds.length === 1;
  if (isOneLayer && FLATTENED.test(last.createdBy ?? '')) return { ...LOST, history: readKeptHistory(last.comment ?? '') };
  if (isOneLayer && (MERGED_ALL.test(last.comment ?? '') || isImported(entries) || isSquashedByBuildah(entries))) return LOST;
  return isRepacked(contents, entries) || hasLostLayers(contents, entries) ? LOST : NO_MARKS;
}

/** All of the image's own layers are one, the uppermost. */
function findParent(imageId: Digest, layers: number): Findings {
  const where = 'comment of the step that docker build --squash added';
  if (layers < 1) return { claims: [], rejected: [{ source: 'squash-mark', where, why: 'the image has no layer' }] };
  const boundary = { history: null, layers: layers - 1, strength: 'exact' } as const;
  return { claims: [makeClaim('squash-mark', where, { imageId, boundary })], rejected: [] };
}

function isImported(entries: readonly HistoryEntry[]): boolean {
  const [only, ...others] = entries;
  if (only === undefined || others.length > 0) return false;
  return /^imported from /i.test(only.comment ?? '') || (only.createdBy === null && only.comment !== null);
}

/**
 * Where it is not told which steps made layers, an image of one layer whose steps all look like buildah's own may be a squashed one, too: better to say that its
 * base cannot be found than that it moved.
 */
function isSquashedByBuildah(entries: readonly HistoryEntry[]): boolean {
  const last = entries.at(-1);
  if (last === undefined || fromComment(last) === null || last.emptyLayer === true) return false;
  return entries.slice(0, -1).every((entry) => {
    const builder = builderOf(entry);
    return entry.emptyLayer !== false && entry.comment === null && (builder === 'buildah' || builder === 'nop' || builder === null);
  });
}

/** Every time that is written is Go's zero time, the image's own as well. */
function isRepacked(contents: ImageContents, entries: readonly HistoryEntry[]): boolean {
  const isZero = (created: string | null): boolean => created !== null && createdAt({ created }) === null;
  return entries.every(({ created }) => isZero(created)) && (contents.created === null || isZero(contents.created));
}

function hasLostLayers(contents: ImageContents, entries: readonly HistoryEntry[]): boolean {
  return contents.diffIds.length > 0 && entries.filter(({ emptyLayer }) => emptyLayer === false).length > contents.diffIds.length;
}

/** null when it is no history: crane is not the only one who may write the comment. */
function readKeptHistory(text: string): History | null {
  const json = text.length > MAX_KEPT_HISTORY ? null : parseJson(text);
  if (json?.ok !== true || !Array.isArray(json.value)) return null;
  const wire: readonly unknown[] = json.value;
  if (wire.length === 0 || wire.length > MAX_KEPT_STEPS || !wire.every(isJsonObject)) return null;
  return { entries: wire.map(decodeHistoryEntry), precision: 'exact' };
}
