import type { Credential } from '../check/ports.ts';
import { reason, type Reason } from '../core/reason.ts';
import { sanitizeText } from '../core/text.ts';
import { isMetadataHost } from './address.ts';
import { toTime } from './backoff.ts';
import type { Challenge } from './challenge.ts';
import type { SessionContext } from './context.ts';
import { exchange, type Exchange } from './exchange.ts';
import { describeErrors, parseErrors } from './oci-errors.ts';
import { isTrustedRealm } from './realm-trust.ts';
import { bodyText, sendWithRetries } from './retry.ts';
import { buildTokenRequest, parseToken, type Token } from './token.ts';

/** How a token was asked for: with the configured login, without any, or without one that may not be sent there. */
export type Login = 'sent' | 'none' | 'withheld';

/** `refused`: the server answered, and said no (4xx); `status` and `message` as it said. */
export type TokenOutcome =
  | { readonly kind: 'token'; readonly token: Token; readonly login: Login }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string; readonly login: Login }
  | { readonly kind: 'failed'; readonly reason: Reason };

export type TokenQuestion = {
  readonly challenge: Extract<Challenge, { kind: 'bearer' }>;
  readonly repositories: readonly string[];
  readonly credential: Credential | null;
};

const MAX_TOKEN_BYTES = 131_072;

/**
 * Asks the token server a registry names for a token.
 *
 * A login goes only to servers that are trusted with it, never over plain http unless the registry itself is insecure, and is never redirected; elsewhere the token is
 * asked for anonymously, and one warning names both hosts and the setting that would allow it.
 * Source: distribution, docs/content/spec/auth/token.md; CVE-2020-15157.
 */
export async function fetchToken(context: SessionContext, question: TokenQuestion): Promise<TokenOutcome> {
  const realm = readRealm(context, question.challenge.realm);
  if (!(realm instanceof URL)) return { kind: 'failed', reason: realm };
  const { registry, options } = context;
  const trusted = isTrustedRealm({ registry, location: context.location, realm, allowed: context.trustedRealms });
  if (!trusted && isReachedFromOutside(context, realm)) {
    return { kind: 'failed', reason: reason('bad-response', `${registry} names a token server at a private address, ${realm.host}`) };
  }
  const login: Login = question.credential === null ? 'none' : trusted ? 'sent' : 'withheld';
  if (login === 'withheld') warnOfRealm(context, realm);
  const request = buildTokenRequest({
    ...question,
    realm,
    service: question.challenge.service,
    credential: login === 'sent' ? question.credential : null,
  });
  const { clock, maxRetryWaitMs } = options;
  const askedAt = clock.now();
  const tried = await sendWithRetries({
    send: () =>
      send(context, {
        request,
        hasSecret: login === 'sent',
        isGuarded: !trusted && !context.transport.isInternal(context.base().hostname),
      }),
    isFinal: () => false,
    wait: (ms) => context.sleep(ms, context.stop),
    maxRetryWaitMs,
    clock,
  });
  if (tried.kind === 'failed') {
    return {
      kind: 'failed',
      reason: reason(tried.failure.kind, `token server ${realm.host} of ${registry} ${tried.failure.message}`, toTime(tried.retryAt)),
    };
  }
  const { status } = tried.response;
  const text = bodyText(tried.response);
  if (status >= 400 && status < 500) return { kind: 'refused', status, message: `${status}${describeErrors(parseErrors(text))}`, login };
  const token = status === 200 ? parseToken(text, askedAt) : null;
  if (token?.ok === true) return { kind: 'token', token: token.value, login };
  return {
    kind: 'failed',
    reason: reason('bad-response', `token server ${realm.host} of ${registry} ${token?.message ?? `answered ${status}`}`),
  };
}

/** A realm may be relative to the registry. Source: regclient, internal/auth. */
function readRealm(context: SessionContext, text: string): URL | Reason {
  const { registry } = context;
  const base = context.base();
  if (!URL.canParse(text, base.href))
    return reason('bad-response', `${registry} names a token server that is no URL: ${sanitizeText(text, 80)}`);
  const realm = new URL(text, base);
  realm.hash = '';
  if (realm.protocol !== 'https:' && realm.protocol !== 'http:')
    return reason('bad-response', `${registry} names a token server that is no https URL`);
  if (realm.username !== '' || realm.password !== '')
    return reason('bad-response', `${registry} names a token server with a login in its URL`);
  if (realm.protocol === 'https:' || base.protocol === 'http:' || context.trustOf(realm).insecure) return realm;
  return reason('bad-response', `${registry} names a token server without TLS, ${realm.host}; expected https`);
}

function isReachedFromOutside(context: SessionContext, realm: URL): boolean {
  if (isMetadataHost(realm.hostname) && realm.hostname !== context.base().hostname) return true;
  return context.transport.isInternal(realm.hostname) && !context.transport.isInternal(context.base().hostname);
}

function warnOfRealm(context: SessionContext, realm: URL): void {
  context.warn(
    'untrusted-realm',
    `the login for ${context.registry} was not sent to ${realm.host}, which it names as its token server; to allow it: --trust-realm ${context.registry}=${realm.host}`,
  );
}

function send(
  context: SessionContext,
  asked: { readonly request: ReturnType<typeof buildTokenRequest>; readonly hasSecret: boolean; readonly isGuarded: boolean },
): Promise<Exchange> {
  const { request, hasSecret, isGuarded } = asked;
  const form: Record<string, string> = request.body === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  return exchange(
    context.transport,
    {
      method: request.method,
      url: request.url,
      headers: { ...form, accept: 'application/json', 'user-agent': context.options.userAgent },
      body: request.body,
      authorization: request.authorization,
      maxBytes: MAX_TOKEN_BYTES,
      trustOf: context.trustOf,
      publicOnly: isGuarded,
      followRedirects: !hasSecret,
      timeoutMs: context.options.timeoutMs,
      stops: [context.stop],
    },
    { onRequest: context.onRequest, now: context.options.clock.now },
  );
}
