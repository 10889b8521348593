import type { TagsAnswer, TagsWanted } from '../check/ports.ts';
import { reason, type Reason } from '../core/reason.ts';
import { renderRepository, type Repository } from '../core/reference.ts';
import { startDeadline } from './deadline.ts';
import type { Gate } from './gate.ts';
import type { Session } from './session.ts';
import { createStop, NOT_WAITED_FOR, type Stop } from './stop.ts';
import { isListedByAge, type TagListLimits } from './tag-limits.ts';
import { LARGEST_PAGE, renderQuery, type NextPage } from './tag-page.ts';
import { mayBeLexical, pickRanges, type Head } from './tag-picker.ts';
import { rangesOf } from './tag-ranges.ts';
import { createTagReader, type PageAnswer, type TagReader } from './tag-reader.ts';

/** The question about all tags of a repository. */
export type TagLists = { readonly listTags: (repository: Repository, wanted: TagsWanted, stop: Stop) => Promise<TagsAnswer> };

export type TagListParts = {
  readonly session: Session;
  /** Shared by all who list at this registry. */
  readonly gate: Gate;
  readonly limits: TagListLimits;
  /** As in createManifests. */
  readonly namespace: string | null;
  readonly warn: (code: string, message: string) => void;
};

/** What registries that refuse so many as LARGEST_PAGE are asked for: distribution 3 answers 400 above its `tags.maxtags`. */
const SMALLER_PAGE = 100;

/**
 * Lists a repository's tags, page by page, within bounds.
 *
 * 1. The first page is asked for with `n`, and with a smaller one where that is refused.
 * 2. Where it is in lexical order and there is more, only the wanted ranges are read.
 * 3. Otherwise, or when a jump does not prove itself, page after page is, until nothing new comes.
 *
 * What was read is kept whatever ends it. Source: OCI distribution-spec v1.1, "Listing Tags".
 */
export function createTagLists({ session, gate, limits, namespace, warn }: TagListParts): TagLists {
  const listWithin = async (about: About, wanted: TagsWanted, ask: TagReader): Promise<TagsAnswer> => {
    let pages = 0;
    let entries = 0;
    let dropped = 0;
    const read: TagReader = async (query) => {
      if (pages >= limits.pages) return { kind: 'failed', reason: reason('unsupported', `${about.subject} was cut after ${pages} pages`) };
      if (entries > limits.tags * 2)
        return { kind: 'failed', reason: reason('unsupported', `${about.subject} was cut after ${entries} names`) };
      pages++;
      const answer = await ask(query);
      if (answer.kind === 'page') entries += answer.size;
      if (answer.kind === 'page') dropped += answer.size - answer.tags.length;
      return answer;
    };
    const answer = await collect(about, wanted, read);
    if (dropped > 0)
      warn('no-tags', `${about.subject} holds ${dropped} ${dropped === 1 ? 'name that is no tag' : 'names that are no tags'}, left out`);
    return answer;
  };

  const collect = async (about: About, wanted: TagsWanted, read: TagReader): Promise<TagsAnswer> => {
    const { first, n } = await readFirst(read);
    if (first.kind !== 'page') return { kind: 'unknown', reason: about.ended(false) ?? first.reason };
    const mayPick = wanted.prefixes.length > 0 && !about.isByAge && mayBeLexical(first);
    if (!mayPick) return readOn(about, { tags: first.tags, next: first.next }, read);
    const picked = await pickRanges(first, rangesOf(wanted.prefixes), read, n);
    switch (picked.kind) {
      case 'picked':
        return finish(about, new Set(picked.tags), { covers: picked.isAll ? null : wanted.prefixes, why: null });
      case 'cut':
        return finish(about, new Set(picked.tags), { covers: null, why: picked.why });
      case 'unproven':
        return readOn(about, picked.head, read);
    }
  };

  const readOn = async (about: About, head: Head, read: TagReader): Promise<TagsAnswer> => {
    const tags = new Set(head.tags);
    const asked = new Set<string>();
    let next: NextPage | null = head.next;
    let why: Reason | null = null;
    while (next !== null && why === null && tags.size <= limits.tags) {
      const { query, said } = next;
      const key = renderQuery(query);
      const answer: PageAnswer | null = asked.has(key) ? null : await read(query);
      asked.add(key);
      if (answer !== null && answer.kind !== 'page') {
        why = answer.reason;
        break;
      }
      const before = tags.size;
      for (const tag of answer?.tags ?? []) tags.add(tag);
      const isBarren = answer === null || (answer.size > 0 && tags.size === before);
      const goesOn = answer === null ? said : said && answer.next?.said === true;
      if (isBarren && goesOn) why = reason('bad-response', `${about.subject} was cut: its pages lead back to tags that were read`);
      next = isBarren ? null : answer.next;
    }
    return finish(about, tags, { covers: null, why });
  };

  const finish = (
    about: About,
    tags: ReadonlySet<string>,
    end: { readonly covers: readonly string[] | null; readonly why: Reason | null },
  ): TagsAnswer => {
    const why = end.why === null ? null : (about.ended(true) ?? explain(about, end.why, tags.size));
    const tooMany = tags.size > limits.tags ? reason('unsupported', `${about.subject} was cut after ${limits.tags} tags`) : null;
    const cut = tooMany ?? why;
    return { kind: 'found', tags: [...tags].slice(0, limits.tags), covers: cut === null ? end.covers : [], cut };
  };

  return {
    listTags: async (repository, wanted, stop) => {
      const subject = `the list of tags of ${renderRepository(repository)}`;
      const leave = await gate.enter(stop);
      if (leave === null) return { kind: 'unknown', reason: reason('timeout', `${subject} ${NOT_WAITED_FOR}`) };
      const deadline = startDeadline(limits.timeoutMs, [stop]);
      const seconds = Math.round(limits.timeoutMs / 100) / 10;
      try {
        const about: About = {
          subject,
          isByAge: isListedByAge(namespace ?? repository.registry),
          ended: (hasSome) =>
            deadline.cause() !== 'timeout'
              ? null
              : reason('timeout', hasSome ? `${subject} was cut after ${seconds} s` : `${subject} did not come within ${seconds} s`),
        };
        const within = { repository, namespace, maxBytes: limits.pageBytes, stop: createStop(deadline.signal) };
        return await listWithin(about, wanted, createTagReader(session, within));
      } finally {
        deadline.end();
        leave();
      }
    },
  };
}

/** The list in question. `ended`: that its time is up; null while it is not. */
type About = { readonly subject: string; readonly isByAge: boolean; readonly ended: (hasSome: boolean) => Reason | null };

async function readFirst(read: TagReader): Promise<{ readonly first: PageAnswer; readonly n: number }> {
  const first = await read({ n: LARGEST_PAGE, last: null, rest: [] });
  if (first.kind !== 'refused' || (first.status !== 400 && first.status !== 405)) return { first, n: LARGEST_PAGE };
  return { first: await read({ n: SMALLER_PAGE, last: null, rest: [] }), n: SMALLER_PAGE };
}

function explain(about: About, why: Reason, tags: number): Reason {
  return why.message.startsWith(about.subject) ? why : { ...why, message: `${about.subject} was cut after ${tags} tags: ${why.message}` };
}
