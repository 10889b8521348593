import { describe, expect, it } from 'vitest';
import { alice, basicOfAlice, createClient, createClientOf } from './helpers/client.ts';
import { json, manifestDigest, serveRegistry } from './helpers/fake-registry.ts';

const repository = (name: string) => ({ registry: 'docker.io', repository: name });
const app = repository('acme/app');
const found = { kind: 'found', digest: manifestDigest, body: null };

describe('one missing or private repository spoils no other', () => {
  const names = ['acme/a', 'missing/b', 'secret/c', 'acme/d'];
  const isPrivate = (name: string) => name.startsWith('secret/');
  const askAll = async (onDenied: 'subset' | 'refuse') => {
    const server = await serveRegistry({ auth: 'bearer', isPrivate, onDenied });
    const { registry, signal } = createClientOf(server.host);
    registry.announce(names.map(repository));
    const answers = await Promise.all(names.map((name) => registry.resolveTag(repository(name), '1', signal)));
    expect(answers).toMatchObject([
      found,
      { reason: { kind: 'not-found-or-private' } },
      { reason: { kind: 'not-found-or-private' } },
      found,
    ]);
    return server;
  };

  it('where the token server grants a part of what was asked', async () => {
    const server = await askAll('subset');
    expect(server.tokens().map(({ query }) => query.getAll('scope').length)).toEqual([4, 1, 1]);
    expect(server.heads()).toHaveLength(1 + 4 + 2);
  });

  it('where the token server refuses all when it refuses one', async () => {
    const server = await askAll('refuse');
    expect(server.tokens().map(({ query }) => query.getAll('scope').length)).toEqual([4, 1, 1, 1, 1]);
  });

  it('where the token server reads the first scope only, and then it is not asked for several any more', async () => {
    const server = await serveRegistry({ auth: 'bearer', readsScopes: 1 });
    const { registry, signal } = createClientOf(server.host, { concurrency: 1 });
    const many = Array.from({ length: 60 }, (_, index) => repository(`acme/app-${index}`));
    registry.announce(many);
    for (const one of many) expect(await registry.resolveTag(one, '1', signal)).toMatchObject(found);
    expect(server.unauthorized()).toBe(1 + 3);
    expect(server.tokens()).toHaveLength(60);
  });
});

it('the scope is our own, never the one the challenge names', async () => {
  const server = await serveRegistry({ auth: 'bearer' });
  const { registry, signal } = createClientOf(server.host);
  await registry.resolveTag(app, '1', signal);
  expect(server.tokens()[0]?.url).toBe('/token?service=fake&scope=repository%3Aacme%2Fapp%3Apull');
});

it('scopes that would make the request line too long are asked for in parts', async () => {
  const server = await serveRegistry({ auth: 'bearer' });
  const { registry, signal } = createClientOf(server.host);
  const many = Array.from({ length: 50 }, (_, index) => repository(`${'a'.repeat(200)}/${index}`));
  registry.announce(many);
  await Promise.all(many.map((one) => registry.resolveTag(one, '1', signal)));
  expect(Math.max(...server.tokens().map(({ url }) => url.length))).toBeLessThan(8_000);
  expect(server.tokens().flatMap(({ query }) => query.getAll('scope'))).toHaveLength(50);
});

