import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeHold } from '../../../src/core/hold.ts';
import { reason } from '../../../src/core/reason.ts';
import type { Report } from '../../../src/core/report/report.ts';
import type { ReportAbout } from '../../../src/formats/report/index.ts';
import { toImageEntry } from '../../../src/formats/json.ts';
import { renderReportProm } from '../../../src/formats/report/prom.ts';
import { readMetrics, type Series } from '../../helpers/prometheus.ts';
import { systemTest } from '../../helpers/system.ts';
import { makeNewerReport, makeRow } from '../reports.ts';
import { EVIL, FIRST, FLEET, HOSTILE, INTERRUPTED, makeDocument, NOW, QUIET, REPORT } from './reports.ts';

const ABOUT: ReportAbout = { version: '0.1.0', perImage: false, mail: { to: [], from: null } };
const PER_IMAGE: ReportAbout = { ...ABOUT, perImage: true };
const DAY = 86_400;

const hold = makeHold('wait', '2026-12-15');
const IMAGES = [
  makeRow('nginx:1.27', 'rebuilt'),
  makeRow('node:20', 'current', {
    newer: makeNewerReport({
      kind: 'available',
      line: { tag: '20.1', level: 'minor', digest: null },
      newest: { tag: '24', level: 'major', digest: null },
      why: 'x',
    }),
  }),
  makeRow('python:3.8', 'gone'),
  makeRow('ghcr.io/acme/a:1', { kind: 'unknown', reason: reason('unauthorized', '401'), candidate: null, why: 'x' }),
  makeRow('ghcr.io/acme/b:1', { kind: 'unknown', reason: reason('unauthorized', '401'), candidate: null, why: 'x' }),
  { ...makeRow('postgres:15', 'current'), held: hold.ok ? hold.value : null },
].map((row) => ({ ...toImageEntry(row), expired: row.name === 'node:20' ? [{ reason: null, until: '2026-11-01' }] : [] }));

const WITH_IMAGES: Report = { ...REPORT, hosts: [{ name: 'build01', generatedAt: NOW, document: makeDocument(IMAGES) }] };
const FLEET_WITH_IMAGES: Report = {
  ...FLEET,
  hosts: FLEET.hosts.map((host) => ({ ...host, document: makeDocument(host.name === 'edge' ? IMAGES.slice(0, 2) : IMAGES) })),
};
/** Names that are alike once they are safe to print. */
const SPOILT = HOSTILE.hosts.map((host) => ({
  ...host,
  name: EVIL,
  document: makeDocument(IMAGES.map((image) => ({ ...image, name: EVIL, reference: EVIL, platform: EVIL }))),
}));
const REPORTS: readonly (readonly [string, Report])[] = [
  ['every section', WITH_IMAGES],
  ['nothing', QUIET],
  ['a first report', FIRST],
  ['several hosts', FLEET_WITH_IMAGES],
  ['an interrupted report', INTERRUPTED],
  ['hostile names', { ...HOSTILE, hosts: SPOILT }],
];

const read = (report: Report, about = ABOUT): readonly Series[] => readMetrics(renderReportProm(report, about));

/** The values of a metric by its labels: `tag/gone`. */
function valuesOf(series: readonly Series[], metric: string): Record<string, number> {
  const those = series.filter((each) => each.metric === metric);
  return Object.fromEntries(those.map(({ labels, value }) => [[...labels.values()].join('/'), value]));
}

const sum = (values: Readonly<Record<string, number>>): number => Object.values(values).reduce((total, value) => total + value, 0);

