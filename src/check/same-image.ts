import type { Digest } from '../core/digest.ts';
import { isSameRepository, type Reference, renderRepository, type Repository } from '../core/reference.ts';
import { knownDigests } from '../core/tag-check.ts';
import { chooseSibling } from '../core/versions/choose-sibling.ts';
import type { Answers } from './answers.ts';
import type { Draft } from './check-newer.ts';
import type { Settled } from './check-tags.ts';
import type { Subject } from './images-to-check.ts';
import type { Memory } from './ports.ts';
import type { NewerReport } from './report.ts';

export type SameImagePorts = {
  readonly answers: Answers;
  readonly memory: Memory;
  readonly settled: ReadonlyMap<Subject, Settled>;
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
  { resolves }: { readonly resolves: boolean },
): Promise<ReadonlyMap<Subject, NewerReport>> {
  const namesOf = createNames(ports.memory);
  const reports = new Map<Subject, NewerReport>();
  for (const [subject, draft] of drafts) {
    const { reference } = subject;
    if (reference?.tag == null || ports.settled.get(subject)?.check.verdict.kind === 'local') {
      reports.set(subject, draft.report);
      continue;
    }
    const asks = resolves || (reference.digest !== null && draft.report.verdict.kind === 'available');
    const names = asks
      ? await resolveNames({ ...reference, tag: reference.tag }, draft, { ...ports, resolves, known: namesOf(reference) })
      : namesOf(reference);
    reports.set(
      subject,
      await complete(draft.report, { reference, tag: reference.tag, own: digestsOf(subject, ports), names, image: subject.image }),
    );
  }
  return reports;
}

/** What tags of a repository were seen to name. */
type Names = ReadonlyMap<string, Digest>;

/** What is remembered of a repository's tags, read once. */
function createNames(memory: Pick<Memory, 'readTagsOf'>): (repository: Repository) => Names {
  const read = new Map<string, Names>();
  return (repository) => {
    const key = renderRepository(repository);
    const known = read.get(key);
    if (known !== undefined) return known;
    const found = memory.readTagsOf(repository).flatMap(({ tag, observation }) => {
      return observation.kind === 'found' ? [[tag, observation.digest] as const] : [];
    });
    const names = new Map(found);
    read.set(key, names);
    return names;
  };
}

type Resolving = { readonly answers: Answers; readonly resolves: boolean; readonly known: Names };

/** Asks what the tags name that are told. */
async function resolveNames(
  reference: Reference & { readonly tag: string },
  { report, tags }: Draft,
  { answers, resolves, known }: Resolving,
): Promise<Names> {
  const { verdict, variant } = report;
  const versions = verdict.kind === 'available' ? [verdict.line, verdict.newest] : [];
  const told = [...versions, variant].flatMap((version) => (version === null ? [] : [version.tag]));
  const others = resolves
    ? [(await import('./decide-siblings.ts')).likeliestSibling(reference.tag, tags()), told.length > 0 ? 'latest' : null]
    : [];
  const names = new Map(known);
  for (const tag of new Set([...told, ...others.filter((each) => each !== null)])) {
    const { offer } = await answers.look(reference, tag);
    if (offer.kind === 'found') names.set(tag, offer.digest);
  }
  return names;
}

/** Every digest by which the registry may name the image that is here; where nothing is, that of what would be pulled. */
function digestsOf(subject: Subject, { settled }: SameImagePorts): ReadonlySet<Digest> {
  const { image, reference } = subject;
  const verdict = settled.get(subject)?.check.verdict;
  const seen = verdict?.kind === 'current' || verdict?.kind === 'none' ? verdict.candidate : null;
  return new Set([...(reference === null ? [] : knownDigests(image, reference)), ...(seen === null ? [] : [seen])]);
}

type Told = {
  readonly reference: Reference;
  readonly tag: string;
  readonly own: ReadonlySet<Digest>;
  readonly names: Names;
  readonly image: Subject['image'];
};

async function complete(report: NewerReport, { reference, tag, own, names, image }: Told): Promise<NewerReport> {
  const seen = [...names].flatMap(([name, digest]) => (own.has(digest) ? [name] : []));
  const here = image.tags.flatMap((other) => (isSameRepository(other, reference) && other.tag !== null ? [other.tag] : []));
  const sibling = chooseSibling(
    tag,
    [...new Set([...seen, ...here])].filter((name) => name !== tag),
  );
  const digestOf = (name: string): Digest | null => names.get(name) ?? null;
  const { verdict, variant } = report;
  const withDigest = <T extends { readonly tag: string }>(version: T | null): (T & { readonly digest: Digest | null }) | null =>
    version === null ? null : { ...version, digest: digestOf(version.tag) };
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
  const latest = names.get('latest');
  if (latest === undefined || verdict.kind !== 'available') return [];
  const same = [...names].flatMap(([name, digest]) => (digest === latest && name !== 'latest' ? [name] : []));
  const version = chooseSibling('latest', same);
  const highest = verdict.newest ?? verdict.line;
  if (version === null || highest === null || highest.digest === latest) return [];
  const { isNewer } = await import('./decide-siblings.ts');
  return isNewer(highest.tag, version) ? [`${highest.tag} is newer than what latest names (${version})`] : [];
}
