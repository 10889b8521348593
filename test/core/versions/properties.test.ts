import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions } from '../../../src/core/versions/compare.ts';
import { decideNewer, type NewerDecision } from '../../../src/core/versions/decide-newer.ts';
import { createHeadReader, readTag } from '../../../src/core/versions/read-tag.ts';
import { readSuffix } from '../../../src/core/versions/read-suffix.ts';
import { planVersions } from '../../../src/core/versions/plan-versions.ts';
import { STANDARD_POLICY } from '../../../src/core/versions/policy.ts';
import { tabulateVersions } from '../../../src/core/versions/tabulate.ts';

const few = fc.integer({ min: 0, max: 12 });
const prefix = fc.constantFrom('', 'v', 'release-', 'pg14-v', 'bookworm-', 'main-3f2a9c0-', 'main-b8c11d2-', 'amd64-', 'pr-', 'debian-');
const core = fc.oneof(
  { weight: 6, arbitrary: fc.array(few, { minLength: 1, maxLength: 4 }).map((numbers) => numbers.join('.')) },
  fc.tuple(fc.integer({ min: 2022, max: 2025 }), few).map((numbers) => numbers.join('.')),
  fc.tuple(fc.integer({ min: 20, max: 25 }), fc.constantFrom('04', '10')).map((numbers) => numbers.join('.')),
  fc.tuple(fc.constantFrom('2024', '2025'), fc.constantFrom('01', '11'), fc.constantFrom('05', '30')).map((day) => day.join('')),
  fc.constantFrom('2024-01-10', '2025-01-10T01-02-03Z', '8u392', '8u402', '1234567', '3f2a9c0', 'latest', '123456789012345678'),
);
const pre = fc.constantFrom('', '', '', '-rc1', '-rc.2', 'beta3', 'a4', '-M03', '.dev20240201', '-rc', '-alpha.1.5');
const suffix = fc.constantFrom(
  ...[
    '',
    '',
    '',
    '-alpine',
    '-alpine3.19',
    '-alpine3.22',
    '-slim-bookworm',
    '-slim-trixie',
    '-r5',
    '-r6',
    '_9',
    '_11',
    '-c29d4c0c8-ls200',
    '-nightly',
  ],
  ...[
    '-c29d4c0c9-ls201',
    '-debian-12-r5',
    '-temurin-17',
    '-temurin-21',
    '-3.1.5.0',
    '-cuda12.4-cudnn9',
    '.Final',
    '-2024-01-10',
    '-1361.1699548032',
  ],
);
const tag = fc.tuple(prefix, core, pre, suffix).map((parts) => parts.join(''));
const wild = fc.string({ unit: fc.constantFrom(...'0123456789.-_vrbaucdTZx'.split('')), minLength: 1, maxLength: 30 });
const any = fc.oneof({ weight: 9, arbitrary: tag }, wild);
const list = fc.array(any, { maxLength: 20 });

/** An installed tag and a list of which many are of its family. */
const repository = fc.tuple(prefix, suffix).chain(([begin, end]) => {
  const related = fc.tuple(core, pre).map((parts) => `${begin}${parts.join('')}${end}`);
  return fc.tuple(related, fc.array(fc.oneof({ weight: 3, arbitrary: related }, any), { maxLength: 30 }));
});

const factsOf = (tags: readonly string[]) => ({ tags, firstSeen: () => null, now: 0 });
const decide = (installed: string, tags: readonly string[]): NewerDecision => decideNewer(installed, factsOf(tags), STANDARD_POLICY);

function offers({ verdict }: NewerDecision): readonly string[] {
  return verdict.kind === 'available' ? [verdict.line, verdict.newest].flatMap((version) => (version === null ? [] : [version.tag])) : [];
}

const RUNS = { numRuns: 3000 };

