import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HistoryEntry } from '../../../src/core/history.ts';
import type { ImageContents } from '../../../src/core/image-contents.ts';
import { asEngineTells, layer } from './cases.ts';
import {
  type Asked,
  claims,
  dangling,
  decide,
  digestIn,
  pulled,
  type Release,
  release,
  remember,
  seenAs,
  tell,
  type World,
} from './world.ts';

/** What a base may become at its next build, all else coming from the cache. */
type Change = 'nothing' | 'command' | 'drop last' | 'drop layer' | 'append' | 'rebuild' | 'back';

const CHANGES: readonly Change[] = ['nothing', 'command', 'drop last', 'drop layer', 'append', 'rebuild', 'back'];
const NAMES = { name: 'org.opencontainers.image.base.name', digest: 'org.opencontainers.image.base.digest' };

/** How much is known of the base of the image: all that a builder, the user, the memory and the machine may tell. `older`: only a version before is here. */
const SOURCES = ['flag', 'annotation', 'remembered', 'remembered and named', 'left behind', 'pulled', 'older', 'newest'] as const;

type Step = { readonly does: string; readonly makesLayer: boolean; readonly minute: number };

const START: readonly Step[] = [
  { does: 'COPY rootfs', makesLayer: true, minute: 0 },
  { does: 'ENV LANG=C', makesLayer: false, minute: 1 },
  { does: 'RUN install', makesLayer: true, minute: 2 },
  { does: 'RUN configure', makesLayer: true, minute: 3 },
  { does: 'CMD sh', makesLayer: false, minute: 4 },
];

