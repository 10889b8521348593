import type { CheckReport, ImageReport, NewerReport } from '../check/report.ts';
import type { Document, ImageEntry, WarningEntry } from '../core/document.ts';
import type { LayerStacks, StackedLayer } from '../core/layer-stacks.ts';
import type { FileProblem } from '../core/file-reference.ts';
import { renderPlatform } from '../core/platform.ts';
import type { Reason } from '../core/reason.ts';
import { renderReference } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import type { StoreNeeds } from '../core/unneeded.ts';
import type { BaseVerdict, LayerDifference, VariantVersion } from '../core/verdict.ts';
import { normalizeTime, renderTime } from './age.ts';
import { baseConfidenceOf, baseMovementOf, baseReasonOf } from './base.ts';
import { candidateOf } from './facts.ts';
import { stringify } from './stringify.ts';

/** Renders one JSON document, indented by two blanks. Outside text is escaped, never changed. */
export function renderJson(report: CheckReport): string {
  return `${stringify(toDocument(report), 2)}\n`;
}

/** Makes the document of a report; only the fields of the contract get into it, in its order. */
export function toDocument(report: CheckReport): Document {
  return {
    schemaVersion: 1,
    generatedAt: renderTime(report.generatedAt),
    images: report.images.map(toImageEntry),
    registries: report.registries.map(({ registry, requests, counted, limit, remaining, windowSeconds }) => ({
      registry,
      requests,
      counted,
      limit,
      remaining,
      windowSeconds,
    })),
    warnings: [
      ...report.warnings.map(({ code, message, image }) => ({ code, message, image })),
      ...report.failures.map(({ code, message }) => ({ code, message, image: null })),
      ...(report.files?.problems ?? []).map(toWarning),
    ],
  };
}

/** Makes the document that a report is made of: of one machine, with what only a report tells. */
export function toReportDocument(report: CheckReport, host: string): Document {
  const { schemaVersion, generatedAt, images, registries, warnings } = toDocument(report);
  return {
    schemaVersion,
    generatedAt,
    host,
    images: images.map((entry, position) => withReportFields(entry, report.images[position])),
    registries,
    warnings,
    ignored: [...new Set(report.ignored.map((reference) => renderReference(reference)))],
    store: report.store === null ? null : toStoreNeeds(report.store),
  };
}

function withReportFields(entry: ImageEntry, image: ImageReport | undefined): ImageEntry {
  if (image === undefined) return entry;
  const { held, sources, ...rest } = entry;
  return {
    ...rest,
    base: { ...entry.base, layers: image.base.layers === null ? null : toLayerStacks(image.base.layers) },
    held,
    expired: image.expired.map(({ reason, until }) => ({ reason, until })),
    sources,
  };
}

function toLayerStacks({ shared, installed, candidate }: LayerStacks): LayerStacks {
  const toLayer = ({ diffId, createdBy }: StackedLayer): StackedLayer => ({ diffId, createdBy });
  return { shared, installed: installed.map(toLayer), candidate: candidate.map(toLayer) };
}

function toStoreNeeds({ images, bytes, unneeded, freedBytes }: StoreNeeds): StoreNeeds {
  return {
    images,
    bytes,
    unneeded: unneeded.map((each) => ({
      kind: each.kind,
      id: each.id,
      reference: each.reference,
      name: each.name,
      platform: each.platform,
      bytes: each.bytes,
      because: each.because,
      kindOfPlace: each.kindOfPlace,
      location: each.location,
    })),
    freedBytes,
  };
}

/** What is wrong with a file: `unread-file` where something was not checked for it, `ignored` where something in it has no effect. */
function toWarning({ kind, path, line, column, message }: FileProblem): WarningEntry {
  const place = [path, line, line === null ? null : column].filter((part) => part !== null).join(':');
  return { code: kind === 'unread' ? 'unread-file' : 'ignored', message: `${place}: ${message}`, image: null };
}

/** Makes the document's entry of one image. */
export function toImageEntry(image: ImageReport): ImageEntry {
  return {
    reference: image.reference,
    name: image.name,
    platform: renderPlatform(image.platform),
    imageId: image.imageId,
    created: toMoment(image.created),
    size: image.size,
    verdict: image.verdict,
    tag: toTagEntry(image),
    newer: toNewerEntry(image.newer),
    base: toBaseEntry(image),
    containers: image.containers.map(({ name, running, outdated }) => ({ name, running, outdated })),
    held: image.held === null ? null : { reason: image.held.reason, until: image.held.until },
    sources: image.sources.map(({ kind, location, line, column, file }) => ({
      kind,
      location,
      line,
      column,
      within: file?.within?.name ?? null,
    })),
  };
}

function toTagEntry(image: ImageReport): ImageEntry['tag'] {
  const { verdict, digests, candidateCreated, download, checkedAt } = image.tag;
  return {
    status: verdict.kind,
    digests,
    candidate: candidateOf(image),
    candidateCreated: toMoment(candidateCreated),
    download: download === null ? null : { bytes: download.bytes, layers: download.layers, totalLayers: download.totalLayers },
    why: verdict.why,
    reason: verdict.kind === 'unknown' ? toReason(verdict.reason) : null,
    checkedAt: toTime(checkedAt),
  };
}

function toNewerEntry({ verdict, variant, sibling, notes, checkedAt }: NewerReport): ImageEntry['newer'] {
  return {
    status: verdict.kind,
    line: verdict.kind === 'available' ? toVersion(verdict.line) : null,
    newest: verdict.kind === 'available' ? toVersion(verdict.newest) : null,
    variant: toVersion(variant),
    sibling,
    notes,
    why: verdict.why,
    reason: verdict.kind === 'unknown' ? toReason(verdict.reason) : null,
    checkedAt: toTime(checkedAt),
  };
}

function toBaseEntry(image: ImageReport): ImageEntry['base'] {
  const { verdict, checkedAt } = image.base;
  const reason = baseReasonOf(image);
  return {
    status: verdict.kind,
    kind: baseMovementOf(image),
    reference: verdict.reference === null ? null : renderReference(verdict.reference),
    recorded: verdict.recorded,
    candidate: verdict.candidate,
    confidence: baseConfidenceOf(image),
    evidence: verdict.evidence,
    versionsBehind: verdict.versionsBehind,
    difference: toDifference(verdict),
    notes: verdict.notes,
    why: verdict.why,
    reason: reason === null ? null : toReason(reason),
    checkedAt: toTime(checkedAt),
  };
}

/** A step may be a script of any length; its beginning tells which it is. */
const LONGEST_STEP = 1024;

function toDifference(verdict: BaseVerdict): LayerDifference | null {
  if (verdict.kind !== 'moved' || verdict.difference === null) return null;
  const { position, installedBy, candidateBy } = verdict.difference;
  const cut = (step: string | null) => (step === null ? null : sanitizeText(step, LONGEST_STEP));
  return { position, installedBy: cut(installedBy), candidateBy: cut(candidateBy) };
}

function toVersion<T extends VariantVersion>(version: T | null): Pick<T, keyof VariantVersion> | null {
  return version === null ? null : { tag: version.tag, level: version.level, digest: version.digest };
}

function toReason({ kind, message, retryAt }: Reason): Reason {
  return { kind, message, retryAt };
}

function toTime(time: number | null): string | null {
  return time === null ? null : renderTime(time);
}

function toMoment(text: string | null): string | null {
  return text === null ? null : normalizeTime(text);
}
