import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../src/check/report.ts';
import { decodeDocument } from '../../src/core/decode-document.ts';
import { LONGEST_LIST } from '../../src/core/document/spot.ts';
import { renderJson, toDocument, toReportDocument } from '../../src/formats/json.ts';
import { BASES, MOVED } from '../formats/base-reports.ts';
import { VERSIONS } from '../formats/newer-reports.ts';
import { HERE, makeReport, makeRow, THERE, WORLD } from '../formats/reports.ts';
import { compileDocumentSchema, DOCUMENT_SCHEMA } from '../helpers/document-schema.ts';
import { makeReference } from '../helpers/makers.ts';

const validate = compileDocumentSchema({ allErrors: false });

/** All that only a report's document has. */
const REPORTED: CheckReport = makeReport(
  [
    {
      ...MOVED,
      expired: [{ reason: 'plugin not ready', until: '2026-11-10' }],
      base: {
        ...MOVED.base,
        layers: {
          shared: 1,
          installed: [
            { diffId: HERE, createdBy: 'ADD rootfs.tar.xz /' },
            { diffId: THERE, createdBy: null },
          ],
          candidate: [{ diffId: HERE, createdBy: 'ADD rootfs.tar.xz /' }],
        },
      },
    },
    makeRow('nginx:1.27', 'rebuilt', {
      held: { reason: null, until: '2026-12-15' },
      tag: { download: { bytes: 12, layers: 1, totalLayers: 2 }, candidateCreated: '2026-11-08T10:00:00Z' },
      containers: [{ name: 'web', running: true, outdated: true }],
    }),
  ],
  {
    registries: WORLD.registries,
    warnings: WORLD.warnings,
    ignored: [makeReference('redis:7')],
    failures: [{ code: 'engine-unavailable', message: 'no engine answers', hint: null, place: 'docker-daemon' }],
    store: {
      images: 3,
      bytes: 1000,
      freedBytes: null,
      unneeded: [
        {
          kind: 'dangling',
          id: HERE,
          reference: null,
          name: null,
          platform: 'linux/amd64',
          bytes: 5,
          because: 'a newer build took its name',
          kindOfPlace: 'docker-daemon',
          location: 'unix:///var/run/docker.sock',
        },
      ],
    },
  },
);

const REPORTS: readonly [string, CheckReport][] = [
  ['one row of each kind', WORLD],
  ['bases', BASES],
  ['versions', VERSIONS],
  ['nothing', makeReport([])],
  ['what only a report tells', REPORTED],
];

/** What comes out of a pipe. */
function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

const DOCUMENTS = REPORTS.flatMap(([, report]) => [throughJson(toDocument(report)), throughJson(toReportDocument(report, 'build01'))]);

function read(value: unknown): unknown {
  const decoded = decodeDocument(value);
  return decoded.ok ? decoded.value : decoded.message;
}

type Path = readonly (string | number)[];

/** Where there is a value, the whole included. */
function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) yield* pathsOf(part, [...path, Array.isArray(value) ? Number(key) : key]);
}

const LEAVE_OUT = Symbol('leave out');

/** The same with one value changed. */
function change(value: unknown, path: Path, wanted: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return wanted;
  if (Array.isArray(value)) return value.map((item: unknown, at) => (at === step ? change(item, rest, wanted) : item));
  const entries = Object.entries(value as object).map(([key, part]) => [key, key === step ? change(part, rest, wanted) : part] as const);
  return Object.fromEntries(entries.filter(([, part]) => part !== LEAVE_OUT));
}

/** Fields that came after the first documents: `newer.variant`, in any image. */
const LATE = new Set(['newer.variant', 'newer.sibling', 'newer.notes', 'base.difference', 'base.notes', 'sources.within']);
const fieldAt = (path: Path): string =>
  path
    .filter((step) => typeof step === 'string')
    .slice(-2)
    .join('.');

