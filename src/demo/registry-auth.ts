import { randomBytes } from 'node:crypto';
import { answer, errorAnswer, jsonAnswer, withHeaders, type Answer } from './answer.ts';
import type { ServedRequest } from './serve.ts';

/** How a registry wants to be asked. */
export type AuthOptions = { readonly kind: 'none' } | { readonly kind: 'basic'; readonly users: readonly User[] } | TokenAuthOptions;

export type TokenAuthOptions = {
  readonly kind: 'token';
  readonly users: readonly User[];
  /** `registry.docker.io` without. */
  readonly service?: string;
  /** The URL named in challenges; the registry's own `/token` without. */
  readonly realm?: string;
  /** How long a token is good. 300 without; null leaves `expires_in` out, which means 60. */
  readonly lifeSeconds?: number | null;
  /** What becomes of a request for several scopes: each is judged (without), only the first is read, or one refused spoils all. */
  readonly scopes?: 'each' | 'first' | 'all-or-nothing';
  /** Where the token is in the answer: both fields without. */
  readonly field?: 'both' | 'token' | 'access_token';
};

/** `identityToken`: what the user may show instead of the password, by POST only. */
export type User = { readonly username: string; readonly password: string; readonly identityToken?: string };

export type Action = 'pull' | 'push' | 'delete';

/** What a request needs; a null repository is the API's root. */
export type Need = { readonly repository: string; readonly action: Action } | null;

/** Who asks, or the answer that refuses. A null user is anonymous. */
export type Admission = { readonly admitted: true; readonly user: string | null } | { readonly admitted: false; readonly answer: Answer };

/** Which of the actions a user may do, null being anonymous; told by the registry. */
export type Permit = (user: string | null, repository: string, actions: readonly Action[]) => readonly Action[];

export type Authority = {
  readonly admit: (request: ServedRequest, need: Need) => Admission;
  /** The token endpoint. */
  readonly token: (request: ServedRequest) => Answer;
  /** Makes every token given so far invalid. */
  readonly revoke: () => void;
};

export type AuthorityOptions = {
  readonly auth: AuthOptions;
  readonly url: () => string;
  readonly permit: Permit;
  readonly now: () => number;
};

/** Decides who may ask what. */
export function createAuthority(options: AuthorityOptions): Authority {
  switch (options.auth.kind) {
    case 'none':
      return { admit: () => ({ admitted: true, user: null }), token: () => answer(404), revoke: () => undefined };
    case 'basic':
      return { admit: createBasic(options.auth.users, options.permit), token: () => answer(404), revoke: () => undefined };
    case 'token':
      return createTokenAuthority(options.auth, options);
  }
}

function createBasic(users: readonly User[], permit: Permit): Authority['admit'] {
  return (request, need) => {
    const user = basicUser(request, users);
    if (user === null) return refused(withHeaders(unauthorized(need), { 'www-authenticate': 'Basic realm="Registry Realm"' }));
    if (need === null || permit(user, need.repository, [need.action, 'push']).length > 0) return { admitted: true, user };
    return refused(errorAnswer(403, { code: 'DENIED', message: 'requested access to the resource is denied' }));
  };
}

/**
 * Challenges, gives and checks bearer tokens.
 * Source: distribution, docs/content/spec/auth/token.md, oauth.md, scope.md; RFC 6750 section 3.
 */
