import type { HistoryEntry } from '../history.ts';
import type { ImageContents } from '../image-contents.ts';
import { sanitizeText } from '../text.ts';
import { SETTING_INSTRUCTIONS } from './step.ts';

/** For each step of a history, oldest first, whether it made a layer; null where that is not known. */
export type LayerSteps = readonly (boolean | null)[];

/**
 * Tells which steps of an image made its layers.
 *
 * Where the history does not say, it follows from `known`, the answers for the first steps, from the instruction, and from the number of layers.
 * @returns null when no history is told, or one that does not tell of the same number of layers, as after a tool added layers without saying so.
 */
export function findLayerSteps(contents: Layered, known: LayerSteps = []): LayerSteps | null {
  const entries = contents.history?.entries ?? [];
  if (entries.length === 0) return null;
  const told = entries.map((entry, step) => {
    if (entry.emptyLayer !== null) return !entry.emptyLayer;
    return known[step] ?? (instructionOf(entry) === null ? null : false);
  });
  const missing = contents.diffIds.length - told.filter((made) => made === true).length;
  const open = told.filter((made) => made === null).length;
  if (missing < 0 || missing > open) return null;
  if (missing === open) return told.map((made) => made ?? true);
  return missing === 0 ? told.map((made) => made ?? false) : told;
}

/** How many layers the first `end` steps made; null where that is not known. */
export function countLayersBelow(steps: LayerSteps, end: number): number | null {
  const below = steps.slice(0, end);
  return below.includes(null) ? null : below.filter((made) => made === true).length;
}

/** The step that made the layer at `position`, counted from 0, safe to print; null where it is not known. */
export function stepOfLayer(contents: Layered, position: number): string | null {
  const steps = findLayerSteps(contents) ?? [];
  let layer = -1;
  for (const [step, made] of steps.entries()) {
    if (made === null) return null;
    if (made) layer += 1;
    if (layer >= position) return tellStep(contents, step);
  }
  return null;
}

/** The steps that made the layers, lowest first, each safe to print; null for one where it is not known. */
export function stepsOfLayers(contents: Layered): readonly (string | null)[] {
  const steps = findLayerSteps(contents) ?? [];
  const unsure = steps.indexOf(null);
  const upper = steps.lastIndexOf(null) + 1;
  const tellAll = (from: number, to: number): readonly (string | null)[] =>
    steps.slice(from, to).flatMap((made, step) => (made === true ? [tellStep(contents, from + step)] : []));
  if (unsure < 0) return tellAll(0, steps.length);
  const [below, above] = [tellAll(0, unsure), tellAll(upper, steps.length)];
  return [...below, ...Array.from({ length: contents.diffIds.length - below.length - above.length }, () => null), ...above];
}

function tellStep({ history }: Layered, step: number): string | null {
  const createdBy = history?.entries[step]?.createdBy ?? null;
  return createdBy === null ? null : sanitizeText(createdBy.trim(), MAX_STEP_LENGTH);
}

/** The instruction of a step that changes settings and no files, as `CMD`; null for any other step. Source: Dockerfile reference. */
export function instructionOf(entry: HistoryEntry): string | null {
  return SETTING_INSTRUCTION.exec((entry.createdBy ?? '').slice(0, MAX_STEP_LENGTH))?.[1] ?? null;
}

type Layered = Pick<ImageContents, 'diffIds' | 'history'>;

const MAX_STEP_LENGTH = 200;

/** Docker's classic builder and buildah write the shell and a comment sign before it; WORKDIR is none of these: it may make a directory. */
const SETTING_INSTRUCTION = new RegExp(
  `^(?:(?:/bin/sh -c|cmd /S /C|powershell -Command) #\\(nop\\) {1,2})?(${SETTING_INSTRUCTIONS.join('|')})(?= |$)`,
);
