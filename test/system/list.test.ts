import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filler, makeImage, makeIndex, makeLayer } from '../../src/demo/images.ts';
import type { Document, ImageEntry } from '../../src/core/document.ts';
import { makeCertificate } from '../helpers/certificate.ts';
import { type RunningRegistry, startDockerRegistry } from '../helpers/docker-registry.ts';
import { type RunningEngine, startDockerd, startPodmanService } from '../helpers/engines.ts';
import { type Publisher, startPublisher } from '../helpers/publisher.ts';
import { compileDocumentSchema } from '../helpers/document-schema.ts';
import { runCli } from '../helpers/run-cli.ts';
import { systemTest } from '../helpers/system.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { startTokenServer, type TokenServer } from '../helpers/token-server.ts';

const OWNER = { username: 'owner', password: 'p:ss wörd' };
const CREATED = '2026-11-01T08:00:00Z';

/** An index for two platforms; the words say what is in each, so equal words make equal images. */
function makeWeb(words: { readonly amd64: string; readonly arm64: string }) {
  const base = makeLayer({ files: { 'etc/base': 'base', 'usr/share/filler': filler('base', 50_000) }, created: CREATED, format: 'docker' });
  const children = Object.entries(words).map(([architecture, word]) => {
    const top = makeLayer({ files: { 'srv/index.html': `${architecture} ${word}` }, created: CREATED, format: 'docker' });
    return makeImage({
      layers: [base, top],
      created: CREATED,
      format: 'docker',
      platform: { os: 'linux', architecture },
      command: ['/srv/run'],
    });
  });
  return makeIndex({ children, format: 'docker' });
}

const validate = compileDocumentSchema();

async function listJson(args: readonly string[], options: Parameters<typeof runCli>[1] = {}): Promise<Document> {
  const ran = await runCli(['list', '--json', ...args], options);
  expect(ran.stderr.split('\n').filter((line) => line.startsWith('E: '))).toEqual([]);
  expect(ran.exitCode).toBe(0);
  const document: unknown = JSON.parse(ran.stdout);
  expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  return document as Document;
}

const rowOf = (document: Document, reference: string): ImageEntry => {
  const row = document.images.find((image) => image.reference === reference);
  if (row === undefined) throw new Error(`no row ${reference} among ${document.images.map((image) => image.reference).join(' ')}`);
  return row;
};

const engines = [
  { name: 'dockerd', programs: ['dockerd', 'docker', 'docker-registry', 'skopeo'], start: () => startDockerd() },
  { name: 'podman', programs: ['podman', 'docker-registry', 'skopeo'], start: () => startPodmanService() },
] as const;

