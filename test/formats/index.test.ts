import { describe, expect, it } from 'vitest';
import type { ImageReport } from '../../src/check/report.ts';
import { reason } from '../../src/core/reason.ts';
import { STANDARD_POLICY } from '../../src/core/versions/policy.ts';
import { chooseFormat, formatNames } from '../../src/formats/index.ts';
import { renderLimits } from '../../src/formats/limits.ts';
import { createPaint } from '../../src/formats/paint.ts';
import { renderShow } from '../../src/formats/show.ts';
import { summarize } from '../../src/formats/summary.ts';
import { renderUpdate } from '../../src/formats/update.ts';
import { moved, open } from './base-reports.ts';
import { makeNewerReport, makeReport, makeRow, NOW, unknown, WORLD } from './reports.ts';

const OPTIONS = { width: null, noTrunc: false, paint: createPaint(false) };

function render(format: string, report = WORLD): string {
  const chosen = chooseFormat(format);
  const rendered = chosen.ok ? chosen.value(report, OPTIONS) : chosen;
  return rendered.ok ? rendered.value : rendered.message;
}

/** OSC 52 writes the clipboard, OSC 8 makes a link, CR and CSI overwrite, bidi reorders, TAB and LF forge cells and lines. */
const EVIL = 'x\u001b]52;c;cm0gLXJm\u0007\u001b]8;;http://evil\u001b\\y\r\n\tz\u009b2J\u202e\u2066\u200b\u{e0041}\ufeff\u0000\u007f';

const EVIL_REFERENCE = { registry: EVIL, repository: EVIL, tag: EVIL, digest: null };

/** A base of which every text an image or a registry may choose is hostile, and each is long. */
const EVIL_BASE: ImageReport['base'] = {
  verdict: {
    ...moved(null, { difference: { position: 0, installedBy: EVIL, candidateBy: EVIL.repeat(1000) }, why: EVIL, notes: [EVIL, EVIL] }),
    reference: EVIL_REFERENCE,
  },
  checkedAt: null,
  layers: null,
  found: [
    {
      source: 'annotation',
      says: 'base',
      reference: EVIL_REFERENCE,
      digests: [],
      imageId: null,
      boundary: { history: 1, layers: 1, strength: 'weak' },
      where: EVIL.repeat(1000),
    },
  ],
  rejected: [{ source: 'label', where: EVIL.repeat(1000), why: EVIL }],
  trail: [{ asked: `HEAD ${EVIL}`, answer: EVIL.repeat(1000), cost: 'free' }],
};

const EVIL_OPEN_BASE: ImageReport['base'] = {
  ...EVIL_BASE,
  verdict: { ...open('rate-limited', EVIL.repeat(1000), null), reference: EVIL_REFERENCE },
};

const EVIL_VERSION = { tag: EVIL.repeat(1000), level: 'major', digest: null } as const;

const EVIL_GLOB = { glob: EVIL.repeat(1000), matches: () => true };

const EVIL_REPORT = makeReport(
  [
    makeRow(
      'nginx:1.27',
      { kind: 'unknown', reason: reason('bad-response', EVIL, EVIL), candidate: null, why: `why ${EVIL}` },
      {
        reference: EVIL,
        name: EVIL,
        registry: EVIL,
        engineId: EVIL,
        imageId: null,
        created: EVIL,
        labels: new Map([
          [EVIL, EVIL],
          ['org.opencontainers.image.source', EVIL],
        ]),
        containers: [{ name: EVIL, running: true, outdated: true }],
        held: { reason: EVIL, until: EVIL },
        sources: [{ kind: EVIL, location: EVIL, line: 1, column: 1, file: null }],
        platform: { os: EVIL, architecture: EVIL, variant: EVIL, osVersion: null, osFeatures: [] },
        newer: {
          verdict: { kind: 'available', line: { tag: EVIL, level: 'minor', digest: null }, newest: EVIL_VERSION, why: EVIL },
          variant: EVIL_VERSION,
          sibling: EVIL.repeat(1000),
          notes: [EVIL, EVIL.repeat(1000)],
          trail: [{ asked: `GET ${EVIL}`, answer: EVIL.repeat(1000), cost: 'free' }],
          table: {
            policy: { ...STANDARD_POLICY, skip: [EVIL], include: [EVIL_GLOB], exclude: [EVIL_GLOB, EVIL_GLOB] },
            rows: [],
            covers: null,
          },
          checkedAt: null,
        },
        base: EVIL_BASE,
        tag: { candidateCreated: EVIL, trail: [{ asked: `GET ${EVIL}`, answer: EVIL, cost: 'free' }] },
      },
    ),
    { ...makeRow('a:1', 'rebuilt', { base: EVIL_OPEN_BASE }), name: EVIL, reference: EVIL, registry: null, engineId: EVIL },
    makeRow('nginx:1', 'rebuilt', {
      newer: makeNewerReport({ kind: 'unknown', reason: reason('bad-response', EVIL.repeat(1000), EVIL), why: EVIL.repeat(1000) }),
      containers: [{ name: EVIL, running: true, outdated: true }],
    }),
    { ...makeRow('a:1', 'local'), name: EVIL, reference: EVIL, engineId: EVIL, imageId: null },
    ...['b:1', 'c:1'].map((name) => ({
      ...makeRow(name, unknown('rate-limited', EVIL, EVIL)),
      registry: EVIL,
      engineId: EVIL,
      imageId: null,
    })),
  ],
  {
    registries: [{ registry: EVIL, requests: 1, counted: 0, limit: 1, remaining: 1, windowSeconds: 60 }],
    warnings: [{ code: EVIL, message: EVIL, image: EVIL }],
  },
);

