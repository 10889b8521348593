import type { Credential } from '../check/ports.ts';
import { malformed, parsed, type Parsed } from '../core/parsed.ts';
import { parseJson } from './json.ts';

/** A bearer token; `expiresAt` in milliseconds since the epoch, a margin already taken off. */
export type Token = { readonly text: string; readonly expiresAt: number };

/** The HTTP request that asks a token server for a token. */
export type TokenRequest = {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly authorization: string | null;
  readonly body: string | null;
};

const CLIENT_ID = 'imgupdate';
const SHORTEST_LIFE_SECONDS = 60;
const LONGEST_LIFE_SECONDS = 86_400;
const MARGIN_MS = 5_000;

/** How much older than our question a token may say it is before its clock is taken to be wrong. */
const BELIEVED_SKEW_MS = 30_000;

/**
 * Builds the request for a token that may pull from all of `repositories`.
 *
 * An identity token is exchanged by POST, everything else is a GET with one `scope` per repository, the first one first: some servers read no other.
 * `offline_token` is never asked for.
 * Source: distribution, docs/content/spec/auth/token.md, oauth.md and scope.md.
 */
export function buildTokenRequest(asked: {
  readonly realm: URL;
  readonly service: string | null;
  readonly repositories: readonly string[];
  readonly credential: Credential | null;
}): TokenRequest {
  const { realm, service, repositories, credential } = asked;
  const scopes = repositories.map((repository) => `repository:${repository}:pull`);
  if (credential?.kind === 'token') {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: CLIENT_ID,
      refresh_token: credential.identityToken,
      scope: scopes.join(' '),
    });
    if (service !== null) form.set('service', service);
    return { method: 'POST', url: realm, authorization: null, body: form.toString() };
  }
  const url = new URL(realm);
  if (service !== null) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  return { method: 'GET', url, authorization: credential?.kind === 'password' ? basicAuthorization(credential) : null, body: null };
}

/** The `Authorization` of a user and a password. Source: RFC 7617. */
export function basicAuthorization(credential: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`;
}

/**
 * Reads a token server's answer: `token` or `access_token`, `expires_in` in seconds (60 at least, 60 when absent), `issued_at`.
 *
 * A token lives from `issued_at`, unless that is in the future or so long ago that the server's clock must be wrong: then from `askedAt`.
 * Source: distribution, docs/content/spec/auth/token.md, "Token Response Fields".
 */
export function parseToken(body: string, askedAt: number): Parsed<Token> {
  const fields = parseObject(body);
  if (fields === null) return malformed('answered with something that is no JSON object');
  const text = [fields.get('token'), fields.get('access_token')].find((value) => typeof value === 'string' && value !== '');
  if (typeof text !== 'string') return malformed('answered without a token');
  if (!/^[\x21-\x7e]+$/.test(text)) return malformed('answered with a token that cannot be sent in a header');
  const said = fields.get('expires_in');
  const seconds =
    typeof said === 'number' && Number.isFinite(said)
      ? Math.min(Math.max(said, SHORTEST_LIFE_SECONDS), LONGEST_LIFE_SECONDS)
      : SHORTEST_LIFE_SECONDS;
  return parsed({ text, expiresAt: startOfLife(fields.get('issued_at'), askedAt) + seconds * 1000 - MARGIN_MS });
}

function parseObject(text: string): ReadonlyMap<string, unknown> | null {
  const value = parseJson(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? new Map(Object.entries(value)) : null;
}

function startOfLife(issuedAt: unknown, askedAt: number): number {
  const issued = typeof issuedAt === 'string' ? Date.parse(issuedAt) : Number.NaN;
  return issued <= askedAt && issued >= askedAt - BELIEVED_SKEW_MS ? issued : askedAt;
}
