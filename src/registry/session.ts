import { reason, type Reason } from '../core/reason.ts';
import { createAuthorizer, type Authorization, type Authorizer } from './authorizer.ts';
import { parseChallenge, type Challenge } from './challenge.ts';
import type { SessionContext } from './context.ts';
import type { Counter } from './counter.ts';
import { exchange, type Exchange } from './exchange.ts';
import { failure } from './failure.ts';
import type { Gate } from './gate.ts';
import { isQuotaRefusal, parseQuota } from './quota.ts';
import { describeErrors, parseErrors } from './oci-errors.ts';
import { parseRetryAfter, toTime } from './backoff.ts';
import { bodyText, sendWithRetries } from './retry.ts';
import { fetchToken } from './token-server.ts';
import { NOT_WAITED_FOR, unlessStopped, type Stop } from './stop.ts';
import type { HttpResponse } from './transport.ts';

/** A request to one registry: `path` below its base, `subject` as messages name it. */
export type Ask = {
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
  readonly repository: string;
  readonly subject: string;
  readonly accept: string | null;
  readonly maxBytes: number;
  /** A manifest GET: charged to the quota, and refused below its floor. */
  readonly counted: boolean;
};

/** A final answer: whatever its status, no further try would change it. `authorization` is what the request carried, `redirected` that another host answered. */
export type Answer =
  | {
      readonly kind: 'response';
      readonly response: HttpResponse;
      readonly authorization: Authorization | null;
      readonly redirected: boolean;
    }
  | { readonly kind: 'failed'; readonly reason: Reason };

export type Session = { readonly ask: (ask: Ask, stop: Stop) => Promise<Answer>; readonly announce: Authorizer['announce'] };

/** `fallBackToHttp`: goes over to plain HTTP from the base that was given, where that is allowed; says whether the base is another now. */
export type SessionParts = {
  readonly context: SessionContext;
  readonly gate: Gate;
  readonly counter: Counter;
  readonly fallBackToHttp: (from: URL) => boolean;
};

/** `answered`: the host did answer; `isFault`: it is the host's doing that there is no better answer. */
type Tried =
  | Extract<Exchange, { kind: 'response' }>
  | { readonly kind: 'failed'; readonly reason: Reason; readonly answered: boolean; readonly isFault: boolean };

/** So many first requests about one repository without any answer, and it is not asked about again; about so many repositories, and the registry is down. */
const UNANSWERED_THAT_MEAN_DOWN = 2;

/** With a joined token these may mean that the token, not the repository, is the trouble: 400 and 431 that it is too long. */
const TOKEN_TROUBLE: ReadonlySet<number> = new Set([400, 401, 403, 431]);

/**
 * Talks to one registry.
 *
 * 1. The first request goes alone. It finds out whether the registry speaks TLS, and from its 401 how it wants to be asked; all others wait for that.
 * 2. From then on every request carries a token, if one is wanted, from the start.
 * 3. A refused token is replaced once: a joined one by one for the repository alone, an old one by a new one.
 * 4. Resets, 5xx and throttles are tried again, throttles together with everything else the registry is asked.
 */
