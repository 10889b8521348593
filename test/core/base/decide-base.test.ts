import { describe, expect, it } from 'vitest';
import type { BaseClaim } from '../../../src/core/base/claim.ts';
import { type Digest, parseDigest } from '../../../src/core/digest.ts';
import { EMPTY_LAYER, type ImageContents } from '../../../src/core/image-contents.ts';
import { reason } from '../../../src/core/reason.ts';
import { makeReference } from '../../helpers/makers.ts';
import { asEngineTells, layer, makeContents, readCase } from './cases.ts';
import {
  type Asked,
  type Offered,
  builtHere,
  claims,
  dangling,
  decide,
  digestIn,
  pulled,
  release,
  type Release,
  remember,
  seenAs,
  tell,
  type World,
} from './world.ts';

const NAME = 'org.opencontainers.image.base.name';
const DIGEST = 'org.opencontainers.image.base.digest';

/** `says` ends with how many versions the base is behind, where that is told: `moved/metadata-only, certain, 2 behind`. */
type Row = {
  readonly when: string;
  readonly image: Asked;
  readonly world?: World;
  readonly says: string;
  readonly evidence: readonly string[];
  /** In order; what takes no request is not told. */
  readonly asks: readonly string[];
};

const on = (contents: ImageContents, parts: Omit<Asked, 'contents'> = {}): Asked => ({ contents, ...parts });
const flag = { told: claims('flag', 'base:1') };

const BASE = makeContents(['+COPY a@1', 'ENV LANG=C@2', '+RUN x@3', 'CMD sh@4']);
const APP = makeContents(['+COPY a@1', 'ENV LANG=C@2', '+RUN x@3', 'CMD sh@4', '+COPY app@60', 'CMD app@61']);
const v1 = release('v1', BASE);
const v2 = release('v2', makeContents(['+COPY a@1', 'ENV LANG=C@2', '+RUN y@13', 'CMD sh@14']));
const v3 = release('v3', makeContents(['+COPY a3@21', 'ENV LANG=C@22', '+RUN y@23', 'CMD sh@24']));
const recorded = { [NAME]: 'base:1', [DIGEST]: digestIn(v1) };

/** After a bare base, `COPY, ENV, RUN`, that lost its last step: what is left is a part of what was. */
const BARE = makeContents(['+COPY a@1', 'ENV LANG=C@2', '+RUN x@3']);
const ON_BARE = makeContents(['+COPY a@1', 'ENV LANG=C@2', '+RUN x@3', '+COPY app@60', 'CMD app@61']);
const b1 = release('b1', BARE);
const b2 = release('b2', makeContents(['+COPY a@1', 'ENV LANG=C@2']));

const now = (offer: Offered): World => ({ tags: { 'base:1': offer } });

const fresh = (what: string): readonly string[] => ['HEAD base:1', `entry ${what}`, `contents ${what}`];

/** As a Dockerfile says it. */
const pinnedTo = (of: Release): Pick<Asked, 'told'> => ({
  told: { claims: [{ ...claimOf(), reference: { ...makeReference('base'), tag: null, digest: digestIn(of) } }], rejected: [] },
});

