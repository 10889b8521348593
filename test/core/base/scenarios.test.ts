import { describe, expect, it } from 'vitest';
import type { Boundary } from '../../../src/core/base/claim.ts';
import { classify } from '../../../src/core/base/classify.ts';
import { compare } from '../../../src/core/base/compare.ts';
import type { Comparison } from '../../../src/core/base/comparison.ts';
import { asEngineTells, compared, endAfter, readCase, version } from './cases.ts';

type Row = {
  readonly happened: string;
  readonly app: string;
  readonly now: string;
  readonly builders: readonly string[];
  readonly boundaries?: readonly Boundary[];
  readonly layersLost?: boolean;
  readonly says: string;
  /** What is said when an engine tells of the image, where that is less. */
  readonly fromEngine?: string;
};

const LAYERED = ['classic', 'buildkit', 'podman', 'podman-docker', 'buildah'] as const;
const BUILDAH = ['podman', 'podman-docker', 'buildah'] as const;

/** After `FROM full`: as the last CMD below a layer, or as buildah's comment says it. */
const LAST_CMD = [endAfter(4, 'weak')];
const FROM_COMMENT = [endAfter(4, 'strong')];

const ROWS: readonly Row[] = [
  { happened: 'nothing', app: 'app-on-full', now: 'full', builders: LAYERED, says: 'current, medium' },
  { happened: 'nothing', app: 'app-on-full', now: 'full', builders: BUILDAH, boundaries: FROM_COMMENT, says: 'current, high' },
  { happened: 'nothing', app: 'app-on-full', now: 'full', builders: ['buildah-unlayered'], says: 'current, medium' },
  { happened: 'nothing', app: 'app-on-full', now: 'full', builders: ['buildah-timestamp'], says: 'current, low' },
  {
    happened: 'nothing, and the image has one time of its own',
    app: 'app-timestamp',
    now: 'bare',
    builders: ['buildah'],
    says: 'current, medium',
  },
  {
    happened: 'it was converted to OCI types',
    app: 'app-on-full',
    now: 'full-converted',
    builders: ['classic'],
    says: 'current, medium',
  },

  {
    happened: 'its CMD changed',
    app: 'app-on-full',
    now: 'full-cmd',
    builders: LAYERED,
    boundaries: LAST_CMD,
    says: 'metadata-only, medium',
  },
  {
    happened: 'its CMD changed',
    app: 'app-on-full',
    now: 'full-cmd',
    builders: BUILDAH,
    boundaries: FROM_COMMENT,
    says: 'metadata-only, high',
  },
  { happened: 'its CMD changed', app: 'app-on-full', now: 'full-cmd', builders: LAYERED, says: 'undetermined, high' },
  { happened: 'its CMD changed', app: 'app-on-full', now: 'full-cmd', builders: ['buildah-timestamp'], says: 'undetermined, high' },

  {
    happened: 'a layer below its CMD was dropped',
    app: 'app-on-full',
    now: 'full-dropped',
    builders: LAYERED,
    says: 'upper-layers-removed, medium',
  },
  {
    happened: 'a layer below its CMD was dropped',
    app: 'app-on-full',
    now: 'full-dropped',
    builders: BUILDAH,
    boundaries: FROM_COMMENT,
    says: 'upper-layers-removed, high',
  },
  {
    happened: 'a layer below its CMD was dropped',
    app: 'app-on-full',
    now: 'full-dropped',
    builders: ['buildah-timestamp'],
    says: 'upper-layers-removed, medium',
  },

  // the new base is what the builder keeps as an intermediate image of the old one
  {
    happened: 'its last step was dropped',
    app: 'app-on-bare',
    now: 'bare-dropped',
    builders: ['classic', ...BUILDAH],
    says: 'current, medium',
  },
  {
    happened: 'its last step was dropped',
    app: 'app-on-bare',
    now: 'bare-dropped',
    builders: BUILDAH,
    boundaries: [endAfter(3, 'strong')],
    says: 'upper-layers-removed, high',
  },
  {
    happened: 'its last step was dropped, and the parent image is known',
    app: 'app-on-bare',
    now: 'bare-dropped',
    builders: ['classic'],
    boundaries: [endAfter(3, 'exact')],
    says: 'upper-layers-removed, high',
  },
  // its build took less than a second, so an engine tells one time
  {
    happened: 'its last step was dropped',
    app: 'app-on-bare',
    now: 'bare-dropped',
    builders: ['buildkit'],
    says: 'upper-layers-removed, medium',
    fromEngine: 'current, low',
  },
  { happened: 'its last step was dropped', app: 'app-on-bare', now: 'bare-dropped', builders: ['buildah-timestamp'], says: 'current, low' },
  {
    happened: 'the last of layers only was dropped',
    app: 'app-on-stacked',
    now: 'stacked-dropped',
    builders: ['podman', 'buildah'],
    says: 'current, medium',
  },
  {
    happened: 'the last of layers only was dropped',
    app: 'app-on-stacked',
    now: 'stacked-dropped',
    builders: ['buildkit'],
    says: 'current, medium',
    fromEngine: 'current, low',
  },

  { happened: 'its RUN touches another file', app: 'app-on-full', now: 'full-other', builders: LAYERED, says: 'layers-differ, high' },
  { happened: 'it was rebuilt from scratch', app: 'app-on-full', now: 'full-rebuilt', builders: LAYERED, says: 'layers-differ, high' },
  { happened: 'a layer was added', app: 'app-on-bare', now: 'bare-extended', builders: LAYERED, says: 'layers-differ, high' },
  {
    happened: 'its only layer changed',
    app: 'app-on-full',
    now: 'full-other',
    builders: ['buildah-unlayered'],
    says: 'layers-differ, medium',
  },
  {
    happened: 'it gained the instruction the image begins with',
    app: 'app-on-plain',
    now: 'plain-coincidence',
    builders: ['buildkit'],
    says: 'undetermined, high',
  },
  {
    happened: 'it gained the instruction the image begins with',
    app: 'app-timestamp-plain',
    now: 'plain-coincidence',
    builders: ['buildah'],
    says: 'undetermined, high',
  },

  {
    happened: 'nothing, and its steps bear no times',
    app: 'app-on-untimed',
    now: 'untimed',
    builders: ['classic', 'buildkit'],
    says: 'current, low',
  },
  { happened: 'nothing, and there were several stages', app: 'app-multistage', now: 'full', builders: LAYERED, says: 'current, medium' },
  { happened: 'nothing, and the image is on one that is on it', app: 'app-on-mid', now: 'mid', builders: LAYERED, says: 'current, medium' },
  {
    happened: 'nothing, but it is the base of the base',
    app: 'app-on-mid',
    now: 'full',
    builders: LAYERED,
    boundaries: [endAfter(7, 'weak')],
    says: 'current, low',
  },
  { happened: 'nothing, and a step changed nothing', app: 'app-noop', now: 'full', builders: LAYERED, says: 'current, medium' },
  { happened: 'nothing, and the image was committed', app: 'app-committed', now: 'full', builders: ['classic'], says: 'current, medium' },
  {
    happened: 'nothing, and the own layers were merged',
    app: 'app-squashed',
    now: 'full',
    builders: ['classic', 'podman'],
    says: 'current, medium',
  },
  {
    happened: 'nothing, and all layers were merged',
    app: 'app-squashed-all',
    now: 'full',
    builders: ['podman'],
    layersLost: true,
    says: 'undecided, squashed',
  },
  {
    happened: 'nothing, and all layers were merged',
    app: 'app-squashed',
    now: 'full',
    builders: ['buildah', 'buildah-unlayered'],
    layersLost: true,
    says: 'undecided, squashed',
  },
  {
    happened: 'nothing, and the image was exported and imported',
    app: 'app-imported',
    now: 'full',
    builders: ['classic'],
    layersLost: true,
    says: 'undecided, squashed',
  },
];

