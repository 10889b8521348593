import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/core/digest.ts';
import { startEngine } from '../../src/demo/engine-server.ts';
import { type ImageDocument, type ImageOrIndex, type IndexDocument, makeIndex } from '../../src/demo/images.ts';
import { type EmbeddedRegistry, startRegistry } from '../../src/demo/registry-server.ts';
import { runCli } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory } from '../helpers/temp.ts';
import {
  APP_STEPS,
  attest,
  BASE_STEPS,
  BEFORE,
  build,
  builtHere,
  named,
  NO_ENGINE,
  onlyImage,
  purl,
  readJson,
  startTrap,
  type Trap,
} from './base-world.ts';

/** What an image says of its base may be written by anyone, and must not lead anywhere its user did not go. */
const base = build(BASE_STEPS, { at: BEFORE });
const app = (parts: Parameters<typeof build>[1] = {}): ImageDocument => build(APP_STEPS, { from: base, ...parts });

let registry: EmbeddedRegistry;
let trap: Trap;
beforeEach(async () => {
  [registry, trap] = await Promise.all([startRegistry(), startTrap()]);
});
afterEach(() => Promise.all([registry.close(), trap.close()]));

const CONTROL = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e';

/** The statement of an image's provenance, replaced; the manifest that leads to it with it. */
function withStatement(image: ImageDocument, edit: (statement: Record<string, unknown>) => string): IndexDocument {
  const index = attest(image, [{ uri: 'pkg:docker/x@1' }]);
  const attestation = index.children[1];
  const [layer] = attestation?.kind === 'image' ? attestation.layers : [];
  if (attestation?.kind !== 'image' || layer === undefined) throw new Error('no attestation');
  const bytes = Buffer.from(edit(JSON.parse(Buffer.from(layer.bytes).toString()) as Record<string, unknown>));

  const blob = { ...layer, bytes, digest: digestOf(bytes) };
  const replace = (text: string, from: string, to: string): string => text.replaceAll(from, to);
  const manifestText = replace(Buffer.from(attestation.bytes).toString(), layer.digest, blob.digest).replace(
    `"digest":"${blob.digest}","size":${layer.bytes.length}`,
    `"digest":"${blob.digest}","size":${bytes.length}`,
  );
  const manifestBytes = Buffer.from(manifestText);
  const manifest = { ...attestation, bytes: manifestBytes, digest: digestOf(manifestBytes), layers: [blob] };
  const indexText = replace(Buffer.from(index.bytes).toString(), attestation.digest, manifest.digest).replace(
    `"digest":"${manifest.digest}","size":${attestation.bytes.length}`,
    `"digest":"${manifest.digest}","size":${manifestBytes.length}`,
  );
  const indexBytes = Buffer.from(indexText);
  return { ...index, bytes: indexBytes, digest: digestOf(indexBytes), children: [image, manifest] };
}