for (const { name, programs, start } of engines) {
  systemTest(`imgupdate list and a real ${name}`, programs, () => {
    let engine: RunningEngine;
    let publisher: Publisher;
    const closers: (() => Promise<void>)[] = [];
    const pull = async (reference: string): Promise<void> => {
      await engine.command(name === 'podman' ? ['pull', '--tls-verify=false', reference] : ['pull', reference]);
    };

    beforeAll(async () => {
      engine = await start();
      closers.push(engine.stop);
      publisher = await startPublisher();
      closers.push(publisher.close);
    });
    afterAll(async () => {
      for (const close of closers.reverse()) await close();
    });

    describe('on a plain registry', () => {
      let registry: RunningRegistry;
      let document: Document;
      let home: TemporaryDirectory;
      const old = makeWeb({ amd64: 'one', arm64: 'one' });

      beforeAll(async () => {
        registry = await startDockerRegistry();
        closers.push(registry.stop);
        home = await makeTemporaryDirectory();
        closers.push(home.remove);
        for (const tag of ['still', 'rebuilt', 'other-platform', 'removed', 'used']) {
          await publisher.publish(`${registry.host}/acme/${tag}:1`, old);
          await pull(`${registry.host}/acme/${tag}:1`);
        }
        await publisher.publish(`${registry.host}/acme/pinned:1`, makeWeb({ amd64: 'pinned', arm64: 'pinned' }));
        await pull(`${registry.host}/acme/pinned@${makeWeb({ amd64: 'pinned', arm64: 'pinned' }).digest}`);
        await engine.importImage('localhost/my-app:dev', { 'bin/app': 'mine' });

        await engine.command([
          'create',
          '--name',
          'outdated',
          ...(name === 'podman' ? ['--network=none'] : ['--network', 'none']),
          `${registry.host}/acme/used:1`,
        ]);
        const next = makeWeb({ amd64: 'used two', arm64: 'used two' });
        await publisher.publish(`${registry.host}/acme/used:1`, next);
        await pull(`${registry.host}/acme/used:1`);

        await publisher.publish(`${registry.host}/acme/rebuilt:1`, makeWeb({ amd64: 'two', arm64: 'two' }));
        await publisher.publish(`${registry.host}/acme/other-platform:1`, makeWeb({ amd64: 'one', arm64: 'two' }));
        const deleted = await fetch(`${registry.url}/v2/acme/removed/manifests/${old.digest}`, { method: 'DELETE' });
        expect(deleted.status).toBe(202);
        document = await listJson(['-H', engine.host], { home: home.path });
      });

      test.each([
        ['still', 'current'],
        ['rebuilt', 'rebuilt'],
        ['other-platform', 'current'],
        ['used', 'current'],
      ])('%s:1 is %s', (repository, status) => {
        const row = rowOf(document, `${registry.host}/acme/${repository}:1`);
        expect(row).toMatchObject({ platform: 'linux/amd64', tag: { status, reason: null } });
        expect(row.tag.checkedAt).not.toBeNull();
      });

      test('a tag that moved for another platform only is current, and says so', () => {
        const row = rowOf(document, `${registry.host}/acme/other-platform:1`);
        expect(row.tag.candidate).toBe(makeWeb({ amd64: 'one', arm64: 'two' }).digest);
        expect(row.tag.why).toContain('the tag moved, but');
      });

      test('a rebuilt tag tells the new digest, and a download of the one layer that is not here', () => {
        const now = makeWeb({ amd64: 'two', arm64: 'two' });
        const row = rowOf(document, `${registry.host}/acme/rebuilt:1`);
        const [amd64] = now.children;
        expect(amd64?.kind === 'image' ? row.tag.download : null).toEqual({
          bytes: amd64?.kind === 'image' ? amd64.layers[1]!.bytes.length : 0,
          layers: 1,
          totalLayers: 2,
        });
        expect(row.tag).toMatchObject({ candidate: now.digest, candidateCreated: CREATED });
        expect(row.verdict).toBe('stale');
      });

      test('a tag that was removed is gone, be it that podman proves it by the manifest that is still there', () => {
        expect(rowOf(document, `${registry.host}/acme/removed:1`).tag).toMatchObject({ status: 'gone', candidate: null });
      });

      test('an image that was never in a registry is local', () => {
        expect(rowOf(document, 'localhost/my-app:dev').tag).toMatchObject({ status: 'local', candidate: null, checkedAt: null });
      });

      test('an image that was pulled by digest is pinned', () => {
        const pinned = document.images.filter((image) => image.reference.startsWith(`${registry.host}/acme/pinned@sha256:`));
        expect(pinned.map((image) => image.tag.status)).toEqual(['pinned']);
      });

      test('a container that runs an older image than its name has here is said to be outdated', () => {
        const row = rowOf(document, `${registry.host}/acme/used:1`);
        expect(row.containers).toEqual([{ name: 'outdated', running: false, outdated: true }]);
      });

      test('the registry was asked for each tag once, and for few documents', () => {
        const [use] = document.registries;
        expect(document.registries).toHaveLength(1);
        expect(use).toMatchObject({ registry: registry.host, limit: null });
        expect(use?.counted).toBeLessThanOrEqual(4);
      });

      test('a second run asks nothing, and answers the same', async () => {
        const again = await listJson(['-H', engine.host], { home: home.path });
        expect(again.registries).toEqual([]);
        const told = (images: readonly ImageEntry[]) =>
          images.map(({ reference, tag }) => [reference, tag.status, tag.candidate, tag.download]);
        const askedTwice = document.images.filter(({ tag }) => tag.status !== 'unknown');
        expect(told(again.images)).toEqual(expect.arrayContaining(told(askedTwice)));
      });

      test('a run that refreshes asks by HEAD alone', async () => {
        const again = await listJson(['-H', engine.host, '--refresh'], { home: home.path });
        expect(again.registries).toMatchObject([{ counted: 0 }]);
      });

      test('offline, all that was learned is still told', async () => {
        const offline = await listJson(['-H', engine.host, '--offline'], { home: home.path });
        expect(rowOf(offline, `${registry.host}/acme/rebuilt:1`).tag.status).toBe('rebuilt');
        expect(offline.registries).toEqual([]);
      });

      test('after a pull the rebuilt tag is current', async () => {
        await pull(`${registry.host}/acme/rebuilt:1`);
        const again = await listJson(['-H', engine.host], { home: home.path });
        expect(rowOf(again, `${registry.host}/acme/rebuilt:1`).tag.status).toBe('current');
      });
    });

    describe('on a registry with TLS', () => {
      test('a certificate that no one vouches for is accepted on loopback, as the engine does', async () => {
        const registry = await startDockerRegistry({ tls: await makeCertificate() });
        closers.push(registry.stop);
        await publisher.publish(`${registry.host}/acme/tls:1`, makeWeb({ amd64: 'tls', arm64: 'tls' }));
        await pull(`${registry.host}/acme/tls:1`);
        const document = await listJson(['-H', engine.host, `${registry.host}/acme/tls`]);
        expect(rowOf(document, `${registry.host}/acme/tls:1`).tag.status).toBe('current');
      });
    });

    describe('on a registry with token authentication', () => {
      let tokens: TokenServer;
      let registry: RunningRegistry;
      let reference: string;
      let directory: TemporaryDirectory;

      beforeAll(async () => {
        tokens = await startTokenServer({
          users: { [OWNER.username]: OWNER.password },
          grants: (user, repository, action) => user !== null || (action === 'pull' && !repository.startsWith('private/')),
        });
        closers.push(tokens.stop);
        registry = await startDockerRegistry({ token: tokens });
        closers.push(registry.stop);
        directory = await makeTemporaryDirectory();
        closers.push(directory.remove);
        reference = `${registry.host}/private/app:1`;
        for (const target of [reference, `${registry.host}/public/app:1`]) {
          await publisher.publish(target, makeWeb({ amd64: target, arm64: target }), OWNER);
        }
        await engine.command(
          name === 'podman'
            ? ['pull', '--tls-verify=false', '--creds', `${OWNER.username}:${OWNER.password}`, reference]
            : ['login', '-u', OWNER.username, '-p', OWNER.password, registry.host],
        );
        if (name !== 'podman') await pull(reference);
        await pull(`${registry.host}/public/app:1`);
      });

      const trust = (): string => `${registry.host}=${new URL(tokens.realm).host}`;
      const check = (env: Record<string, string>): Promise<Document> =>
        listJson(['-H', engine.host, '--trust-realm', trust(), `${registry.host}/*/app`], { env });

      test('without credentials the public image is current and the private one unknown', async () => {
        const document = await check({});
        expect(rowOf(document, `${registry.host}/public/app:1`).tag.status).toBe('current');
        expect(rowOf(document, reference).tag).toMatchObject({ status: 'unknown', reason: { kind: 'not-found-or-private' } });
      });

      test('with the credentials of a helper, a real program, both are current', async () => {
        const bin = join(directory.path, 'bin');
        await mkdir(bin, { recursive: true });
        const helper = join(bin, 'docker-credential-test');
        const answer = JSON.stringify({ ServerURL: registry.host, Username: OWNER.username, Secret: OWNER.password });
        await writeFile(
          helper,
          `#!/bin/sh\n[ "$1" = get ] || exit 2\nread -r server\necho "$server" >> "$0.log"\nprintf '%s' '${answer}'\n`,
        );
        await chmod(helper, 0o755);
        await writeFile(join(directory.path, 'config.json'), JSON.stringify({ credHelpers: { [registry.host]: 'test' } }));
        const before = tokens.requests.length;
        const document = await check({ DOCKER_CONFIG: directory.path, PATH: `${bin}:${process.env.PATH ?? ''}` });
        expect(rowOf(document, reference).tag.status).toBe('current');
        expect(rowOf(document, `${registry.host}/public/app:1`).tag.status).toBe('current');
        expect(readFileSync(`${helper}.log`, 'utf8').trim().split('\n')).toEqual([registry.host]);
        expect(tokens.requests.length - before, 'one token for both repositories').toBe(1);
      });

      test('credentials never go to a token server that is not known to belong to the registry, and the setting is named', async () => {
        const auth = Buffer.from(`${OWNER.username}:${OWNER.password}`).toString('base64');
        await writeFile(join(directory.path, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
        const before = tokens.requests.length;
        const ran = await runCli(['list', '--json', '-H', engine.host, `${registry.host}/*/app`], {
          env: { DOCKER_CONFIG: directory.path },
        });
        expect(rowOf(JSON.parse(ran.stdout) as Document, reference).tag).toMatchObject({ status: 'unknown' });
        expect(ran.stderr).toContain(`--trust-realm ${trust()}`);
        const sent = tokens.requests.slice(before).filter(({ headers }) => headers.authorization !== undefined);
        expect(sent).toEqual([]);
      });

      test('with a wrong password the private image is unknown, and the password is nowhere in the output', async () => {
        const auth = Buffer.from(`${OWNER.username}:wrong-secret`).toString('base64');
        await writeFile(join(directory.path, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
        const ran = await runCli(['list', '--json', '-v', '-H', engine.host, '--trust-realm', trust(), `${registry.host}/*/app`], {
          env: { DOCKER_CONFIG: directory.path },
        });
        const document = JSON.parse(ran.stdout) as Document;
        expect(rowOf(document, reference).tag).toMatchObject({ status: 'unknown', reason: { kind: 'unauthorized' } });
        expect(ran.stdout + ran.stderr).not.toContain('wrong-secret');
        expect(ran.stdout + ran.stderr).not.toContain(auth);
      });
    });

    test('an engine that stops leaves a clear message and no record', async () => {
      const ran = await runCli(['list', '-H', `${engine.host}.gone`]);
      expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
      expect(ran.stderr).toMatch(/^E: no container engine answers at unix:\/\/.*\.gone\nN: /);
    });
  });
}
