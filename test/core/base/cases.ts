import { readFileSync } from 'node:fs';
import type { Boundary } from '../../../src/core/base/claim.ts';
import type { KnownVersion } from '../../../src/core/base/classify.ts';
import type { ComparedImage } from '../../../src/core/base/compared-image.ts';
import type { VersionDigests } from '../../../src/core/base/version.ts';
import type { HistoryEntry } from '../../../src/core/history.ts';
import { decodeConfig } from '../../../src/core/image-config.ts';
import { contentsOf, type ImageContents } from '../../../src/core/image-contents.ts';
import { digestOf, type Digest } from '../../../src/core/digest.ts';

/** An image that a real builder made: `readCase('classic', 'full')`. See fixtures/base-drift/README.md. */
export function readCase(builder: string, name: string): ImageContents {
  const decoded = decodeConfig(readFileSync(new URL(`../../../fixtures/base-drift/${builder}/${name}.json`, import.meta.url)));
  if (!decoded.ok) throw new Error(decoded.reason.message);
  return contentsOf(decoded.value);
}

/** What is left of an image when only an engine's history call tells of it: whole seconds, no authors, no word about layers, no settings. */
export function asEngineTells(contents: ImageContents): ImageContents {
  const entries = (contents.history?.entries ?? []).map((entry) => ({
    ...entry,
    created: entry.created === null ? null : entry.created.replace(/\.\d+/, ''),
    author: null,
    emptyLayer: null,
  }));
  return { ...contents, history: { entries, precision: 'seconds' }, settings: null };
}

export function compared(contents: ImageContents, parts: Partial<ComparedImage> = {}): ComparedImage {
  return { layersLost: false, boundaries: [], claim: 'strong', ...parts, contents };
}

export const endAfter = (history: number, strength: Boundary['strength']): Boundary => ({ history, layers: null, strength });

/** A digest of its own for every name. */
export const layer = (name: string): Digest => digestOf(Buffer.from(name));

/** Contents written as a list of steps: `+` makes the layer of that name, at a minute of 2026-01-01. */
export function makeContents(steps: readonly string[], parts: Partial<ImageContents> & { layers?: readonly string[] } = {}): ImageContents {
  const entries = steps.map(makeStep);
  const made = steps.filter((step) => step.startsWith('+')).map((step) => step.slice(1).split('@')[0] ?? '');
  const { layers = made, ...rest } = parts;
  const created = entries.at(-1)?.created ?? null;
  return { diffIds: layers.map(layer), history: { entries, precision: 'exact' }, created, settings: new Map(), ...rest };
}

/** `+RUN make@5`: a layer, made five minutes after midnight; `CMD sh@-`: no layer, and no time is told. */
function makeStep(step: string): HistoryEntry {
  const [instruction = '', minute = '0'] = step.replace(/^\+/, '').split('@');
  const created = minute === '-' ? null : new Date(Date.UTC(2026, 0, 1, 0, Number(minute))).toISOString();
  return { created, createdBy: instruction, comment: null, author: null, emptyLayer: !step.startsWith('+') };
}

/** A version of a base whose digests are all known, and its own. */
export function version(contents: ImageContents, name: string, digests: Partial<VersionDigests> = {}): KnownVersion {
  const own = { topDigest: layer(`${name} index`), manifestDigest: layer(`${name} manifest`), configDigest: layer(`${name} config`) };
  return { ...own, ...digests, contents };
}