const ROWS: readonly Row[] = [
  // 1
  ...(['classic', 'buildkit'] as const).flatMap((builder): Row[] => {
    const full = release('full', readCase(builder, 'full'));
    const app = readCase(builder, 'app-on-full');
    return [
      {
        when: `${builder}: the base did not move`,
        image: on(app, flag),
        world: now(full),
        says: 'current, medium, 0 behind',
        evidence: ['flag'],
        asks: fresh('full'),
      },
      {
        when: `${builder}: the base did not move, and its digest is recorded`,
        image: on(app, { annotations: { [NAME]: 'base:1', [DIGEST]: digestIn(full) } }),
        world: now(full),
        says: 'current, certain, 0 behind',
        evidence: ['annotation'],
        asks: ['HEAD base:1'],
      },
      // 2
      {
        when: `${builder}: the base changed its CMD`,
        image: on(app, flag),
        world: now(release('new', readCase(builder, 'full-cmd'))),
        says: 'moved/metadata-only, medium',
        evidence: ['flag'],
        asks: fresh('new'),
      },
      // 3
      {
        when: `${builder}: the base dropped a layer below its CMD`,
        image: on(app, flag),
        world: now(release('new', readCase(builder, 'full-dropped'))),
        says: 'moved/upper-layers-removed, medium',
        evidence: ['flag'],
        asks: fresh('new'),
      },
      // 4
      {
        when: `${builder}: a RUN of the base touches another file`,
        image: on(app, flag),
        world: now(release('new', readCase(builder, 'full-other'))),
        says: 'moved/layers-differ, high',
        evidence: ['flag'],
        asks: fresh('new'),
      },
      // 7
      {
        when: `${builder}: the base was built without the cache, so that it shares no layer with the image`,
        image: on(app, { told: claims('config', 'base:1') }),
        world: now(release('new', readCase(builder, 'full-rebuilt'))),
        says: 'moved/layers-differ, high',
        evidence: ['config'],
        asks: fresh('new'),
      },
    ];
  }),
  // 5
  {
    when: 'classic: the base dropped its last step, and nothing is recorded: a known limit',
    image: on(readCase('classic', 'app-on-bare'), flag),
    world: now(release('new', readCase('classic', 'bare-dropped'))),
    says: 'current, medium, 0 behind',
    evidence: ['flag'],
    asks: fresh('new'),
  },
  {
    when: 'classic: the base dropped its last step, and the version before is remembered',
    image: on(readCase('classic', 'app-on-bare'), { ...flag, ...remember(seenAs('base:1', release('old', readCase('classic', 'bare')))) }),
    world: now(release('new', readCase('classic', 'bare-dropped'))),
    says: 'moved/upper-layers-removed, certain, 1 behind',
    evidence: ['flag', 'seen-before'],
    asks: fresh('new'),
  },
  {
    when: 'classic: the base dropped its last step, and the version before is still here without its tag',
    image: on(asEngineTells(readCase('classic', 'app-on-bare')), {
      known: [dangling(release('old', asEngineTells(readCase('classic', 'bare'))), 'base')],
      tagsHere: () => [makeReference('base:1')],
    }),
    world: { ...now(release('new', readCase('classic', 'bare-dropped'))), kept: [release('old', readCase('classic', 'bare'))] },
    says: 'moved/upper-layers-removed, certain',
    evidence: ['local-image'],
    asks: fresh('new'),
  },
  {
    when: 'the base dropped its last step, and its digest is recorded',
    image: on(ON_BARE, { annotations: { [NAME]: 'base:1', [DIGEST]: digestIn(b1) } }),
    world: { ...now(b2), kept: [b1] },
    says: 'moved/upper-layers-removed, certain',
    evidence: ['annotation'],
    asks: ['HEAD base:1', 'entry b2', 'entry b1', 'contents b2', 'contents b1'],
  },
  // 8
  {
    when: 'buildah: the base dropped its last step, and its digest is recorded',
    image: on(readCase('buildah', 'app-on-bare'), {
      annotations: { [NAME]: 'base:1', [DIGEST]: digestIn(release('old', readCase('buildah', 'bare')), 'manifestDigest') },
    }),
    world: { ...now(release('new', readCase('buildah', 'bare-dropped'))), kept: [release('old', readCase('buildah', 'bare'))] },
    says: 'moved/upper-layers-removed, certain',
    evidence: ['annotation'],
    asks: ['HEAD base:1', 'entry new', 'entry old', 'contents new', 'contents old'],
  },
  // 11
  {
    when: 'the recorded digest was never in any registry, as podman writes it for a base that was built here',
    image: on(APP, { annotations: { [NAME]: 'base:1', [DIGEST]: layer('only here') } }),
    world: now(v1),
    says: 'current, medium, 0 behind',
    evidence: ['annotation'],
    asks: ['HEAD base:1', 'entry v1', 'entry ?', 'contents v1'],
  },
  // 12
  {
    when: 'the recorded index moved for other platforms only',
    image: on(APP, { annotations: recorded }),
    world: { ...now({ ...v1, name: 'v1 for others', topDigest: layer('v1 for others') }), kept: [v1] },
    says: 'current, certain, 0 behind',
    evidence: ['annotation'],
    asks: ['HEAD base:1', 'entry v1 for others', 'entry v1'],
  },
  {
    when: "the recorded manifest is what the tag's index still has for the platform, as ko and buildah record it",
    image: on(APP, { annotations: { [NAME]: 'base:1', [DIGEST]: digestIn(v1, 'manifestDigest') } }),
    world: now(v1),
    says: 'current, certain, 0 behind',
    evidence: ['annotation'],
    asks: ['HEAD base:1', 'entry v1'],
  },
  // 14
  {
    when: 'an Env of the base changed, in the config alone',
    image: on(APP, { annotations: recorded }),
    world: { ...now(release('env', { ...BASE, settings: new Map([['Env', '["LANG=C.UTF-8"]']]) })), kept: [v1] },
    says: 'moved/metadata-only, certain',
    evidence: ['annotation'],
    asks: ['HEAD base:1', 'entry env', 'entry v1', 'contents env', 'contents v1'],
  },
  // 16
  {
    when: 'the recorded digest was deleted, and layers differ',
    image: on(APP, { annotations: recorded }),
    world: now(v2),
    says: 'moved/layers-differ, high',
    evidence: ['annotation'],
    asks: ['HEAD base:1', 'entry v2', 'entry ?', 'contents v2'],
  },
  // 17
  {
    when: "the base's tag was deleted",
    image: on(APP, { annotations: recorded }),
    world: now('gone'),
    says: 'gone, certain',
    evidence: ['annotation'],
    asks: ['HEAD base:1'],
  },
  {
    when: 'the base no longer offers the platform',
    image: on(APP, { annotations: recorded }),
    world: now('other platforms'),
    says: 'gone, certain',
    evidence: ['annotation'],
    asks: ['HEAD base:1', 'entry ?'],
  },
  // 18
  { when: 'nothing speaks for any base', image: on(APP), says: 'unknown/no-evidence', evidence: [], asks: [] },
  // 19
  {
    when: 'the annotation says scratch',
    image: on(APP, { annotations: { [NAME]: 'scratch' } }),
    says: 'none, high',
    evidence: ['annotation'],
    asks: [],
  },
  { when: 'the image has no layers', image: on(makeContents(['CMD x@1'])), says: 'none, certain', evidence: [], asks: [] },
  // 20
  {
    when: 'the base was compressed anew',
    image: on(APP, { annotations: recorded }),
    world: { ...now({ ...release('packed', BASE), configDigest: v1.configDigest }), kept: [v1] },
    says: 'current, certain, 0 behind',
    evidence: ['annotation'],
    asks: ['HEAD base:1', 'entry packed', 'entry v1', 'contents packed', 'contents v1'],
  },
  {
    when: 'the base was compressed anew, and nothing was recorded',
    image: on(APP, flag),
    world: now(release('packed', BASE)),
    says: 'current, medium, 0 behind',
    evidence: ['flag'],
    asks: fresh('packed'),
  },
  // 22
  {
    when: 'the base was built again with the same layers, at another time',
    image: on(APP, { annotations: recorded }),
    world: {
      ...now(
        release('again', makeContents(['+COPY a@101', 'ENV LANG=C@102', '+RUN x@103', 'CMD sh@104'], { layers: ['COPY a', 'RUN x'] })),
      ),
      kept: [v1],
    },
    says: 'moved/metadata-only, certain',
    evidence: ['annotation'],
    asks: ['HEAD base:1', 'entry again', 'entry v1', 'contents again', 'contents v1'],
  },
  // 23
  {
    when: 'all times are 1970, and the base dropped its upper layers',
    image: on(ancient(ON_BARE), flag),
    world: now(release('1970', ancient(b2.contents))),
    says: 'current, low, 0 behind',
    evidence: ['flag'],
    asks: fresh('1970'),
  },
  // 24
  {
    when: 'neither image has a history',
    image: on({ ...APP, history: null }, flag),
    world: now(release('bare', { ...BASE, history: null })),
    says: 'current, low, 0 behind',
    evidence: ['flag'],
    asks: fresh('bare'),
  },
  // 25
  {
    when: 'the base has the empty layer only',
    image: on({ ...APP, diffIds: [emptyLayer(), ...APP.diffIds] }, flag),
    world: now(release('empty', { ...makeContents(['CMD sh@1']), diffIds: [emptyLayer()] })),
    says: 'unknown/no-evidence',
    evidence: ['flag'],
    asks: fresh('empty'),
  },
  {
    when: 'the empty layer is all an image here has in common with it',
    image: on(
      { ...APP, diffIds: [emptyLayer(), ...APP.diffIds] },
      {
        known: [pulled(release('empty', { ...makeContents(['CMD sh@1']), diffIds: [emptyLayer()] }), 'base:1')],
      },
    ),
    says: 'unknown/no-evidence',
    evidence: [],
    asks: [],
  },
  // 30
  {
    when: 'the user names the image of a builder stage',
    image: on(APP, flag),
    world: now(release('builder', makeContents(['+COPY go@1', 'CMD go@2']))),
    says: 'moved/layers-differ, medium',
    evidence: ['flag'],
    asks: fresh('builder'),
  },
  // 32
  {
    when: 'classic: docker commit added a step',
    image: on(readCase('classic', 'app-committed'), flag),
    world: now(release('full', readCase('classic', 'full'))),
    says: 'current, medium, 0 behind',
    evidence: ['flag'],
    asks: fresh('full'),
  },
  {
    when: 'classic: docker export and import left one layer',
    image: on(readCase('classic', 'app-imported'), flag),
    world: now(release('full', readCase('classic', 'full'))),
    says: 'unknown/squashed',
    evidence: ['flag'],
    asks: fresh('full'),
  },
  {
    when: 'classic: docker export and import left one layer, and nobody names its base',
    image: on(readCase('classic', 'app-imported')),
    says: 'unknown/squashed',
    evidence: [],
    asks: [],
  },
  {
    when: 'buildah --squash merged all layers, and the digest is still what the tag names',
    image: on(readCase('buildah', 'app-squashed'), {
      annotations: { [NAME]: 'base:1', [DIGEST]: digestIn(release('full', readCase('buildah', 'full')), 'manifestDigest') },
    }),
    world: now(release('full', readCase('buildah', 'full'))),
    says: 'current, certain, 0 behind',
    evidence: ['annotation'],
    asks: ['HEAD base:1', 'entry full'],
  },
  {
    when: 'buildah --squash merged all layers, and the recorded base dropped one',
    image: on(readCase('buildah', 'app-squashed'), {
      annotations: { [NAME]: 'base:1', [DIGEST]: digestIn(release('full', readCase('buildah', 'full')), 'manifestDigest') },
    }),
    world: { ...now(release('new', readCase('buildah', 'full-dropped'))), kept: [release('full', readCase('buildah', 'full'))] },
    says: 'moved/upper-layers-removed, certain',
    evidence: ['annotation'],
    asks: ['HEAD base:1', 'entry new', 'entry full', 'contents new', 'contents full'],
  },
  // 34
  {
    when: 'kaniko --reproducible packed all layers anew and left no time',
    image: on(canonical(APP), flag),
    world: now(v1),
    says: 'unknown/squashed',
    evidence: ['flag'],
    asks: fresh('v1'),
  },
  // 37
  {
    when: 'three names had the contents, and one of them moved',
    image: on(APP, remember(seenAs('base:1', v1), seenAs('base:1.2', v1), seenAs('base:lts', v1))),
    world: { tags: { 'base:1': v2, 'base:1.2': v1, 'base:lts': v1 } },
    says: 'unknown/ambiguous-tag',
    evidence: ['seen-before'],
    asks: ['HEAD base:1', 'entry v2', 'contents v2', 'HEAD base:1.2', 'HEAD base:lts'],
  },
  {
    when: 'two names had the contents, and both moved',
    image: on(APP, remember(seenAs('base:1', v1), seenAs('base:lts', v1))),
    world: { tags: { 'base:1': v2, 'base:lts': v2 } },
    says: 'moved/layers-differ, certain, 1 behind',
    evidence: ['seen-before'],
    asks: ['HEAD base:1', 'entry v2', 'contents v2', 'HEAD base:lts', 'entry v2', 'contents v2'],
  },
  {
    when: 'two names had the contents, and a label of the image names one',
    image: on(APP, { ...remember(seenAs('base:1', v1), seenAs('base:lts', v1)), labels: { [NAME]: 'base:1' } }),
    world: now(v2),
    says: 'moved/layers-differ, certain, 1 behind',
    evidence: ['seen-before', 'label'],
    asks: fresh('v2'),
  },
  // 39
  {
    when: 'podman took a layer from its cache that names another tag of the base, and the annotation is right',
    image: on(withFrom(APP, 'base:2'), { annotations: { [NAME]: 'base:1', [DIGEST]: digestIn(v1) } }),
    world: now(v1),
    says: 'current, certain, 0 behind',
    evidence: ['annotation'],
    asks: ['HEAD base:1'],
  },
  {
    when: 'podman took a layer from its cache that names another tag of the base, and nothing else does',
    image: on(withFrom(APP, 'base:2'), remember(seenAs('base:1', v1), seenAs('base:2', v1))),
    world: { tags: { 'base:1': v2, 'base:2': v1 } },
    says: 'unknown/ambiguous-tag',
    evidence: ['from-comment', 'seen-before'],
    asks: ['HEAD base:2', 'HEAD base:1', 'entry v2', 'contents v2'],
  },
  // 41
  ...(
    ['unauthorized', 'rate-limited', 'timeout', 'unreachable', 'tls', 'bad-response', 'offline', 'budget', 'not-found-or-private'] as const
  ).map((kind): Row => ({
    when: `the registry of the base gives no answer: ${kind}`,
    image: on(APP, { annotations: recorded }),
    world: now(reason(kind, 'no answer')),
    says: `unknown/${kind}`,
    evidence: ['annotation'],
    asks: ['HEAD base:1'],
  })),
  {
    when: 'the base is at a registry that may not be asked',
    image: on(APP, { annotations: recorded, refusal: () => reason('policy', 'not allowed') }),
    says: 'unknown/policy',
    evidence: ['annotation'],
    asks: [],
  },

  // and what the memory shows
  {
    when: 'the base was taken back to an earlier version',
    image: on(makeContents(['+COPY a@1', 'ENV LANG=C@2', '+RUN y@13', 'CMD sh@14', '+COPY app@60']), {
      ...flag,
      ...remember(seenAs('base:1', v1, 1), seenAs('base:1', v2, 2)),
    }),
    world: now(v1),
    says: 'moved/rolled-back, certain, 1 behind',
    evidence: ['flag', 'seen-before'],
    asks: ['HEAD base:1'],
  },
  {
    when: 'the base moved twice since',
    image: on(APP, { ...flag, ...remember(seenAs('base:1', v1, 1), seenAs('base:1', v2, 2), seenAs('base:1', v3, 3)) }),
    world: now(v3),
    says: 'moved/layers-differ, certain, 2 behind',
    evidence: ['flag', 'seen-before'],
    asks: ['HEAD base:1'],
  },
  {
    when: 'the base moved, came back, and moved again: the least it is behind counts',
    image: on(APP, { ...flag, ...remember(seenAs('base:1', v1, 1), seenAs('base:1', v2, 2), seenAs('base:1', v1, 3)) }),
    world: now(v3),
    says: 'moved/layers-differ, certain, 1 behind',
    evidence: ['flag', 'seen-before'],
    asks: ['HEAD base:1', 'entry v3', 'contents v3'],
  },
  {
    when: 'the base moved and came back to what the image was built on',
    image: on(APP, { ...flag, ...remember(seenAs('base:1', v1, 1), seenAs('base:1', v2, 2), seenAs('base:1', v1, 3)) }),
    world: now(v1),
    says: 'current, medium, 0 behind',
    evidence: ['flag', 'seen-before'],
    asks: ['HEAD base:1'],
  },
  {
    when: 'its Dockerfile names its base by digest alone, and it stands on that',
    image: on(APP, pinnedTo(v1)),
    world: { kept: [v1] },
    says: 'pinned, high',
    evidence: ['dockerfile'],
    asks: ['entry v1', 'contents v1'],
  },
  {
    when: 'its Dockerfile names another base by digest alone, since it was built',
    image: on(APP, pinnedTo(v2)),
    world: { kept: [v2] },
    says: 'pinned, low',
    evidence: ['dockerfile'],
    asks: ['entry v2', 'contents v2'],
  },
  {
    when: 'its builder recorded a digest alone',
    image: on(APP, { annotations: { [NAME]: `base@${digestIn(v2)}` } }),
    says: 'pinned, high',
    evidence: ['annotation'],
    asks: [],
  },
  {
    when: 'the image is built on one that is known without any tag',
    image: on(APP, { known: [dangling(v1, 'base')] }),
    says: 'unknown/no-evidence',
    evidence: ['local-image'],
    asks: [],
  },
  {
    when: 'the only base is one that was built here, and still is what its name says',
    image: on(APP, { known: [builtHere(v1, 'base:1')] }),
    world: { local: { 'base:1': { kind: 'here', image: builtHere(v1, 'base:1') } } },
    says: 'current, medium, 0 behind',
    evidence: ['local-image'],
    asks: [],
  },
];