describe('what an image says of its base', () => {
  const claims: readonly [string, (host: string) => ImageOrIndex, string[]][] = [
    ['an annotation of its manifest', (host) => app({ annotations: named(`${host}/base/node:20`, base.digest) }), ['policy']],
    ['an annotation of its index', (host) => makeIndex({ children: [app()], annotations: named(`${host}/base/node:20`) }), ['policy']],
    ['provenance', (host) => attest(app(), [{ uri: purl(`${host}/base/node:20`), digest: base.digest }]), ['policy']],
    [
      'provenance of several images',
      (host) =>
        attest(
          app(),
          ['node', 'golang', 'python'].map((name) => ({ uri: purl(`${host}/${name}:1`), digest: base.digest })),
        ),
      ['policy', 'no-evidence'],
    ],
    ['a label', (host) => app({ labels: named(`${host}/base/node:20`) }), ['policy']],
    ['a FROM comment', (host) => app({ comment: `FROM ${host}/base/node:20` }), ['policy']],
    [
      'metadata of buildpacks',
      (host) =>
        app({
          labels: {
            'io.buildpacks.lifecycle.metadata': JSON.stringify({
              app: [{ sha: app().layers.at(-1)?.diffId }],
              runImage: { topLayer: base.layers.at(-1)?.diffId, reference: `${host}/run@${base.digest}`, image: `${host}/run:1` },
            }),
          },
        }),
      ['policy'],
    ],
  ];

  it.each(claims)('%s leads to no registry that only the image names', async (_, image, kinds) => {
    registry.put('acme/app', '1', image(trap.host));
    const found = onlyImage(await readJson(['list', `docker://${registry.host}/acme/app:1`], NO_ENGINE));
    expect(found.base.status).toBe('unknown');
    expect(kinds).toContain(found.base.reason?.kind);
    if (found.base.reason?.kind === 'policy') expect(found.base.reason.message).toContain(`--allow-host ${trap.host}`);
    expect(trap.connections()).toBe(0);
  });

  it.each(claims)('%s of an image built here does not either, nor does recording its base', async (_, image) => {
    const target = image(trap.host);
    const [inner] = target.kind === 'index' ? target.children : [target];
    if (inner?.kind !== 'image') throw new Error('no image');
    const engine = await startEngine({ images: [{ ...builtHere('app:1', inner), target }], store: 'containerd' });
    await readJson(['list', '--deep', '-H', engine.host]);
    await readJson(['show', 'app:1', '-H', engine.host]);
    const recorded = await runCli(['base', 'record', 'app:1', '-H', engine.host]);
    await engine.close();
    expect(recorded).toMatchObject({ exitCode: 1, stdout: '' });
    expect(trap.connections()).toBe(0);
  });

  it('may lead where --allow-host says, and nowhere else', async () => {
    const other = await startTrap();
    const claimed = [`${trap.host}/a/node:20`, `${other.host}/b/node:20`];
    claimed.forEach((name, number) =>
      registry.put('acme/app', String(number), build([`COPY ${number} /`], { from: base, annotations: named(name) })),
    );
    const targets = claimed.map((_, number) => `docker://${registry.host}/acme/app:${number}`);
    const { images } = await readJson(['list', ...targets, '--allow-host', trap.host], NO_ENGINE);
    expect(images.map((image) => image.base.reason?.kind)).toEqual(['unreachable', 'policy']);
    expect(trap.connections()).toBeGreaterThan(0);
    expect(other.connections()).toBe(0);
    await other.close();
  });

  it.each([
    ['a private address', '169.254.169.254/latest/meta-data:1', 'policy'],
    ['an address in version 6', '[::1]:5000/x:1', 'policy'],
    ['a name inside', 'metadata.internal/x:1', 'policy'],
    ['localhost', 'localhost/x:1', 'no-evidence'],
    ['a user and a password', 'user:secret@127.0.0.1:5000/x:1', 'no-evidence'],
    ['a URL', 'http://127.0.0.1:5000/x:1', 'no-evidence'],
    ['a path upwards', '127.0.0.1:5000/../../etc/passwd:1', 'no-evidence'],
    ['a path upwards within', '127.0.0.1:5000/x/../y:1', 'no-evidence'],
    ['a query', '127.0.0.1:5000/x:1?y=z#w', 'no-evidence'],
    ['control characters', `127.0.0.1:5000/${CONTROL}:1`, 'no-evidence'],
    ['a long path', `127.0.0.1:5000/${'x/'.repeat(5_000)}y:1`, 'no-evidence'],
    ['two megabytes', 'x'.repeat(2_000_000), 'no-evidence'],
  ])('%s in its name is not asked for', async (_, name, kind) => {
    registry.put('acme/app', '1', app({ annotations: named(name) }));
    const target = `docker://${registry.host}/acme/app:1`;
    const found = onlyImage(await readJson(['list', target], NO_ENGINE));
    expect(found).toMatchObject({ tag: { status: 'none' }, base: { status: 'unknown', reason: { kind } } });
    const shown = await runCli(['show', target], NO_ENGINE);
    expect(shown.exitCode).toBe(0);
    expect(shown.stdout.length).toBeLessThan(20_000);
    expect(shown.stdout + shown.stderr).not.toMatch(/(?!\n)\p{C}/u);
  });
});