/** The steps after a change made in `round`: those from the changed one on are made anew, later than anything before. */
function change(steps: readonly Step[], what: Change, round: number): readonly Step[] {
  const anew = (rest: readonly Step[]): readonly Step[] =>
    rest.map((step, at) => ({
      ...step,
      does: step.does.replace(/ \(.*|$/, step.makesLayer ? ` (${round})` : ''),
      minute: round * 100 + at,
    }));
  const lastLayer = steps.findLastIndex(({ makesLayer }) => makesLayer);
  switch (what) {
    case 'nothing':
    case 'back':
      return steps;
    case 'command':
      return [...steps.slice(0, lastLayer + 1), { does: `CMD sh ${round}`, makesLayer: false, minute: round * 100 }];
    case 'drop last':
      return steps.length > 2 ? steps.slice(0, -1) : steps;
    case 'drop layer':
      return lastLayer > 0 ? [...steps.slice(0, lastLayer), ...anew(steps.slice(lastLayer + 1))] : steps;
    case 'append':
      return [...steps, { does: `RUN more ${round}`, makesLayer: true, minute: round * 100 }];
    case 'rebuild':
      return anew(steps);
  }
}

function contentsOf(steps: readonly Step[]): ImageContents {
  const entries = steps.map(({ does, makesLayer, minute }): HistoryEntry => ({
    created: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
    createdBy: does,
    comment: null,
    author: null,
    emptyLayer: !makesLayer,
  }));
  const diffIds = steps.filter(({ makesLayer }) => makesLayer).map(({ does, minute }) => layer(`${does} ${minute}`));
  const command = steps.findLast(({ does }) => does.startsWith('CMD'))?.does ?? '';
  return {
    diffIds,
    history: { entries, precision: 'exact' },
    created: entries.at(-1)?.created ?? null,
    settings: new Map([['Cmd', command]]),
  };
}

/** All versions a base had, in order; equal contents are one version. */
function tellStory(changes: readonly Change[]): readonly { readonly steps: readonly Step[]; readonly release: Release }[] {
  const story = [START];
  changes.forEach((what, round) => {
    const [now = START, before = START] = [story.at(-1), story.at(-2)];
    story.push(what === 'back' ? before : change(now, what, round * 2 + 2));
  });
  return story.map((steps) => ({ steps, release: release(JSON.stringify(steps), contentsOf(steps)) }));
}

type Told = { readonly image: Asked; readonly world: World; readonly isCurrent: boolean };

type Setting = {
  readonly changes: readonly Change[];
  /** The image was built right after so many of them. */
  readonly builtAfter: number;
  readonly source: (typeof SOURCES)[number];
  readonly fromEngine: boolean;
};

function arrange({ changes, builtAfter, source, fromEngine }: Setting): Told {
  const story = tellStory(changes);
  const at = builtAfter % story.length;
  const first = story[at];
  const last = story.at(-1);
  if (first === undefined || last === undefined) throw new Error('no story');
  const app = contentsOf([
    ...first.steps,
    { does: 'COPY app', makesLayer: true, minute: at * 200 + 60 },
    { does: 'CMD app', makesLayer: false, minute: at * 200 + 61 },
  ]);
  const contents = fromEngine ? asEngineTells(app) : app;
  const versions = story.slice(0, -1).map(({ release: seen }, minute) => seenAs('base:1', seen, minute));
  const tellHere = (of: Release): Release => (fromEngine ? { ...of, contents: asEngineTells(of.contents) } : of);
  const [here, before] = [tellHere(first.release), story[at - 1]];
  const parts: Readonly<Record<(typeof SOURCES)[number], Partial<Asked>>> = {
    flag: { told: claims('flag', 'base:1') },
    annotation: { annotations: { [NAMES.name]: 'base:1', [NAMES.digest]: digestIn(first.release) } },
    remembered: remember(...versions),
    'remembered and named': { told: claims('config', 'base:1'), ...remember(...versions) },
    'left behind': { told: claims('flag', 'base:1'), known: [dangling(here, 'base')] },
    pulled: { known: [pulled(here, 'base:1')] },
    older: { told: claims('flag', 'base:1'), known: before === undefined ? [] : [pulled(tellHere(before.release), 'base:1')] },
    newest: { told: claims('flag', 'base:1'), known: [pulled(tellHere(last.release), 'base:1')] },
  };
  return {
    image: { contents, ...parts[source] },
    world: { tags: { 'base:1': last.release }, kept: story.map((each) => each.release) },
    isCurrent: last.release.configDigest === first.release.configDigest,
  };
}

const settings = (...sources: readonly (typeof SOURCES)[number][]): fc.Arbitrary<Setting> =>
  fc.record({
    changes: fc.array(fc.constantFrom(...CHANGES), { maxLength: 4 }),
    builtAfter: fc.nat({ max: 4 }),
    source: fc.constantFrom(...sources),
    fromEngine: fc.boolean(),
  });

const RUNS = { numRuns: 3_000, seed: 20_261_120 };

describe('a base that was built again and again', () => {
  it('is never said to have moved or not, for sure or nearly so, when that is wrong', () => {
    const check = (setting: Setting): void => {
      const { image, world, isCurrent } = arrange(setting);
      const told = decide(image, world);
      const { kind, confidence } = told.verdict;
      if (kind === 'unknown' || confidence === 'low' || confidence === 'medium') return;
      expect([tell(told), kind]).toEqual([tell(told), isCurrent ? 'current' : 'moved']);
    };
    fc.assert(fc.property(settings(...SOURCES), check), RUNS);
  });

  it('is never said to have moved when it did not, however unsure', () => {
    const check = (setting: Setting): void => {
      const { image, world, isCurrent } = arrange(setting);
      if (isCurrent) expect(decide(image, world).verdict.kind).not.toBe('moved');
    };
    fc.assert(fc.property(settings(...SOURCES), check), RUNS);
  });

  it('is known for what it is whenever the digest is recorded', () => {
    const check = (setting: Setting): void => {
      const { image, world, isCurrent } = arrange(setting);
      const { kind, confidence } = decide(image, world).verdict;
      expect([kind, confidence]).toEqual([isCurrent ? 'current' : 'moved', 'certain']);
    };
    fc.assert(fc.property(settings('annotation'), check), RUNS);
  });
});
