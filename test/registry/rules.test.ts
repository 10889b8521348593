import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OriginKind } from '../../src/core/configuration.ts';
import { createAuthority, type Authority, type Pair } from './helpers/certificates.ts';
import { alice, basicOfAlice, createClient, type Client } from './helpers/client.ts';
import { manifest, manifestDigest, MANIFEST_TYPE, serveRegistry } from './helpers/fake-registry.ts';
import { makeRule } from './helpers/rules.ts';
import { serve, type Handler } from './helpers/server.ts';
import { serveTunnel } from './helpers/tunnel.ts';

let authority: Authority;
let good: Pair;
let client: Pair;
let folder: string;

beforeAll(() => {
  authority = createAuthority();
  good = authority.issue('good');
  client = authority.issue('client');
  folder = mkdtempSync(join(tmpdir(), 'imgupdate-rules-'));
});
afterAll(() => {
  authority.remove();
  rmSync(folder, { recursive: true, force: true });
});

const answer: Handler = (seen, response) => {
  response.writeHead(200, { 'content-type': MANIFEST_TYPE, 'content-length': manifest.length, 'docker-content-digest': manifestDigest });
  response.end(seen.method === 'HEAD' ? undefined : manifest);
};

const resolve = ({ registry, signal }: Client, name: string, repository = 'acme/app') =>
  registry.resolveTag({ registry: name, repository }, '1', signal);

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('insecure', () => {
  it('false: a registry on this machine is asked with verified TLS alone, whatever the engine says', async () => {
    const [plain, selfSigned] = [await serve(answer), await serve(answer, good)];
    const rules = new Map([plain, selfSigned].map(({ host }) => [host, makeRule({ insecure: false })]));
    const ours = createClient({ rules, insecureRegistries: ['127.0.0.0/8', plain.host, selfSigned.host] });
    expect(await resolve(ours, selfSigned.host)).toMatchObject({ kind: 'unknown', reason: { kind: 'tls' } });
    expect(await resolve(ours, plain.host)).toMatchObject({ kind: 'unknown', reason: { kind: 'tls' } });
    expect([...plain.seen, ...selfSigned.seen]).toEqual([]);
  });

  it('true: the certificate of a registry elsewhere is not verified', async () => {
    const server = await serve(answer, good);
    const tunnel = await serveTunnel(server.port);
    const proxy = { http: null, https: tunnel.url, no: null };
    const ours = createClient({ proxy, rules: new Map([['registry.example', makeRule({ insecure: true })]]) });
    expect(await resolve(ours, 'other.example')).toMatchObject({ kind: 'unknown', reason: { kind: 'tls' } });
    expect(await resolve(ours, 'registry.example')).toMatchObject({ kind: 'found' });
  });
});

describe('ca', () => {
  it('is trusted for its registry, and for no other', async () => {
    const [known, unknown] = [await serve(answer, good), await serve(answer, good)];
    const ca = write('ca.pem', `# our authority\n${authority.ca}`);
    const rules = new Map([
      [known.host, makeRule({ insecure: false, ca })],
      [unknown.host, makeRule({ insecure: false })],
    ]);
    const ours = createClient({ rules });
    expect(await resolve(ours, known.host)).toMatchObject({ kind: 'found', digest: manifestDigest });
    expect(await resolve(ours, unknown.host)).toMatchObject({ kind: 'unknown', reason: { kind: 'tls' } });
  });

  const pipe = (): string => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    return path;
  };

  it.each<readonly [string, () => string, string]>([
    ['is missing', () => join(folder, 'none.pem'), 'ENOENT'],
    ['is a folder', () => folder, 'no regular file'],
    ['is a pipe nobody writes to', pipe, 'no regular file'],
    ['never ends', () => '/dev/zero', 'no regular file'],
    ['is far too large', () => write('large.pem', 'x'.repeat(4 * 1024 * 1024 + 1)), 'at most 4194304 are read'],
    ['has no certificate', () => write('empty.pem', 'nothing'), 'has no certificate in it'],
    [
      'has a broken certificate',
      () => write('broken.pem', `${authority.ca}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`),
      'certificate 2 of 2',
    ],
  ])('that %s fails its registry alone, and is named', async (_what, make, said) => {
    const [broken, fine] = [await serve(answer, good), await serve(answer)];
    const path = make();
    const ours = createClient({ rules: new Map([[broken.host, makeRule({ ca: path })]]) });
    const found = await resolve(ours, broken.host);
    expect(found).toMatchObject({ kind: 'unknown', reason: { kind: 'tls' } });
    expect(found).toHaveProperty('reason.message', expect.stringContaining(path));
    expect(found).toHaveProperty('reason.message', expect.stringContaining(said));
    expect(broken.connections()).toBe(0);
    expect(await resolve(ours, fine.host)).toMatchObject({ kind: 'found' });
  });
});

