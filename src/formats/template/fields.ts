import type { ImageReport } from '../../check/report.ts';
import { shortDigest } from '../../core/digest.ts';
import { parseReference } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';
import type { Version } from '../../core/verdict.ts';
import { normalizeTime, renderTime } from '../age.ts';
import { baseConfidenceOf, baseMovementOf, baseNameOf } from '../base.ts';
import { candidateOf, digestPair, idOf, installedOf, nameOf, platformOf, reasonOf, updateOf, usersOf } from '../facts.ts';
import { toImageEntry } from '../json.ts';
import { newerAnswerOf, newerReasonOf, renderTagName } from '../newer.ts';
import { renderCompactSize } from '../size.ts';
import type { Value } from './value.ts';

/** What is known of a value before there is one: its fields, where it has any. */
export type Shape =
  | { readonly kind: 'plain' }
  | { readonly kind: 'map' }
  | { readonly kind: 'any' }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, Shape> };

export const PLAIN: Shape = { kind: 'plain' };

/** A field of a row. Text from outside is sanitised; absent text is empty, an absent number 0, so that `{{if .Candidate}}` works. */
type Field = {
  readonly name: string;
  readonly header: string;
  readonly shape: Shape;
  readonly value: (image: ImageReport, options: RowOptions) => Value;
};

export type RowOptions = { readonly noTrunc: boolean };

/** Makes the value a template sees as `.` for one image. */
export function createRow(image: ImageReport, options: RowOptions): Value {
  return {
    kind: 'struct',
    names: NAMES,
    take: (name) => FIELDS.find((field) => field.name === name)?.value(image, options) ?? null,
    json: () => toImageEntry(image),
  };
}

/** Makes the value whose fields are the titles of a table's columns. */
export function createTitles(): Value {
  return { kind: 'struct', names: NAMES, take: (name) => FIELDS.find((field) => field.name === name)?.header ?? null, json: () => 'IMAGE' };
}

/** What a template may ask of a row. */
export function shapeOfRow(): Shape {
  return { kind: 'struct', fields: new Map(FIELDS.map((field) => [field.name, field.shape])) };
}

function plain(name: string, header: string, value: Field['value']): Field {
  return { name, header, shape: PLAIN, value };
}

function structs(name: string, header: string, fields: readonly string[], items: (image: ImageReport) => readonly Value[]): Field {
  const of: Shape = { kind: 'struct', fields: new Map(fields.map((field) => [field, PLAIN])) };
  return { name, header, shape: { kind: 'list', of }, value: (image) => ({ kind: 'list', items: items(image) }) };
}

