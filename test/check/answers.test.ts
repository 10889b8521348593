import { expect, it } from 'vitest';
import { reason } from '../../src/core/reason.ts';
import { createAnswers } from '../../src/check/answers.ts';
import type { Memory, Registry, TagAnswer } from '../../src/check/ports.ts';
import { createNullMemory } from '../../src/store/open-memory.ts';
import { makeDigest } from '../helpers/makers.ts';

const repository = { registry: 'docker.io', repository: 'library/nginx' };
const digest = makeDigest('index');

/** A registry that counts what it is asked; each answer takes a moment. */
function createCountingRegistry(answer: TagAnswer) {
  const asked: string[] = [];
  const registry: Registry = {
    announce: () => undefined,
    listTags: () => Promise.resolve({ kind: 'unknown', reason: reason('offline', 'no list of tags') }),
    resolveTag: async (_repository, tag) => {
      asked.push(tag);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return answer;
    },
    fetchManifest: () => Promise.reject(new Error('not asked')),
    fetchConfig: () => Promise.reject(new Error('not asked')),
    usage: () => [],
    warnings: () => [],
    close: () => Promise.resolve(),
  };
  return { asked, registry };
}

function create(answer: TagAnswer, maxAgeMs: number, memory: Memory = createNullMemory(Date.now)) {
  const { asked, registry } = createCountingRegistry(answer);
  const signal = new AbortController().signal;
  const ports = { memory, openRegistry: () => Promise.resolve(registry), now: Date.now, signal };
  return { asked, answers: createAnswers(ports, { maxAgeMs, offline: false }) };
}

it.each<[string, TagAnswer, number]>([
  ['is there', { kind: 'found', digest, mediaType: null, body: null }, 3_600_000],
  ['is not there', { kind: 'gone' }, 3_600_000],
  ['is not there, and nothing remembered is trusted', { kind: 'gone' }, 0],
])('a digest that %s is asked for once by all who wonder at the same time', async (_name, answer, maxAgeMs) => {
  const { asked, answers } = create(answer, maxAgeMs);
  const known = await Promise.all([1, 2, 3].map(() => answers.presence(repository, digest)));
  expect(known.map((one) => one.known)).toEqual(Array(3).fill({ state: 'known', value: answer.kind === 'found' }));
  expect(known.map((one) => one.asked)).toEqual([true, false, false]);
  expect(asked).toEqual([digest]);
});