function ancient(contents: ImageContents): ImageContents {
  const entries = (contents.history?.entries ?? []).map((entry) => ({ ...entry, created: '1970-01-01T00:00:00Z' }));
  return { ...contents, created: '1970-01-01T00:00:00Z', history: { entries, precision: 'exact' } };
}

function canonical(contents: ImageContents): ImageContents {
  const zero = '0001-01-01T00:00:00Z';
  const entries = (contents.history?.entries ?? []).map((entry) => ({ ...entry, created: zero }));
  return {
    ...contents,
    created: zero,
    history: { entries, precision: 'exact' },
    diffIds: contents.diffIds.map((id) => layer(`packed ${id}`)),
  };
}

/** As podman comments the first step above the base, which ends with the CMD. */
function withFrom(contents: ImageContents, name: string): ImageContents {
  const below = BASE.history?.entries.length ?? 0;
  const commentOf = (step: number): string => (step === below ? `FROM docker.io/library/${name}` : 'FROM 0123456789ab');
  const entries = (contents.history?.entries ?? []).map((entry, step) => (step < below ? entry : { ...entry, comment: commentOf(step) }));
  return { ...contents, history: { entries, precision: 'exact' } };
}

function emptyLayer(): Digest {
  const digest = parseDigest(EMPTY_LAYER);
  if (digest === null) throw new Error(EMPTY_LAYER);
  return digest;
}

function claimOf(): BaseClaim {
  const [claim] = claims('dockerfile', 'base').claims;
  if (claim === undefined) throw new Error('no claim');
  return claim;
}

describe('the base of an image', () => {
  it.each(ROWS)('$when: $says', ({ image, world, says, evidence, asks }) => {
    const told = decide(image, world);
    const behind = told.verdict.versionsBehind;
    expect({
      says: `${tell(told)}${behind === null ? '' : `, ${behind} behind`}`,
      evidence: told.verdict.evidence,
      asks: told.asked,
    }).toEqual({ says, evidence, asks });
  });
});