const perBuilder = ROWS.flatMap((row) =>
  row.builders.map((builder) => ({ ...row, builder, known: row.boundaries === undefined ? '' : ', and where the base ended is told' })),
);

describe('what is seen of a base when only the image and the base as it is now are known', () => {
  it.each(perBuilder)(
    '$builder, $app: $happened ($now)$known: $says',
    ({ builder, app, now, boundaries = [], layersLost = false, says }) => {
      const image = compared(readCase(builder, app), { boundaries, layersLost });
      expect(summarize(compare(image, readCase(builder, now), now))).toBe(says);
    },
  );
});

describe('what is seen of it when an engine tells of the image', () => {
  it.each(perBuilder)(
    '$builder, $app: $happened ($now)$known',
    ({ builder, app, now, boundaries = [], layersLost = false, says, fromEngine }) => {
      const image = compared(asEngineTells(readCase(builder, app)), { boundaries, layersLost });
      expect(summarize(compare(image, readCase(builder, now), now))).toBe(fromEngine ?? says);
    },
  );
});

describe('what is seen of a base when the version it was built on is known', () => {
  it.each([
    ['full', 'full', 'current, certain'],
    ['full', 'full-cmd', 'metadata-only, certain'],
    ['full', 'full-dropped', 'upper-layers-removed, certain'],
    ['full', 'full-other', 'layers-differ, certain'],
    ['full', 'full-rebuilt', 'layers-differ, certain'],
    ['bare', 'bare-dropped', 'upper-layers-removed, certain'],
    ['stacked', 'stacked-dropped', 'upper-layers-removed, certain'],
    ['bare', 'bare-extended', 'layers-differ, certain'],
    ['plain', 'plain-coincidence', 'metadata-only, certain'],
  ])('%s became %s: %s', (old, now, says) => {
    for (const builder of ['classic', 'buildkit', 'podman', 'podman-docker', 'buildah']) {
      const comparison = classify(version(readCase(builder, old), old), version(readCase(builder, now), now), old);
      expect(`${builder}: ${summarize(comparison)}`).toBe(`${builder}: ${says}`);
    }
  });

  it('a base that was converted from Docker to OCI types did not move, though its config has another digest', () => {
    const comparison = classify(
      version(readCase('classic', 'full'), 'docker'),
      version(readCase('classic', 'full-converted'), 'oci'),
      'full',
    );
    expect(summarize(comparison)).toBe('current, certain');
  });
});

function summarize(comparison: Comparison): string {
  switch (comparison.kind) {
    case 'current':
      return `current, ${comparison.confidence}`;
    case 'moved':
      return `${comparison.movement}, ${comparison.confidence}`;
    case 'undecided':
      return `undecided, ${comparison.reason}`;
  }
}
