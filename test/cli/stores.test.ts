import { afterEach, expect, it } from 'vitest';
import type { StoreKind } from '../../src/demo/engine-documents.ts';
import { type EmbeddedEngine, startEngine } from '../../src/demo/engine-server.ts';
import { type ImageDocument, makeImage, makeIndex, makeLayer } from '../../src/demo/images.ts';
import { type EmbeddedRegistry, startRegistry } from '../../src/demo/registry-server.ts';
import type { Document, ImageEntry } from '../../src/core/document.ts';
import { runCli } from '../helpers/run-cli.ts';

const CREATED = '2026-11-01T08:00:00Z';
const ESC = '\u001b';
const HOSTILE = `${ESC}]8;;http://evil.example${ESC}\\click${ESC}]8;;${ESC}\\${ESC}[2J\r\nE: all is lost\u202e`;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const makeWords = (amd64: string, arm64: string, labels: Record<string, string> = {}) =>
  makeIndex({
    attested: true,
    children: Object.entries({ amd64, arm64 }).map(([architecture, word]) =>
      makeImage({
        layers: [makeLayer({ files: { base: 'base' }, created: CREATED }), makeLayer({ files: { word }, created: CREATED })],
        created: CREATED,
        platform: { os: 'linux', architecture },
        labels,
      }),
    ),
  });

async function startWorld(
  store: StoreKind,
  labels: Record<string, string> = {},
): Promise<{ registry: EmbeddedRegistry; engine: EmbeddedEngine }> {
  const registry = await startRegistry();
  closers.push(registry.close);
  const old = makeWords('one', 'one', labels);
  const images = ['same', 'rebuilt', 'other-platform', 'same-manifest', 'gone', 'never'].map((name) => {
    registry.put(`acme/${name}`, '1', old);
    const repository = `${registry.host}/acme/${name}`;
    const image = old.children[0] as ImageDocument;
    return {
      image,
      target: old,
      tags: [`${repository}:1`],
      repoDigests: name === 'never' && store === 'classic' ? [] : [`${repository}@${old.digest}`],
    };
  });
  registry.put('acme/rebuilt', '1', makeWords('two', 'two', labels));
  registry.put('acme/other-platform', '1', makeWords('one', 'two', labels));
  registry.put('acme/same-manifest', '1', old.children[0] as ImageDocument);
  registry.remove('acme/gone', '1');
  registry.remove('acme/never', null);
  const engine = await startEngine({ images, store });
  closers.push(engine.close);
  return { registry, engine };
}

const rowOf = (document: Document, name: string): ImageEntry | undefined =>
  document.images.find(({ reference }) => reference.includes(`/acme/${name}:`));

it.each([
  ['classic', 'local'],
  ['containerd', 'unknown'],
] as const)('the %s store gives the verdicts it can prove', async (store, never) => {
  const { registry, engine } = await startWorld(store);
  const ran = await runCli(['list', '--json', '-H', engine.host]);
  const document = JSON.parse(ran.stdout) as Document;
  const statuses = Object.fromEntries(
    ['same', 'rebuilt', 'other-platform', 'same-manifest', 'gone', 'never'].map((name) => [name, rowOf(document, name)?.tag.status]),
  );
  expect(statuses).toEqual({
    same: 'current',
    rebuilt: 'rebuilt',
    'other-platform': 'current',
    'same-manifest': 'current',
    gone: 'gone',
    never,
  });
  expect(document.images.map(({ platform }) => platform)).toEqual(Array(6).fill('linux/amd64'));
  expect(registry.counts().manifestGets).toBeLessThanOrEqual(6);
});

it('labels and their names may be anything: nothing of them acts on a terminal, and none is lost', async () => {
  const labels = {
    __proto__x: 'x',
    ['__proto__']: 'polluted',
    'org.opencontainers.image.source': HOSTILE,
    constructor: HOSTILE,
    [HOSTILE]: 'name',
  };
  const { engine } = await startWorld('classic', labels);
  const everyLabel = '{{json .Labels}} {{.Labels}} {{range $key, $value := .Labels}}{{$key}}={{$value}} {{end}}';
  for (const args of [
    ['list'],
    ['list', '--json'],
    ['list', '--format', 'plain'],
    ['list', '--format', everyLabel],
    ['update'],
    ['show', '127.0.0.1:*/acme/same'],
  ]) {
    const { stdout, stderr } = await runCli([...args, '-H', engine.host]);
    expect(stdout + stderr, args.join(' ')).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(stderr, args.join(' ')).not.toMatch(/^E: /m);
  }
  const filtered = await runCli(['list', '-q', '-H', engine.host, '--filter', 'label=__proto__=polluted']);
  expect(filtered.stdout.trim().split('\n')).toHaveLength(6);
});

it('a repository of 202,169 tags costs one page of them beside the tag itself', async () => {
  const registry = await startRegistry();
  closers.push(registry.close);
  const old = makeWords('one', 'one');
  registry.put('acme/many', '1', old);
  for (let tag = 0; tag < 202_169; tag += 1) registry.move('acme/many', `build-${tag}`, old.digest);
  const repository = `${registry.host}/acme/many`;
  const engine = await startEngine({
    images: [
      { image: old.children[0] as ImageDocument, target: old, tags: [`${repository}:1`], repoDigests: [`${repository}@${old.digest}`] },
    ],
  });
  closers.push(engine.close);
  const ran = await runCli(['list', '--format', '{{.Update}}', '-H', engine.host]);
  expect(ran.stdout).toBe('current\n');
  expect(registry.counts()).toMatchObject({ total: 2, manifestHeads: 1, tags: 1 });
});
