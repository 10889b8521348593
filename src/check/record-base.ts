import { askTag, askVersion, type Conversation } from '../core/base/conversation.ts';
import { compareExtent, fitBase, isOfRepository, type KnownBase } from '../core/base/known-base.ts';
import { nameOfBase } from '../core/base/suspect.ts';
import type { BaseVersion, BuildNote, VersionContents } from '../core/base/version.ts';
import { shortDigest } from '../core/digest.ts';
import type { ImageContents } from '../core/image-contents.ts';
import { renderPlatform } from '../core/platform.ts';
import { type Outcome, type Reason, reason, type ReasonKind } from '../core/reason.ts';
import { type Reference, renderReference } from '../core/reference.ts';
import { ImgupdateError } from '../errors.ts';
import { type AnswerPolicy, createAnswers } from './answers.ts';
import { createBaseHosts } from './base-hosts.ts';
import { openBaseSession } from './check-base.ts';
import { checkBases } from './check-bases.ts';
import type { CheckPorts } from './check-images.ts';
import { createImageNotes } from './image-notes.ts';
import { listSubjects, type Matches, type Subject } from './images-to-check.ts';
import { createLazyRegistry } from './lazy-registry.ts';
import { createLocalBases, type LocalBases } from './local-bases.ts';
import type { ImageSource, Inventory, Registry } from './ports.ts';

/** What recording a base needs from outside. */
export type RecordPorts = Omit<CheckPorts, 'files' | 'sources'> & { readonly source: ImageSource };

/** Which image's base is recorded, and what it is said to be. */
export type RecordOptions = {
  /** As the user wrote it, for messages. */
  readonly image: string;
  readonly matches: Matches;
  /** Also images without a name. */
  readonly all: boolean;
  /** null: the base that the evidence names. */
  readonly base: Reference | null;
  /** Registries that may be asked though only the image names them. */
  readonly hosts: readonly string[];
  readonly policy: AnswerPolicy;
};

/**
 * Records on which version of its base an image was built, while that is still known: the image that the base's name has on this machine, where the image
 * stands on it, which takes no request; else what its registry offers now. What only the image names may be asked for where bases may.
 *
 * @returns what is written into the state when `memory` is closed, if it can be.
 * @throws ImgupdateError 'no-such-image', 'usage' when more than one image matches, 'not-the-base' when the image does not stand on it or that cannot be seen.
 */
export async function recordBase(ports: RecordPorts, options: RecordOptions): Promise<BuildNote> {
  const inventory = await ports.source.list({ all: options.all, signal: ports.signal, onProgress: () => undefined });
  const lazyRegistry = createLazyRegistry(() => ports.openRegistry(inventory.insecureRegistries));
  try {
    return await record({ ...ports, inventory, openRegistry: lazyRegistry.get }, options);
  } finally {
    inventory.close();
    await lazyRegistry.close();
  }
}

type Recording = Omit<RecordPorts, 'openRegistry'> & { readonly inventory: Inventory; readonly openRegistry: () => Promise<Registry> };

async function record(ports: Recording, options: RecordOptions): Promise<BuildNote> {
  const { inventory, memory, now } = ports;
  const subject = chooseSubject(listSubjects(inventory, { matches: options.matches, platformFor: () => null }), options.image);
  const local = createLocalBases({ ...inventory, isTogether: () => true });
  const contents = await local.contentsOf(subject.image);
  if (contents === null) throw notTheBase(`the engine does not tell which layers ${options.image} has`, 'build it again');
  const base = options.base ?? (await inferBase(subject, local, ports));
  if (base === null) {
    throw notTheBase(
      `nothing says which base ${options.image} was built on`,
      `name it: imgupdate base record ${options.image} node:20-slim`,
    );
  }
  const refusal = options.base === null ? createBaseHosts(inventory.images, options.hosts) : () => null;
  const version = await findVersion({ subject, contents, base, local, refusal }, ports, options);
  const older = findHigher(version, contents, [
    ...(await local.below(subject.image)).filter((known) => isOfRepository(known, base)),
    ...memory.readBases(base, base.tag, renderPlatform(subject.platform)),
  ]);
  if (older !== null) {
    const digest = older.topDigest ?? older.manifestDigest ?? older.configDigest;
    const which = digest === null ? '' : `, ${shortDigest(digest)}`;
    throw notTheBase(
      `cannot record ${nameOfBase(base)} as the base of ${options.image}: the image was built on another version of it${which}, and it moved since`,
      'build it again first; a base is recorded right after a build',
    );
  }
  const at = now();
  const { registry, repository, tag } = base;
  const recorded: BaseVersion = {
    ...version,
    repository: { registry, repository },
    tag,
    platform: renderPlatform(subject.platform),
    firstSeen: at,
    lastSeen: at,
  };
  const note = { imageId: subject.image.imageId, base: recorded, recordedAt: at };
  memory.writeBuildNote(note);
  return note;
}

