import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBuildpacks } from '../../../src/core/base/buildpacks.ts';
import { renderReference } from '../../../src/core/reference.ts';
import { digest } from './steps.ts';

const RUN_IMAGE = [digest('os'), digest('run image')];
const OWN = [digest('buildpack'), digest('launcher'), digest('app')];
const DIFF_IDS = [...RUN_IMAGE, ...OWN];
const MANIFEST = digest('run image manifest');

/** As the lifecycle writes it, shortened. */
const makeMetadata = (runImage: unknown, more: object = {}): object => ({
  app: [{ sha: digest('app') }],
  buildpacks: [{ key: 'paketo-buildpacks/node-engine', version: '4.1.1', layers: { node: { sha: digest('buildpack'), launch: true } } }],
  config: { sha: digest('config') },
  launcher: { sha: digest('launcher') },
  'process-types': { sha: digest('process types') },
  runImage,
  ...more,
});

const CURRENT = {
  topLayer: digest('run image'),
  reference: `index.docker.io/paketobuildpacks/run-jammy-base@${MANIFEST}`,
  image: 'index.docker.io/paketobuildpacks/run-jammy-base:latest',
  mirrors: ['gcr.io/paketo-buildpacks/run-jammy-base:latest'],
};

const find = (metadata: unknown, diffIds = DIFF_IDS) =>
  findBuildpacks(
    new Map([['io.buildpacks.lifecycle.metadata', typeof metadata === 'string' ? metadata : JSON.stringify(metadata)]]),
    diffIds,
  );

function told(metadata: unknown, diffIds = DIFF_IDS): unknown {
  const { claims, rejected } = find(metadata, diffIds);
  const [claim] = claims;
  if (claim === undefined) return rejected.map(({ why }) => why);
  return [claim.reference === null ? null : renderReference(claim.reference), claim.digests, claim.imageId];
}

describe('an image that buildpacks made', () => {
  it('names its run image, and the layer at which it ends', () => {
    expect(told(makeMetadata(CURRENT))).toEqual(['docker.io/paketobuildpacks/run-jammy-base:latest', [MANIFEST], null]);
    expect(find(makeMetadata(CURRENT)).claims).toMatchObject([
      { source: 'buildpacks', where: 'label io.buildpacks.lifecycle.metadata', boundary: { history: null, layers: 2, strength: 'exact' } },
    ]);
  });

  it.each<[string, object, object, unknown[]]>([
    [
      'in a daemon, by an image id',
      { ...CURRENT, reference: digest('id') },
      {},
      ['docker.io/paketobuildpacks/run-jammy-base:latest', [], digest('id')],
    ],
    [
      'in a daemon, by an image id without its algorithm',
      { ...CURRENT, reference: digest('id').slice(7) },
      {},
      ['docker.io/paketobuildpacks/run-jammy-base:latest', [], digest('id')],
    ],
    [
      'before Platform API 0.12, in the stack',
      { topLayer: CURRENT.topLayer, reference: CURRENT.reference },
      { stack: { runImage: { image: 'paketobuildpacks/run:base-cnb', mirrors: ['gcr.io/paketo-buildpacks/run:base-cnb'] } } },
      ['docker.io/paketobuildpacks/run:base-cnb', [MANIFEST], null],
    ],
    [
      'by a mirror, where its name is missing',
      { ...CURRENT, image: undefined },
      {},
      ['gcr.io/paketo-buildpacks/run-jammy-base:latest', [MANIFEST], null],
    ],
    [
      'by a mirror, where its name is none',
      { ...CURRENT, image: 'A B' },
      {},
      ['gcr.io/paketo-buildpacks/run-jammy-base:latest', [MANIFEST], null],
    ],
    [
      'by its digest alone',
      { topLayer: CURRENT.topLayer, reference: CURRENT.reference },
      {},
      [`docker.io/paketobuildpacks/run-jammy-base@${MANIFEST}`, [MANIFEST], null],
    ],
    ['by its topmost layer alone', { topLayer: CURRENT.topLayer }, {}, [null, [], null]],
  ])('tells of its run image %s', (_, runImage, more, expected) => {
    expect(told(makeMetadata(runImage, more))).toEqual(expected);
  });

  it('may have nothing on top of its run image', () => {
    expect(find(makeMetadata(CURRENT), RUN_IMAGE).claims).toHaveLength(1);
  });

  it.each<[string, unknown, string]>([
    ['has no such layer', makeMetadata({ ...CURRENT, topLayer: digest('elsewhere') }), 'this image has no layer sha256:656c73'],
    ['does not say where the run image ends', makeMetadata({ image: 'a' }), 'does not name the topmost layer'],
    ['has other metadata', { runImage: [] }, 'does not name the topmost layer'],
    ['has a list for metadata', [], 'does not name the topmost layer'],
    ['has no JSON', '{"runImage": ', 'invalid JSON at line 1'],
    ['has very much of it', ' '.repeat(2_000_000), 'expected at most 1048576 characters, got 2000000'],
    ['has control characters in it', makeMetadata({ ...CURRENT, topLayer: '\u001b[2J' }), 'no layer \u{fffd}[2J'],
  ])('does not count when it %s', (_, metadata, why) => {
    expect(told(metadata)).toEqual([expect.stringContaining(why)]);
  });

  it('does not tell of the base of an image that was built on it with a Dockerfile', () => {
    expect(told(makeMetadata(CURRENT), [...DIFF_IDS, digest('further')])).toEqual([
      'it does not list the topmost layer of this image, so it tells of an image below',
    ]);
  });

  it('is not one without the label', () => {
    expect(findBuildpacks(new Map([['io.buildpacks.stack.id', 'x']]), DIFF_IDS)).toEqual({ claims: [], rejected: [] });
  });

  it('never fails, whatever the label holds', () => {
    const value = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .anything()
        .map((any) =>
          JSON.stringify({ runImage: { topLayer: DIFF_IDS[1], reference: any, image: any } }, (_, each: unknown) =>
            typeof each === 'bigint' ? 1 : each,
          ),
        ),
    );
    fc.assert(
      fc.property(value, (text) => {
        const { claims, rejected } = find(text);
        expect(claims.length + rejected.length).toBe(1);
      }),
    );
  });
});
