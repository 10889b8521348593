import { createdAt, type History, type HistoryEntry } from '../history.ts';
import type { ImageContents } from '../image-contents.ts';
import type { Boundary } from './claim.ts';
import { builderOf, instructionOf, isConfigOnly, type StepBuilder } from './step.ts';

/**
 * Guesses where an image's base may end, from its history alone: for hints and kinds of movement, never to name a base.
 *
 * - `strong`: from there on all steps are of a tool that makes an image in one go and is rarely used to make a base (kaniko, Jib, apko)
 * - `weak`: above the last CMD or ENTRYPOINT that has a layer above it, where the builder changed, and at the longest pause; of these the nearest to the top goes
 *   first, since each of the rules is more often fooled by what lies in the base
 *
 * Between two steps of BuildKit of the same time there is no boundary: all steps without a layer of one build get the time of a layer of that build.
 * Source: aquasecurity/trivy, pkg/fanal/image/image.go, GuessBaseImageIndex(); google/osv-scalibr; snyk-docker-plugin, lib/extractor/index.ts; moby/buildkit,
 * exporter/containerimage/writer.go, normalizeLayersAndHistory().
 */
export function estimateBoundaries(contents: ImageContents): readonly Boundary[] {
  const { history } = contents;
  if (history === null) return [];
  const { entries } = history;
  const change = findBuilderChange(entries);
  const isStrong = change !== null && ONE_GO.has(builderOf(entries.at(-1) ?? NOTHING));
  const weak = [isStrong ? null : change, findLastCommand(entries), findPause(entries)].filter((steps) => steps !== null);
  const ordered = [...(isStrong ? [change] : []), ...weak.sort((a, b) => b - a)];
  return [...new Set(ordered)].map((steps) => ({
    history: steps,
    layers: layersBelow(history, steps, contents.diffIds.length),
    strength: isStrong && steps === change ? 'strong' : 'weak',
  }));
}

/**
 * How many layers the first `steps` steps of a history made; null where that cannot be told.
 *
 * It can where as many steps made a layer as the image has layers. Engines do not tell which did; then every step counts that does more than change the config,
 * and their number has to be right all the same: a RUN that changed nothing, or layers merged by buildah, make it wrong, and the answer null.
 * Source: OCI image-spec v1.1, config.md, `history`, `empty_layer`.
 */
export function layersBelow(history: History, steps: number, layerCount: number): number | null {
  const { entries } = history;
  if (steps < 0 || steps > entries.length) return null;
  const made = entries.map(madeLayer);
  const count = (flags: readonly boolean[]): number => flags.filter(Boolean).length;
  return count(made) === layerCount ? count(made.slice(0, steps)) : null;
}

function madeLayer(entry: HistoryEntry): boolean {
  return entry.emptyLayer === null ? !isConfigOnly(entry) : !entry.emptyLayer;
}

const NOTHING: HistoryEntry = { created: null, createdBy: null, comment: null, author: null, emptyLayer: null };

const ONE_GO: ReadonlySet<StepBuilder> = new Set(['kaniko', 'jib', 'apko']);

/** The first step of the run of steps that one builder made last; null when it made all, or when that does not show. */
function findBuilderChange(entries: readonly HistoryEntry[]): number | null {
  const builder = builderOf(entries.at(-1) ?? NOTHING);
  if (builder === null || builder === 'nop') return null;
  const below = entries.findLastIndex((entry) => !isBy(entry, builder));
  return below === -1 ? null : below + 1;
}

/** Steps of docker's classic builder do not all show that they are: ADD, COPY and RUN could be buildah's, RUN anyone's. */
function isBy(entry: HistoryEntry, builder: StepBuilder): boolean {
  const by = builderOf(entry);
  if (by === builder) return true;
  return builder === 'classic' || builder === 'buildah'
    ? by === 'nop' || (by === null && entry.createdBy?.startsWith('/bin/') === true)
    : false;
}

/** Above the last CMD or ENTRYPOINT below the uppermost layer, and everything that only changes the config right above it and was made with it. */
function findLastCommand(entries: readonly HistoryEntry[]): number | null {
  const top = entries.findLastIndex(madeLayer);
  for (let position = top - 1; position >= 0; position -= 1) {
    const entry = entries[position] ?? NOTHING;
    const instruction = instructionOf(entry);
    if (madeLayer(entry) || (instruction !== 'CMD' && instruction !== 'ENTRYPOINT')) continue;
    if (!isSameBuild(entry, entries[position + 1] ?? NOTHING)) return position + 1;
  }
  return null;
}

/** Rule of BuildKit's groups: equal times, one build. */
function isSameBuild(a: HistoryEntry, b: HistoryEntry): boolean {
  return builderOf(a) === 'buildkit' && builderOf(b) === 'buildkit' && a.created !== null && a.created === b.created;
}

const HOUR = 3_600_000_000_000n;

/** Where the longest pause ended: longer than an hour and than four times the second longest, as bases are made long before; null when there is none. */
function findPause(entries: readonly HistoryEntry[]): number | null {
  let longest = { length: 0n, steps: 0 };
  let second = 0n;
  let before: bigint | null = null;
  for (const [position, entry] of entries.entries()) {
    const instant = createdAt(entry);
    if (instant === null) continue;
    const length = before === null ? 0n : instant - before;
    before = instant;
    if (length > longest.length) {
      second = longest.length;
      longest = { length, steps: position };
    } else if (length > second) {
      second = length;
    }
  }
  return longest.length > HOUR && longest.length > 4n * second ? longest.steps : null;
}
