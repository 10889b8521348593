import { noteBaseOfBase } from '../core/base/base-of-base.ts';
import { type Findings, NOTHING_FOUND } from '../core/base/claim.ts';
import type { BaseAnswer, BaseNeed, Conversation, LocalName } from '../core/base/conversation.ts';
import { type BaseQuestion, decideBase } from '../core/base/decide-base.ts';
import { recallVersion } from '../core/base/surroundings.ts';
import type { VersionContents } from '../core/base/version.ts';
import type { Digest } from '../core/digest.ts';
import { contentsOf, type ImageContents } from '../core/image-contents.ts';
import { compareStacks, type LayerStacks } from '../core/layer-stacks.ts';
import { type Platform, renderPlatform } from '../core/platform.ts';
import { type Outcome, reason } from '../core/reason.ts';
import { type Reference, renderRepository } from '../core/reference.ts';
import type { BaseVerdict } from '../core/verdict.ts';
import type { Answers, Resolution } from './answers.ts';
import { type Consultation, createConsultation } from './consult.ts';
import { findEntry, outcomeOf, readImageDocuments } from './entry.ts';
import { type ReadablePlace, readOwnDocuments } from './own-documents.ts';
import type { Memory } from './ports.ts';
import type { BaseReport, TrailStep } from './report.ts';

export type BaseAsk = BasePlace & {
  readonly question: BaseQuestion;
  /** Also looks at what its base stands on. */
  readonly thorough: boolean;
  /** Also lays the layers of the image beside those of a base that moved. */
  readonly comparesLayers: boolean;
};

/** Where answers about a base are looked for. */
export type BasePlace = {
  readonly platform: Platform;
  /** Where the image's own documents may be read; null: nowhere, or not now. */
  readonly place: ReadablePlace | null;
  /** What a name is on this machine, for the platform. */
  readonly findLocal: (reference: Reference, platform: Platform) => Promise<LocalName>;
};

export type BasePorts = { readonly answers: Answers; readonly memory: Pick<Memory, 'writeBase'>; readonly now: () => number };

/** Lets core decide about the base of one image, learning what it names as missing, and remembers every version of a base that it sees. */
export async function checkBase(ask: BaseAsk, ports: BasePorts): Promise<BaseReport> {
  const { question, thorough, comparesLayers } = ask;
  const session = openBaseSession({ ...ask, ...question, platform: ask.platform }, ports);
  const decision = await session.converse(decideBase(question));
  const note = thorough ? await session.converse(noteBaseOfBase(decision.verdict, question)) : null;
  const verdict = note === null ? decision.verdict : { ...decision.verdict, notes: [...decision.verdict.notes, note] };
  return {
    verdict,
    checkedAt: verdict.reference === null ? null : session.checkedAt(verdict.reference),
    found: decision.found,
    rejected: decision.rejected,
    trail: session.trail,
    layers: comparesLayers ? layBeside(verdict, question, session) : null,
  };
}

/** What its base is made of now was learned, or known, when the verdict was found: nothing is asked for it. */
function layBeside(verdict: BaseVerdict, { image, seen, known }: BaseQuestion, { contentsOf: learned }: BaseSession): LayerStacks | null {
  if (verdict.kind !== 'moved' || verdict.reference === null) return null;
  const { reference, candidate } = verdict;
  const isOffered = ({ topDigest }: VersionContents): boolean => candidate !== null && topDigest === candidate;
  const contents = learned(reference, candidate) ?? recallVersion({ seen, known }, reference, isOffered)?.contents ?? null;
  return contents === null ? null : compareStacks(image.contents, contents);
}

/** Leads conversations about one image's base to their end; what one has learned the next need not ask for. */
export type BaseSession = {
  readonly converse: <T>(conversation: Conversation<T>) => Promise<T>;
  readonly trail: readonly TrailStep[];
  /** When its registry said what a tag names; null where it was not asked. */
  readonly checkedAt: (reference: Reference) => number | null;
  /** What was learned of what `top` names; of what is only on this machine, where that is null. null: nothing was. */
  readonly contentsOf: (reference: Reference, top: Digest | null) => ImageContents | null;
};

/** `seen` and `known`: versions whose contents need not be asked for. */
export function openBaseSession(asked: BasePlace & Pick<BaseQuestion, 'seen' | 'known'>, ports: BasePorts): BaseSession {
  const trail: TrailStep[] = [];
  const consulted = createConsultation(ports.answers, trail);
  const resolutions = new Map<string, Resolution>();
  const learned = new Map<string, ImageContents>();
  const learn = createLearner({ ...asked, trail, consulted, resolutions, learned }, ports);
  return {
    converse: (conversation) => drive(conversation, learn),
    trail,
    checkedAt: (reference) => resolutions.get(keyOf(reference))?.checkedAt ?? null,
    contentsOf: (reference, top) => learned.get(versionKey(reference, top)) ?? null,
  };
}

type Learn = (need: BaseNeed) => Promise<BaseAnswer>;

/** It ends: each need is about one of the names and digests that were given, of which core bounds those that others wrote. */
async function drive<T>(conversation: Conversation<T>, learn: Learn): Promise<T> {
  let step = conversation.next();
  while (step.done !== true) step = conversation.next(await learn(step.value));
  return step.value;
}

