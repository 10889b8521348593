import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../src/check/report.ts';
import { reason, REASON_KINDS } from '../../src/core/reason.ts';
import { renderApt } from '../../src/formats/apt.ts';
import { renderJson, toDocument } from '../../src/formats/json.ts';
import { renderNdjson } from '../../src/formats/ndjson.ts';
import { renderPlain } from '../../src/formats/plain.ts';
import { renderQuiet } from '../../src/formats/quiet.ts';
import { makePlatform } from '../helpers/makers.ts';
import { type BaseMovement, untoldBase } from '../../src/core/verdict.ts';
import { EVIDENCE_SOURCES } from '../../src/core/base/claim.ts';
import { BASES, moved, MOVED, onBase, open, PRESENT, RECORDED, settled } from './base-reports.ts';
import { answered, VERSIONS } from './newer-reports.ts';
import { HERE, makeBaseReport, makeReport, makeRow, THERE, unknown, WORLD } from './reports.ts';
import { compileDocumentSchema } from '../helpers/document-schema.ts';

const validate = compileDocumentSchema();

/** The problems the published schema finds in what `--json` prints. */
function problemsOf(report: CheckReport): string[] {
  validate(JSON.parse(renderJson(report)));
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}

const NEWER = makeRow('node:20.11.1', 'current', {
  newer: {
    verdict: {
      kind: 'available',
      line: { tag: '20.19.5', level: 'minor', digest: null },
      newest: { tag: '24.11.0', level: 'major', digest: THERE },
      why: 'two newer versions',
    },
    variant: null,
    sibling: null,
    notes: [],
    trail: [],
    table: null,
    checkedAt: 0,
  },
});

