import { errorAnswer, jsonAnswer, withHeaders, type Answer } from './answer.ts';
import type { RepositoryContent } from './registry-content.ts';
import type { ServedRequest } from './serve.ts';

/** How a registry lists tags; without any of this as distribution 3 does. */
export type TagListing = {
  /** Most tags of a page; 1000 without. */
  readonly pageSize?: number;
  /** `age`: oldest first, as ghcr.io and quay.io list. Then `last` has to be a tag, or the list starts anew. */
  readonly order?: 'lexical' | 'age';
  /** Parameters of the query that are not looked at. Both: everything comes at once, unless there is a `pageSize`. */
  readonly ignores?: readonly ('n' | 'last')[];
  /**
   * What says that there is more: a relative link (without), an absolute one, one to another host, to the page itself, to a path that lacks the first part of the name,
   * or nothing.
   */
  readonly link?: 'relative' | 'absolute' | 'other-host' | 'loop' | 'other-path' | 'none';
  /** `tags` is null where there are none. */
  readonly emptyIsNull?: boolean;
};

/** The tags in pages. Source: OCI distribution-spec v1.1, "Listing Tags". */
export function answerTags(
  request: ServedRequest,
  about: { readonly name: string; readonly repository: RepositoryContent },
  listing: TagListing,
): Answer {
  const { name, repository } = about;
  const parameter = (key: 'n' | 'last'): string | null => (listing.ignores?.includes(key) === true ? null : request.query.get(key));
  const asked = Number.parseInt(parameter('n') ?? `${TAGS_PER_PAGE}`, 10);
  if (Number.isNaN(asked) || asked < 0)
    return errorAnswer(400, { code: 'PAGINATION_NUMBER_INVALID', message: 'invalid number of results requested' });
  const isWhole = listing.ignores?.includes('n') === true && listing.pageSize === undefined;
  const limit = isWhole ? Number.POSITIVE_INFINITY : Math.min(asked, listing.pageSize ?? TAGS_PER_PAGE);
  const tags = tagsAfter(repository, parameter('last'), listing.order ?? 'lexical');
  const page = tags.slice(0, limit);
  const end = page.at(-1);
  const body = jsonAnswer(200, { name, tags: page.length === 0 && listing.emptyIsNull === true ? null : page });
  if (end === undefined || page.length === tags.length) return body;
  const link = linkTo(request, { name, query: `last=${encodeURIComponent(end)}&n=${limit}` }, listing.link ?? 'relative');
  return link === null ? body : withHeaders(body, { link: `<${link}>; rel="next"` });
}

const TAGS_PER_PAGE = 1000;

function tagsAfter(repository: RepositoryContent, last: string | null, order: 'lexical' | 'age'): readonly string[] {
  const tags = [...repository.tags.keys()];
  if (order === 'age') return last === null ? tags : tags.slice(tags.indexOf(last) + 1);
  return tags.sort().filter((tag) => last === null || tag > last);
}

function linkTo(
  request: ServedRequest,
  next: { readonly name: string; readonly query: string },
  kind: NonNullable<TagListing['link']>,
): string | null {
  const path = `/v2/${next.name}/tags/list`;
  const target = `${path}?${next.query}`;
  switch (kind) {
    case 'relative':
      return target;
    case 'absolute':
      return `http://${request.headers.host ?? ''}${target}`;
    case 'other-host':
      return `http://registry.invalid${target}`;
    case 'loop':
      return `${path}?${request.query.toString()}`;
    case 'other-path':
      return `/v2/${next.name.replace(/^[^/]+\//, '')}/tags/list?${next.query}`;
    case 'none':
      return null;
  }
}
