import type { Digest } from '../core/digest.ts';
import { groupBy } from '../core/group.ts';
import { isSameRepository, type Reference, renderRepository, type Repository } from '../core/reference.ts';
import { knownDigests } from '../core/tag-check.ts';
import { chooseSibling } from '../core/versions/choose-sibling.ts';
import type { Answers } from './answers.ts';
import type { Draft } from './check-newer.ts';
import type { Settled } from './check-tags.ts';
import { workByRegistry } from './each-registry.ts';
import type { Subject } from './images-to-check.ts';
import type { Memory } from './ports.ts';
import type { NewerReport } from './report.ts';

export type SameImagePorts = {
  readonly answers: Answers;
  readonly memory: Memory;
  readonly settled: ReadonlyMap<Subject, Settled>;
};

export type SameImageOptions = {
  /** Questions at once per registry. */
  readonly jobs: number;
  readonly resolves: boolean;
};

/**
 * Completes the answers by what is known of which tags name the same image: the digests of newer versions, the most specific tag of the image that is here, and
 * whether a newer version is above what `latest` names.
 *
 * All of it rests on answers that are remembered, or were needed in this run anyway. Where `resolves`, the tags that are told are asked for, which no registry counts;
 * without, only what a pinned reference has to be changed to.
 */
export async function tellSameImages(
  drafts: ReadonlyMap<Subject, Draft>,
  ports: SameImagePorts,
  options: SameImageOptions,
): Promise<ReadonlyMap<Subject, NewerReport>> {
  const rows = [...drafts].flatMap(([subject, draft]): readonly Row[] => {
    const { reference } = subject;
    const isLocal = ports.settled.get(subject)?.check.verdict.kind === 'local';
    return reference?.tag == null || isLocal ? [] : [{ subject, draft, reference, tag: reference.tag }];
  });
  const namesOf = createNames(ports, await askOfRows(rows, ports, options));
  const reports = new Map([...drafts].map(([subject, { report }]) => [subject, report]));
  for (const row of rows) {
    const told = { ...row, own: digestsOf(row.subject, ports), names: namesOf(row.reference) };
    reports.set(row.subject, await complete(row.draft.report, told));
  }
  return reports;
}

/** A row whose reference has a tag. */
type Row = { readonly subject: Subject; readonly draft: Draft; readonly reference: Reference; readonly tag: string };

/** What a tag names, by `registry/repository:tag`. */
type Said = ReadonlyMap<string, Digest>;

/** Asks what the tags name that are told, each registry by itself, so that one that is slow holds up no other. */
async function askOfRows(rows: readonly Row[], { answers, settled }: SameImagePorts, { jobs, resolves }: SameImageOptions): Promise<Said> {
  const wanted = new Map<string, { readonly repository: Repository; readonly tag: string }>();
  for (const row of rows) {
    for (const tag of await tagsToAsk(row, resolves)) wanted.set(keyOf(row.reference, tag), { repository: row.reference, tag });
  }
  const said = new Map(
    rows.flatMap(({ subject, reference, tag }) => {
      const offer = settled.get(subject)?.resolution?.offer;
      return offer?.kind === 'found' ? [[keyOf(reference, tag), offer.digest] as const] : [];
    }),
  );
  await workByRegistry(wanted, {
    registryOf: ([, { repository }]) => repository.registry,
    jobs,
    work: async ([key, { repository, tag }]) => {
      const { offer } = await answers.look(repository, tag);
      if (offer.kind === 'found') said.set(key, offer.digest);
    },
  });
  return said;
}

/** A pin has to be changed to the digest of the new tag, so that is asked for whatever the verb. */
async function tagsToAsk({ draft, reference, tag }: Row, resolves: boolean): Promise<ReadonlySet<string>> {
  const { verdict, variant } = draft.report;
  const versions = verdict.kind === 'available' ? [verdict.line, verdict.newest] : [];
  const isPinned = reference.digest !== null;
  if (!resolves) return new Set(isPinned ? tagsOf(versions) : []);
  const told = tagsOf([...versions, variant]);
  const sibling = (await import('./decide-siblings.ts')).likeliestSibling(tag, draft.tags());
  return new Set([...told, ...(sibling === null ? [] : [sibling]), ...(told.length > 0 ? ['latest'] : [])]);
}

