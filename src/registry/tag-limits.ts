/** What bounds a list of tags. */
export type TagListLimits = {
  /** Bytes of one page. */
  readonly pageBytes: number;
  readonly tags: number;
  readonly pages: number;
  /** Milliseconds for one repository, from the first request for its list. */
  readonly timeoutMs: number;
  /** Lists in the making at one registry; each has one request in flight. */
  readonly concurrency: number;
};

export const TAG_LIST_LIMITS: TagListLimits = {
  pageBytes: 8 * 1024 * 1024,
  tags: 100_000,
  pages: 250,
  timeoutMs: 30_000,
  concurrency: 2,
};

/**
 * Registries that list by age, oldest first, whatever their first page looks like.
 *
 * Source: renovatebot/renovate, lib/modules/datasource/docker (which reads all their pages for the newest); lscr.io is answered by ghcr.io.
 */
const LISTED_BY_AGE: ReadonlySet<string> = new Set(['ghcr.io', 'lscr.io', 'quay.io']);

/** Tells whether a registry is known to list tags by age. */
export function isListedByAge(registry: string): boolean {
  return LISTED_BY_AGE.has(registry.toLowerCase());
}