describe('the JSON document', () => {
  it('satisfies its published schema with every kind of answer', () => {
    const noBase = makeRow('scratch-app:1', 'none', { base: makeBaseReport({ kind: 'none', ...untoldBase('built from scratch') }) });
    const noNewer = makeRow('a:1', 'current', {
      newer: {
        verdict: { kind: 'unknown', reason: reason('timeout', 'no answer'), why: 'no answer' },
        variant: null,
        sibling: null,
        notes: [],
        trail: [],
        table: null,
        checkedAt: null,
      },
    });
    expect(problemsOf(WORLD)).toEqual([]);
    expect(problemsOf(makeReport([NEWER, noBase, noNewer]))).toEqual([]);
    const variant = { tag: '20.11.1-alpine3.22', level: null, digest: THERE };
    const onNewer = makeRow('node:20.11.1-alpine3.19', 'current', answered({ kind: 'none', why: 'no tag is newer' }, { variant }));
    expect(problemsOf(VERSIONS)).toEqual([]);
    expect(problemsOf(makeReport([onNewer]))).toEqual([]);
    expect(problemsOf(makeReport([]))).toEqual([]);
  });

  it.each(REASON_KINDS)('knows the reason %s', (kind) => {
    expect(problemsOf(makeReport([makeRow('a:1', unknown(kind, 'said so', '2026-11-20T18:00:00Z'))]))).toEqual([]);
  });

  it.each([
    ['an unknown status', (image: Record<string, unknown>) => ({ ...image, tag: { ...(image.tag as object), status: 'stale' } })],
    [
      'an unknown answer without a reason',
      (image: Record<string, unknown>) => ({ ...image, tag: { ...(image.tag as object), status: 'unknown' } }),
    ],
    [
      'newer versions where there are none',
      (image: Record<string, unknown>) => ({ ...image, newer: { ...(image.newer as object), status: 'none' } }),
    ],
    [
      'unknown newer versions without a reason',
      (image: Record<string, unknown>) => ({
        ...image,
        newer: { ...(image.newer as object), line: null, newest: null, status: 'unknown' },
      }),
    ],
    ['a missing field', (image: Record<string, unknown>) => Object.fromEntries(Object.entries(image).filter(([key]) => key !== 'held'))],
    ['a time that is none', (image: Record<string, unknown>) => ({ ...image, created: 'yesterday' })],
    ['a digest that is none', (image: Record<string, unknown>) => ({ ...image, imageId: 'sha256:abc' })],
  ])('is refused by its schema with %s', (_, spoil) => {
    const document = JSON.parse(renderJson(makeReport([NEWER])));
    expect(validate(document)).toBe(true);
    expect(validate({ ...document, images: [spoil(document.images[0] as Record<string, unknown>)] })).toBe(false);
  });

  it('may get more fields', () => {
    const document = JSON.parse(renderJson(WORLD));
    expect(validate({ ...document, more: 1, images: [{ ...document.images[0], more: 1 }] })).toBe(true);
  });

  it('reads as the contract says, in its order', () => {
    const report = makeReport([WORLD.images[2]!], { registries: WORLD.registries.slice(0, 1), warnings: WORLD.warnings });
    expect(renderJson(report)).toMatchInlineSnapshot(`
      "{
        "schemaVersion": 1,
        "generatedAt": "2026-11-20T12:44:06Z",
        "images": [
          {
            "reference": "docker.io/library/nginx:1.27",
            "name": "nginx:1.27",
            "platform": "linux/amd64",
            "imageId": "sha256:c0ffee0000000000000000000000000000000000000000000000000000000000",
            "created": "2026-10-27T09:00:00.123456789Z",
            "size": 71200000,
            "verdict": "stale",
            "tag": {
              "status": "rebuilt",
              "digests": [
                "sha256:3f2a9c0b7d1e0000000000000000000000000000000000000000000000000000"
              ],
              "candidate": "sha256:9d1e4a55c0ff0000000000000000000000000000000000000000000000000000",
              "candidateCreated": "2026-11-08T10:00:00Z",
              "download": {
                "bytes": 12345678,
                "layers": 2,
                "totalLayers": 7
              },
              "why": "the tag names another image for linux/amd64",
              "reason": null,
              "checkedAt": "2026-11-20T12:41:06Z"
            },
            "newer": {
              "status": "untracked",
              "line": null,
              "newest": null,
              "variant": null,
              "sibling": null,
              "notes": [],
              "why": "versions are not followed",
              "reason": null,
              "checkedAt": null
            },
            "base": {
              "status": "unknown",
              "kind": null,
              "reference": null,
              "recorded": null,
              "candidate": null,
              "confidence": null,
              "evidence": [],
              "versionsBehind": null,
              "difference": null,
              "notes": [],
              "why": "nothing names a base",
              "reason": {
                "kind": "no-evidence",
                "message": "nothing names a base",
                "retryAt": null
              },
              "checkedAt": null
            },
            "containers": [
              {
                "name": "proxy",
                "running": false,
                "outdated": false
              },
              {
                "name": "web",
                "running": true,
                "outdated": true
              },
              {
                "name": "blog",
                "running": true,
                "outdated": false
              }
            ],
            "held": null,
            "sources": [
              {
                "kind": "docker-daemon",
                "location": "unix:///var/run/docker.sock",
                "line": null,
                "column": null,
                "within": null
              }
            ]
          }
        ],
        "registries": [
          {
            "registry": "docker.io",
            "requests": 9,
            "counted": 1,
            "limit": 100,
            "remaining": 87,
            "windowSeconds": 21600
          }
        ],
        "warnings": [
          {
            "code": "untrusted-realm",
            "message": "the realm is not trusted",
            "image": null
          }
        ]
      }
      "
    `);
  });

  it('tells all of a base that moved', () => {
    expect(toDocument(makeReport([MOVED])).images[0]?.base).toEqual({
      status: 'moved',
      kind: 'upper-layers-removed',
      reference: 'docker.io/library/node:20-slim',
      recorded: RECORDED,
      candidate: PRESENT,
      confidence: 'high',
      evidence: ['annotation', 'history'],
      versionsBehind: 2,
      difference: { position: 4, installedBy: '/bin/sh -c apt-get update  && apt-get install -y curl', candidateBy: null },
      notes: ['debian:bookworm-slim, on which node:20-slim is built, moved too'],
      why: 'node:20-slim dropped its top layer; this image still carries it',
      reason: null,
      checkedAt: '2026-11-20T12:41:06Z',
    });
  });

  it('tells of a base without an answer what is known, and no confidence', () => {
    expect(toDocument(makeReport([BASES.images[6]!])).images[0]?.base).toMatchObject({
      status: 'unknown',
      kind: null,
      reference: 'docker.io/library/ruby:3.3-slim',
      confidence: null,
      reason: { kind: 'rate-limited', message: 'docker.io allows no more requests', retryAt: null },
      checkedAt: null,
    });
  });

  it('cuts the steps of layers, which may be scripts', () => {
    const difference = { position: 0, installedBy: 'x'.repeat(100_000), candidateBy: `y\u001b${'y'.repeat(1023)}` };
    const base = toDocument(makeReport([onBase('a:1', 'local', moved('node:20', { difference }))])).images[0]?.base;
    expect([base?.difference?.installedBy?.length, base?.difference?.candidateBy?.length]).toEqual([1024, 1024]);
  });

  it.each<BaseMovement>(['layers-differ', 'metadata-only', 'upper-layers-removed', 'rolled-back', 'undetermined'])(
    'knows the movement %s',
    (movement) => {
      const difference = { position: 0, installedBy: null, candidateBy: 'RUN a' };
      expect(problemsOf(makeReport([onBase('a:1', 'local', moved('node:20', { movement, difference }))]))).toEqual([]);
    },
  );

  it('satisfies its schema with every kind of base, evidence and reason', () => {
    expect(problemsOf(BASES)).toEqual([]);
    const evident = onBase(
      'a:1',
      'local',
      settled('current', 'node:20', { evidence: EVIDENCE_SOURCES, versionsBehind: 0, notes: ['a', 'b'] }),
    );
    const reasons = (['squashed', 'ambiguous-tag', 'policy', 'budget', 'no-evidence'] as const).map((kind) =>
      onBase('a:1', 'local', open(kind, 'said so', null)),
    );
    expect(problemsOf(makeReport([evident, ...reasons]))).toEqual([]);
  });

  it.each([
    ['an unknown status', { status: 'stale' }],
    ['a movement of a base that did not move', { status: 'current' }],
    ['a base that moved, not how', { kind: null }],
    ['an unknown movement', { kind: 'sideways' }],
    ['an answer of no confidence', { confidence: null }],
    ['an answer that has a reason', { reason: { kind: 'timeout', message: 'no answer', retryAt: null } }],
    ['an unknown evidence', { evidence: ['hearsay'] }],
    ['versions that cannot be', { versionsBehind: -1 }],
    ['a layer that cannot be', { difference: { position: -1, installedBy: null, candidateBy: null } }],
    ['a candidate that is no digest', { candidate: 'sha256:abc' }],
    ['a note that is no text', { notes: [1] }],
    ['no answer and no reason', { status: 'unknown', kind: null, confidence: null, difference: null }],
  ])('is refused by its schema with %s', (_, spoiled) => {
    const document = JSON.parse(renderJson(makeReport([MOVED])));
    expect(validate(document)).toBe(true);
    const [image] = document.images;
    expect(validate({ ...document, images: [{ ...image, base: { ...image.base, ...spoiled } }] })).toBe(false);
  });

  it('keeps the level and digest of newer versions', () => {
    expect(toDocument(makeReport([NEWER])).images[0]?.newer).toEqual({
      status: 'available',
      line: { tag: '20.19.5', level: 'minor', digest: null },
      newest: { tag: '24.11.0', level: 'major', digest: THERE },
      variant: null,
      sibling: null,
      notes: [],
      why: 'two newer versions',
      reason: null,
      checkedAt: '1970-01-01T00:00:00Z',
    });
  });

  it('passes on nothing but the fields of the contract', () => {
    const use = { ...WORLD.registries[0]!, source: '192.0.2.1', token: 'secret' };
    const image = { ...NEWER, labels: new Map([['secret', 'secret']]) };
    expect(renderJson(makeReport([image], { registries: [use] }))).not.toMatch(/192\.0\.2\.1|secret/);
  });

  it('says null for a creation date that is none', () => {
    const made = (created: string) => toDocument(makeReport([{ ...NEWER, created }])).images[0]?.created;
    expect(made('0001-01-01T00:00:00Z')).toBeNull();
    expect(made('some day')).toBeNull();
    expect(made('2026-11-08T12:00:00+02:00')).toBe('2026-11-08T10:00:00.000Z');
  });

  it('escapes what a terminal would act on and loses nothing of it', () => {
    const evil = '\u001b]52;c;eA==\u0007 \u009b2J \u202e \u200b \u{e0041} \ud800 \u2028';
    const text = renderJson(makeReport([makeRow('a:1', unknown('bad-response', evil))]));
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u{e0000}-\u{e007f}\p{Cs}]/u);
    expect(JSON.parse(text).images[0].tag.why).toBe(evil);
  });
});

