import { createSign, X509Certificate } from 'node:crypto';
import { answer, jsonAnswer } from '../../src/demo/answer.ts';
import { serve, type RequestRecord, type ServedRequest } from '../../src/demo/serve.ts';
import { makeCertificate } from './certificate.ts';

export type TokenServer = {
  /** `http://127.0.0.1:41234/token` */
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  /** PEM; what signs the tokens. */
  readonly certificate: string;
  readonly requests: readonly RequestRecord[];
  readonly stop: () => Promise<void>;
};

export type TokenServerOptions = {
  /** Passwords by user name. */
  readonly users?: Readonly<Record<string, string>>;
  /** Whether a user, null being anonymous, gets an action on a repository; anyone pulls and users push without. */
  readonly grants?: (user: string | null, repository: string, action: string) => boolean;
  readonly lifeSeconds?: number;
};

/**
 * Starts a token server that a docker-registry accepts: it signs JSON web tokens with a key of its own.
 * Source: distribution, docs/content/spec/auth/jwt.md.
 */
export async function startTokenServer(options: TokenServerOptions = {}): Promise<TokenServer> {
  const { key, cert } = await makeCertificate();
  const identity = { service: 'test-registry', issuer: 'test-issuer' };
  const chain = [new X509Certificate(cert).raw.toString('base64')];
  const grants = options.grants ?? ((user, _repository, action) => user !== null || action === 'pull');
  const lifeSeconds = options.lifeSeconds ?? 300;

  const handle = (request: ServedRequest) => {
    if (request.path !== '/token') return answer(404);
    const form = request.method === 'POST' ? new URLSearchParams(Buffer.from(request.body).toString()) : null;
    const user = form === null ? readUser(request, options.users ?? {}) : readForm(form, options.users ?? {});
    if (user === undefined) return jsonAnswer(401, { details: 'incorrect username or password' });
    const scopes = form === null ? request.query.getAll('scope') : (form.get('scope') ?? '').split(' ');
    const access = scopes.flatMap((scope) => {
      const [type = '', name = '', actions = ''] = scope.split(':');
      return [{ type, name, actions: actions.split(',').filter((action) => grants(user, name, action)) }];
    });
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: identity.issuer,
      sub: user ?? '',
      aud: identity.service,
      nbf: now - 10,
      iat: now,
      exp: now + lifeSeconds,
      access,
    };
    const signed = [{ typ: 'JWT', alg: 'RS256', x5c: chain }, claims].map(encode).join('.');
    const token = `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
    return jsonAnswer(200, { token, access_token: token, expires_in: lifeSeconds, issued_at: new Date(now * 1000).toISOString() });
  };

  const served = await serve({ handle, intercept: () => null, latencyMs: 0, tls: null, socketPath: null });
  const realm = `http://127.0.0.1:${served.port}/token`;
  return { ...identity, realm, certificate: cert, requests: served.requests, stop: served.close };
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The same of the OAuth2 form, by which containerd asks. */
function readForm(form: URLSearchParams, users: Readonly<Record<string, string>>): string | undefined {
  const name = form.get('username') ?? '';
  return users[name] !== undefined && users[name] === form.get('password') ? name : undefined;
}

/** The user, null when nobody is named, undefined when the password is wrong. */
function readUser(request: ServedRequest, users: Readonly<Record<string, string>>): string | null | undefined {
  const encoded = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (encoded === undefined) return null;
  const given = Buffer.from(encoded, 'base64').toString('utf8');
  return Object.keys(users).find((name) => `${name}:${users[name]}` === given);
}
