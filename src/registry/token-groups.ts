import type { Credential } from '../check/ports.ts';

/** Repositories whose tokens are asked for together. */
export type Group = { readonly repositories: readonly string[]; readonly credential: Credential | null };

const MAX_SCOPES = 50;

/** Servers take request lines of 8 KiB (nginx, large_client_header_buffers); this leaves room for the realm. */
const MAX_SCOPE_BYTES = 6_000;

/** Puts repositories with the same login together, at most 50 and as many as a request line holds. `credentials` is in the order of `repositories`. */
export function makeGroups(repositories: readonly string[], credentials: readonly (Credential | null)[]): readonly Group[] {
  const byLogin = new Map<string, { readonly repositories: string[]; readonly credential: Credential | null }>();
  for (const [index, repository] of repositories.entries()) {
    const credential = credentials[index] ?? null;
    const key = identify(credential);
    const bucket = byLogin.get(key) ?? { repositories: [], credential };
    bucket.repositories.push(repository);
    byLogin.set(key, bucket);
  }
  return [...byLogin.values()].flatMap(({ repositories: names, credential }) =>
    split(names).map((part) => ({ repositories: part, credential })),
  );
}

function split(names: readonly string[]): readonly (readonly string[])[] {
  const parts: string[][] = [];
  let bytes = 0;
  for (const name of names) {
    const size = encodeURIComponent(`&scope=repository:${name}:pull`).length;
    const last = parts.at(-1);
    if (last === undefined || last.length >= MAX_SCOPES || bytes + size > MAX_SCOPE_BYTES) {
      parts.push([name]);
      bytes = size;
    } else {
      last.push(name);
      bytes += size;
    }
  }
  return parts;
}

/** Tells logins apart: a key for maps that is never written anywhere. */
export function identify(credential: Credential | null): string {
  return JSON.stringify(credential);
}
