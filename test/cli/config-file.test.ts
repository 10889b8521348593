import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/cli/config-file.ts';
import { startEngine } from '../../src/demo/engine-server.ts';
import { makeImage, makeLayer } from '../../src/demo/images.ts';
import { startRegistry } from '../../src/demo/registry-server.ts';
import { runCli } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { startTokenServer } from '../helpers/token-server.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
});
afterEach(() => directory.remove());

describe('a configuration file', () => {
  it('says what the options say', () => {
    const text =
      '{"registries": {"a.example": {"insecure": true}, "b.example:5000": {"trustRealm": ["x.example", "y.example"]}, "c.example": {"trustRealm": "z.example"}}, "images": [{"match": "acme/*", "base": "node:20-slim"}], "bases": ["debian:bookworm-slim"], "allowHosts": ["d.example"]}';
    expect(parseConfig(text)).toEqual({
      ok: true,
      value: {
        insecureRegistry: ['a.example'],
        trustRealm: ['b.example:5000=x.example', 'b.example:5000=y.example', 'c.example=z.example'],
        allowHost: ['a.example', 'b.example:5000', 'c.example', 'd.example'],
        images: [{ match: 'acme/*', base: 'node:20-slim' }],
        bases: ['debian:bookworm-slim'],
      },
    });
  });

  it('may be empty', () => {
    expect(parseConfig('{}')).toEqual({ ok: true, value: { insecureRegistry: [], trustRealm: [], allowHost: [], images: [], bases: [] } });
  });

  it.each([
    ['', 'invalid JSON at line 1, column 1'],
    ['{\n  "registries": {,}\n}', 'invalid JSON at line 2, column 18'],
    ['[]', 'expected an object'],
    ['{"registrys": {}}', 'unknown key "registrys" (did you mean "registries"?)'],
    ['{"__proto__": {}}', 'unknown key "__proto__"'],
    ['{"registries": []}', 'expected "registries" to be an object'],
    ['{"registries": {"a.example": true}}', 'a.example: expected an object'],
    ['{"registries": {"a.example": {"insecur": true}}}', 'a.example: unknown key "insecur" (did you mean "insecure"?)'],
    ['{"registries": {"a.example": {"insecure": "yes"}}}', 'a.example: expected "insecure" to be true or false'],
    ['{"images": {}}', 'expected "images" to be a list'],
    ['{"images": ["node"]}', 'images[0]: expected an object'],
    ['{"images": [{"match": "a", "base": 1}]}', 'images[0]: expected "match" and "base" to be texts'],
    ['{"images": [{"match": "a", "base": "b", "bse": "c"}]}', 'images[0]: unknown key "bse" (did you mean "base"?)'],
    ['{"bases": "debian"}', 'expected "bases" to be a list of references'],
    ['{"allowHosts": [1]}', 'expected "allowHosts" to be a list of hosts'],
    ['{"registries": {"a.example": {"trustRealm": [1]}}}', 'a.example: expected "trustRealm" to be a host, or a list of hosts'],
  ])('%j is refused', (text, message) => {
    expect(parseConfig(text)).toEqual({ ok: false, message });
  });
});

describe('--config', () => {
  it.each([
    ['a file that is not there', null, 'no such file'],
    [
      'what is no host',
      '{"registries": {"a/b": {"insecure": true}}}',
      'cannot read --insecure-registry a/b: expected HOST, HOST:PORT or a CIDR',
    ],
    ['a host that is none', '{"allowHosts": ["http://a"]}', 'cannot read the host http://a: expected HOST or HOST:PORT'],
    ['an unknown key', '{"image": {}}', 'unknown key "image" (did you mean "images"?)'],
    [
      'what is no reference',
      '{"bases": ["node:20:slim"]}',
      'cannot read the base node:20:slim: invalid reference format "node:20:slim": tag "20:slim" is not 1 to 128 letters, digits, "_", "." or "-", the first no "." or "-"',
    ],
  ])('names %s, before anything is asked', async (_name, text, problem) => {
    const path = join(directory.path, 'config.json');
    if (text !== null) await writeFile(path, text);
    const ran = await runCli(['list', '--config', path, '-H', 'unix:///nowhere']);
    expect(ran).toMatchObject({ exitCode: 64, stdout: '' });
    expect(ran.stderr).toMatch(
      text === null ? /^E: .*\nN: name a file that can be read: --config FILE\n$/ : /^E: .*\nN: write it as JSON: .*"images".*\n$/,
    );
    expect(ran.stderr.split('\n')[0]).toBe(`E: cannot read ${path}: ${problem}`);
  });

  it('lets a token server see the login that it may see', async () => {
    const tokens = await startTokenServer({ users: { owner: 'secret' }, grants: (user) => user !== null });
    const registry = await startRegistry({ auth: { kind: 'token', users: [], realm: tokens.realm } });
    const image = makeImage({
      layers: [makeLayer({ files: { a: 'a' }, created: '2026-11-01T08:00:00Z' })],
      created: '2026-11-01T08:00:00Z',
    });
    registry.put('acme/a', '1', image);
    const name = `${registry.host}/acme/a`;
    const engine = await startEngine({ images: [{ image, target: image, tags: [`${name}:1`], repoDigests: [`${name}@${image.digest}`] }] });
    const auth = Buffer.from('owner:secret').toString('base64');
    await writeFile(join(directory.path, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }));
    const settings = join(directory.path, 'imgupdate.json');
    await writeFile(settings, JSON.stringify({ registries: { [registry.host]: { trustRealm: new URL(tokens.realm).host } } }));
    const env = { DOCKER_CONFIG: directory.path };
    await runCli(['list', '-H', engine.host], { env });
    expect(tokens.requests.some(({ headers }) => headers.authorization !== undefined)).toBe(false);
    await runCli(['list', '-H', engine.host, '--config', settings], { env });
    expect(tokens.requests.some(({ headers }) => headers.authorization === `Basic ${auth}`)).toBe(true);
    await Promise.all([engine.close(), registry.close(), tokens.stop()]);
  });
});
