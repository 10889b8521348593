import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answer, errorAnswer, jsonAnswer, withHeaders } from '../../src/demo/answer.ts';
import { type EmbeddedEngine, startEngine } from '../../src/demo/engine-server.ts';
import type { Intervention, ServedRequest } from '../../src/demo/serve.ts';
import { type EmbeddedRegistry, startRegistry } from '../../src/demo/registry-server.ts';
import { runCli } from '../helpers/run-cli.ts';
import {
  APP_STEPS,
  BASE_STEPS,
  BEFORE,
  build,
  builtHere,
  type Image,
  MOVES,
  named,
  normalize,
  NO_ENGINE,
  onlyImage,
  pulled,
  readJson,
  startTrap,
} from './base-world.ts';

/** An app whose registry works, on a base whose registry does not: whatever that one does, the base is open or gone, never current. */
const base = build(BASE_STEPS, { at: BEFORE });
const moved = MOVES['layers-differ'];
const isManifest = ({ method, path }: ServedRequest, wanted: string): boolean => method === wanted && path.includes('/manifests/');

type Trouble = (request: ServedRequest) => Intervention | null;

let bases: EmbeddedRegistry;
let apps: EmbeddedRegistry;
let trouble: Trouble;

beforeEach(async () => {
  trouble = () => null;
  [bases, apps] = await Promise.all([startRegistry({ intercept: (request) => trouble(request) }), startRegistry()]);
  bases.put('base/node', '20', moved);
  bases.put('base/node', null, base);
  const baseName = `${bases.host}/base/node:20`;
  apps.put('acme/app', '1', build(APP_STEPS, { from: base, annotations: named(baseName, base.digest) }));
});
afterEach(() => Promise.all([bases.close(), apps.close()]));

const look = async (...args: string[]): Promise<Image> =>
  onlyImage(await readJson(['list', `docker://${apps.host}/acme/app:1`, '--allow-host', bases.host, ...args], NO_ENGINE));

const error = (status: number, code: string, headers: Record<string, string> = {}): Trouble => {
  const intervention: Intervention = {
    kind: 'answer',
    answer: withHeaders(errorAnswer(status, { code, message: code.toLowerCase() }), headers),
  };
  return () => intervention;
};
const onGet =
  (intervention: Intervention): Trouble =>
  (request) =>
    isManifest(request, 'GET') ? intervention : null;

