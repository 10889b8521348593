import { afterEach, describe, expect, test } from 'vitest';
import { makeImage, makeLayer } from '../../src/demo/images.ts';
import type { TokenAuthOptions } from '../../src/demo/registry-auth.ts';
import { startRegistry, type EmbeddedRegistry, type RegistryOptions } from '../../src/demo/registry-server.ts';
import { ask, type Asked } from '../helpers/ask.ts';

const created = '2026-11-01T08:00:00Z';
const image = makeImage({ layers: [makeLayer({ files: { a: 'b' }, created })], created });
const ada = { username: 'ada', password: 'p:w', identityToken: 'ada-identity' };
const eve = { username: 'eve', password: 'x' };
const basic = (user: { username: string; password: string }) =>
  `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`;

let registry: EmbeddedRegistry;
afterEach(() => registry.close());

async function start(auth: RegistryOptions['auth'], now?: () => number): Promise<void> {
  registry = await startRegistry({
    ...(auth === undefined ? {} : { auth }),
    privateTo: new Map([['acme/secret', ['ada']]]),
    ...(now === undefined ? {} : { now }),
  });
  for (const repository of ['library/web', 'library/db', 'acme/secret']) registry.put(repository, '1.0', image);
}

const startWithTokens = (options: Partial<TokenAuthOptions> = {}, now?: () => number): Promise<void> =>
  start({ kind: 'token', users: [ada, eve], ...options }, now);

const head = (repository: string, authorization?: string): Promise<Asked> =>
  ask(`${registry.url}/v2/${repository}/manifests/1.0`, {
    method: 'HEAD',
    headers: { accept: '*/*', ...(authorization === undefined ? {} : { authorization }) },
  });

const askToken = (scopes: readonly string[], authorization?: string): Promise<Asked> =>
  ask(`${registry.url}/token?${['service=registry.docker.io', ...scopes.map((scope) => `scope=${encodeURIComponent(scope)}`)].join('&')}`, {
    headers: authorization === undefined ? {} : { authorization },
  });

async function readable(scopes: readonly string[], authorization?: string): Promise<string[]> {
  const bearer = `Bearer ${(await askToken(scopes, authorization)).json().token}`;
  const repositories = ['library/web', 'library/db', 'acme/secret', 'library/missing'];
  const statuses = await Promise.all(repositories.map(async (repository) => (await head(repository, bearer)).status));
  return repositories.filter((_repository, index) => statuses[index] !== 401);
}

const scopeOf = (repository: string, actions = 'pull'): string => `repository:${repository}:${actions}`;