describe('the metrics of a report', () => {
  it('are what they were', async () => {
    await expect(renderReportProm(WITH_IMAGES, PER_IMAGE)).toMatchFileSnapshot('golden/prom.prom');
  });

  it('count each image once for each question, and tell the states that no image is in', () => {
    const series = read(WITH_IMAGES);
    const counts = {
      imgupdate_images: { fresh: 1, stale: 3, unknown: 2 },
      imgupdate_images_tag: { current: 2, rebuilt: 1, gone: 1, local: 0, pinned: 0, none: 0, unknown: 2 },
      imgupdate_images_newer: { none: 0, available: 1, untracked: 5, unknown: 0 },
      imgupdate_images_base: { current: 0, moved: 0, gone: 0, none: 0, pinned: 0, unknown: 6 },
    };
    for (const [metric, values] of Object.entries(counts)) {
      expect([metric, valuesOf(series, metric)]).toEqual([metric, values]);
      expect(sum(values)).toBe(IMAGES.length);
    }
  });

  it('count an image with a newer minor and a newer major in both', () => {
    expect(valuesOf(read(WITH_IMAGES), 'imgupdate_newer_versions')).toEqual({ patch: 0, minor: 1, major: 1 });
  });

  it('count what could not be checked by its reason, and no base for which there is no evidence', () => {
    const errors = valuesOf(read(WITH_IMAGES), 'imgupdate_check_errors');
    expect(errors.unauthorized).toBe(2);
    expect(sum(errors)).toBe(2);
    expect(Object.keys(errors)).toHaveLength(14);
    expect(errors).not.toHaveProperty('no-evidence');
  });

  it('count the lists of the report', () => {
    const series = read(WITH_IMAGES);
    expect(valuesOf(series, 'imgupdate_updates')).toEqual({ new: 2, pending: 3, held: 1 });
    expect(valuesOf(series, 'imgupdate_updates_done')).toEqual({ '': 3 });
    expect(valuesOf(series, 'imgupdate_attention')).toEqual({
      gone: 1,
      'base-gone': 0,
      unchecked: 1,
      unread: 0,
      'expired-hold': 1,
      unsure: 0,
    });
    expect(valuesOf(series, 'imgupdate_images_held')).toEqual({ '': 1 });
    expect(valuesOf(series, 'imgupdate_images_hold_expired')).toEqual({ '': 1 });
    expect(valuesOf(series, 'imgupdate_images_unneeded')).toEqual({ superseded: 1, dangling: 1, unused: 1 });
    expect(valuesOf(series, 'imgupdate_unneeded_bytes')).toEqual({ '': 1_243_000_000 });
  });

  it('count the same when only news is wanted elsewhere', () => {
    expect(renderReportProm({ ...WITH_IMAGES, onlyNew: true }, ABOUT)).toBe(renderReportProm(WITH_IMAGES, ABOUT));
  });

  it('tell the time of what is pending longest, and 0 for nothing', () => {
    const metric = 'imgupdate_oldest_pending_update_timestamp_seconds';
    expect(valuesOf(read(REPORT), metric)).toEqual({ '': NOW / 1000 - 88 * DAY });
    expect(valuesOf(read(QUIET), metric)).toEqual({ '': 0 });
    expect(valuesOf(read(FLEET), metric)).toEqual({
      build01: NOW / 1000 - 88 * DAY,
      build02: NOW / 1000,
      edge: NOW / 1000 - 88 * DAY,
    });
  });

  it.each([
    ['no image, as there is none', makeDocument(), 1],
    ['images that were answered for', makeDocument(IMAGES), 1],
    [
      'no image, as the engine does not answer',
      makeDocument([], { warnings: [{ code: 'engine-unavailable', message: 'x', image: null }] }),
      0,
    ],
    [
      'images, while another place cannot be read',
      makeDocument(IMAGES, { warnings: [{ code: 'unreadable', message: 'x', image: null }] }),
      0,
    ],
    ['images, and no answer for any', makeDocument(IMAGES.filter(({ tag }) => tag.status === 'unknown')), 0],
    ['images that were built here', makeDocument([toImageEntry(makeRow('acme/a:1', 'local'))]), 1],
    ['images, and something else to say', makeDocument(IMAGES, { warnings: [{ code: 'wrong-digest', message: 'x', image: null }] }), 1],
  ])('say whether a check can be trusted that found %s', (_, document, success) => {
    const report = { ...REPORT, hosts: [{ name: 'build01', generatedAt: NOW, document }] };
    expect(valuesOf(read(report), 'imgupdate_last_check_success')).toEqual({ '': success });
  });

  it('name the host only where there are several', () => {
    expect(renderReportProm(WITH_IMAGES, PER_IMAGE)).not.toContain('host=');
    const images = valuesOf(read(FLEET_WITH_IMAGES), 'imgupdate_images');
    expect(images).toMatchObject({ 'stale/build01': 3, 'stale/edge': 2, 'unknown/build02': 2, 'unknown/edge': 0 });
  });

  it('tell no quota where the registry tells none', () => {
    const series = read(REPORT);
    expect(valuesOf(series, 'imgupdate_registry_requests')).toEqual({ 'docker.io': 19, 'ghcr.io': 3 });
    expect(valuesOf(series, 'imgupdate_registry_counted_requests')).toEqual({ 'docker.io': 1, 'ghcr.io': 0 });
    expect(valuesOf(series, 'imgupdate_registry_quota_remaining')).toEqual({ 'docker.io': 87 });
    expect(valuesOf(series, 'imgupdate_registry_quota_limit')).toEqual({ 'docker.io': 100 });
  });

  it('claim nothing of an image store that nobody looked at', () => {
    const text = renderReportProm({ ...REPORT, stores: [] }, ABOUT);
    expect(text).not.toMatch(/unneeded|store/);
    const sizeless = { ...REPORT, stores: REPORT.stores.map((store) => ({ ...store, bytes: null, freedBytes: null })) };
    expect(renderReportProm(sizeless, ABOUT)).not.toContain('bytes');
  });

  it('tell single images only when they are wanted', () => {
    expect(renderReportProm(WITH_IMAGES, ABOUT)).not.toContain('image=');
    const series = read(WITH_IMAGES, PER_IMAGE);
    expect(valuesOf(series, 'imgupdate_image_stale')).toMatchObject({ 'nginx:1.27/linux/amd64': 1, 'postgres:15/linux/amd64': 0 });
    expect(valuesOf(series, 'imgupdate_image_pending_timestamp_seconds')).toMatchObject({
      'redis:7.2.4/linux/amd64': NOW / 1000 - 88 * DAY,
      'nginx:1.27/linux/amd64': NOW / 1000,
    });
  });

  it('tell no age, which would be wrong as soon as it is read', () => {
    const later = { ...WITH_IMAGES, generatedAt: NOW + 3_600_000 };
    expect(renderReportProm(later, PER_IMAGE)).toBe(renderReportProm(WITH_IMAGES, PER_IMAGE));
  });

  it('have no digest in a label', () => {
    const pinned = IMAGES.map((image) => ({ ...image, name: `nginx@sha256:${'a'.repeat(64)}` }));
    const text = renderReportProm({ ...REPORT, hosts: [{ name: 'a', generatedAt: NOW, document: makeDocument(pinned) }] }, PER_IMAGE);
    expect(text).not.toContain('sha256');
    expect(valuesOf(readMetrics(text), 'imgupdate_image_stale')).toEqual({ 'nginx/linux/amd64': 1 });
  });

  it('bound the series of single images, and say how many are not there', () => {
    const [image] = IMAGES;
    const many = Array.from({ length: 20_000 }, (_, at) => ({ ...image!, name: `acme/app-${at}:1` }));
    const report = { ...REPORT, hosts: [{ name: 'a', generatedAt: NOW, document: makeDocument(many) }] };
    const text = renderReportProm(report, PER_IMAGE);
    const series = readMetrics(text);
    expect(Object.keys(valuesOf(series, 'imgupdate_image_stale'))).toHaveLength(10_000);
    expect(valuesOf(series, 'imgupdate_image_series_left_out')).toEqual({ '': 10_000 });
    expect(valuesOf(series, 'imgupdate_images').stale).toBe(20_000);
    expect(text.length).toBeLessThan(1_500_000);
  });

  it.each(REPORTS)('with %s are what a strict reader takes', (_, report) => {
    for (const about of [ABOUT, PER_IMAGE]) expect(read(report, about).length).toBeGreaterThan(50);
  });

  it('stay readable whatever an image, a host, a registry or a version is called', () => {
    const text = fc
      .array(fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.constantFrom('"', '\\', '\n', '{', '}', ',', '=', '\\n', '@')), {
        maxLength: 6,
      })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), text, (names, other) => {
        const hosts = names.map((name) => ({
          name,
          generatedAt: NOW,
          document: makeDocument(IMAGES.slice(0, 1).map((image) => ({ ...image, name: other, platform: name }))),
        }));
        const registries = names.map((registry) => ({ ...REPORT.registries[0]!, registry }));
        const series = read({ ...FLEET, hosts, registries }, { ...PER_IMAGE, version: other });
        expect(valuesOf(series, 'imgupdate_build_info')).toBeTypeOf('object');
        expect(sum(valuesOf(series, 'imgupdate_images'))).toBe(names.length);
        expect(sum(valuesOf(series, 'imgupdate_registry_requests'))).toBe(19 * names.length);
      }),
      { numRuns: 200 },
    );
  });
});

systemTest('promtool', ['promtool'], () => {
  it.each(REPORTS)('takes the metrics with %s, and has nothing to say of them', (_, report) => {
    for (const about of [ABOUT, PER_IMAGE]) {
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
        input: renderReportProm(report, about),
        encoding: 'utf8',
      });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    }
  });
});