describe('clientCert', () => {
  const serveOnlyClients = () => serve(answer, Object.assign({}, good, { requestCert: true, rejectUnauthorized: true }));

  it('is shown to its registry', async () => {
    const server = await serveOnlyClients();
    const clientCert = { cert: write('client.pem', client.cert), key: write('client.key', client.key) };
    expect(await resolve(createClient({ rules: new Map([[server.host, makeRule({ clientCert })]]) }), server.host)).toMatchObject({
      kind: 'found',
    });
    expect(await resolve(createClient(), server.host)).toMatchObject({ kind: 'unknown' });
  });

  it.each<readonly [string, () => string]>([
    ['of another certificate', () => write('other.key', good.key)],
    ['that is none', () => write('no.key', 'nothing')],
    ['that is missing', () => join(folder, 'none.key')],
  ])('with a key %s fails its registry before anything is sent', async (_what, make) => {
    const server = await serveOnlyClients();
    const key = make();
    const rules = new Map([[server.host, makeRule({ clientCert: { cert: write('client.pem', client.cert), key } })]]);
    const found = await resolve(createClient({ rules }), server.host);
    expect(found).toMatchObject({ kind: 'unknown', reason: { kind: 'tls' } });
    expect(found).toHaveProperty('reason.message', expect.stringContaining(key));
    expect(server.connections()).toBe(0);
  });
});

describe('concurrency', () => {
  /** A registry that takes its time, and notes how many requests it had at once. */
  const serveSlowly = async () => {
    let inFlight = 0;
    let most = 0;
    const server = await serve(async (seen, response) => {
      most = Math.max(most, ++inFlight);
      await new Promise((go) => setTimeout(go, 30));
      inFlight--;
      void answer(seen, response);
    });
    return { ...server, most: () => most };
  };

  it.each([[1], [3], [12]])('%i bounds the requests in flight to its registry, and to no other', async (concurrency) => {
    const [bounded, free] = [await serveSlowly(), await serveSlowly()];
    const ours = createClient({ concurrency: 5, rules: new Map([[bounded.host, makeRule({ concurrency })]]) });
    const names = Array.from({ length: 25 }, (_, index) => `acme/app-${index}`);
    const found = await Promise.all(names.flatMap((name) => [resolve(ours, bounded.host, name), resolve(ours, free.host, name)]));
    expect(found.every(({ kind }) => kind === 'found')).toBe(true);
    expect([bounded.most(), free.most()]).toEqual([concurrency, 5]);
  });
});

it.each([
  [{ remaining: 60, fraction: 0 }, 'budget'],
  [{ remaining: 0, fraction: 0.6 }, 'budget'],
  [{ remaining: 40, fraction: 0.4 }, null],
])('floor %j of a registry with 50 of 100 pulls left: %s', async (floor, expected) => {
  const server = await serveRegistry({ headers: () => ({ 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '50;w=21600' }) });
  const { registry, signal } = createClient({ rules: new Map([[server.host, makeRule({ floor })]]) });
  const got = await registry.fetchManifest(
    { registry: server.host, repository: 'acme/app' },
    { digest: manifestDigest, size: manifest.length },
    signal,
  );
  expect(got.ok ? null : got.reason.kind).toBe(expected);
  expect(server.gets()).toHaveLength(expected === null ? 1 : 0);
});

it('a floor that a project sets leaves no less of a quota alone than there would be without it', async () => {
  const server = await serveRegistry({ headers: () => ({ 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '15;w=21600' }) });
  const ask = async (kind: OriginKind, remaining: number) => {
    const rules = new Map([[server.host, makeRule({ floor: { remaining, fraction: 0 } }, kind)]]);
    const { registry, signal } = createClient({ rules, floor: { remaining: 10, fraction: 0.2 } });
    const blob = { digest: manifestDigest, size: manifest.length };
    const got = await registry.fetchManifest({ registry: server.host, repository: 'acme/app' }, blob, signal);
    return got.ok ? null : got.reason.kind;
  };
  expect([await ask('user', 1), await ask('project', 1)]).toEqual([null, 'budget']);
});

describe('trustRealm', () => {
  const askVia = async (kind: OriginKind) => {
    const tokens = await serveRegistry({ auth: 'bearer' });
    const challenge = `Bearer realm="http://${tokens.host}/token",service="s"`;
    const server = await serve((seen, response) => {
      if (seen.headers.authorization === undefined) response.writeHead(401, { 'www-authenticate': challenge }).end();
      else void answer(seen, response);
    });
    const rules = new Map([[server.host, makeRule({ trustRealm: [tokens.host] }, kind)]]);
    const ours = createClient({ rules }, { [server.host]: alice });
    expect(await resolve(ours, server.host)).toMatchObject({ kind: 'found' });
    return tokens.tokens().map(({ headers }) => headers.authorization);
  };

  it.each<[OriginKind]>([['user'], ['system'], ['named'], ['environment']])(
    'of origin %s lets the token server see the login',
    async (kind) => {
      expect(await askVia(kind)).toEqual([basicOfAlice]);
    },
  );

  it('of a project does not', async () => {
    expect(await askVia('project')).toEqual([undefined]);
  });
});