describe('a document that was printed', () => {
  it.each(REPORTS)('is read as it was: %s', (_, report) => {
    expect(read(JSON.parse(renderJson(report)))).toEqual(toDocument(report));
    expect(read(throughJson(toReportDocument(report, 'build01')))).toEqual(toReportDocument(report, 'build01'));
  });

  it('is read in its own order of fields, so that it prints as it did', () => {
    for (const document of DOCUMENTS) expect(JSON.stringify(read(document))).toBe(JSON.stringify(document));
  });

  it('may have fields that are not known, which are left out', () => {
    for (const document of DOCUMENTS) {
      const paths = [...pathsOf(document)].filter((path) => isObjectAt(document, path));
      const more = paths.reduce((whole, path) => change(whole, path, { ...(at(whole, path) as object), more: { deep: [1] } }), document);
      expect(JSON.stringify(more).split('"more"').length - 1).toBe(paths.length);
      expect(read({ ...(more as object), report: 5, check: 'x' })).toEqual(document);
    }
  });

  it('may lack fields that were added to the first documents', () => {
    const [document] = DOCUMENTS;
    const paths = [...pathsOf(document)].filter((path) => LATE.has(fieldAt(path)));
    expect(new Set(paths.map(fieldAt))).toEqual(LATE);
    const old = paths.reduce((whole, path) => change(whole, path, LEAVE_OUT), document);
    const emptied = paths.reduce((whole, path) => change(whole, path, path.at(-1) === 'notes' ? [] : null), document);
    expect(read(old)).toEqual(emptied);
  });

  it('may tell of times beyond four digits of a year, which an image can say of itself', () => {
    const report = makeReport([makeRow('a:1', 'current', { created: '9999-12-31T23:59:59-10:00' })]);
    expect(read(throughJson(toDocument(report)))).toEqual(toDocument(report));
  });

  it('may have every word that its schema knows', () => {
    const told = new Set<string>();
    for (const { values, fill } of enumsOf()) {
      for (const value of values) {
        const document = fill(value);
        expect([value, validate(document)]).toEqual([value, true]);
        expect([value, read(document)]).toEqual([value, document]);
        told.add(String(value));
      }
    }
    expect(told.size).toBeGreaterThan(50);
  });
});