describe('a login', () => {
  it('goes to the token server of its registry as Basic, and the token to the registry', async () => {
    const server = await serveRegistry({ auth: 'bearer', isPrivate: () => true });
    const { registry, signal } = createClientOf(server.host, {}, { 'docker.io': alice });
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject(found);
    expect(server.tokens().map(({ headers }) => headers.authorization)).toEqual([basicOfAlice]);
    expect(server.heads().map(({ headers }) => headers.authorization?.split(' ')[0])).toEqual([undefined, 'Bearer']);
  });

  it('goes to the registry itself where that asks for Basic', async () => {
    const server = await serveRegistry({ auth: 'basic' });
    const { registry, signal } = createClientOf(server.host, {}, { 'docker.io': alice });
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject(found);
    expect(await registry.resolveTag(app, '2', signal)).toMatchObject(found);
    expect(server.heads().map(({ headers }) => headers.authorization)).toEqual([undefined, basicOfAlice, basicOfAlice]);
  });

  it('that is an identity token is exchanged by POST', async () => {
    const server = await serveRegistry({ auth: 'bearer', isPrivate: () => true });
    const { registry, signal } = createClientOf(server.host, {}, { 'docker.io': { kind: 'token', identityToken: 'id+tok' } });
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject(found);
    const [asked] = server.tokens();
    expect(asked).toMatchObject({ method: 'POST', url: '/token' });
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'imgupdate',
      refresh_token: 'id+tok',
      scope: 'repository:acme/app:pull',
      service: 'fake',
    });
  });

  it('that is a registry token is sent to the registry as it is', async () => {
    const server = await serveRegistry({
      before: (seen, response) => {
        if (seen.headers.authorization === 'Bearer reg-tok') return false;
        json(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${seen.headers.host ?? ''}/token"` });
        return true;
      },
    });
    const { registry, signal } = createClientOf(server.host, {}, { 'docker.io': { kind: 'bearer', registryToken: 'reg-tok' } });
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject(found);
    expect(server.tokens()).toHaveLength(0);
  });

  it('that is not accepted is tried twice for any number of repositories, and the answer says docker login', async () => {
    const server = await serveRegistry({
      auth: 'bearer',
      before: (seen, response) => {
        if (seen.path !== '/token') return false;
        json(response, 401, { errors: [{ code: 'UNAUTHORIZED', message: 'incorrect username or password\u001b[31m' }] });
        return true;
      },
    });
    const { registry, signal } = createClientOf(server.host, {}, { 'docker.io': alice });
    const many = Array.from({ length: 30 }, (_, index) => repository(`acme/app-${index}`));
    registry.announce(many);
    const answers = await Promise.all(many.map((one) => registry.resolveTag(one, '1', signal)));
    expect(server.tokens()).toHaveLength(2);
    for (const answer of answers) expect(answer).toMatchObject({ kind: 'unknown', reason: { kind: 'unauthorized' } });
    expect(answers[3]).toMatchObject({
      reason: {
        message:
          'the configured login for docker.io gets no access to acme/app-3, token refused with 401 (UNAUTHORIZED: incorrect username or password\uFFFD[31m): docker login docker.io',
      },
    });
  });

  it('refused with Basic is unauthorized and not tried again', async () => {
    const server = await serveRegistry({
      before: (_seen, response) => {
        json(response, 401, {}, { 'www-authenticate': 'Basic realm="r"' });
        return true;
      },
    });
    const { registry, signal } = createClientOf(server.host, {}, { 'docker.io': alice });
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject({ reason: { kind: 'unauthorized' } });
    expect(server.seen).toHaveLength(2);
  });

  it('is not sent to a token server on another host, and one warning names the setting', async () => {
    const tokens = await serveRegistry({ auth: 'bearer', isPrivate: (name) => name.startsWith('secret/') });
    const server = await serveRegistry({
      before: (seen, response) => {
        if (seen.headers.authorization === 'Bearer token-0') return false;
        json(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${tokens.host}/token"` });
        return true;
      },
    });
    const { registry, signal } = createClientOf(server.host, {}, { 'docker.io': alice });
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject(found);
    expect(await registry.resolveTag(repository('secret/app'), '1', signal)).toMatchObject({ reason: { kind: 'not-found-or-private' } });
    expect(tokens.tokens().some(({ headers }) => headers.authorization !== undefined)).toBe(false);
    expect(registry.warnings()).toEqual([
      {
        code: 'untrusted-realm',
        image: null,
        message: `the login for docker.io was not sent to ${tokens.host}, which it names as its token server; to allow it: --trust-realm docker.io=${tokens.host}`,
      },
    ]);
  });

  it('is sent to a token server on another host that configuration allows', async () => {
    const tokens = await serveRegistry({ auth: 'bearer', isPrivate: () => true });
    const server = await serveRegistry({
      before: (seen, response) => {
        if (seen.headers.authorization === 'Bearer token-0') return false;
        json(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${tokens.host}/token"` });
        return true;
      },
    });
    const { registry, signal } = createClientOf(
      server.host,
      { trustedRealms: new Map([['docker.io', [tokens.host]]]) },
      { 'docker.io': alice },
    );
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject(found);
    expect(tokens.tokens().map(({ headers }) => headers.authorization)).toEqual([basicOfAlice]);
    expect(registry.warnings()).toEqual([]);
  });

  it('never follows a redirect of the token server', async () => {
    const thief = await serveRegistry();
    const server = await serveRegistry({
      auth: 'bearer',
      before: (seen, response) => {
        if (seen.path !== '/token') return false;
        response.writeHead(307, { location: `http://${thief.host}/token` }).end();
        return true;
      },
    });
    const { registry, signal } = createClientOf(server.host, {}, { 'docker.io': alice });
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject({ reason: { kind: 'bad-response' } });
    expect(thief.seen).toHaveLength(0);
  });

  it('that is accepted but opens no such repository is not called wrong', async () => {
    const server = await serveRegistry({ auth: 'bearer' });
    const { registry, signal } = createClientOf(server.host, {}, { 'docker.io': alice });
    expect(await registry.resolveTag(repository('missing/app'), '1', signal)).toMatchObject({ reason: { kind: 'not-found-or-private' } });
  });

  it('differs by namespace: each group of repositories has its own token', async () => {
    const server = await serveRegistry({ auth: 'bearer', isPrivate: (name) => name.startsWith('secret/') });
    const { registry, signal } = createClientOf(server.host, {}, { 'docker.io/secret/a': alice, 'docker.io/secret/b': alice });
    const all = ['acme/a', 'secret/a', 'acme/b', 'secret/b'].map(repository);
    registry.announce(all);
    const answers = await Promise.all(all.map((one) => registry.resolveTag(one, '1', signal)));
    expect(answers).toMatchObject([found, found, found, found]);
    const logins = server.tokens().map(({ headers, query }) => [headers.authorization, query.getAll('scope').length]);
    expect(logins).toHaveLength(2);
    expect(logins).toContainEqual([undefined, 2]);
    expect(logins).toContainEqual([basicOfAlice, 2]);
  });
});

describe('a token', () => {
  it('is used while it lives and replaced when it has died', async () => {
    const server = await serveRegistry({ auth: 'bearer', expiresIn: 300 });
    const { registry, signal, clock } = createClientOf(server.host);
    await registry.resolveTag(app, '1', signal);
    clock.now += 290_000;
    await registry.resolveTag(app, '2', signal);
    expect(server.tokens()).toHaveLength(1);
    clock.now += 10_000;
    await registry.resolveTag(app, '3', signal);
    expect(server.tokens()).toHaveLength(2);
    expect(server.unauthorized()).toBe(1);
  });

  it('lives 60 seconds when it says nothing or less', async () => {
    const server = await serveRegistry({ auth: 'bearer', expiresIn: 1 });
    const { registry, signal, clock } = createClientOf(server.host);
    await registry.resolveTag(app, '1', signal);
    clock.now += 50_000;
    await registry.resolveTag(app, '2', signal);
    expect(server.tokens()).toHaveLength(1);
  });

  it('that the registry forgot is replaced once', async () => {
    let generation = 0;
    const server = await serveRegistry({
      auth: 'bearer',
      before: (seen, response) => {
        if (seen.path === '/token') generation++;
        if (seen.path === '/token' || generation !== 1 || !seen.path.endsWith('/2')) return false;
        json(response, 401, {}, { 'www-authenticate': `Bearer realm="http://${seen.headers.host ?? ''}/token",error="invalid_token"` });
        return true;
      },
    });
    const { registry, signal, clock } = createClientOf(server.host);
    await registry.resolveTag(app, '1', signal);
    clock.now += 60_000;
    expect(await registry.resolveTag(app, '2', signal)).toMatchObject(found);
    expect(server.tokens()).toHaveLength(2);
  });

  it('that has died on its way is tried once, not asked for without end', async () => {
    const clocks: { now: number }[] = [];
    const server = await serveRegistry({
      auth: 'bearer',
      before: (seen) => {
        if (seen.path === '/token') for (const one of clocks) one.now += 600_000;
        return false;
      },
    });
    const { registry, signal, clock } = createClientOf(server.host);
    clocks.push(clock);
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject(found);
    expect(server.tokens()).toHaveLength(1);
  });

  it('may be called access_token', async () => {
    const server = await serveRegistry({
      before: (seen, response) => {
        if (seen.path === '/token') json(response, 200, { access_token: 'abc' });
        else if (seen.headers.authorization === 'Bearer abc') return false;
        else json(response, 401, {}, { 'www-authenticate': 'Bearer realm="/token"' });
        return true;
      },
    });
    const { registry, signal } = createClientOf(server.host);
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject(found);
  });

  it('that the registry finds too long is asked for one repository alone', async () => {
    const server = await serveRegistry({
      auth: 'bearer',
      before: (seen, response) => {
        if (seen.headers.authorization !== 'Bearer token-0') return false;
        response.writeHead(431).end();
        return true;
      },
    });
    const { registry, signal } = createClientOf(server.host);
    registry.announce([app, repository('acme/b')]);
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject(found);
  });

  it.each([
    ['without a token in it', 200, '{}', 'answered without a token'],
    ['that is no JSON', 200, '<html>', 'answered with something that is no JSON object'],
    ['that is an array', 200, '[]', 'answered with something that is no JSON object'],
    ['whose token breaks the header', 200, '{"token":"a\\r\\nx: y"}', 'answered with a token that cannot be sent in a header'],
    ['204', 204, '', 'answered 204'],
    ['500', 500, '', 'answered 500, 3 times'],
    ['larger than 128 KiB', 200, `{"token":"${'a'.repeat(140_000)}"}`, 'announced 140012 bytes where at most 131072 are accepted'],
  ])('server that answers something %s is a bad response', async (_name, status, body, message) => {
    const server = await serveRegistry({
      auth: 'bearer',
      before: (seen, response) => {
        if (seen.path !== '/token') return false;
        response.writeHead(status, body === '' ? {} : { 'content-length': Buffer.byteLength(body) }).end(body);
        return true;
      },
    });
    const { registry, signal } = createClientOf(server.host);
    expect(await registry.resolveTag(app, '1', signal)).toEqual({
      kind: 'unknown',
      reason: { kind: 'bad-response', message: `token server ${server.host} of docker.io ${message}`, retryAt: null },
    });
  });

  it('server that is down fails every repository of the registry without being asked again', async () => {
    const server = await serveRegistry({
      auth: 'bearer',
      before: (seen, response) => {
        if (seen.path !== '/token') return false;
        response.socket?.destroy();
        return true;
      },
    });
    const { registry, signal } = createClientOf(server.host);
    registry.announce([app, repository('acme/b')]);
    for (const name of ['acme/app', 'acme/b']) {
      expect(await registry.resolveTag(repository(name), '1', signal)).toMatchObject({ reason: { kind: 'unreachable' } });
    }
    expect(server.tokens()).toHaveLength(3);
  });

  it.each([
    ['no URL', 'http://[', 'names a token server that is no URL: http://['],
    ['a file', 'file:///etc/passwd', 'names a token server that is no https URL'],
    ['one with a login', 'http://a:b@127.0.0.1/', 'names a token server with a login in its URL'],
  ])('server that is %s is not asked', async (_name, realm, message) => {
    const server = await serveRegistry({
      before: (_seen, response) => {
        json(response, 401, {}, { 'www-authenticate': `Bearer realm="${realm}"` });
        return true;
      },
    });
    const { registry, signal } = createClientOf(server.host);
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject({
      reason: { kind: 'bad-response', message: `docker.io ${message}` },
    });
  });
});

describe('a 401', () => {
  it('without a challenge is asked about at the base endpoint, once', async () => {
    const server = await serveRegistry({
      before: (seen, response) => {
        if (seen.path === '/v2/') json(response, 401, {}, { 'www-authenticate': 'Bearer realm="/token",service="fake"' });
        else if (seen.path !== '/token' && seen.headers.authorization === undefined) response.writeHead(401).end();
        else return false;
        return true;
      },
    });
    const { registry, signal } = createClientOf(server.host);
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject(found);
    expect(await registry.resolveTag(app, '2', signal)).toMatchObject(found);
    expect(server.seen.map(({ path }) => path.split('/').at(-1))).toEqual(['1', '', 'token', '1', '2']);
  });

  it('of a registry that gives public images without a token makes later requests carry one', async () => {
    const server = await serveRegistry({
      before: (seen, response) => {
        if (!seen.path.includes('secret') || seen.path === '/token' || seen.headers.authorization !== undefined) return false;
        json(response, 401, {}, { 'www-authenticate': 'Bearer realm="/token"' });
        return true;
      },
    });
    const { registry, signal } = createClientOf(server.host);
    expect(await registry.resolveTag(app, '1', signal)).toMatchObject(found);
    expect(await registry.resolveTag(repository('secret/a'), '1', signal)).toMatchObject(found);
    expect(server.tokens()).toHaveLength(1);
  });

  it('without any login configured says docker login', async () => {
    const server = await serveRegistry({ auth: 'basic' });
    const { registry, signal } = createClient();
    const [, port = ''] = server.host.split(':');
    const answer = await registry.resolveTag({ registry: `localhost:${port}`, repository: 'a/b' }, '1', signal);
    expect(answer).toMatchObject({
      reason: {
        kind: 'not-found-or-private',
        message: `localhost:${port}/a/b:1 is missing or private, answered 401: docker login localhost:${port}`,
      },
    });
  });
});