describe('what is offered', () => {
  it('is never lower, of the same family, and no pre-release for a release', () => {
    const { seen, check } = counted();
    fc.assert(
      fc.property(repository, ([installed, tags]) => {
        const own = readTag(installed);
        for (const shape of offers(decide(installed, tags)).map((offer) => readTag(offer))) {
          check();
          expect(compareVersions(shape, own)).toBeGreaterThan(0);
          expect([shape.prefix, shape.words, shape.axes, shape.core?.form]).toEqual([own.prefix, own.words, own.axes, own.core?.form]);
          if (own.pre.length === 0) expect(shape.pre).toEqual([]);
        }
      }),
      RUNS,
    );
    expect(seen()).toBeGreaterThan(100);
  });

  it('is one of the tags, and begins as planned', () => {
    fc.assert(
      fc.property(repository, ([installed, tags]) => {
        const decision = decide(installed, tags);
        const plan = planVersions(installed);
        const named = [...offers(decision), ...(decision.variant === null ? [] : [decision.variant.tag])];
        for (const offer of named) expect(tags).toContain(offer);
        if (plan.kind === 'follow') for (const offer of named) expect(offer.slice(0, plan.prefix?.length ?? 0)).toBe(plan.prefix ?? '');
        else expect(decision.verdict.kind).toBe('untracked');
      }),
      RUNS,
    );
  });

  it('is the same for any order of the tags', () => {
    fc.assert(
      fc.property(
        repository.chain(([installed, tags]) =>
          fc.tuple(fc.constant(installed), fc.constant(tags), fc.shuffledSubarray(tags, { minLength: tags.length })),
        ),
        ([installed, tags, shuffled]) => {
          const aged = { ...STANDARD_POLICY, minAgeMs: 5 };
          const facts = { firstSeen: (name: string) => -(name.length % 10), now: 0 };
          expect(decide(installed, shuffled)).toEqual(decide(installed, tags));
          expect(decideNewer(installed, { ...facts, tags: shuffled }, aged)).toEqual(decideNewer(installed, { ...facts, tags }, aged));
        },
      ),
      RUNS,
    );
  });

  it('does not change with tags of other families', () => {
    fc.assert(
      fc.property(repository, list, ([installed, tags], more) => {
        const own = readTag(installed);
        const strangers = more
          .map((name) => readTag(name))
          .filter(({ prefix: begin, words }) => begin !== own.prefix || words !== own.words);
        fc.pre(!/^\d{7,40}/.test(installed));
        expect(decide(installed, [...tags, ...strangers.map(({ tag: name }) => name)])).toEqual(decide(installed, tags));
      }),
      RUNS,
    );
  });

  it('is what the table of versions says', () => {
    fc.assert(
      fc.property(repository, ([installed, tags]) => {
        const rows = tabulateVersions(installed, factsOf(tags), STANDARD_POLICY);
        const decision = decide(installed, tags);
        expect(rows.filter(({ kind }) => kind === 'line' || kind === 'newest').map(({ tag: name }) => name)).toEqual(
          [...offers(decision)].reverse(),
        );
        expect(rows.filter(({ kind }) => kind === 'installed').map(({ tag: name }) => name)).toEqual([installed]);
        expect(rows.filter(({ kind, rule }) => (kind === 'rejected') !== (rule !== null) && kind !== 'variant')).toEqual([]);
        if (decision.verdict.kind !== 'available') expect(rows.filter(({ kind }) => kind === 'admitted')).toEqual([]);
      }),
      RUNS,
    );
  });
});

describe('a tag', () => {
  it('is read alike whether its prefix is known or not', () => {
    fc.assert(
      fc.property(fc.oneof(tag, wild), (text) => {
        const shape = readTag(text);
        if (shape.kind !== 'version' || shape.prefix.includes('<')) return;
        const { readHead, readRest } = createHeadReader(shape.prefix, readSuffix);
        expect(readRest(readHead(text))).toEqual(shape);
      }),
      RUNS,
    );
  });

  it('of any characters is decided without a failure', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.array(fc.string({ unit: 'binary', maxLength: 200 })),
        (installed, tags) => {
          decide(installed, tags);
          tabulateVersions(installed, factsOf(tags), STANDARD_POLICY);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** So that a property that never sees a case fails. */
function counted(): { readonly seen: () => number; readonly check: () => void } {
  let count = 0;
  return {
    seen: () => count,
    check: () => {
      count += 1;
    },
  };
}
