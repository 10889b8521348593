import { createdAt, type History, type HistoryEntry, isSameInstruction } from '../history.ts';
import { instructionOf } from './layer-steps.ts';

/**
 * How many steps of `image` are surely its old base's, when its first `least` are.
 *
 * A step that says the same as the present base's at its place, but at another time, is the old base's. BuildKit gives a step that makes no layer the time of
 * the layer its build makes next, so a build's steps share times in groups: the old base cannot end inside of one, and all of it is the old base's.
 * It is wrong where the base newly has the very instruction the image has as its own first one, and the image's steps go on beyond that group.
 * Source: moby/buildkit, exporter/containerimage/writer.go, normalizeLayersAndHistory().
 * @returns null when the group takes in all the rest, and so may as well be the image's own
 */
export function oldBaseReaches(image: History, least: number): number | null {
  let end = least;
  for (; end > 0 && end < image.entries.length; end += 1) {
    const [below, above] = [image.entries[end - 1], image.entries[end]];
    if (below === undefined || above === undefined || !isOneGroup(below, above)) break;
  }
  return end > least && end === image.entries.length ? null : end;
}

function isOneGroup(below: HistoryEntry, above: HistoryEntry): boolean {
  if (!isBuildkit(below) || !isBuildkit(above)) return false;
  const time = createdAt(above);
  return time !== null && time === createdAt(below);
}

function isBuildkit(entry: HistoryEntry): boolean {
  return entry.comment?.startsWith('buildkit.') === true;
}

/**
 * Where the old base ended, when the present one's last steps, from `from` on, are all found again further up in the image: between them lies what was dropped.
 *
 * @returns the number of steps; null when they are not all there, or when one that sets the same as they do lies between, and may be what they replaced.
 */
export function findLastStepsAgain(image: History, now: History, from: number): number | null {
  const wanted = now.entries.slice(from);
  const settings = new Set(wanted.map(instructionOf).filter((instruction) => instruction !== null));
  let found = 0;
  for (const [step, entry] of image.entries.entries()) {
    if (step < from) continue;
    const next = wanted[found];
    if (next === undefined) return step;
    const instruction = instructionOf(entry);
    if (isSameInstruction(entry, next)) found += 1;
    else if (instruction !== null && settings.has(instruction)) return null;
  }
  return found === wanted.length ? image.entries.length : null;
}