describe('ndjson', () => {
  it('is one image of the document per line', () => {
    const lines = renderNdjson(WORLD)
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toEqual(JSON.parse(renderJson(WORLD)).images);
    expect(renderNdjson(makeReport([]))).toBe('');
  });
});

describe('plain', () => {
  it('has eighteen cells on every line, and "-" where there is nothing', () => {
    const lines = renderPlain(WORLD)
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(lines.every((cells) => cells.length === 18 && cells.every((cell) => cell !== ''))).toBe(true);
    expect(lines[0]).toEqual([
      'ghcr.io/acme/api:2.3.1',
      HERE,
      '-',
      'unknown',
      'unknown',
      'linux/amd64',
      '-',
      '-',
      '-',
      'not-found-or-private',
      'ghcr.io/acme/api:2.3.1',
      '-',
      'unknown,no-evidence',
      '-',
      '/var/run/docker.sock',
      '-',
      '-',
      'untracked',
    ]);
    expect(lines[2]).toEqual([
      'nginx:1.27',
      HERE,
      THERE,
      'rebuilt',
      'stale',
      'linux/amd64',
      '12345678',
      'web*,blog,proxy',
      '2026-11-20T12:41:06Z',
      '-',
      'docker.io/library/nginx:1.27',
      '-',
      'unknown,no-evidence',
      '-',
      '/var/run/docker.sock',
      '-',
      '-',
      'untracked',
    ]);
    expect(lines[4]?.[3]).toBe('rebuilt,held');
  });

  it('keeps to one line and its cells whatever a container is called', () => {
    const evil = makeRow('a:1', 'current', { containers: [{ name: 'x\ty\nz', running: true, outdated: false }] });
    expect(renderPlain(makeReport([evil])).split('\n')).toHaveLength(2);
    expect(renderPlain(makeReport([evil])).split('\t')).toHaveLength(18);
  });
});

