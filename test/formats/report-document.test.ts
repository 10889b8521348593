import { describe, expect, it } from 'vitest';
import type { CheckReport, ImageReport } from '../../src/check/report.ts';
import type { LayerStacks } from '../../src/core/layer-stacks.ts';
import type { StoreNeeds } from '../../src/core/unneeded.ts';
import { renderJson, toDocument, toReportDocument } from '../../src/formats/json.ts';
import { BASES, MOVED } from './base-reports.ts';
import { VERSIONS } from './newer-reports.ts';
import { HERE, makeReport, THERE, WORLD } from './reports.ts';
import { compileDocumentSchema } from '../helpers/document-schema.ts';
import { makeReference } from '../helpers/makers.ts';

const validate = compileDocumentSchema();

const LAYERS: LayerStacks = {
  shared: 1,
  installed: [
    { diffId: HERE, createdBy: 'ADD rootfs /' },
    { diffId: HERE, createdBy: null },
  ],
  candidate: [{ diffId: THERE, createdBy: 'ADD rootfs /' }],
};

const STORE: StoreNeeds = {
  images: 3,
  bytes: 1_150,
  freedBytes: 30,
  unneeded: [
    {
      kind: 'superseded',
      id: HERE,
      reference: 'docker.io/library/nginx:1.27.5',
      name: 'nginx:1.27.5',
      platform: 'linux/amd64',
      bytes: 30,
      because: 'nginx:1.27.6 is here',
      kindOfPlace: 'docker-daemon',
      location: 'unix:///var/run/docker.sock',
    },
    {
      kind: 'dangling',
      id: THERE,
      reference: null,
      name: null,
      platform: 'linux/amd64',
      bytes: null,
      because: 'it has no name any more',
      kindOfPlace: 'docker-daemon',
      location: 'unix:///var/run/docker.sock',
    },
  ],
};

const withLayers: ImageReport = { ...MOVED, base: { ...MOVED.base, layers: LAYERS }, expired: [{ reason: 'freeze', until: '2026-11-01' }] };
const withStore: CheckReport = {
  ...makeReport([withLayers]),
  ignored: [makeReference('redis:7'), makeReference('redis:7')],
  store: STORE,
};

describe('the document a report is made of', () => {
  it('tells the host, what is left out, the store, the layers of a moved base, and holds that have ended', () => {
    const document = toReportDocument(withStore, 'build01');
    expect(document.host).toBe('build01');
    expect(document.ignored).toEqual(['docker.io/library/redis:7']);
    expect(document.store).toEqual(STORE);
    expect(document.images[0]?.base.layers).toEqual(LAYERS);
    expect(document.images[0]?.expired).toEqual([{ reason: 'freeze', until: '2026-11-01' }]);
  });

  it.each([
    ['every kind of answer', WORLD],
    ['bases', BASES],
    ['versions', VERSIONS],
    ['layers and a store', withStore],
    ['a store that tells no sizes', { ...withStore, store: { ...STORE, bytes: null, freedBytes: null } }],
    ['no image', makeReport([])],
  ])('satisfies the published schema: %s', (_, report) => {
    validate(JSON.parse(JSON.stringify(toReportDocument(report, 'build01'))));
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each([
    ['every kind of answer', WORLD],
    ['layers and a store', withStore],
  ])('is but for these what --json prints, which has none of them: %s', (_, report) => {
    const only = (key: string, value: unknown): boolean => ONLY.has(key) || (key === 'layers' && typeof value === 'object');
    const text = JSON.stringify(toReportDocument(report, 'build01'), (key, value: unknown) => (only(key, value) ? undefined : value));
    expect(text).toBe(JSON.stringify(toDocument(report)));
    expect(renderJson(report)).toBe(renderJson({ ...report, store: null, images: report.images.map(withoutLayers) }));
    expect(renderJson(report)).not.toMatch(/"(?:host|ignored|store|expired|layers)": (?!\d)/);
  });
});

/** Beside the layers of a base; a download has a number of layers. */
const ONLY: ReadonlySet<string> = new Set(['host', 'ignored', 'store', 'expired']);

const withoutLayers = (image: ImageReport): ImageReport => ({ ...image, expired: [], base: { ...image.base, layers: null } });