describe('provenance that means harm', () => {
  const many = (count: number): string[] => Array.from({ length: count }, (_, number) => `pkg:docker/evil-${number}@1`);
  const withMaterials =
    (uris: readonly string[]) =>
    (statement: Record<string, unknown>): string =>
      JSON.stringify({
        ...statement,
        predicate: { buildDefinition: { resolvedDependencies: uris.map((uri) => ({ uri, digest: { sha256: 'a'.repeat(64) } })) } },
      });

  it.each<[string, (statement: Record<string, unknown>) => string]>([
    ['names a thousand images', withMaterials(many(1_000))],
    ['has ten megabytes', (statement) => JSON.stringify({ ...statement, filler: 'x'.repeat(10 * 1024 * 1024) })],
    ['is nested a hundred thousand deep', () => `${'{"predicate":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['is no JSON', () => `{"predicateType": "https://slsa.dev/provenance/v1", ${CONTROL}`],
    [
      'is about another image',
      (statement) => JSON.stringify({ ...statement, subject: [{ name: '_', digest: { sha256: 'b'.repeat(64) } }] }),
    ],
    ['has control characters', withMaterials([`pkg:docker/${CONTROL}@1`, 'pkg:docker/%1b%5b2J@1', 'pkg:docker/..%2f..@1'])],
    ['names private addresses', withMaterials(['pkg:docker/169.254.169.254/x@1', 'pkg:docker/10.0.0.1%3A80/x@1'])],
    ['names its trap', withMaterials(['pkg:docker/TRAP/x@1', 'pkg:docker/user%3Apw%40TRAP/x@1', 'pkg:docker/http%3A%2F%2FTRAP/x@1'])],
  ])('%s: nothing is asked, and nothing is answered', async (_, edit) => {
    const index = withStatement(app(), (statement) => edit(statement).replaceAll('TRAP', trap.host.replace(':', '%3A')));
    registry.put('acme/app', '1', index);
    const target = `docker://${registry.host}/acme/app:1`;
    const found = onlyImage(await readJson(['list', target], NO_ENGINE));
    expect(found.tag.status).toBe('none');
    expect(found.base.status).toBe('unknown');
    expect(['no-evidence', 'policy']).toContain(found.base.reason?.kind);
    expect(trap.connections()).toBe(0);
    registry.forget();
    const shown = await runCli(['show', target], NO_ENGINE);
    expect(shown.stdout).toContain('Base-Rejected: ');
    expect(shown.stdout + shown.stderr).not.toMatch(/(?!\n)\p{C}/u);
    const asked = registry.requests.filter(({ path }) => !path.includes('/acme/app/'));
    expect(asked.filter(({ path }) => path !== '/v2/')).toEqual([]);
    expect(registry.counts().manifestGets).toBeLessThanOrEqual(3);
  });
});

describe('credentials', () => {
  it('of one registry are never shown to another', async () => {
    const home = await makeTemporaryDirectory();
    const user = { username: 'ann', password: 'of the first registry' };
    const first = await startRegistry({
      auth: { kind: 'token', users: [user], service: 'first' },
      privateTo: new Map([['acme/app', ['ann']]]),
    });
    const second = await startRegistry({ auth: { kind: 'token', users: [], service: 'second' } });
    const third = await startRegistry({ auth: { kind: 'basic', users: [user] } });
    second.put('base/node', '20', base);
    third.put('base/node', '20', base);
    const [one, two] = [second, third].map(({ host }, number) =>
      build([`COPY ${number} /`], { from: base, annotations: named(`${host}/base/node:20`) }),
    );
    first.put('acme/app', '1', one!);
    first.put('acme/app', '2', two!);
    await mkdir(join(home.path, '.docker'), { recursive: true });
    const auth = Buffer.from(`${user.username}:${user.password}`).toString('base64');
    await writeFile(join(home.path, '.docker/config.json'), JSON.stringify({ auths: { [first.host]: { auth } } }));
    const hosts = ['--allow-host', second.host, '--allow-host', third.host];
    const { images } = await readJson(['list', `docker://${first.host}/acme/app:1`, `docker://${first.host}/acme/app:2`, ...hosts], {
      ...NO_ENGINE,
      home: home.path,
    });
    expect(images.map((image) => [image.tag.status, image.base.reason?.kind ?? image.base.status])).toEqual([
      ['none', 'current'],
      ['none', 'not-found-or-private'],
    ]);
    for (const { requests } of [second, third]) {
      expect(requests.length).toBeGreaterThan(0);
      const shown = requests.map(({ headers, path }) => `${headers.authorization ?? ''} ${path}`).join('\n');
      expect(shown).not.toContain(auth);
      expect(shown).not.toContain('Basic');
    }
    expect(first.requests.some(({ headers }) => headers.authorization === `Basic ${auth}`)).toBe(true);
    await Promise.all([first.close(), second.close(), third.close(), home.remove()]);
  });
});