const FIELDS: readonly Field[] = [
  plain('Image', 'IMAGE', nameOf),
  plain('Reference', 'REFERENCE', (image) => sanitizeText(image.reference)),
  plain('Registry', 'REGISTRY', (image) => sanitizeText(image.registry ?? '')),
  plain('Repository', 'REPOSITORY', (image) => partsOf(image)?.repository ?? ''),
  plain('Tag', 'TAG', (image) => partsOf(image)?.tag ?? ''),
  plain('Digest', 'DIGEST', (image) => installedOf(image) ?? ''),
  plain('Current', 'CURRENT', (image, { noTrunc }) => digestPair(image, noTrunc).installed ?? ''),
  plain('Candidate', 'CANDIDATE', (image, { noTrunc }) => digestPair(image, noTrunc).candidate ?? ''),
  plain('CandidateDigest', 'CANDIDATE DIGEST', (image) => candidateOf(image) ?? ''),
  plain('CandidateCreated', 'CANDIDATE CREATED', (image) => normalizeTime(image.tag.candidateCreated ?? '') ?? ''),
  plain('Update', 'UPDATE', updateOf),
  plain('Status', 'STATUS', (image) => image.tag.verdict.kind),
  plain('Verdict', 'VERDICT', (image) => image.verdict),
  plain('Why', 'WHY', (image) => sanitizeText(image.tag.verdict.why)),
  plain('Reason', 'REASON', (image) => reasonOf(image)?.kind ?? ''),
  plain('Error', 'ERROR', (image) => sanitizeText(reasonOf(image)?.message ?? '')),
  plain('Held', 'HELD', (image) => image.held !== null),
  plain('Platform', 'PLATFORM', platformOf),
  plain('ID', 'IMAGE ID', (image, { noTrunc }) => {
    const id = sanitizeText(idOf(image) ?? '');
    return noTrunc ? id : shortDigest(id);
  }),
  plain('Created', 'CREATED', (image) => normalizeTime(image.created ?? '') ?? ''),
  plain('Size', 'SIZE', (image) => (image.size === null ? '' : renderCompactSize(image.size))),
  plain('Download', 'DOWNLOAD', (image) => (image.tag.download === null ? '' : renderCompactSize(image.tag.download.bytes))),
  plain('Newer', 'NEWER', newerAnswerOf),
  plain('NewerStatus', 'NEWER STATUS', (image) => image.newer.verdict.kind),
  plain('NewerWhy', 'NEWER WHY', (image) => sanitizeText(image.newer.verdict.why)),
  plain('NewerReason', 'NEWER REASON', (image) => newerReasonOf(image)?.kind ?? ''),
  plain('Line', 'LINE', (image) => renderTagName(lineOf(image)?.tag ?? '')),
  plain('LineLevel', 'LINE LEVEL', (image) => lineOf(image)?.level ?? ''),
  plain('Newest', 'NEWEST', (image) => renderTagName(newestOf(image)?.tag ?? '')),
  plain('NewestLevel', 'NEWEST LEVEL', (image) => newestOf(image)?.level ?? ''),
  plain('Variant', 'VARIANT', ({ newer }) => renderTagName(newer.variant?.tag ?? '')),
  plain('Sibling', 'SIBLING', ({ newer }) => renderTagName(newer.sibling ?? '')),
  plain('Base', 'BASE', baseNameOf),
  plain('BaseStatus', 'BASE STATUS', (image) => image.base.verdict.kind),
  plain('BaseKind', 'BASE KIND', (image) => baseMovementOf(image) ?? ''),
  plain('BaseWhy', 'BASE WHY', (image) => sanitizeText(image.base.verdict.why)),
  plain('BaseConfidence', 'BASE CONFIDENCE', (image) => baseConfidenceOf(image) ?? ''),
  plain('UsedBy', 'USED BY', (image) => usersOf(image).join(', ')),
  plain('CheckedAt', 'CHECKED AT', (image) => (image.tag.checkedAt === null ? '' : renderTime(image.tag.checkedAt))),
  {
    name: 'Labels',
    header: 'LABELS',
    shape: { kind: 'map' },
    value: (image) => ({ kind: 'map', entries: new Map([...image.labels].map(([key, text]) => [sanitizeText(key), sanitizeText(text)])) }),
  },
  structs('Containers', 'CONTAINERS', ['Name', 'Running', 'Outdated'], (image) =>
    image.containers.map((use) => makeStruct({ Name: sanitizeText(use.name), Running: use.running, Outdated: use.outdated }, use)),
  ),
  structs('Sources', 'SOURCES', ['Kind', 'Location', 'Line', 'Column'], (image) =>
    image.sources.map((place) => {
      const { kind, location, line, column } = place;
      const fields = { Kind: sanitizeText(kind), Location: sanitizeText(location), Line: line ?? 0, Column: column ?? 0 };
      return makeStruct(fields, { kind, location, line, column });
    }),
  ),
];

const NAMES: readonly string[] = FIELDS.map((field) => field.name);

function makeStruct(fields: Readonly<Record<string, Value>>, json: unknown): Value {
  const values = new Map(Object.entries(fields));
  return { kind: 'struct', names: [...values.keys()], take: (name) => values.get(name) ?? null, json: () => json };
}

function lineOf({ newer: { verdict } }: ImageReport): Version | null {
  return verdict.kind === 'available' ? verdict.line : null;
}

function newestOf({ newer: { verdict } }: ImageReport): Version | null {
  return verdict.kind === 'available' ? verdict.newest : null;
}

function partsOf(image: ImageReport): { readonly repository: string; readonly tag: string } | null {
  if (image.registry === null) return null;
  const reference = parseReference(image.reference);
  return reference.ok ? { repository: reference.value.repository, tag: reference.value.tag ?? '' } : null;
}
