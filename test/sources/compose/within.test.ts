import { expect, it } from 'vitest';
import { readCompose } from '../../../src/sources/compose/read-compose.ts';
import { LINUX } from './show.ts';

async function withinIn(text: string, others: Readonly<Record<string, string>> = {}): Promise<readonly (string | undefined)[]> {
  const { references } = await readCompose([{ path: 'compose.yaml', text }], {
    env: {},
    platforms: { build: LINUX, target: LINUX },
    readText: (path) => {
      const other = others[path];
      return Promise.resolve(other === undefined ? { ok: false, message: 'cannot be read' } : { ok: true, value: other });
    },
  });
  return references.map(({ within }) => within?.name);
}

it.each([
  ['that runs it', 'services: {db: {image: postgres}, web: {image: nginx}}', ['service db', 'service web']],
  ['that mounts it', 'services: {web: {image: a, volumes: [{type: image, source: b, target: /b}]}}', ['service web', 'service web']],
  [
    'that is built with it, but not for the lines of its Dockerfile',
    'services: {web: {build: {context: ., additional_contexts: {base: "docker-image://a"}}}}',
    ['service web', undefined],
  ],
  ['and that there are others, where they share its line', 'x: &x {image: a}\nservices: {b: *x, c: *x, d: *x}', ['service b and others']],
  ['whose name is safe to print', 'services: {"a\\e[2J": {image: a}}', ['service a\ufffd[2J']],
  ['whose name is not too long', `services: {${'x'.repeat(300)}: {image: a}}`, [`service ${'x'.repeat(79)}…`]],
])('an image is told with the service %s', async (_, text, names) => {
  expect(await withinIn(text, { Dockerfile: 'FROM node:20\n' })).toEqual(names);
});