describe('a base whose registry', () => {
  it.each<[string, Trouble, string, string[]]>([
    ['answers 401', error(401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="x"' }), 'not-found-or-private', []],
    ['answers 403', error(403, 'DENIED'), 'not-found-or-private', []],
    ['throttles with 429', error(429, 'TOOMANYREQUESTS', { 'retry-after': '3600' }), 'rate-limited', []],
    ['answers 500', error(500, 'UNKNOWN'), 'bad-response', []],
    ['drops the connection', () => ({ kind: 'reset' }), 'unreachable', []],
    ['answers nothing', () => ({ kind: 'hang' }), 'timeout', ['--timeout', '1500ms']],
    [
      'answers a page',
      () => ({ kind: 'answer', answer: answer(200, { 'content-type': 'text/html' }, '<html>welcome</html>') }),
      'bad-response',
      [],
    ],
    ['answers garbage for the manifest', onGet({ kind: 'answer', answer: jsonAnswer(200, { hello: 'world' }) }), 'digest-mismatch', []],
    [
      'sends another manifest',
      onGet({ kind: 'answer', answer: answer(200, { 'content-type': base.mediaType }, base.bytes) }),
      'digest-mismatch',
      [],
    ],
    ['cuts the manifest', onGet({ kind: 'cut', afterBytes: 20, then: 'reset' }), 'bad-response', []],
    ['sends it too slowly', onGet({ kind: 'slow', chunkBytes: 1, everyMs: 50 }), 'timeout', ['--timeout', '1500ms']],
    [
      'answers 429 to GET',
      onGet({ kind: 'answer', answer: errorAnswer(429, { code: 'TOOMANYREQUESTS', message: 'slow down' }) }),
      'rate-limited',
      [],
    ],
    [
      'answers 500 for the config',
      ({ path }) => (path.includes('/blobs/') ? { kind: 'answer', answer: errorAnswer(500, { code: 'UNKNOWN', message: 'oh' }) } : null),
      'bad-response',
      [],
    ],
  ])('%s', async (_, does, kind, args) => {
    trouble = does;
    const image = await look(...args);
    expect(image).toMatchObject({
      verdict: 'unknown',
      tag: { status: 'none' },
      base: { status: 'unknown', reason: { kind }, reference: `${bases.host}/base/node:20` },
    });
  });

  it('has used up its quota leaves what it names open, and asks for no more', async () => {
    await bases.close();
    bases = await startRegistry({ quota: { limit: 100, windowSeconds: 21_600, used: 95 } });
    bases.put('base/node', '20', moved);
    bases.put('base/node', null, base);
    apps.put('acme/app', '1', build(APP_STEPS, { from: base, annotations: named(`${bases.host}/base/node:20`, base.digest) }));
    expect(await look()).toMatchObject({
      verdict: 'unknown',
      base: { status: 'unknown', reason: { kind: 'budget' }, candidate: moved.digest },
    });
    expect(bases.counts().manifestGets).toBe(0);
  });

  it('is not there', async () => {
    await bases.close();
    expect(await look()).toMatchObject({ verdict: 'unknown', base: { status: 'unknown', reason: { kind: 'unreachable' } } });
    bases = await startRegistry();
  });

  it('has no such tag any more: then it is gone', async () => {
    bases.remove('base/node', '20');
    expect(await look()).toMatchObject({ verdict: 'stale', base: { status: 'gone', reason: null } });
  });

  it('forgot the version that was recorded still shows what it names now', async () => {
    trouble = ({ path }) =>
      path.includes(base.digest) ? { kind: 'answer', answer: errorAnswer(404, { code: 'MANIFEST_UNKNOWN', message: 'unknown' }) } : null;
    const image = await look();
    expect(image).toMatchObject({ verdict: 'stale', base: { status: 'moved', kind: 'layers-differ', recorded: base.digest } });
    expect(image.base.confidence).not.toBe('certain');
    expect(image.base.notes.join()).toContain('could not be used');
  });
});

describe('an image in a registry whose quota is used up', () => {
  it('is not read, and no pull is said to have been spent', async () => {
    await apps.close();
    apps = await startRegistry({ quota: { limit: 100, windowSeconds: 21_600, used: 95 } });
    apps.put('acme/app', '1', base);
    const target = `docker://${apps.host}/acme/app:1`;
    const listed = normalize(await runCli(['list', target, '--format', '{{.Image}} {{.Update}} {{.BaseStatus}}'], NO_ENGINE), {
      [apps.host]: 'APPS',
    });
    expect(listed).toEqual({
      exitCode: 1,
      stdout: 'APPS/acme/app:1 unknown unknown\n',
      stderr: [
        "W: APPS/acme/app:1: too little of the registry's quota is left to read it; run 'imgupdate limits'",
        '1 image: 1 unknown; base: 1 unknown. No updates found, but 1 image could not be checked. Checked just now.',
        'E: no image could be checked',
        '',
      ].join('\n'),
    });
    const shown = await runCli(['show', target], NO_ENGINE);
    expect(shown).toMatchObject({ exitCode: 1, stderr: '' });
    expect(shown.stdout).not.toContain('[counted]');
    expect(apps.counts().manifestGets).toBe(0);
  });
});

describe('a repository that is missing', () => {
  it.each([
    [
      'hidden by tokens, may be private',
      { auth: { kind: 'token' as const, users: [], service: 'test' } },
      { status: 'unknown', reason: { kind: 'not-found-or-private' } },
    ],
  ])('%s', async (_, options, expected) => {
    await bases.close();
    bases = await startRegistry(options);
    apps.put('acme/app', '1', build(APP_STEPS, { from: base, annotations: named(`${bases.host}/base/node:20`, base.digest) }));
    expect((await look()).base).toMatchObject(expected);
  });

  it('with a valid token, is gone when only its tag is', async () => {
    await bases.close();
    bases = await startRegistry({ auth: { kind: 'token', users: [], service: 'test' } });
    bases.put('base/node', 'other', base);
    apps.put('acme/app', '1', build(APP_STEPS, { from: base, annotations: named(`${bases.host}/base/node:20`, base.digest) }));
    expect((await look()).base).toMatchObject({ status: 'gone' });
  });
});

describe('beside a base that cannot be asked for', () => {
  let engine: EmbeddedEngine;
  afterEach(() => engine.close());

  it('tags and other images are as if nothing had happened, and it is said once', async () => {
    const [first, second] = [1, 2].map((number) => build([`COPY app ${number} /srv`], { from: base }));
    const own = build(['ADD own /'], { at: BEFORE });
    apps.put('acme/own', '1', own);
    apps.put('acme/first', '1', first!);
    const other = build(['COPY other /srv'], { from: own });
    engine = await startEngine({
      images: [
        pulled(`${bases.host}/base/node:20`, base),
        pulled(`${apps.host}/acme/first:1`, first!),
        builtHere('second:1', second!),
        pulled(`${apps.host}/acme/own:1`, own),
        builtHere('other:1', other),
      ],
    });
    trouble = error(500, 'UNKNOWN');
    const ran = normalize(await runCli(['list', '-H', engine.host, '--format', '{{.Image}} {{.Update}} {{.Base}} {{.BaseStatus}}']), {
      [bases.host]: 'BASES',
      [apps.host]: 'APPS',
    });
    // rows are sorted by registry, and which of the two goes first their ports tell
    expect({ ...ran, stdout: ran.stdout.split('\n').sort() }).toEqual({
      exitCode: 0,
      stderr: [
        'W: BASES/base/node:20 (base of 2 images): BASES answered 500, 3 times',
        'W: BASES/base/node:20: BASES answered 500, 3 times',
        '5 images: 2 current, 2 local, 1 unknown; newer: 1 unknown; base: 1 current, 2 unknown. No updates found, but 1 image and the bases of 2 others could not be checked. Checked just now.',
        '',
      ].join('\n'),
      stdout: [
        '',
        'APPS/acme/first:1 current BASES/base/node:20 unknown',
        'APPS/acme/own:1 current  unknown',
        'BASES/base/node:20 unknown  unknown',
        'other:1 local APPS/acme/own:1 current',
        'second:1 local BASES/base/node:20 unknown',
      ],
    });
    expect(bases.counts().manifestGets).toBe(0);
  });
});

describe('a base at a registry that only the image names', () => {
  it('is not asked, which is no failure, and --allow-host says that it may be', async () => {
    const trap = await startTrap();
    apps.put('acme/app', '1', build(APP_STEPS, { from: base, annotations: named(`${trap.host}/base/node:20`, base.digest) }));
    const ran = normalize(await runCli(['list', '--format', '{{.Image}} {{.BaseStatus}}', `docker://${apps.host}/acme/app:1`], NO_ENGINE), {
      [apps.host]: 'APPS',
      [trap.host]: 'TRAP',
    });
    expect(ran).toMatchInlineSnapshot(`
      {
        "exitCode": 0,
        "stderr": "W: TRAP/base/node:20 (base of 1 image): nothing but the image names the registry TRAP, so it is not asked; --allow-host TRAP allows it
      1 image: 1 not installed; base: 1 unknown. No updates found, but the base of 1 image could not be checked. Checked just now.
      ",
        "stdout": "APPS/acme/app:1 unknown
      ",
      }
    `);
    expect(trap.connections()).toBe(0);
    await trap.close();
  });
});
