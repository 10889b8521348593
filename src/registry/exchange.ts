import { startDeadline } from './deadline.ts';
import { failure, type Failure } from './failure.ts';
import { decideRedirect } from './redirect.ts';
import { NOT_WAITED_FOR, type Stop } from './stop.ts';
import type { HostTrust, HttpRequest, HttpResponse, Transport } from './transport.ts';

/** One question to a host, redirects and all. Never sent anywhere else than to `url`'s origin: `authorization`. */
export type Question = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body' | 'maxBytes'> & {
  readonly authorization: string | null;
  readonly trustOf: (url: URL) => HostTrust;
  /** Connect to public addresses only from the start: the URL was named by a registry on a public address. */
  readonly publicOnly: boolean;
  readonly followRedirects: boolean;
  readonly timeoutMs: number;
  readonly stops: readonly Stop[];
};

/** `redirected`: the answer is another origin's. */
export type Exchange =
  | { readonly kind: 'response'; readonly response: HttpResponse; readonly redirected: boolean }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Told of each request that was sent: for counting and for `-v`. `line` holds no secret. */
export type OnRequest = (line: string) => void;

/**
 * Asks, follows redirects, and ends within `timeoutMs` whatever the host does.
 *
 * `Authorization` is sent to the first origin only; 303 does not turn a HEAD into a GET.
 */
export async function exchange(
  transport: Transport,
  question: Question,
  tools: { readonly onRequest: OnRequest; readonly now: () => number },
): Promise<Exchange> {
  const deadline = startDeadline(question.timeoutMs, question.stops);
  let url = question.url;
  let redirected = false;
  let publicOnly = question.publicOnly;
  try {
    for (let followed = 0; ; followed++) {
      const startedAt = tools.now();
      const headers = {
        ...question.headers,
        ...(question.authorization === null || redirected ? {} : { authorization: question.authorization }),
      };
      const sent = await transport.send({
        ...question,
        url,
        headers,
        ...question.trustOf(url),
        publicOnly,
        signal: deadline.signal,
      });
      const outcome = sent.kind === 'failed' ? sent.failure.message : String(sent.status);
      tools.onRequest(
        `${question.method} ${withoutSecrets(url)} -> ${describeEnd(deadline.cause()) ?? outcome} (${Math.round(tools.now() - startedAt)} ms)`,
      );
      if (sent.kind === 'failed')
        return {
          kind: 'failed',
          failure: endOf(deadline.cause(), question.timeoutMs) ?? (redirected ? afterRedirect(sent.failure, url) : sent.failure),
        };
      const decision = decideRedirect({
        from: url,
        status: sent.status,
        location: sent.header('location'),
        followed,
        isInternal: transport.isInternal,
      });
      if (decision.kind === 'none') return { kind: 'response', response: sent, redirected };
      if (decision.kind === 'refuse') return refused(decision.message);
      if (!question.followRedirects) return refused(`redirected to ${decision.url.host}, which is not followed with a login`);
      publicOnly = !transport.isInternal(url.hostname);
      url = decision.url;
      redirected ||= !decision.sameOrigin;
    }
  } finally {
    deadline.end();
  }
}

/** A URL as it may be logged: names of the query's parameters without their values, no userinfo. */
export function withoutSecrets(url: URL): string {
  const names = [...new Set(url.searchParams.keys())];
  return `${url.origin}${url.pathname}${names.length === 0 ? '' : `?${names.map((name) => `${encodeURIComponent(name)}=***`).join('&')}`}`;
}

function refused(message: string): Exchange {
  return { kind: 'failed', failure: failure('bad-response', message, { answered: true }) };
}

function afterRedirect(found: Failure, url: URL): Failure {
  return { ...found, plainHttp: false, message: `redirected to ${url.host}, which ${found.message}` };
}

function describeEnd(cause: 'timeout' | 'stopped' | null): string | null {
  return cause === null ? null : cause === 'timeout' ? 'no answer in time' : 'stopped';
}

function endOf(cause: 'timeout' | 'stopped' | null, timeoutMs: number): Failure | null {
  if (cause === null) return null;
  if (cause === 'stopped') return failure('timeout', NOT_WAITED_FOR);
  return failure('timeout', `did not answer within ${Math.round(timeoutMs / 100) / 10} s`);
}
