import type { Credential, Keychain } from '../check/ports.ts';
import { reason, type Reason } from '../core/reason.ts';
import type { Repository } from '../core/reference.ts';
import type { Challenge } from './challenge.ts';
import { identify, makeGroups, type Group } from './token-groups.ts';
import { FRESH_MS, keepWhileAlive, type Fetched, type TokenKeeper } from './token-keeper.ts';
import type { Login, TokenOutcome, TokenQuestion } from './token-server.ts';
import { basicAuthorization } from './token.ts';

/** What goes into a request's `Authorization`. `joined`: the token was asked for several repositories at once; `fresh`: it was asked for just now. */
export type Authorization = {
  readonly header: string;
  readonly scheme: 'basic' | 'bearer';
  readonly login: Login;
  readonly joined: boolean;
  readonly fresh: boolean;
};

/** `none`: nothing that could be sent; `login` says whether there was one. */
export type Authorized =
  | { readonly kind: 'authorization'; readonly authorization: Authorization }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly reason: Reason };

export type Authorizer = {
  readonly announce: (repositories: readonly string[]) => void;
  /** What to send for a repository, given the registry's challenge. Tokens are shared and remembered while they live. */
  readonly authorize: (repository: string, challenge: Challenge) => Promise<Authorized>;
  /** What else to send after `refused` was not accepted: a token for this repository alone, once; `none` when there is nothing else. */
  readonly reauthorize: (repository: string, challenge: Challenge, refused: Authorization | null) => Promise<Authorized>;
  /** Says that a joined token was accepted for a repository. */
  readonly accepted: (repository: string, authorization: Authorization) => void;
};

export type AuthorizerOptions = {
  readonly registry: string;
  readonly keychain: Keychain;
  readonly fetchToken: (question: TokenQuestion) => Promise<TokenOutcome>;
  readonly now: () => number;
};

/** So many repositories refused with a joined token, and none accepted, mean that the server reads one scope only. */
const REFUSALS_THAT_END_JOINING = 3;

