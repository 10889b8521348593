import { EVIDENCE_SOURCES } from '../base/claim.ts';
import type { ImageEntry } from '../document.ts';
import type { LayerStacks, StackedLayer } from '../layer-stacks.ts';
import { BASE_MOVEMENTS, BASE_STATUSES, CONFIDENCES, type LayerDifference } from '../verdict.ts';
import { decodeReason } from './decode-reason.ts';
import { field, lateField, orNull, readCount, readDigest, readEach, readText, readTime, readWord, refuse, type Spot } from './spot.ts';

/** Reads the answer about a base. */
export function decodeBase(base: Spot): ImageEntry['base'] {
  const status = readWord(field(base, 'status'), BASE_STATUSES);
  const isMoved = status === 'moved';
  const layers = field(base, 'layers');
  return {
    status,
    kind: only(isMoved, field(base, 'kind'), (kind) => readWord(kind, BASE_MOVEMENTS)),
    reference: orNull(field(base, 'reference'), readText),
    recorded: orNull(field(base, 'recorded'), readDigest),
    candidate: orNull(field(base, 'candidate'), readDigest),
    confidence: only(status !== 'unknown', field(base, 'confidence'), (confidence) => readWord(confidence, CONFIDENCES)),
    evidence: readEach(field(base, 'evidence'), (evidence) => readWord(evidence, EVIDENCE_SOURCES)),
    versionsBehind: orNull(field(base, 'versionsBehind'), readCount),
    difference: orNull(lateField(base, 'difference', null), (difference) => only(isMoved, difference, decodeDifference)),
    notes: readEach(lateField(base, 'notes', []), readText),
    why: readText(field(base, 'why')),
    reason: decodeReason(field(base, 'reason'), status),
    checkedAt: orNull(field(base, 'checkedAt'), readTime),
    ...(layers.value === undefined ? {} : { layers: orNull(layers, decodeLayers) }),
  };
}

/** Reads what is there exactly for some answers. */
function only<T>(isThere: boolean, spot: Spot, read: (spot: Spot) => T): T | null {
  if (isThere) return read(spot);
  if (spot.value !== null) refuse(spot, 'null, as the status is another one');
  return null;
}

function decodeDifference(difference: Spot): LayerDifference {
  return {
    position: readCount(field(difference, 'position')),
    installedBy: orNull(field(difference, 'installedBy'), readText),
    candidateBy: orNull(field(difference, 'candidateBy'), readText),
  };
}

function decodeLayers(layers: Spot): LayerStacks {
  const installed = readEach(field(layers, 'installed'), decodeLayer);
  const candidate = readEach(field(layers, 'candidate'), decodeLayer);
  const shared = field(layers, 'shared');
  const most = Math.min(installed.length, candidate.length);
  const count = readCount(shared);
  if (count > most) refuse(shared, `at most ${most}, as many layers as both have`);
  return { shared: count, installed, candidate };
}

function decodeLayer(layer: Spot): StackedLayer {
  return { diffId: readDigest(field(layer, 'diffId')) ?? '', createdBy: orNull(field(layer, 'createdBy'), readText) };
}