describe('what is no document', () => {
  const [world] = DOCUMENTS;
  it.each<[string, unknown, string]>([
    ['a list', [], 'expected an object, got a list of 0'],
    ['nothing', null, 'expected an object, got null'],
    ['another object', {}, 'schemaVersion: expected 1, as in documents that imgupdate prints with --json, got nothing'],
    [
      'a document of a later version',
      { ...(world as object), schemaVersion: 2 },
      'schemaVersion: expected 1, which is all that this version of imgupdate knows, got 2',
    ],
    [
      'one with a status that is none',
      change(world, ['images', 3, 'tag', 'status'], 'x\u001b[2J'),
      'images[3].tag.status: expected one of current, rebuilt, gone, local, pinned, none, unknown, got "x\ufffd[2J"',
    ],
    [
      'one with a time that is none',
      change(world, ['generatedAt'], 'now'),
      'generatedAt: expected a time in UTC such as 2026-11-16T07:00:00Z, got "now"',
    ],
    [
      'one with another time zone',
      change(world, ['generatedAt'], '2026-11-16T07:00:00+01:00'),
      'generatedAt: expected a time in UTC such as 2026-11-16T07:00:00Z, got "2026-11-16T07:00:00+01:00"',
    ],
    [
      'one with a day that is none',
      change(world, ['images', 0, 'created'], '2026-13-41T07:00:00Z'),
      'images[0].created: expected a time in UTC such as 2026-11-16T07:00:00Z, got "2026-13-41T07:00:00Z"',
    ],
    ['one with a size that is none', change(world, ['images', 0, 'size'], -1), 'images[0].size: expected a whole number from 0, got -1'],
    [
      'one with a line that is none',
      change(world, ['images', 3, 'sources', 0, 'line'], 0),
      'images[3].sources[0].line: expected a whole number from 1, got 0',
    ],
    [
      'one with a digest that is none',
      change(world, ['images', 0, 'imageId'], 'sha256:abc'),
      'images[0].imageId: expected a sha256 or sha512 digest, got "sha256:abc"',
    ],
    [
      'one without a reason',
      change(world, ['images', 0, 'tag', 'reason'], null),
      'images[0].tag.reason: expected a reason, as the status is unknown, got null',
    ],
    [
      'one with a difference of a base that did not move',
      change(world, ['images', 0, 'base', 'difference'], { position: 1, installedBy: null, candidateBy: null }),
      'images[0].base.difference: expected null, as the status is another one, got an object',
    ],
    ['one with images in an object', change(world, ['images'], {}), 'images: expected a list, got an object'],
    ['one with an image that is a list', change(world, ['images', 1], []), 'images[1]: expected an object, got a list of 0'],
    ['one with an empty name', change(world, ['images', 1, 'name'], ''), 'images[1].name: expected a text that is not empty, got ""'],
    ['one with a number for a text', change(world, ['images', 1, 'base', 'why'], 5), 'images[1].base.why: expected a text, got 5'],
    [
      'one with a number for a flag',
      change(world, ['images', 1, 'containers', 0, 'running'], 1),
      'images[1].containers[0].running: expected true or false, got 1',
    ],
    [
      'one with a window that is none',
      change(world, ['registries', 0, 'windowSeconds'], true),
      'registries[0].windowSeconds: expected a number from 0, got true',
    ],
    [
      'one with more shared layers than there are',
      change(DOCUMENTS.at(-1), ['images', 0, 'base', 'layers', 'shared'], 2),
      'images[0].base.layers.shared: expected at most 1, as many layers as both have, got 2',
    ],
  ])('is refused, and where: %s', (_, value, message) => {
    expect(decodeDocument(value)).toEqual({ ok: false, message });
  });

  it('is exactly what the published schema refuses, whichever field is another one', () => {
    const values = [LEAVE_OUT, null, 5, -1, 1.5, 'x', '', '2026-11-16T07:00:00Z', HERE, [], [5], {}, true];
    const verdicts = { taken: 0, refused: 0 };
    const differences: string[] = [];
    const seen = new Map<string, number>();
    for (const document of DOCUMENTS.filter((each) => isObjectAt(each, ['store']) || !Object.hasOwn(each as object, 'host'))) {
      for (const path of pathsOf(document)) {
        const shape = path.map((step) => (typeof step === 'number' ? '*' : step)).join('.');
        const times = (seen.get(shape) ?? 0) + 1;
        seen.set(shape, times);
        // each field of the first images and of some later ones
        for (const value of times < 6 || times % 7 === 0 ? values : []) {
          if (path.length === 0 || (value === LEAVE_OUT && typeof path.at(-1) === 'number')) continue;
          if (value === LEAVE_OUT && LATE.has(fieldAt(path))) continue;
          // a schema cannot compare a number with the length of a list
          if (path.includes('layers') && ((path.at(-1) === 'shared' && value === 5) || Array.isArray(value))) continue;
          const changed = change(document, path, value);
          const decoded = decodeDocument(changed);
          const isTaken = validate(changed);
          if (decoded.ok !== isTaken) differences.push(`${path.join('.')} ${JSON.stringify(value)}: ${JSON.stringify(validate.errors)}`);
          verdicts[isTaken ? 'taken' : 'refused'] += 1;
        }
      }
    }
    expect(differences).toEqual([]);
    expect(verdicts.taken).toBeGreaterThan(500);
    expect(verdicts.refused).toBeGreaterThan(5000);
  });

  it('is refused in one line of bounded length, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.jsonValue()), fc.constantFrom(...DOCUMENTS), fc.nat(), (value, document, place) => {
        const paths = [...pathsOf(document)];
        for (const each of [value, change(document, paths[place % paths.length]!, value)]) {
          const decoded = decodeDocument(each);
          if (decoded.ok) continue;
          expect(decoded.message).toMatch(/^[a-z].{10,300}$/u);
        }
      }),
    );
  });

  it('is refused before it is read when it has too many images', () => {
    const images = new Array<unknown>(LONGEST_LIST + 1).fill({});
    expect(read({ ...(world as object), images })).toBe('images: expected at most 200000 entries, got a list of 200001');
  });

  it('does no harm however deep it is', () => {
    let deep: unknown = [];
    for (let depth = 0; depth < 200_000; depth += 1) deep = depth % 2 === 0 ? [deep] : { images: deep };
    expect(read({ ...(world as object), images: deep })).toMatch(/^images/);
    expect(read({ ...(world as object), more: deep })).toEqual(world);
  });

  it('names what is wrong first, and reads no further', () => {
    const images = [5, ...new Array<unknown>(1000).fill(6)];
    expect(read({ ...(world as object), images, registries: 7 })).toBe('images[0]: expected an object, got 5');
  });

  it('may be called what an object of the language is', () => {
    const named: unknown = JSON.parse(
      '{"schemaVersion":1,"__proto__":{"generatedAt":"2026-11-16T07:00:00Z","images":[],"registries":[],"warnings":[]}}',
    );
    expect(read(named)).toMatch(/^generatedAt: .*got nothing$/);
  });
});

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((part, step) => (part as Record<string | number, unknown>)[step], value);
}