function tagsOf(versions: readonly ({ readonly tag: string } | null)[]): readonly string[] {
  return versions.flatMap((version) => (version === null ? [] : [version.tag]));
}

function keyOf(repository: Repository, tag: string): string {
  return `${renderRepository(repository)}:${tag}`;
}

/** What the tags of one repository name. */
type Names = {
  /** The tags that were ever seen to name it. */
  readonly seenAs: (digest: Digest) => readonly string[];
  /** What a tag names as far as that may still be said: a tag that was seen long ago may name another image by now. */
  readonly now: (tag: string) => Digest | null;
};

/** What is remembered of a repository's tags is read once, after all was asked. */
function createNames({ answers, memory }: SameImagePorts, said: Said): (repository: Repository) => Names {
  const known = new Map<string, Names>();
  const open = (repository: Repository): Names => {
    const found = memory.readTagsOf(repository).flatMap(({ tag, observation }) => {
      return observation.kind === 'found' ? [{ tag, digest: observation.digest }] : [];
    });
    const byDigest = groupBy(found, ({ digest }) => digest);
    const seen = new Set(found.map(({ tag }) => tag));
    return {
      seenAs: (digest) => (byDigest.get(digest) ?? []).map(({ tag }) => tag),
      now: (tag) => {
        const digest = said.get(keyOf(repository, tag));
        if (digest !== undefined || !seen.has(tag)) return digest ?? null;
        const [recalled] = answers.recallAll([{ repository, tag }]);
        return recalled?.offer.kind === 'found' ? recalled.offer.digest : null;
      },
    };
  };
  return (repository) => {
    const key = renderRepository(repository);
    const names = known.get(key) ?? open(repository);
    known.set(key, names);
    return names;
  };
}

/** Every digest by which the registry may name the image that is here; where nothing is, that of what would be pulled. */
function digestsOf(subject: Subject, { settled }: SameImagePorts): ReadonlySet<Digest> {
  const { image, reference } = subject;
  const verdict = settled.get(subject)?.check.verdict;
  const seen = verdict?.kind === 'current' || verdict?.kind === 'none' ? verdict.candidate : null;
  return new Set([...(reference === null ? [] : knownDigests(image, reference)), ...(seen === null ? [] : [seen])]);
}

type Told = Row & { readonly own: ReadonlySet<Digest>; readonly names: Names };

async function complete(report: NewerReport, { subject, reference, tag, own, names }: Told): Promise<NewerReport> {
  const seen = [...own].flatMap(names.seenAs);
  const here = subject.image.tags.flatMap((other) => (isSameRepository(other, reference) && other.tag !== null ? [other.tag] : []));
  const sibling = chooseSibling(
    tag,
    [...new Set([...seen, ...here])].filter((name) => name !== tag),
  );
  const { verdict, variant } = report;
  const withDigest = <T extends { readonly tag: string }>(version: T | null): (T & { readonly digest: Digest | null }) | null =>
    version === null ? null : { ...version, digest: names.now(version.tag) };
  const told = verdict.kind === 'available' ? { ...verdict, line: withDigest(verdict.line), newest: withDigest(verdict.newest) } : verdict;
  return {
    ...report,
    verdict: told,
    variant: withDigest(variant),
    sibling,
    notes: [...report.notes, ...(await compareWithLatest(told, names))],
  };
}

/** A version that is out before `latest` names it is worth a second look. */
async function compareWithLatest(verdict: NewerReport['verdict'], names: Names): Promise<readonly string[]> {
  const latest = verdict.kind === 'available' ? names.now('latest') : null;
  if (latest === null || verdict.kind !== 'available') return [];
  const same = names.seenAs(latest);
  const version = chooseSibling('latest', same);
  const highest = verdict.newest ?? verdict.line;
  if (version === null || highest === null || highest.digest === latest || same.includes(highest.tag)) return [];
  const { isNewer } = await import('./decide-siblings.ts');
  return isNewer(highest.tag, version) ? [`${highest.tag} is newer than what latest names (${version})`] : [];
}
