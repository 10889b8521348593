import { parseJson } from './json.ts';
import { nextTarget } from './link.ts';

/** One page of a list of tags. `size`: entries as they came; `tags`: those that are tags, in their order. */
export type TagPage = { readonly size: number; readonly tags: readonly string[] };

/** The query of a request for a page; null for a parameter that is not sent. `rest`: what a registry's own link has besides, such as `next_page`. */
export type PageQuery = {
  readonly n: number | null;
  readonly last: string | null;
  readonly rest: readonly (readonly [name: string, value: string])[];
};

/** What is asked for next, and whether it is the registry that says that there is more. */
export type NextPage = { readonly query: PageQuery; readonly said: boolean };

/** Source: OCI distribution-spec v1.1, "Pulling manifests" (the grammar of a tag). */
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** Registries that give so many at most do not always say that there are more. */
const USUAL_CAPS: ReadonlySet<number> = new Set([50, 100, 200, 250, 500, 1000]);

/** Most tags that a page is asked for: Amazon ECR answers 405 to more. Source: google/go-containerregistry#1091. */
export const LARGEST_PAGE = 1000;

const MAX_LINK_PARAMETERS = 16;

/**
 * Reads a page: `{"name":"acme/api","tags":["1.0","1.1"]}`; `tags` may be null, or missing, for none. null for anything else.
 *
 * Source: OCI distribution-spec v1.1, "Listing Tags"; distribution, registry/handlers/tags.go.
 */
export function decodeTagPage(body: string): TagPage | null {
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  if (!('tags' in value)) return 'name' in value ? { size: 0, tags: [] } : null;
  const entries: unknown = value.tags;
  if (entries === null) return { size: 0, tags: [] };
  if (!Array.isArray(entries)) return null;
  const tags = entries.filter((entry: unknown): entry is string => typeof entry === 'string' && TAG.test(entry));
  return { size: entries.length, tags };
}

/**
 * Says what to ask for after a page; null after the last one.
 *
 * - A `Link` names the next page. Its path is never taken: Artifactory's lacks the virtual repository, and no other is anybody's business (RTFACT-18971). Its query is,
 *   whole where it is the registry's own origin, and only `last` and `n` where it is another's, as of a registry behind a proxy that ends TLS.
 * - Without a `Link`, a page that is full or has as many tags as registries usually give may not be the last: then `last` is its last tag. Not from a registry that has linked
 *   before: there the page without a link is the last.
 */
export function nextPage(
  asked: PageQuery,
  page: TagPage,
  answer: { readonly url: URL; readonly link: string | null; readonly hasLinked: boolean },
): NextPage | null {
  const target = nextTarget(answer.link);
  const end = page.tags.at(-1);
  const own = end === undefined ? null : { n: asked.n, last: end, rest: [] };
  if (target !== null) {
    const query = queryOf(target, answer.url, asked) ?? own;
    return query === null ? null : { query, said: true };
  }
  const mayBeCut = !answer.hasLinked && (page.size === asked.n || USUAL_CAPS.has(page.size));
  return mayBeCut && own !== null ? { query: own, said: false } : null;
}

/** The query as text, the same for the same page. */
export function renderQuery({ n, last, rest }: PageQuery): string {
  const parameters = new URLSearchParams(rest.map(([name, value]): [string, string] => [name, value]));
  if (n !== null) parameters.set('n', String(n));
  if (last !== null) parameters.set('last', last);
  return parameters.toString();
}

function queryOf(target: string, from: URL, asked: PageQuery): PageQuery | null {
  if (!URL.canParse(target, from.href)) return null;
  const url = new URL(target, from);
  const parameters = [...url.searchParams];
  if (parameters.length > MAX_LINK_PARAMETERS) return null;
  const last = url.searchParams.get('last');
  const rest = url.origin === from.origin ? parameters.filter(([name]) => name !== 'n' && name !== 'last' && name !== 'ns') : [];
  if (last === null && rest.length === 0) return null;
  return { n: readSize(url.searchParams.get('n')) ?? asked.n, last, rest };
}

function readSize(text: string | null): number | null {
  const size = text !== null && /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return size > 0 && size <= LARGEST_PAGE ? size : null;
}