function isObjectAt(document: unknown, path: Path): boolean {
  const value = at(document, path);
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Each closed list of words of the schema, and a document that is right with each of them. */
function enumsOf(): readonly { readonly values: readonly unknown[]; readonly fill: (value: unknown) => unknown }[] {
  const [image] = (DOCUMENTS.at(-1) as { images: [Record<string, Record<string, unknown>>] }).images;
  const reason = { kind: 'timeout', message: 'no answer', retryAt: null };
  const withImage = (field: string, parts: object): unknown =>
    change(DOCUMENTS.at(-1), ['images', 0, field], { ...image[field], ...parts });
  const words = (...path: Path): readonly unknown[] => at(DOCUMENT_SCHEMA, path) as readonly unknown[];
  const reasonOf = (status: unknown): unknown => (status === 'unknown' ? reason : null);
  const version = (level: unknown): unknown => ({ tag: '2', level, digest: null });
  const base = (status: unknown): object => ({
    status,
    kind: status === 'moved' ? 'layers-differ' : null,
    difference: null,
    confidence: status === 'unknown' ? null : 'high',
    reason: reasonOf(status),
  });
  const store = at(DOCUMENTS.at(-1), ['store', 'unneeded', 0]) as object;
  return [
    {
      values: words('$defs', 'image', 'properties', 'verdict', 'enum'),
      fill: (value) => change(DOCUMENTS.at(-1), ['images', 0, 'verdict'], value),
    },
    {
      values: words('$defs', 'tag', 'properties', 'status', 'enum'),
      fill: (value) => withImage('tag', { status: value, reason: reasonOf(value) }),
    },
    {
      values: words('$defs', 'newer', 'properties', 'status', 'enum'),
      fill: (value) => withImage('newer', { status: value, reason: reasonOf(value) }),
    },
    { values: words('$defs', 'base', 'properties', 'status', 'enum'), fill: (value) => withImage('base', base(value)) },
    {
      values: words('$defs', 'base', 'properties', 'kind', 'enum').filter((value) => value !== null),
      fill: (value) => withImage('base', { kind: value }),
    },
    {
      values: words('$defs', 'base', 'properties', 'confidence', 'enum').filter((value) => value !== null),
      fill: (value) => withImage('base', { confidence: value }),
    },
    {
      values: words('$defs', 'base', 'properties', 'evidence', 'items', 'enum'),
      fill: (value) => withImage('base', { evidence: [value] }),
    },
    {
      values: words('$defs', 'reason', 'properties', 'kind', 'enum'),
      fill: (value) => withImage('tag', { status: 'unknown', reason: { ...reason, kind: value } }),
    },
    {
      values: words('$defs', 'versionOrNull', 'anyOf', 0, 'properties', 'level', 'enum'),
      fill: (value) => withImage('newer', { status: 'available', line: version(value), newest: version(value) }),
    },
    {
      values: words('$defs', 'variantOrNull', 'anyOf', 0, 'properties', 'level', 'enum'),
      fill: (value) => withImage('newer', { variant: version(value) }),
    },
    {
      values: words('$defs', 'unneededImage', 'properties', 'kind', 'enum'),
      fill: (value) => change(DOCUMENTS.at(-1), ['store', 'unneeded', 0], { ...store, kind: value }),
    },
  ];
}
