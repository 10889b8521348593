import { parseDigest } from '../digest.ts';
import type { History, HistoryEntry } from '../history.ts';
import { parseReference, type Reference, withDefaultTag } from '../reference.ts';
import { type BaseClaim, type Boundary, type Findings, makeClaim } from './claim.ts';
import { builderOf, fromComment, instructionOf } from './step.ts';

/** What an image's id begins with, or is: it names nothing that could be looked up. */
const IDENTIFIER = /^(?:[a-f0-9]{12}|(?:sha256:)?[a-f0-9]{64})$/;

const SOURCE = 'from-comment';
const WHERE = 'comment FROM of a history step';

/**
 * What buildah and podman noted of an image's base in its history: its name, and by their place its last step.
 *
 * What they write, in OCI and in docker format (containers/buildah 1.28, image.go and imagebuildah/stage_executor.go; seen on images made with it):
 * - with `--layers`, podman's default, every step has the comment: the first one `FROM <name>`, the others `FROM <12 digits>` for the step before. So the last
 *   name counts, and the base ends before it: `exact`. After a stage of the same Dockerfile the name is that of the stage's base, which is the image's, too.
 * - without, and after `buildah commit` and `podman commit`, only the last step has it; steps without a layer before it are the image's own. They end where the
 *   base has a layer, a comment, or a step of another builder; the classic builder's last ADD, COPY or WORKDIR could be taken for one of them: `strong`.
 * - an image id that has a name is noted by that; one without is noted by its first 12 digits, which look like those for the step before. Only where the
 *   comment is the last step's and stands for several steps can they be told apart: then the base has no name, and still a last step.
 * - a step from the cache keeps the name it was first built on, which may be another tag of the same image.
 * - a step after cached ones names the image it found in the cache, where that has a name: the build before, of which `isOwn` is true. What is below counts.
 * - `--history-comment` puts its text before the comment, without a blank; such comments are not taken for names.
 *
 * When steps without such a comment follow the last one, another builder has built on the image: the comment tells of a base further down.
 */
export function findFromComment(history: History, isOwn: (reference: Reference) => boolean = () => false): Findings {
  const { entries } = history;
  const unnamed = findUnnamed(entries);
  const last = entries.findLastIndex((entry) => namesBase(entry) && !namesOwn(entry, isOwn));
  const named = entries[last];
  const name = named === undefined ? null : fromComment(named);
  if (named === undefined || name === null) return { claims: unnamed, rejected: [] };
  const reject = (why: string): Findings => ({ claims: unnamed, rejected: [{ source: SOURCE, where: WHERE, why }] });
  if (entries.slice(last + 1).some((entry) => fromComment(entry) === null))
    return reject('further steps follow it, so it tells of a base further down');

  if (name.trim() === 'scratch') return { claims: [makeClaim(SOURCE, WHERE, { says: 'scratch' })], rejected: [] };
  const boundary = last === entries.length - 1 ? walkBack(entries, last) : exactly(last);
  const reference = parseReference(name.trim());
  if (!reference.ok) return reject(reference.message);
  const digests = reference.value.digest === null ? [] : [reference.value.digest];
  return { claims: [makeClaim(SOURCE, WHERE, { reference: withDefaultTag(reference.value), digests, boundary })], rejected: [] };
}

/** A base without a name, noted on the last step for the steps before it, too. */
function findUnnamed(entries: readonly HistoryEntry[]): readonly BaseClaim[] {
  const last = entries.length - 1;
  const entry = entries[last];
  const id = entry === undefined ? null : fromComment(entry);
  if (entry === undefined || id === null || namesBase(entry)) return [];
  const boundary = walkBack(entries, last);
  if (boundary === null || boundary.history === last) return [];
  const imageId = parseDigest(id.trim()) ?? parseDigest(`sha256:${id.trim()}`);
  return [makeClaim(SOURCE, WHERE, { imageId, boundary })];
}

function namesBase(entry: HistoryEntry): boolean {
  const name = fromComment(entry);
  return name !== null && !IDENTIFIER.test(name.trim());
}

function namesOwn(entry: HistoryEntry, isOwn: (reference: Reference) => boolean): boolean {
  const reference = parseReference((fromComment(entry) ?? '').trim());
  return reference.ok && isOwn(reference.value);
}

/** From a comment on the last step over the steps before it that are part of the same layer. */
function walkBack(entries: readonly HistoryEntry[], last: number): Boundary | null {
  if (entries[last]?.emptyLayer === true) return exactly(last);
  let steps = last;
  let isTold = true;
  for (;;) {
    const below = entries[steps - 1];
    if (below === undefined || !mayBeOwn(below)) break;
    isTold &&= below.emptyLayer !== null;
    steps -= 1;
  }
  if (steps === last) return exactly(last);
  return steps === 0 ? null : { history: steps, layers: null, strength: isTold ? 'strong' : 'weak' };
}

/** Whether a step below may be one of buildah's without a layer of its own. */
function mayBeOwn(entry: HistoryEntry): boolean {
  if (entry.emptyLayer === false || entry.comment !== null) return false;
  const builder = builderOf(entry);
  return builder === 'buildah' || builder === 'nop' || (builder === null && instructionOf(entry) === null && entry.createdBy !== null);
}

/** No end where no step of the base is left: the history of a squashed image begins with its own. */
function exactly(history: number): Boundary | null {
  return history === 0 ? null : { history, layers: null, strength: 'exact' };
}