type Learning = BasePlace &
  Pick<BaseQuestion, 'seen' | 'known'> & {
    readonly trail: TrailStep[];
    readonly consulted: Consultation;
    readonly resolutions: Map<string, Resolution>;
    readonly learned: Map<string, ImageContents>;
  };

function createLearner(learning: Learning, { answers, memory, now }: BasePorts): Learn {
  const { seen, known, platform, place, findLocal, trail, consulted, resolutions, learned } = learning;

  const readOwn = async (): Promise<Findings> =>
    place === null ? NOTHING_FOUND : readOwnDocuments(place, platform, createConsultation(place.answers, trail));

  const learnTag = async (reference: Reference): Promise<Resolution> => {
    const tag = reference.tag ?? '';
    const resolution = await answers.look(reference, tag);
    resolutions.set(keyOf(reference), resolution);
    consulted.tag(reference, tag, resolution);
    rememberAgain(reference, resolution);
    return resolution;
  };

  /** What the tag names is a version whose contents are known already: then it was seen once more. */
  const rememberAgain = (reference: Reference, { offer, checkedAt }: Resolution): void => {
    if (offer.kind !== 'found' || checkedAt === null) return;
    const version = recallVersion({ seen, known }, reference, ({ topDigest }) => topDigest === offer.digest);
    if (version !== null) remember(reference, version, checkedAt);
  };

  const remember = (reference: Reference, version: VersionContents, seenAt: number): void => {
    const { topDigest, manifestDigest, configDigest, contents } = version;
    const { registry, repository, tag } = reference;
    memory.writeBase({
      repository: { registry, repository },
      tag,
      platform: renderPlatform(platform),
      topDigest,
      manifestDigest,
      configDigest,
      contents,
      firstSeen: seenAt,
      lastSeen: seenAt,
    });
  };

  const learnContents = async ({
    reference,
    top,
    manifest,
  }: Extract<BaseNeed, { what: 'contents' }>): Promise<Outcome<VersionContents>> => {
    const documents = await readImageDocuments(reference, { digest: manifest, size: null }, consulted);
    if (!documents.ok) return documents;
    const { layers, config } = documents.value.manifest;
    const contents = contentsOf(documents.value.config);
    if (contents.diffIds.length !== layers.length) {
      return refuse(
        'bad-response',
        `${renderRepository(reference)}@${manifest} has ${layers.length} layers, and its config tells of ${contents.diffIds.length}`,
      );
    }
    const version = { topDigest: top, manifestDigest: manifest, configDigest: config.digest, contents };
    learned.set(versionKey(reference, top), contents);
    const resolution = resolutions.get(keyOf(reference));
    const isOffered = resolution?.offer.kind === 'found' && resolution.offer.digest === top;
    remember(isOffered ? reference : { ...reference, tag: null }, version, (isOffered ? resolution.checkedAt : null) ?? now());
    return { ok: true, value: version };
  };

  /** A digest that was recorded long ago may be gone, which a HEAD tells free of charge; or was never there, and need not be asked for at every run. */
  const learnEntry = async ({ reference, digest }: Extract<BaseNeed, { what: 'entry' }>): Promise<BaseAnswer> => {
    const offer = resolutions.get(keyOf(reference))?.offer;
    if (answers.remembered(digest) === null && !(offer?.kind === 'found' && offer.digest === digest)) {
      const isGone = answers.wasGone(reference, digest, WEEK_MS);
      const presence = isGone ? { ok: true as const, value: false } : outcomeOf(await consulted.presence(reference, digest));
      if (!presence.ok) return { what: 'entry', entry: presence };
      if (!presence.value)
        return { what: 'entry', entry: refuse('not-found-or-private', `${renderRepository(reference)} does not have it`) };
    }
    const entry = await findEntry({ repository: reference, digest }, platform, consulted);
    if (!entry.ok || entry.value === null) return { what: 'entry', entry: entry.ok ? { ok: true, value: null } : entry };
    return { what: 'entry', entry: { ok: true, value: { manifest: entry.value.digest, annotations: entry.value.annotations } } };
  };

  const learnLocal = async (reference: Reference): Promise<LocalName> => {
    const name = await findLocal(reference, platform);
    if (name.kind === 'here') learned.set(versionKey(reference, null), name.image.contents);
    return name;
  };

  return async (need) => {
    switch (need.what) {
      case 'own-documents':
        return { what: 'own-documents', findings: await readOwn() };
      case 'local':
        return { what: 'local', name: await learnLocal(need.reference) };
      case 'tag':
        return { what: 'tag', offer: (await learnTag(need.reference)).offer };
      case 'entry':
        return learnEntry(need);
      case 'contents':
        return { what: 'contents', contents: await learnContents(need) };
    }
  };
}

/** What a registry did not have seldom comes to it later. */
const WEEK_MS = 7 * 24 * 3_600_000;

const versionKey = (reference: Reference, top: Digest | null): string =>
  `${renderRepository(reference)}${top === null ? `:${reference.tag ?? ''}` : `@${top}`}`;

const keyOf = (reference: Reference): string => `${renderRepository(reference)}:${reference.tag ?? ''}`;

function refuse(kind: 'bad-response' | 'not-found-or-private', message: string): Outcome<never> {
  return { ok: false, reason: reason(kind, message) };
}