export function createSession(parts: SessionParts): Session {
  const { context, gate, counter, fallBackToHttp } = parts;
  const { registry, options } = context;
  const { clock } = options;
  const authorizer = createAuthorizer({
    registry,
    keychain: context.keychain,
    fetchToken: (question) => fetchToken(context, question),
    now: clock.now,
  });
  let challenge: Challenge | null = null;
  let probe: Promise<Challenge | null> | null = null;
  let opening: Promise<void> | null = null;
  let isOpen = false;
  const unanswered = new Map<string, number>();
  const silent = new Map<string, Reason>();
  let faults = 0;
  let down: Reason | null = null;
  let order = 0;

  const ask = async (asked: Ask, stop: Stop): Promise<Answer> => {
    for (;;) {
      if (down !== null) return { kind: 'failed', reason: down };
      const silence = isOpen ? undefined : silent.get(asked.repository);
      if (silence !== undefined) return { kind: 'failed', reason: silence };
      if (isOpen) return askWithAuthorization(asked, stop);
      if (opening === null) return open(asked, stop);
      if (
        (await unlessStopped(
          opening.then(() => true),
          stop,
        )) === null
      )
        return stopped();
    }
  };

  const open = async (asked: Ask, stop: Stop): Promise<Answer> => {
    const first = trySend(asked, null, stop);
    const done = first.then((outcome) => notice(outcome, asked.repository, stop));
    opening = done.finally(() => {
      opening = null;
    });
    const tried = await first;
    await opening;
    return conclude({ asked, tried, authorization: null, stop });
  };

  /** Draws the conclusions for all others from how the first request ended. */
  const notice = async (tried: Tried, repository: string, stop: Stop): Promise<void> => {
    if (tried.kind === 'response') {
      isOpen = true;
      if (tried.response.status === 401 && !tried.redirected) await unlessStopped(learn(tried.response), stop);
      return;
    }
    if (stop.signal.aborted || !tried.isFault) return;
    faults++;
    if (tried.answered) {
      isOpen = faults >= UNANSWERED_THAT_MEAN_DOWN;
      return;
    }
    const count = (unanswered.get(repository) ?? 0) + 1;
    unanswered.set(repository, count);
    if (unanswered.size >= UNANSWERED_THAT_MEAN_DOWN) down = tried.reason;
    else if (count >= UNANSWERED_THAT_MEAN_DOWN) silent.set(repository, tried.reason);
  };

  const askWithAuthorization = async (asked: Ask, stop: Stop): Promise<Answer> => {
    if (challenge === null) return conclude({ asked, tried: await trySend(asked, null, stop), authorization: null, stop });
    const authorized = await unlessStopped(authorizer.authorize(asked.repository, challenge), stop);
    if (authorized === null) return stopped();
    if (authorized.kind === 'failed') return authorized;
    const authorization = authorized.kind === 'none' ? null : authorized.authorization;
    return conclude({ asked, tried: await trySend(asked, authorization, stop), authorization, stop });
  };

  /** Replaces what a request carried until it is accepted or there is nothing left to replace it with. */
  const conclude = async (ended: {
    readonly asked: Ask;
    readonly tried: Tried;
    readonly authorization: Authorization | null;
    readonly stop: Stop;
  }): Promise<Answer> => {
    const { asked, stop } = ended;
    let { tried, authorization } = ended;
    for (;;) {
      if (tried.kind === 'failed') return { kind: 'failed', reason: tried.reason };
      const { response, redirected } = tried;
      const { status } = response;
      if (status === 401 && !redirected) await unlessStopped(learn(response), stop);
      if (status === 401 && stop.signal.aborted) return stopped();
      const isTokenRefused = !redirected && (status === 401 || (authorization?.joined === true && TOKEN_TROUBLE.has(status)));
      if (authorization !== null && !isTokenRefused) authorizer.accepted(asked.repository, authorization);
      if (!isTokenRefused || challenge === null) return { kind: 'response', response, authorization, redirected };
      const next = await unlessStopped(authorizer.reauthorize(asked.repository, challenge, authorization), stop);
      if (next === null) return stopped();
      if (next.kind === 'failed') return next;
      if (next.kind === 'none') return { kind: 'response', response, authorization, redirected };
      authorization = next.authorization;
      tried = await trySend(asked, authorization, stop);
    }
  };

  /** Takes the challenge from a 401; where there is none (seen at gcr.io), from the base endpoint, asked once. */
  const learn = async (response: HttpResponse): Promise<void> => {
    const found = parseChallenge(response.header('www-authenticate'));
    if (found !== null) {
      challenge = found;
      return;
    }
    if (challenge !== null) return;
    probe ??= sendOnce({ method: 'GET', path: '/v2/', accept: null, maxBytes: 65_536 }, null, context.stop).then((outcome) =>
      outcome.kind === 'response' && !outcome.redirected && outcome.response.status === 401
        ? parseChallenge(outcome.response.header('www-authenticate'))
        : null,
    );
    challenge = await probe;
  };

  const trySend = async (asked: Ask, authorization: Authorization | null, stop: Stop): Promise<Tried> => {
    const refusals: Reason[] = [];
    const send = async (): Promise<Exchange> => {
      const leave = await gate.enter(stop);
      if (leave === null) return { kind: 'failed', failure: failure('timeout', NOT_WAITED_FOR) };
      const place = asked.counted ? counter.reserve(asked.subject) : null;
      try {
        if (place?.ok !== false) return await sendOnce(asked, authorization, stop);
        refusals.push(place.reason);
        return { kind: 'failed', failure: failure(place.reason.kind, place.reason.message) };
      } finally {
        if (place?.ok === true) place.release();
        leave();
      }
    };
    const wait = async (ms: number, throttled: boolean): Promise<void> => {
      if (throttled) gate.throttle(ms);
      else await context.sleep(ms, stop);
    };
    const tried = await sendWithRetries({ send, isFinal: isQuotaUsedUp, wait, maxRetryWaitMs: options.maxRetryWaitMs, clock });
    if (tried.kind === 'response') {
      if (isQuotaUsedUp(tried.response)) return { kind: 'failed', reason: exhaust(tried.response), answered: true, isFault: false };
      gate.succeeded();
      return tried;
    }
    const [refusal] = refusals;
    if (refusal !== undefined) return { kind: 'failed', reason: refusal, answered: true, isFault: false };
    const { kind, message, answered } = tried.failure;
    return { kind: 'failed', reason: reason(kind, `${context.base().host} ${message}`, toTime(tried.retryAt)), answered, isFault: true };
  };

  const sendOnce = async (
    asked: Pick<Ask, 'method' | 'path' | 'accept' | 'maxBytes'>,
    authorization: Authorization | null,
    stop: Stop,
  ): Promise<Exchange> => {
    const number = order++;
    const base = context.base();
    const outcome = await exchange(
      context.transport,
      {
        method: asked.method,
        url: new URL(`${base.pathname.replace(/\/$/, '')}${asked.path}`, base),
        headers: { 'user-agent': options.userAgent, accept: asked.accept ?? '*/*' },
        body: null,
        authorization: authorization?.header ?? null,
        maxBytes: asked.maxBytes,
        trustOf: context.trustOf,
        publicOnly: false,
        followRedirects: true,
        timeoutMs: options.timeoutMs,
        stops: [stop, context.stop],
      },
      { onRequest: context.onRequest, now: clock.now },
    );
    if (outcome.kind === 'response') {
      if (!outcome.redirected) counter.observe(parseQuota(outcome.response.header, clock.now()), number);
      return outcome;
    }
    const isNoTls = outcome.failure.plainHttp || (outcome.failure.kind === 'unreachable' && base.port === '');
    return isNoTls && fallBackToHttp(base) ? sendOnce(asked, authorization, stop) : outcome;
  };

  const isQuotaUsedUp = (response: HttpResponse): boolean =>
    response.status === 429 && isQuotaRefusal(bodyText(response), parseQuota(response.header, clock.now()));

  const exhaust = (response: HttpResponse): Reason => {
    const now = clock.now();
    const resetAt = parseQuota(response.header, now)?.resetAt ?? null;
    const askedMs = parseRetryAfter(response.header('retry-after'), '', now);
    const retryAt = resetAt ?? (askedMs === null ? null : now + askedMs);
    const why = reason(
      'rate-limited',
      `the pull quota of ${registry} is used up${describeErrors(parseErrors(bodyText(response)))}`,
      toTime(retryAt),
    );
    counter.exhaust(why);
    return why;
  };

  return { ask, announce: authorizer.announce };
}

function stopped(): Answer {
  return { kind: 'failed', reason: reason('timeout', `the registry ${NOT_WAITED_FOR}`) };
}