/** Everything but the new line we write ourselves. */
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/u;

describe('--format', () => {
  it('takes a name or a template', () => {
    expect(formatNames()).toEqual(['table', 'plain', 'json', 'ndjson', 'apt', 'quiet']);
    expect(render('quiet').split('\n')[2]).toBe('nginx:1.27');
    expect(render('{{.Image}}').split('\n')[2]).toBe('nginx:1.27');
    expect(render('table {{.Image}}').split('\n')[3]).toBe('nginx:1.27');
  });

  it.each([
    [
      'jsno',
      /^unknown format "jsno": expected table, plain, json, ndjson, apt, quiet or a template such as '\{\{\.Image\}\}' \(did you mean "json"\?\)$/,
    ],
    ['', /^unknown format ""/],
    ['__proto__', /^unknown format "__proto__"/],
    ['js\u001b[2Jon', /^unknown format "js\uFFFD\[2Jon"/],
    ['{{.Nope}}', /^template parsing error: can't evaluate field Nope/],
  ])('that is none says what is known: %j', (format, message) => {
    expect(chooseFormat(format)).toEqual({ ok: false, message: expect.stringMatching(message) });
  });
});

describe('hostile text from registries, labels and containers', () => {
  it.each([
    'table',
    'apt',
    'quiet',
    'json',
    'ndjson',
    '{{.Image}} {{.Reference}} {{.Registry}} {{.ID}} {{.Why}} {{.UsedBy}} {{.Labels}} {{.Sources}} {{.Platform}} {{.Newer}} {{.NewerWhy}} {{.Line}} {{.Newest}} {{.Variant}} {{.Sibling}} {{.Base}} {{.BaseWhy}} {{json .}}',
  ])('reaches no terminal through %s', (format) => {
    const text = render(format, EVIL_REPORT);
    expect(text).not.toMatch(UNSAFE);
    expect(text.length).toBeGreaterThan(10);
  });

  it('makes no line or cell of its own', () => {
    expect(render('table', EVIL_REPORT).split('\n')).toHaveLength(8);
    expect(render('apt', EVIL_REPORT).split('\n')).toHaveLength(7);
    expect(render('quiet', EVIL_REPORT).split('\n')).toHaveLength(6);
    expect(render('ndjson', EVIL_REPORT).split('\n')).toHaveLength(7);
    const plain = render('plain', EVIL_REPORT);
    expect(
      plain
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split('\t').length),
    ).toEqual([18, 18, 18, 18, 18, 18]);
    expect(plain.replaceAll('\t', '')).not.toMatch(UNSAFE);
  });

  it('reaches no terminal through show, update, limits or the summary', () => {
    const update = renderUpdate(EVIL_REPORT, { elapsedMs: 1 });
    const summary = summarize(EVIL_REPORT, { upgradable: true });
    const texts = [
      ...EVIL_REPORT.images.map((image) => renderShow(image, { paint: OPTIONS.paint, noTrunc: true, now: NOW })),
      ...update.records,
      ...update.closing,
      ...update.warnings,
      renderLimits(EVIL_REPORT.registries, OPTIONS),
      summary.sentence,
      summary.next ?? '',
      ...summary.notes,
      ...summary.hints,
    ];
    for (const text of texts) expect(text).not.toMatch(UNSAFE);
    for (const line of texts.flatMap((text) => text.split('\n'))) expect(line.length).toBeLessThan(5000);
    expect(update.records.join('\n')).toContain('Err:1');
    expect(update.records.join('').includes('\n')).toBe(false);
  });
});