describe('the apt format', () => {
  it('prints NAME VERSION ARCH [STATUS]', () => {
    expect(renderApt(WORLD)).toMatchInlineSnapshot(`
      "ghcr.io/acme/api:2.3.1 3f2a9c0b7d1e amd64 [installed,unknown: not-found-or-private]
      docker.io/library/my-app:dev c0ffee000000 amd64 [installed,local]
      docker.io/library/nginx:1.27 9d1e4a55c0ff amd64 [rebuilt from: 3f2a9c0b7d1e]
      docker.io/library/node:20-alpine 3f2a9c0b7d1e amd64 [installed]
      docker.io/library/postgres:15.4 9d1e4a55c0ff amd64 [rebuilt from: 3f2a9c0b7d1e,held]
      docker.io/library/python:3.8-slim 3f2a9c0b7d1e amd64 [installed,gone]
      docker.io/library/redis@sha256:3f2a9c0b7d1e0000000000000000000000000000000000000000000000000000 3f2a9c0b7d1e amd64 [installed,pinned]
      "
    `);
  });

  it('names the system where it is not linux, and the variant', () => {
    const on = (platform: string) => renderApt(makeReport([makeRow('a:1', 'current', { platform: makePlatform(platform) })]));
    expect(on('linux/arm/v7')).toBe('docker.io/library/a:1 3f2a9c0b7d1e arm/v7 [installed]\n');
    expect(on('windows/amd64')).toBe('docker.io/library/a:1 3f2a9c0b7d1e windows/amd64 [installed]\n');
  });
});

describe('quiet', () => {
  it('prints each name once, as docker pull takes it', () => {
    const nginx = WORLD.images[2]!;
    expect(renderQuiet(makeReport([nginx, { ...nginx, platform: makePlatform('linux/arm64') }, makeRow('ghcr.io/a/b:1', 'gone')]))).toBe(
      'nginx:1.27\nghcr.io/a/b:1\n',
    );
  });
});