function createTokenAuthority(auth: TokenAuthOptions, options: AuthorityOptions): Authority {
  const issued = new Map<string, Claims>();
  const service = auth.service ?? 'registry.docker.io';

  const challenge = (need: Need, error: string | null): Admission => {
    const parameters = [
      `realm="${auth.realm ?? `${options.url()}/token`}"`,
      `service="${service}"`,
      ...(need === null ? [] : [`scope="repository:${need.repository}:${need.action === 'push' ? 'pull,push' : need.action}"`]),
      ...(error === null ? [] : [`error="${error}"`]),
    ];
    return refused(withHeaders(unauthorized(need), { 'www-authenticate': `Bearer ${parameters.join(',')}` }));
  };

  const admit: Authority['admit'] = (request, need) => {
    const token = /^bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return challenge(need, null);
    const claims = issued.get(token);
    if (claims === undefined || claims.expiresAt <= options.now()) return challenge(need, 'invalid_token');
    if (need !== null && !claims.grants.includes(`${need.action}:${need.repository}`)) return challenge(need, 'insufficient_scope');
    return { admitted: true, user: claims.user };
  };

  const give = (user: string | null, scopes: readonly Scope[], extra: object): Answer => {
    const asked = auth.scopes === 'first' ? scopes.slice(0, 1) : scopes;
    const grants = asked.flatMap(({ repository, actions }) =>
      options.permit(user, repository, actions).map((action) => `${action}:${repository}`),
    );
    if (auth.scopes === 'all-or-nothing' && grants.length < asked.flatMap(({ actions }) => actions).length) {
      return errorAnswer(403, { code: 'DENIED', message: 'requested access to the resource is denied' });
    }
    const lifeSeconds = auth.lifeSeconds === undefined ? 300 : auth.lifeSeconds;
    const token = randomBytes(32).toString('base64url');
    issued.set(token, { user, grants, expiresAt: options.now() + (lifeSeconds ?? 60) * 1000 });
    return jsonAnswer(200, {
      ...(auth.field === 'access_token' ? {} : { token }),
      ...(auth.field === 'token' ? {} : { access_token: token }),
      ...(lifeSeconds === null ? {} : { expires_in: lifeSeconds }),
      issued_at: new Date(options.now()).toISOString(),
      ...extra,
    });
  };

  const byGet = (request: ServedRequest): Answer => {
    const user = basicUser(request, auth.users);
    if (user === null && request.headers.authorization !== undefined) return wrongPassword();
    return give(user, readScopes(splitScopes(request.query.getAll('scope'))), {});
  };

  const byPost = (request: ServedRequest): Answer => {
    const form = new URLSearchParams(Buffer.from(request.body).toString('utf8'));
    const user = auth.users.find((candidate) =>
      form.get('grant_type') === 'refresh_token'
        ? candidate.identityToken !== undefined && candidate.identityToken === form.get('refresh_token')
        : candidate.username === form.get('username') && candidate.password === form.get('password'),
    );
    if (form.get('client_id') === null) return errorAnswer(400, { code: 'UNSUPPORTED', message: 'missing client_id' });
    if (user === undefined) return wrongPassword();
    const scopes = splitScopes(form.getAll('scope'));
    return give(user.username, readScopes(scopes), { scope: scopes.join(' '), refresh_token: user.identityToken });
  };

  return {
    admit,
    token: (request) => (request.method === 'POST' ? byPost(request) : byGet(request)),
    revoke: () => issued.clear(),
  };
}

type Scope = { readonly repository: string; readonly actions: readonly Action[] };

type Claims = { readonly user: string | null; readonly grants: readonly string[]; readonly expiresAt: number };

/** `repository:library/nginx:pull,push`; the repository's name may itself hold a colon. */
function readScopes(texts: readonly string[]): Scope[] {
  return texts.flatMap((text) => {
    const [, repository, actions] = /^repository(?:\([^)]*\))?:(.+):([^:]*)$/.exec(text) ?? [];
    if (repository === undefined || actions === undefined) return [];
    return [{ repository, actions: actions.split(',').filter(isAction) }];
  });
}

const splitScopes = (texts: readonly string[]): string[] => texts.flatMap((text) => text.split(' ')).filter((scope) => scope !== '');

const isAction = (text: string): text is Action => text === 'pull' || text === 'push' || text === 'delete';

function basicUser(request: ServedRequest, users: readonly User[]): string | null {
  const encoded = /^basic\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (encoded === undefined) return null;
  const given = Buffer.from(encoded, 'base64').toString('utf8');
  return users.find(({ username, password }) => `${username}:${password}` === given)?.username ?? null;
}

const refused = (answer: Answer): Admission => ({ admitted: false, answer });

const unauthorized = (need: Need): Answer =>
  errorAnswer(401, {
    code: 'UNAUTHORIZED',
    message: 'authentication required',
    detail: need === null ? null : [{ Type: 'repository', Class: '', Name: need.repository, Action: need.action }],
  });

const wrongPassword = (): Answer => jsonAnswer(401, { details: 'incorrect username or password' });
