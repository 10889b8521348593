import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { wantsExactHistory } from '../../../src/core/base/exactness.ts';
import type { HistoryEntry } from '../../../src/core/history.ts';
import type { ImageContents } from '../../../src/core/image-contents.ts';
import { type BaseVerdict, untoldBase } from '../../../src/core/verdict.ts';
import { asEngineTells, readCase } from './cases.ts';
import {
  type Asked,
  claims,
  dangling,
  decide,
  pulled,
  type Release,
  release,
  remember,
  seenAs,
  tell,
  type Told,
  type World,
} from './world.ts';

/** As docker's history call tells it: a time of the epoch as none. `which`: with what follows for certain of which steps made layers, or without. */
function asToldOf(contents: ImageContents, which: 'known' | 'unknown'): ImageContents {
  const told = asEngineTells(contents);
  const entries = (told.history?.entries ?? []).map((entry, step) => ({
    ...entry,
    created: entry.created !== null && /^(?:0001|1970-01-01T00:00:00)/.test(entry.created) ? null : entry.created,
    emptyLayer: which === 'known' ? (contents.history?.entries[step]?.emptyLayer ?? null) : null,
  }));
  return { ...told, history: { entries, precision: 'seconds' } };
}

/** What may be known of the base of an image that was, or was not, built on `old`. */
function ways(old: Release, now: Release): Readonly<Record<string, Partial<Asked>>> {
  return {
    named: { told: claims('flag', 'base:1') },
    labelled: { labels: { 'org.opencontainers.image.base.name': 'base:1' } },
    'seen before': remember(seenAs('base:1', now)),
    'the old one is here': { known: [pulled(old, 'base:1')] },
    'the new one is here': { known: [pulled(now, 'base:1')] },
    'named, and the old one was left behind': { told: claims('flag', 'base:1'), known: [dangling(old, 'base')] },
  };
}

/** What counts of an answer: a script acts on what is not of low confidence, and people on what moved. */
function inShort(told: Told): string {
  const { kind, confidence } = told.verdict;
  return kind === 'unknown' ? tell(told) : tell(told).replace(/, \w+$/, confidence === 'low' ? ', low' : '');
}

const BUILDERS = ['classic', 'buildkit', 'podman', 'podman-docker', 'buildah', 'buildah-unlayered', 'buildah-timestamp'];

/** Every base may be what any of these names now. */
const namesOf = (builder: string): readonly string[] =>
  readdirSync(new URL(`../../../fixtures/base-drift/${builder}`, import.meta.url)).map((file) => file.replace(/\.json$/, ''));

type Count = { asked: number; otherwise: number };

function compareAnswers(builder: string, tally: Count): readonly string[] {
  const names = namesOf(builder);
  const bases = names.filter((name) => !name.startsWith('app-')).map((name) => release(name, readCase(builder, name)));
  const wrong: string[] = [];
  for (const app of names.filter((name) => name.startsWith('app-'))) {
    const contents = readCase(builder, app);
    for (const which of ['known', 'unknown'] as const) {
      const told = asToldOf(contents, which);
      const here = new Map(bases.map((base) => [base, { ...base, contents: asToldOf(base.contents, which) }]));
      for (const [old, now] of bases.flatMap((one) => bases.map((other) => [one, other] as const))) {
        const world: World = { tags: new Proxy({}, { get: () => now }), kept: [old, now] };
        for (const [way, parts] of Object.entries(ways(here.get(old) ?? old, here.get(now) ?? now))) {
          const first = decide({ contents: told, ...parts }, world);
          const second = decide({ contents: { ...told, history: contents.history }, ...parts }, world);
          const isOther = inShort(first) !== inShort(second);
          if (wantsExactHistory(first.verdict, told)) {
            tally.asked += 1;
            tally.otherwise += isOther ? 1 : 0;
          } else if (isOther) wrong.push(`${app}, ${old.name} became ${now.name}, ${way}: ${tell(first)}, but ${tell(second)}`);
        }
      }
    }
  }
  return wrong;
}

describe('an answer that was found with whole seconds', () => {
  const tally: Count = { asked: 0, otherwise: 0 };

  it.each(BUILDERS)('stays what it is where no more is asked for: images of %s on all its bases', (builder) => {
    expect(compareAnswers(builder, tally)).toEqual([]);
  });

  it('becomes another one often enough where more is asked for', () => {
    expect(tally.otherwise / tally.asked).toBeGreaterThan(0.05);
  });
});

describe('no more is asked for', () => {
  const base = (name: string): Release => release(name, readCase('classic', name));
  const told = asToldOf(readCase('classic', 'app-on-full'), 'known');

  it.each<[string, Asked]>([
    ['an answer that rests on digests', { contents: told, known: [pulled(base('full'), 'base:1')], annotations: {} }],
    ['an answer of a kind that no history changes', { contents: told, told: claims('flag', 'base:1') }],
    ['an image of whose base nothing is known', { contents: told }],
  ])('for %s', (_, asked) => {
    for (const now of ['full', 'full-rebuilt', 'full-other']) {
      const { verdict } = decide(asked, { tags: { 'base:1': base(now) }, kept: [base('full')] });
      expect(wantsExactHistory(verdict, told)).toBe(false);
    }
  });

  it('where it is known', () => {
    const contents = readCase('buildkit', 'app-on-bare');
    const world: World = { tags: { 'base:1': release('now', readCase('buildkit', 'bare-dropped')) } };
    const coarse = asToldOf(contents, 'known');
    const asked = decide({ contents: coarse, told: claims('flag', 'base:1') }, world);
    expect([tell(asked), wantsExactHistory(asked.verdict, coarse)]).toEqual(['current, low', true]);
    expect(wantsExactHistory(asked.verdict, contents)).toBe(false);
    expect(tell(decide({ contents, told: claims('flag', 'base:1') }, world))).toBe('moved/upper-layers-removed, medium');
  });

  const madeAt = (created: string): HistoryEntry => ({ created, createdBy: 'RUN x', comment: null, author: null, emptyLayer: false });
  const sure = { ...untoldBase('it is'), confidence: 'high' } as const;
  const current: BaseVerdict = { kind: 'current', ...sure };
  const asks = (verdict: BaseVerdict, entries: readonly HistoryEntry[]): boolean =>
    wantsExactHistory(verdict, { history: { entries, precision: 'seconds' } });

  it('for an image of a single step, which shares its second with no other', () => {
    const step = madeAt('2026-11-20T10:00:00Z');
    expect([asks(current, [step, step]), asks(current, [step])]).toEqual([true, false]);
  });

  it.each([
    ["Go's zero time", '0001-01-01T00:00:00Z'],
    ['the epoch', '1970-01-01T00:00:00Z'],
  ])('for steps that all bear %s, which is no time of a build', (_, created) => {
    expect(asks(current, [madeAt(created), madeAt(created)])).toBe(false);
  });

  it('for layers that differ above the lowest, whatever is not told of the steps', () => {
    const entries = [madeAt('2026-11-20T10:00:00Z'), { ...madeAt('2026-11-20T10:00:01Z'), emptyLayer: null }];
    const differing = (position: number): BaseVerdict => ({
      ...{ kind: 'moved', movement: 'layers-differ', ...sure, confidence: 'medium' },
      difference: { position, installedBy: null, candidateBy: null },
    });
    expect([asks(differing(0), entries), asks(differing(1), entries)]).toEqual([true, false]);
  });
});