describe('tokens', () => {
  test('the challenge names realm, service and scope', async () => {
    await startWithTokens();
    const challenged = await head('library/web');
    expect(challenged.status).toBe(401);
    expect(challenged.headers['www-authenticate']).toBe(
      `Bearer realm="${registry.url}/token",service="registry.docker.io",scope="repository:library/web:pull"`,
    );
    expect((await ask(`${registry.url}/v2/`)).headers['www-authenticate']).toBe(
      `Bearer realm="${registry.url}/token",service="registry.docker.io"`,
    );
  });

  test('an anonymous token reads what is public and exists', async () => {
    await startWithTokens();
    expect(await readable(['library/web', 'acme/secret', 'library/missing'].map((name) => scopeOf(name)))).toEqual(['library/web']);
  });

  test('a token for several repositories is good for each of them and for no other', async () => {
    await startWithTokens();
    expect(await readable([scopeOf('library/web'), scopeOf('library/db')])).toEqual(['library/web', 'library/db']);
    expect(await readable([`${scopeOf('library/web')} ${scopeOf('library/db')}`])).toEqual(['library/web', 'library/db']);
    expect(await readable([])).toEqual([]);
  });

  test('a private repository is for its members only, and looks like a missing one to others', async () => {
    await startWithTokens();
    const scopes = [scopeOf('acme/secret'), scopeOf('library/missing')];
    expect(await readable(scopes, basic(ada))).toEqual(['acme/secret']);
    expect(await readable(scopes, basic(eve))).toEqual([]);
    const bearer = `Bearer ${(await askToken(scopes)).json().token}`;
    const answers = [await head('acme/secret', bearer), await head('library/missing', bearer)];
    for (const answered of answers)
      expect(answered).toMatchObject({
        status: 401,
        headers: { 'www-authenticate': expect.stringContaining('error="insufficient_scope"') },
      });
  });

  test('a wrong password is refused', async () => {
    await startWithTokens();
    expect(await askToken([scopeOf('library/web')], basic({ username: 'ada', password: 'wrong' }))).toMatchObject({ status: 401 });
  });

  test('a token ends after its life, and an invented one never begins', async () => {
    const clock = { ms: Date.parse('2026-11-20T12:00:00Z') };
    await startWithTokens({ lifeSeconds: 120 }, () => clock.ms);
    const given = (await askToken([scopeOf('library/web')])).json();
    expect(given).toEqual({ token: expect.any(String), access_token: given.token, expires_in: 120, issued_at: '2026-11-20T12:00:00.000Z' });
    clock.ms += 119_000;
    expect(await head('library/web', `Bearer ${given.token}`)).toMatchObject({ status: 200 });
    clock.ms += 1_000;
    const refused = { status: 401, headers: { 'www-authenticate': expect.stringContaining('error="invalid_token"') } };
    expect(await head('library/web', `Bearer ${given.token}`)).toMatchObject(refused);
    expect(await head('library/web', 'Bearer invented')).toMatchObject(refused);
  });

  test('tokens can be revoked before their time', async () => {
    await startWithTokens();
    const { token } = (await askToken([scopeOf('library/web')])).json();
    registry.revokeTokens();
    expect(await head('library/web', `Bearer ${token}`)).toMatchObject({ status: 401 });
  });

  test.each([
    [{ field: 'token' as const }, ['expires_in', 'issued_at', 'token']],
    [{ field: 'access_token' as const }, ['access_token', 'expires_in', 'issued_at']],
    [{ lifeSeconds: null }, ['access_token', 'issued_at', 'token']],
  ])('with %j the answer has the fields %j', async (options, fields) => {
    await startWithTokens(options);
    expect(Object.keys((await askToken([scopeOf('library/web')])).json()).sort()).toEqual(fields);
  });

  test('some registries read the first scope only', async () => {
    await startWithTokens({ scopes: 'first' });
    expect(await readable([scopeOf('library/db'), scopeOf('library/web')])).toEqual(['library/db']);
  });

  test('some registries refuse all scopes for one', async () => {
    await startWithTokens({ scopes: 'all-or-nothing' });
    expect(await askToken([scopeOf('library/db'), scopeOf('acme/secret')])).toMatchObject({ status: 403 });
    expect(await readable([scopeOf('library/db'), scopeOf('library/web')])).toEqual(['library/web', 'library/db']);
  });

  test('an identity token is exchanged by POST', async () => {
    await startWithTokens();
    const post = (form: Record<string, string>) =>
      ask(`${registry.url}/token`, {
        method: 'POST',
        body: new URLSearchParams(form).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
    const form = {
      grant_type: 'refresh_token',
      client_id: 'imgupdate',
      service: 'registry.docker.io',
      scope: scopeOf('acme/secret'),
      refresh_token: 'ada-identity',
    };
    const given = await post(form);
    expect(given.json()).toMatchObject({ access_token: expect.any(String), scope: scopeOf('acme/secret') });
    expect(await head('acme/secret', `Bearer ${given.json().access_token}`)).toMatchObject({ status: 200 });
    expect(await post({ ...form, refresh_token: 'wrong' })).toMatchObject({ status: 401 });
    expect(await post({ grant_type: 'refresh_token', refresh_token: 'ada-identity' })).toMatchObject({ status: 400 });
  });

  test('only users may push', async () => {
    await startWithTokens();
    const begin = async (repository: string, authorization?: string) => {
      const { token } = (await askToken([scopeOf(repository, 'pull,push')], authorization)).json();
      const headers = { authorization: `Bearer ${String(token)}` };
      return (await ask(`${registry.url}/v2/${repository}/blobs/uploads/`, { method: 'POST', headers })).status;
    };
    for (const repository of ['ada/new', 'library/web']) {
      expect(await begin(repository)).toBe(401);
      expect(await begin(repository, basic(ada))).toBe(202);
    }
  });

  test('a challenge can name a realm elsewhere', async () => {
    await startWithTokens({ realm: 'https://auth.example/token', service: 'example' });
    expect((await head('library/web')).headers['www-authenticate']).toBe(
      'Bearer realm="https://auth.example/token",service="example",scope="repository:library/web:pull"',
    );
  });
});

describe('Basic', () => {
  test('asks for a password and takes the right one', async () => {
    await start({ kind: 'basic', users: [ada, eve] });
    expect(await head('library/web')).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Basic realm="Registry Realm"' } });
    expect(await head('library/web', basic({ username: 'ada', password: 'p' }))).toMatchObject({ status: 401 });
    expect(await head('library/web', basic(ada))).toMatchObject({ status: 200 });
  });

  test('who is not a member of a private repository is denied', async () => {
    await start({ kind: 'basic', users: [ada, eve] });
    expect(await head('acme/secret', basic(eve))).toMatchObject({ status: 403 });
    expect(await head('acme/secret', basic(ada))).toMatchObject({ status: 200 });
    expect(await head('library/missing', basic(eve))).toMatchObject({ status: 404 });
  });
});
