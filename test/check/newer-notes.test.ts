import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNewerNotes } from '../../src/check/newer-notes.ts';
import type { NewerQuestion } from '../../src/check/newer-questions.ts';
import type { Memory } from '../../src/check/ports.ts';
import type { NewerDecision } from '../../src/core/versions/decide-newer.ts';
import type { VersionPolicy } from '../../src/core/versions/policy.ts';
import { openMemory } from '../../src/store/open-memory.ts';
import { makeImage, makeReference } from '../helpers/makers.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { globOf, policyOf } from './newer-world.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');

let directory: TemporaryDirectory;
let memory: Memory;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
  memory = openMemory({ cacheDirectory: directory.path, stateDirectory: directory.path, uid: process.getuid?.() ?? null, now: () => NOW });
});
afterEach(async () => {
  memory.close();
  await directory.remove();
});

const ask = (name: string, policy: Partial<VersionPolicy> = {}): NewerQuestion => {
  const reference = makeReference(name);
  const subject = {
    image: makeImage(),
    reference,
    text: name,
    name,
    platform: makeImage().platform,
    containers: [],
    sources: [],
    hold: null,
  };
  return { subject, reference, tag: reference.tag ?? '', policy: policyOf(policy), prefix: '' };
};

const line = { tag: '1.29', level: 'minor', digest: null } as const;
const newest = { tag: '2.1', level: 'major', digest: null } as const;
const DECISIONS: readonly NewerDecision[] = [
  { verdict: { kind: 'none', why: 'nothing newer is tagged as 1.27 is' }, variant: null, deferred: [] },
  { verdict: { kind: 'available', line, newest, why: '1.29 is the newest of 1, 2.1 of all' }, variant: null, deferred: [] },
  {
    verdict: { kind: 'available', line: null, newest, why: '2.1 is the newest version' },
    variant: { ...newest, level: null },
    deferred: [],
  },
  { verdict: { kind: 'untracked', why: 'it is a number among hashes' }, variant: null, deferred: ['1.30', '1.29'] },
];

/** What is noted of a question about the list of that time. */
const recall = (question: NewerQuestion, listedAt: number): NewerDecision | null => {
  const notes = createNewerNotes(memory);
  notes.recall([question]);
  return notes.findAll([question], listedAt).get(question) ?? null;
};

const learn = (question: NewerQuestion, listedAt: number, decision: NewerDecision): void => {
  const notes = createNewerNotes(memory);
  notes.learn(question, listedAt, decision);
  notes.keep();
};

const [none] = DECISIONS as [NewerDecision];

describe('a decision that was noted', () => {
  it.each(DECISIONS)('is known again as it was: $verdict.kind, $verdict.why', (decision) => {
    learn(ask('nginx:1.27'), NOW, decision);
    expect(recall(ask('nginx:1.27'), NOW)).toEqual(decision);
  });

  it('is of no use for another list', () => {
    learn(ask('nginx:1.27'), NOW, none);
    expect(recall(ask('nginx:1.27'), NOW + 1)).toBeNull();
    expect(recall(ask('nginx:1.27'), NOW - 1)).toBeNull();
  });

  it('gives way to one about a later list', () => {
    learn(ask('nginx:1.27'), NOW, none);
    learn(ask('nginx:1.27'), NOW + 1, none);
    expect(recall(ask('nginx:1.27'), NOW)).toBeNull();
    expect(recall(ask('nginx:1.27'), NOW + 1)).toEqual(none);
  });

  it.each([
    ['another tag', ask('nginx:1.26')],
    ['another repository', ask('redis:1.27')],
    ['another registry', ask('ghcr.io/library/nginx:1.27')],
    ['another track', ask('nginx:1.27', { track: 'minor' })],
    ['what is skipped', ask('nginx:1.27', { skip: ['1.29'] })],
    ['what is included', ask('nginx:1.27', { include: [globOf('1.*')] })],
    ['what is excluded', ask('nginx:1.27', { exclude: [globOf('1.*')] })],
    ['newer variants as well', ask('nginx:1.27', { variant: 'newer' })],
  ])('is not one about %s', (_, other) => {
    learn(ask('nginx:1.27'), NOW, none);
    expect(recall(other, NOW)).toBeNull();
    learn(other, NOW, none);
    expect(recall(other, NOW), 'which has its own').toEqual(none);
  });

  it('about what is included is not one about what is excluded or skipped', () => {
    learn(ask('nginx:1.27', { include: [globOf('1.29')] }), NOW, none);
    expect(recall(ask('nginx:1.27', { exclude: [globOf('1.29')] }), NOW)).toBeNull();
    expect(recall(ask('nginx:1.27', { skip: ['1.29'] }), NOW)).toBeNull();
  });

  it('is never made where a minimum age counts, which time alone changes', () => {
    learn(ask('nginx:1.27', { minAgeMs: 1 }), NOW, none);
    expect(recall(ask('nginx:1.27', { minAgeMs: 1 }), NOW)).toBeNull();
    learn(ask('nginx:1.27'), NOW, none);
    expect(recall(ask('nginx:1.27', { minAgeMs: 1 }), NOW)).toBeNull();
  });

  it('is by the rules it was made by: one by other rules is not looked for', () => {
    learn(ask('nginx:1.27'), NOW, none);
    const key = 'newer:1 docker.io/library/nginx:1.27';
    const text = memory.readFacts([key]).get(key) ?? '';
    expect(text).toContain('nothing newer');
    memory.writeFacts(new Map([['newer:0 docker.io/library/nginx:1.26', text]]));
    expect(recall(ask('nginx:1.26'), NOW)).toBeNull();
  });

  it.each([
    'not JSON',
    'null',
    '[]',
    '{}',
    `{"listedAt":${NOW}}`,
    `{"listedAt":${NOW},"verdict":{"kind":"unknown","why":"x"},"variant":null,"deferred":[]}`,
    `{"listedAt":${NOW},"verdict":{"kind":"none"},"variant":null,"deferred":[]}`,
    `{"listedAt":${NOW},"verdict":{"kind":"available","why":"x","line":{"tag":1,"level":"minor"},"newest":null},"variant":null,"deferred":[]}`,
    `{"listedAt":${NOW},"verdict":{"kind":"available","why":"x","line":{"tag":"1","level":"huge"},"newest":null},"variant":null,"deferred":[]}`,
    `{"listedAt":${NOW},"verdict":{"kind":"available","why":"x","line":{"tag":"1","level":null},"newest":null},"variant":null,"deferred":[]}`,
    `{"listedAt":${NOW},"verdict":{"kind":"available","why":"x","newest":null},"variant":null,"deferred":[]}`,
    `{"listedAt":${NOW},"verdict":{"kind":"none","why":"x"},"variant":{"tag":"1"},"deferred":[]}`,
  ])('that is damaged is made anew: %s', (text) => {
    learn(ask('nginx:1.27'), NOW, none);
    memory.writeFacts(new Map([['newer:1 docker.io/library/nginx:1.27', text]]));
    expect(recall(ask('nginx:1.27'), NOW)).toBeNull();
  });
});
