import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewerQuestion } from '../../src/check/newer-questions.ts';
import { noteSightings } from '../../src/check/note-sightings.ts';
import type { Memory } from '../../src/check/ports.ts';
import { createNullMemory, openMemory } from '../../src/store/open-memory.ts';
import { makeImage, makeReference } from '../helpers/makers.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { policyOf } from './newer-world.ts';

const NOON = Date.parse('2026-11-20T12:00:00Z');
const WEB = { registry: 'r.example', repository: 'acme/web' };
const TAGS = ['1.26', '1.27', '1.28', '1.29', '2.0', '2.1-rc1', '1.28-alpine', 'v1.30', 'latest', '20240110'];

let directory: TemporaryDirectory;
let memory: Memory;
const clock = { now: 0 };
beforeEach(async () => {
  clock.now = NOON;
  directory = await makeTemporaryDirectory();
  memory = openMemory({
    cacheDirectory: directory.path,
    stateDirectory: directory.path,
    uid: process.getuid?.() ?? null,
    now: () => clock.now,
  });
});
afterEach(async () => {
  memory.close();
  await directory.remove();
});

const about = (tag: string, minAgeMs: number): NewerQuestion => {
  const reference = makeReference(`${WEB.registry}/${WEB.repository}:${tag}`);
  const image = makeImage();
  const subject = { image, reference, text: tag, name: tag, platform: image.platform, containers: [], sources: [], hold: null };
  return { subject, reference, tag, policy: policyOf({ minAgeMs }), prefix: '' };
};

/** Notes the sightings of a list of `tags`, and tells when the tag was first seen. */
const note = (questions: readonly NewerQuestion[], { asked = true, observedAt = clock.now, tags = TAGS } = {}) =>
  noteSightings(
    { repository: WEB, questions, tags, list: { note: { observedAt, covers: null, cut: null }, tags: () => tags, asked } },
    memory,
  );

const seen = (): Readonly<Record<string, number>> => Object.fromEntries(memory.readSightings(WEB, TAGS));

describe('of a list that was made just now', () => {
  it('the versions above those that are here are noted, and nothing else', () => {
    note([about('1.27', 0)]);
    expect(seen()).toEqual({ '1.28': NOON, '1.29': NOON, '2.0': NOON });
  });

  it('those above any of them are, whatever is excluded or followed', () => {
    note([{ ...about('1.28', 0), policy: policyOf({ track: 'patch', skip: ['1.29'] }) }, about('1.27-alpine', 0), about('v1.29', 0)]);
    expect(Object.keys(seen()).sort()).toEqual(['1.28-alpine', '1.29', '2.0', 'v1.30']);
  });

  it('newer variants are, too', () => {
    note([about('1.27-alpine3.19', 0)], { tags: ['1.27-alpine3.19', '1.27-alpine3.20', '1.26-alpine3.21'] });
    expect([...memory.readSightings(WEB, ['1.27-alpine3.20', '1.26-alpine3.21']).keys()]).toEqual(['1.27-alpine3.20']);
  });

  it('several images have the same noted as each of them by itself, in whatever order', () => {
    const number = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom(12, 95, 2021, 20240110));
    const suffix = fc.constantFrom(
      '',
      '',
      '-rc1',
      '-rc2',
      'b1',
      '-r1',
      '-r2',
      '-alpine3.19',
      '-alpine3.20',
      '-bookworm',
      '-trixie',
      '-slim',
    );
    const version = fc
      .tuple(fc.constantFrom('', '', 'v'), fc.array(number, { minLength: 1, maxLength: 3 }), suffix)
      .map(([prefix, numbers, end]) => `${prefix}${numbers.join('.')}${end}`);
    const sightingsOf = (installed: readonly string[], tags: readonly string[]): readonly string[] => {
      const own = createNullMemory(() => NOON);
      const list = { note: { observedAt: NOON, covers: null, cut: null }, tags: () => tags, asked: true };
      noteSightings({ repository: WEB, questions: installed.map((tag) => about(tag, 0)), tags, list }, own);
      return [...own.readSightings(WEB, tags).keys()].sort();
    };
    fc.assert(
      fc.property(
        fc.uniqueArray(version, { maxLength: 30 }),
        fc.uniqueArray(version, { minLength: 1, maxLength: 5 }),
        (tags, installed) => {
          const apart = new Set(installed.flatMap((tag) => sightingsOf([tag], tags)));
          expect(sightingsOf(installed, tags)).toEqual([...apart].sort());
        },
      ),
      { numRuns: 500 },
    );
  });

  it('the first time stays', () => {
    note([about('1.27', 0)], { tags: ['1.28'] });
    clock.now += 1000;
    note([about('1.27', 0)]);
    expect(seen()).toEqual({ '1.28': NOON, '1.29': NOON + 1000, '2.0': NOON + 1000 });
  });
});

describe('of a list that is remembered', () => {
  it('nothing is noted where nobody asks for an age', () => {
    note([about('1.27', 0)], { asked: false });
    expect(seen()).toEqual({});
  });

  it('what nobody noted was seen when the list was made, not now', () => {
    clock.now += 5000;
    const firstSeen = note([about('1.27', 1)], { asked: false, observedAt: NOON });
    expect(firstSeen('1.29')).toBe(NOON);
  });
});

describe('when a tag was first seen', () => {
  it('is told where one of the questions asks for an age, and only of what is newer', () => {
    note([about('1.27', 0)]);
    clock.now += 1000;
    const firstSeen = note([about('1.27', 1), about('1.28', 0)]);
    expect(['1.28', '1.29', '1.26', 'latest'].map(firstSeen)).toEqual([NOON, NOON, null, null]);
  });

  it('is not read where none does', () => {
    const firstSeen = note([about('1.27', 0)]);
    expect(firstSeen('1.29')).toBeNull();
  });
});