describe('a project that has a say in how a registry is asked', () => {
  const settings = () =>
    ({
      insecure: { insecure: true },
      ca: { ca: write('project-ca.pem', authority.ca) },
      clientCert: { clientCert: { cert: write('project.pem', client.cert), key: write('project.key', client.key) } },
      mirror: { mirror: 'http://127.0.0.1:1' },
    }) as const;

  const askAs = async (rule: ReturnType<typeof makeRule>, auth: 'basic' | 'none') => {
    const server = await serveRegistry({ auth });
    const asked: string[] = [];
    const ours = createClient({
      rules: new Map([[server.host, rule]]),
      keychain: {
        credentialFor: ({ registry }) => {
          asked.push(registry);
          return Promise.resolve(alice);
        },
        warnings: () => [],
      },
    });
    await Promise.all([resolve(ours, server.host, 'acme/app'), resolve(ours, server.host, 'acme/web')]);
    const warnings = ours.registry.warnings().filter(({ code }) => code === 'login-withheld');
    return { server, asked, warnings };
  };

  it.each(['insecure', 'ca', 'clientCert', 'mirror'] as const)(
    'by %s: no credential helper is started, no login is sent, and that is said once',
    async (name) => {
      const { server, asked, warnings } = await askAs(makeRule(settings()[name], 'project'), 'basic');
      expect(server.seen.length).toBeGreaterThan(0);
      expect(server.seen.map(({ headers }) => headers.authorization).filter((sent) => sent !== undefined)).toEqual([]);
      expect(asked).toEqual([]);
      expect(warnings.map(({ message }) => message)).toEqual([
        `${server.host} is asked without any login: "${name}" of ${server.host} is set by the project (imgupdate.yaml:3:5); to use a login, set it in your own configuration, or name the file with --config`,
      ]);
    },
  );

  it.each(['insecure', 'ca', 'clientCert'] as const)('by %s in a file that was named: the login is sent', async (name) => {
    const { server, asked, warnings } = await askAs(makeRule(settings()[name], 'named'), 'basic');
    expect(asked).toContain(server.host);
    expect(server.seen.at(-1)?.headers.authorization).toBe(basicOfAlice);
    expect(warnings).toEqual([]);
  });

  it('is not mentioned where the registry asks for no login', async () => {
    expect((await askAs(makeRule({ insecure: true }, 'project'), 'none')).warnings).toEqual([]);
  });

  it.each([[{ insecure: false }], [{ concurrency: 2 }], [{ floor: { remaining: 1, fraction: 0 } }]])(
    'but only by %j does not cost the login',
    async (values) => {
      const server = await serve((seen, response) => {
        if (seen.headers.authorization === undefined) response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
        else void answer(seen, response);
      }, good);
      const ca = write('own-ca.pem', authority.ca);
      const rule = { ...makeRule({ ca }), ...pick(makeRule(values, 'project'), values) };
      const ours = createClient({ rules: new Map([[server.host, rule]]) }, { [server.host]: alice });
      expect(await resolve(ours, server.host)).toMatchObject({ kind: 'found' });
      expect(server.seen.at(-1)?.headers.authorization).toBe(basicOfAlice);
    },
  );

  it('cannot weaken the token server of another registry', async () => {
    const tokens = await serve((_seen, response) => void response.end('{"token":"t"}'), good);
    const server = await serve((seen, response) => {
      if (seen.headers.authorization === undefined)
        response.writeHead(401, { 'www-authenticate': `Bearer realm="https://${tokens.host}/token"` }).end();
      else void answer(seen, response);
    }, good);
    const ca = write('own-ca.pem', authority.ca);
    const own = makeRule({ ca, insecure: false, trustRealm: [tokens.host] });
    const askWith = (kind: OriginKind) =>
      resolve(
        createClient(
          {
            rules: new Map([
              [server.host, own],
              [tokens.host, { ...makeRule({ ca }, kind), insecure: makeRule({ insecure: false }).insecure }],
            ]),
          },
          { [server.host]: alice },
        ),
        server.host,
      );
    expect(await askWith('project')).toMatchObject({ kind: 'unknown', reason: { kind: 'tls' } });
    expect(tokens.seen).toEqual([]);
    expect(await askWith('user')).toMatchObject({ kind: 'found' });
    expect(tokens.seen[0]?.headers.authorization).toBe(basicOfAlice);
  });
});

function pick<T extends object>(from: T, keys: object): Partial<T> {
  return Object.fromEntries(Object.entries(from).filter(([key]) => key in keys)) as Partial<T>;
}
