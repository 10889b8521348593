import { reason, type Reason } from '../core/reason.ts';
import { renderRepository, type Repository } from '../core/reference.ts';
import { refusal, type Responded } from './manifest-answer.ts';
import { parseErrors } from './oci-errors.ts';
import { bodyText } from './retry.ts';
import type { Ask, Session } from './session.ts';
import type { Stop } from './stop.ts';
import { decodeTagPage, nextPage, renderQuery, type NextPage, type PageQuery } from './tag-page.ts';

/** What came of asking for a page. `refused`: the registry did answer, and no later page or time would change it. */
export type PageAnswer =
  | { readonly kind: 'page'; readonly tags: readonly string[]; readonly size: number; readonly next: NextPage | null }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: Reason }
  | { readonly kind: 'failed'; readonly reason: Reason };

/** Asks for the pages of one repository's list. */
export type TagReader = (query: PageQuery) => Promise<PageAnswer>;

/** Makes a reader of the pages of `repository`; `namespace` as in createManifests. */
export function createTagReader(
  session: Session,
  about: { readonly repository: Repository; readonly namespace: string | null; readonly maxBytes: number; readonly stop: Stop },
): TagReader {
  const { repository, namespace, maxBytes, stop } = about;
  let hasLinked = false;
  return async (query) => {
    const asked = pageAsk(repository, query, { namespace, maxBytes });
    const answer = await session.ask(asked, stop);
    if (answer.kind === 'failed') return answer;
    const { response } = answer;
    if (response.status !== 200) return { kind: 'refused', status: response.status, reason: refuse(answer, { repository, asked }) };
    const page = decodeTagPage(bodyText(response));
    if (page === null) return { kind: 'failed', reason: strangeBody(repository) };
    const next = nextPage(query, page, { url: response.url, link: response.header('link'), hasLinked });
    hasLinked ||= next?.said === true;
    return { kind: 'page', tags: page.tags, size: page.size, next };
  };
}

function pageAsk(repository: Repository, query: PageQuery, more: { readonly namespace: string | null; readonly maxBytes: number }): Ask {
  const named = more.namespace === null ? query : { ...query, rest: [...query.rest, ['ns', more.namespace] as const] };
  return {
    method: 'GET',
    path: `/v2/${repository.repository}/tags/list?${renderQuery(named)}`,
    repository: repository.repository,
    subject: renderRepository(repository),
    accept: 'application/json',
    maxBytes: more.maxBytes,
    counted: false,
  };
}

/** A 404 in the words of the API is about the repository, any other about the endpoint. Source: OCI distribution-spec v1.1, "Error Codes". */
function refuse(answer: Responded, about: { readonly repository: Repository; readonly asked: Ask }): Reason {
  const { registry } = about.repository;
  const { status } = answer.response;
  const errors = parseErrors(bodyText(answer.response));
  const isEndpoint = status === 405 || status === 501 || (status === 404 && (errors?.length ?? 0) === 0);
  if (isEndpoint || errors?.[0]?.code === 'UNSUPPORTED')
    return reason('unsupported', `${registry} does not list the tags of ${about.asked.subject}: it answered ${status}`);
  return refusal(answer, about);
}

function strangeBody(repository: Repository): Reason {
  return reason(
    'bad-response',
    `${repository.registry} answered with something that is no list of tags where that of ${renderRepository(repository)} was expected`,
  );
}