function chooseSubject(subjects: readonly Subject[], image: string): Subject {
  const [subject] = subjects;
  if (subject === undefined) {
    throw new ImgupdateError('no-such-image', `no image here matches ${image}`, { hint: 'list those that are: imgupdate list' });
  }
  const count = new Set(subjects.map((each) => each.image.imageId)).size;
  if (count === 1) return subject;
  throw new ImgupdateError('usage', `${count} images match ${image}, and a base is recorded of one`, {
    hint: `name it with its tag: imgupdate base record ${subject.name}`,
  });
}

/** What the image and this machine say of its base, without asking anyone. */
async function inferBase(subject: Subject, local: LocalBases, ports: Recording): Promise<Reference | null> {
  const { memory, now, signal } = ports;
  const answers = createAnswers(ports, { maxAgeMs: 0, offline: true });
  const reports = await checkBases([subject], new Map(), {
    ports: {
      answers,
      remembered: answers,
      memory,
      notes: createImageNotes(memory),
      local,
      now,
      signal,
      refusal: () => null,
      isUncounted: () => false,
    },
    options: { jobs: 1, toldOf: () => [], candidates: [], places: new Map(), records: 'remembered' },
  });
  const reference = reports.get(subject)?.verdict.reference ?? null;
  return reference?.tag === null ? null : reference;
}

/** A version of the base that explains more of the image than the one to be recorded: that one is no more than the lower part of what it was built on. */
function findHigher(version: VersionContents, image: ImageContents, known: readonly VersionContents[]): VersionContents | null {
  const fits = known.filter(({ contents }) => fitBase(image, contents) === 'full' && compareExtent(contents, version.contents) < 0);
  return fits[0] ?? null;
}

type Wanted = {
  readonly subject: Subject;
  readonly contents: ImageContents;
  readonly base: Reference;
  readonly local: LocalBases;
  readonly refusal: (reference: Reference) => Reason | null;
};

async function findVersion(wanted: Wanted, ports: Recording, { image, policy }: RecordOptions): Promise<VersionContents> {
  const { subject, contents, base, local } = wanted;
  const name = nameOfBase(base);
  const cannot = `cannot record ${name} as the base of ${image}`;
  const below = await local.below(subject.image);
  const here = below.find((known) => isNamed(known, base) && ['full', 'layers'].includes(fitBase(contents, known.contents) ?? ''));
  if (here !== undefined) return digestsAndContents(here);
  const refused = wanted.refusal(base);
  if (refused !== null)
    throw notTheBase(`${cannot}: ${refused.message}`, `name it, if it is right: imgupdate base record ${image} ${name}`);
  const rendered = renderPlatform(subject.platform);
  const session = openBaseSession(
    {
      platform: subject.platform,
      place: null,
      findLocal: (reference, platform) => local.named(reference, platform, subject.image),
      known: below,
      seen: (reference) => ports.memory.readBases(reference, reference.tag, rendered),
    },
    { answers: createAnswers(ports, policy), memory: ports.memory, now: ports.now },
  );
  const offered = await session.converse(findOffered(base));
  if (!offered.ok)
    throw notTheBase(`${cannot}: ${offered.reason.message}`, HINTS.get(offered.reason.kind) ?? `pull it first: docker pull ${name}`);
  if (['full', 'layers'].includes(fitBase(contents, offered.value.contents) ?? '')) return offered.value;
  throw notTheBase(
    `${cannot}: the image does not stand on what ${name} names now`,
    'build it on that first, or name the base it stands on',
  );
}

/** What helps where pulling would not. */
const HINTS: ReadonlyMap<ReasonKind, string> = new Map([
  ['not-found-or-private', 'name the base as the FROM of its Dockerfile does'],
  ['offline', 'run without --offline'],
]);

function isNamed(known: KnownBase, base: Reference): boolean {
  return known.references.some((reference) => renderReference(reference) === renderReference({ ...base, digest: null }));
}

function digestsAndContents({ topDigest, manifestDigest, configDigest, contents }: KnownBase): VersionContents {
  return { topDigest, manifestDigest, configDigest, contents };
}

function* findOffered(base: Reference): Conversation<Outcome<VersionContents>> {
  const offer = base.digest === null ? yield* askTag(base) : ({ kind: 'found', digest: base.digest } as const);
  if (offer.kind === 'unknown') return { ok: false, reason: offer.reason };
  if (offer.kind === 'gone') return { ok: false, reason: reason('not-found-or-private', `${renderReference(base)} does not exist`) };
  const version = yield* askVersion(base, offer.digest);
  if (!version.ok) return version;
  if (version.value !== null) return { ok: true, value: version.value };
  return { ok: false, reason: reason('unsupported', `${renderReference(base)} does not offer the image's platform`) };
}

function notTheBase(message: string, hint: string): ImgupdateError {
  return new ImgupdateError('not-the-base', message, { hint });
}