/**
 * Decides what each request of one registry carries.
 *
 * 1. A registry that never asks is never sent anything.
 * 2. Basic: the login, if there is one.
 * 3. Bearer: announced repositories with the same login are grouped by 50, and each group's token is asked for once, with one scope per repository.
 * 4. A group the server refuses, or a repository its token does not open, is asked for alone, once. So one missing or private repository spoils no other.
 * 5. A login the server does not accept (401) is tried at most twice, once joined and once alone: servers ban addresses that fail often.
 */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { registry, keychain, fetchToken, now } = options;
  const announced = new Set<string>();
  const groups = new Map<string, Group>();
  const joined = new Map<Group, TokenKeeper>();
  const single = new Map<string, TokenKeeper>();
  const refusedLogins = new Map<string, TokenOutcome>();
  const loginProbes = new Map<string, Promise<Fetched>>();
  const firstScopes = new Map<Group, string>();
  const opened = new Set<Group>();
  const refusals = new Map<Group, number>();
  let isJoining = true;
  let grouping: Promise<void> = Promise.resolve();

  const groupOf = async (repository: string): Promise<Group> => {
    announced.add(repository);
    for (;;) {
      const group = groups.get(repository);
      if (group !== undefined) return group;
      grouping = grouping.then(async () => {
        if (groups.has(repository)) return;
        const fresh = [...announced].filter((name) => !groups.has(name));
        const credentials = await Promise.all(fresh.map((name) => keychain.credentialFor({ registry, repository: name })));
        for (const made of makeGroups(fresh, credentials)) for (const name of made.repositories) groups.set(name, made);
      });
      await grouping;
    }
  };

  const askJoined = (group: Group, first: string, challenge: TokenQuestion['challenge']): Promise<Fetched> => {
    const repositories = [first, ...group.repositories.filter((name) => name !== first)];
    const get = joined.get(group) ?? keepWhileAlive(() => fetchToken({ challenge, repositories, credential: group.credential }), now);
    if (!joined.has(group)) firstScopes.set(group, first);
    joined.set(group, get);
    return get(Number.POSITIVE_INFINITY);
  };

  const askAlone = async (repository: string, group: Group, challenge: TokenQuestion['challenge'], renew: boolean): Promise<Fetched> => {
    const login = identify(group.credential);
    const known = refusedLogins.get(login);
    if (known !== undefined && group.credential !== null) return { outcome: known, fresh: true };
    const get =
      single.get(repository) ??
      keepWhileAlive(() => fetchToken({ challenge, repositories: [repository], credential: group.credential }), now);
    single.set(repository, get);
    const fetched = await get(renew ? FRESH_MS : Number.POSITIVE_INFINITY);
    if (group.credential !== null && fetched.outcome.kind === 'refused' && fetched.outcome.status === 401)
      refusedLogins.set(login, fetched.outcome);
    return fetched;
  };

  /** After a joined refusal that may mean a wrong login, one repository tries alone before all do. */
  const askAloneAfter = async (
    joinedOutcome: TokenOutcome,
    repository: string,
    group: Group,
    challenge: TokenQuestion['challenge'],
  ): Promise<Fetched> => {
    const isLoginInDoubt = group.credential !== null && joinedOutcome.kind === 'refused' && joinedOutcome.status === 401;
    if (!isLoginInDoubt) return askAlone(repository, group, challenge, false);
    const login = identify(group.credential);
    const probe = loginProbes.get(login);
    if (probe !== undefined) {
      await probe;
      return askAlone(repository, group, challenge, false);
    }
    const made = askAlone(repository, group, challenge, false);
    loginProbes.set(login, made);
    return made;
  };

  const toAuthorized = (fetched: Fetched, repository: string, isJoined: boolean): Authorized => {
    const { outcome, fresh } = fetched;
    if (outcome.kind === 'failed') return outcome;
    if (outcome.kind === 'refused') return { kind: 'failed', reason: refusalReason({ registry, repository }, outcome) };
    return bearer(outcome.token.text, outcome.login, { joined: isJoined, fresh });
  };

  const authorize = async (repository: string, challenge: Challenge): Promise<Authorized> => {
    const group = await groupOf(repository);
    const direct = withoutToken(group.credential, challenge);
    if (direct !== null || challenge.kind === 'basic') return direct ?? { kind: 'none' };
    if (!isJoining || single.has(repository) || group.repositories.length === 1)
      return toAuthorized(await askAlone(repository, group, challenge, false), repository, false);
    const fetched = await askJoined(group, repository, challenge);
    if (fetched.outcome.kind !== 'refused') return toAuthorized(fetched, repository, true);
    return toAuthorized(await askAloneAfter(fetched.outcome, repository, group, challenge), repository, false);
  };

  return {
    announce: (repositories) => {
      for (const repository of repositories) announced.add(repository);
    },
    authorize,
    reauthorize: async (repository, challenge, refused) => {
      if (refused === null) return authorize(repository, challenge);
      const group = await groupOf(repository);
      if (challenge.kind === 'basic' || withoutToken(group.credential, challenge) !== null) return { kind: 'none' };
      if (!refused.joined && refused.fresh) return { kind: 'none' };
      if (refused.joined) {
        const count = (refusals.get(group) ?? 0) + 1;
        refusals.set(group, count);
        if (count >= REFUSALS_THAT_END_JOINING && !opened.has(group)) isJoining = false;
      }
      return toAuthorized(await askAlone(repository, group, challenge, !refused.joined), repository, false);
    },
    accepted: (repository, authorization) => {
      const group = groups.get(repository);
      if (authorization.joined && group !== undefined && firstScopes.get(group) !== repository) opened.add(group);
    },
  };
}

/** A registry token is sent as it is; for Basic the login itself is; everything else needs a token: null. */
function withoutToken(credential: Credential | null, challenge: Challenge): Authorized | null {
  if (credential?.kind === 'bearer') return bearer(credential.registryToken, 'sent', { joined: false, fresh: true });
  if (challenge.kind !== 'basic' || credential?.kind !== 'password') return null;
  return {
    kind: 'authorization',
    authorization: { header: basicAuthorization(credential), scheme: 'basic', login: 'sent', joined: false, fresh: true },
  };
}

function bearer(token: string, login: Login, more: { readonly joined: boolean; readonly fresh: boolean }): Authorized {
  return { kind: 'authorization', authorization: { header: `Bearer ${token}`, scheme: 'bearer', login, ...more } };
}

function refusalReason(asked: Repository, refused: Extract<TokenOutcome, { kind: 'refused' }>): Reason {
  const { registry, repository } = asked;
  const { login, message } = refused;
  switch (login) {
    case 'sent':
      return reason(
        'unauthorized',
        `the configured login for ${registry} gets no access to ${repository}, token refused with ${message}: docker login ${registry}`,
      );
    case 'withheld':
      return reason(
        'not-found-or-private',
        `${registry}/${repository} is missing or private, token refused with ${message}; the login was not sent to that token server`,
      );
    case 'none':
      return reason(
        'not-found-or-private',
        `${registry}/${repository} is missing or private, token refused with ${message}: docker login ${registry}`,
      );
  }
}
