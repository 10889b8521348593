import { expect, it } from 'vitest';
import { createAnswers } from '../../src/check/answers.ts';
import { checkTags, type Progress } from '../../src/check/check-tags.ts';
import type { Registry } from '../../src/check/ports.ts';
import { createNullMemory } from '../../src/store/open-memory.ts';
import { AMD64, makeDigest, makeImage, makeReference } from '../helpers/makers.ts';

it('tells which registry is waited for from the first question on, not only from the first answer', async () => {
  const told: Progress[] = [];
  const subjects = ['nginx:1.27', 'quay.io/acme/app:1'].map((name) => {
    const reference = makeReference(name);
    const { registry, repository } = reference;
    const image = makeImage({ tags: [reference], repoDigests: [{ registry, repository, digest: makeDigest('index') }] });
    return { image, reference, text: name, name, platform: AMD64, containers: [], sources: [], hold: null };
  });
  const policy = { maxAgeMs: 0, offline: false };
  const openRegistry = (): Promise<Registry> => Promise.reject(new Error('nobody answers'));
  const answers = createAnswers(
    { memory: createNullMemory(() => 0), openRegistry, now: () => 0, signal: new AbortController().signal },
    { ...policy, offline: true },
  );
  await checkTags(
    subjects,
    { answers, openRegistry },
    { ...policy, offline: true, jobs: 1, onProgress: (progress) => void told.push(progress) },
  );
  expect(told.map(({ done, total, subject }) => `${done}/${total} ${subject}`)).toEqual(['0/2 docker.io', '1/2 quay.io', '2/2 quay.io']);
});
