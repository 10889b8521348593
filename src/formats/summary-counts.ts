import type { ImageReport } from '../check/report.ts';
import { type BaseVerdict, type TagVerdict, VERSION_LEVELS } from '../core/verdict.ts';
import { hasBase } from './base.ts';
import { isOfFile } from './facts.ts';
import { newerReasonOf, versionsOf } from './newer.ts';

/** In this order they are counted: what wants attention first. */
const STATUSES: readonly TagVerdict['kind'][] = ['rebuilt', 'gone', 'current', 'pinned', 'local', 'none', 'unknown'];

/** The images by what their tags' question was answered with: `1 rebuilt, 6 current`. */
export function countStatuses(images: readonly ImageReport[]): string {
  return STATUSES.flatMap((status) => {
    const found = images.filter((image) => image.tag.verdict.kind === status);
    return status === 'none' ? countUncompared(found) : found.length === 0 ? [] : [`${found.length} ${status}`];
  }).join(', ');
}

/** What nothing here can be compared with: a tag that a file names alone, an image that was looked at in its registry. */
function countUncompared(images: readonly ImageReport[]): readonly string[] {
  const written = images.filter(isOfFile).length;
  const others = images.length - written;
  return [...(written === 0 ? [] : [`${written} without a digest`]), ...(others === 0 ? [] : [`${others} not installed`])];
}

/** The newer versions there are, one in the line of an image and one above it, and the images of which that is not known: `; newer: 2 minor, 1 major, 1 unknown`. */
export function countVersions(images: readonly ImageReport[]): string {
  const levels = images.flatMap((image) => versionsOf(image).map(({ level }) => level));
  const counts = [
    ...VERSION_LEVELS.map((level) => [levels.filter((each) => each === level).length, level] as const),
    [images.filter((image) => newerReasonOf(image) !== null).length, 'unknown'] as const,
  ];
  const told = counts.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`]));
  return told.length === 0 ? '' : `; newer: ${told.join(', ')}`;
}

const BASE_STATUSES: readonly BaseVerdict['kind'][] = ['moved', 'gone', 'current', 'pinned', 'none', 'unknown'];

/** A second count of the same images, by what is known of their bases: `; base: 2 moved, 5 current`; empty where nothing is. */
export function countBases(images: readonly ImageReport[]): string {
  const told = images.filter(hasBase);
  const counts = BASE_STATUSES.flatMap((status) => {
    const count = told.filter((image) => image.base.verdict.kind === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  return counts.length === 0 ? '' : `; base: ${counts.join(', ')}`;
}
