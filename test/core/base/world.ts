import { type BaseClaim, type Findings, makeClaim, NOTHING_FOUND } from '../../../src/core/base/claim.ts';
import type { BaseAnswer, BaseNeed, Conversation, LocalName } from '../../../src/core/base/conversation.ts';
import { type BaseDecision, type BaseQuestion, decideBase } from '../../../src/core/base/decide-base.ts';
import type { KnownBase } from '../../../src/core/base/known-base.ts';
import type { BaseVersion, VersionContents } from '../../../src/core/base/version.ts';
import type { Digest } from '../../../src/core/digest.ts';
import type { ImageContents } from '../../../src/core/image-contents.ts';
import { type Outcome, type Reason, reason } from '../../../src/core/reason.ts';
import { renderFamiliar, renderReference } from '../../../src/core/reference.ts';
import type { BaseVerdict } from '../../../src/core/verdict.ts';
import { makeReference } from '../../helpers/makers.ts';
import { layer } from './cases.ts';

/** A version of a base with the name it is called by in expectations. `annotations`: as the index has them. */
export type Release = VersionContents & { readonly name: string; readonly annotations: ReadonlyMap<string, string> };

export function release(name: string, contents: ImageContents, parts: Partial<Release> = {}): Release {
  const digests = {
    topDigest: layer(`${name} index`),
    manifestDigest: layer(`${name} manifest`),
    configDigest: layer(`${name} config`),
  };
  return { name, contents, annotations: new Map(), ...digests, ...parts };
}

/** The digest a release is known by; one that it lacks is a mistake of the test. */
export function digestIn(of: Release, what: 'topDigest' | 'manifestDigest' | 'configDigest' = 'topDigest'): Digest {
  const digest = of[what];
  if (digest === null) throw new Error(`${of.name} has no ${what}`);
  return digest;
}

/** What can be asked, and what is there. */
export type World = {
  /** What a tag names now, by its familiar name; others are unknown to the registry. */
  readonly tags?: Readonly<Record<string, Offered>>;
  /** Releases that can still be had by their digests, beside those of the tags. */
  readonly kept?: readonly Release[];
  /** Names on this machine; of others it has none. */
  readonly local?: Readonly<Record<string, LocalName>>;
  /** What the image's own registry records; null: it cannot be asked. */
  readonly own?: Findings | null;
};

/** What a tag names; `other platforms`: something that has nothing for the platform. */
export type Offered = Release | 'gone' | 'other platforms' | Reason;

/** What is known of an image: its contents, and what differs from an image of which nothing else is. */
export type Asked = Partial<Omit<BaseQuestion, 'image'>> & {
  readonly contents: ImageContents;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
};

/** The decision, and what it asked for, in order: `HEAD node:20`, `entry v2`, `contents v2`. */
export type Told = BaseDecision & { readonly asked: readonly string[] };

export function decide({ contents, annotations = {}, labels = {}, ...parts }: Asked, world: World = {}): Told {
  const question: BaseQuestion = {
    platform: 'linux/amd64',
    known: [],
    seen: () => [],
    refusal: () => null,
    told: NOTHING_FOUND,
    hasRegistry: world.own !== undefined && world.own !== null,
    tagsHere: () => [],
    own: [],
    candidates: [],
    image: { contents, labels: new Map(Object.entries(labels)), annotations: new Map(Object.entries(annotations)) },
    ...parts,
  };
  return converse(decideBase(question), world);
}

/** Leads a conversation to its end in a world. */
export function converse(conversation: Conversation<BaseDecision>, world: World): Told {
  const asked: string[] = [];
  const answer = createAnswerer(world, (what) => asked.push(what));
  let step = conversation.next();
  while (step.done !== true) step = conversation.next(answer(step.value));
  return { ...step.value, asked };
}

/** `moved/metadata-only, certain`, `unknown/squashed`: the answer in few words. */
export function tell({ verdict }: { readonly verdict: BaseVerdict }): string {
  switch (verdict.kind) {
    case 'unknown':
      return `unknown/${verdict.reason.kind}`;
    case 'moved':
      return `moved/${verdict.movement}, ${verdict.confidence}`;
    case 'current':
    case 'gone':
    case 'none':
    case 'pinned':
      return `${verdict.kind}, ${verdict.confidence}`;
  }
}

/** A version that is remembered under `name`, `minute` minutes after the first. */
export function seenAs(name: string, of: Release, minute = 0): BaseVersion {
  const { registry, repository, tag } = makeReference(name);
  return { ...bare(of), repository: { registry, repository }, tag, platform: 'linux/amd64', firstSeen: minute, lastSeen: minute };
}

/** What is remembered of tags, oldest first, as the question wants it: each version is known, too. */
export function remember(...versions: readonly BaseVersion[]): Pick<BaseQuestion, 'seen' | 'known'> {
  return {
    seen: ({ repository, tag }) => versions.filter((version) => version.repository.repository === repository && version.tag === tag),
    known: versions.map(({ repository, tag, topDigest, manifestDigest, configDigest, contents }) => ({
      source: 'seen-before',
      references: tag === null ? [] : [{ ...repository, tag, digest: null }],
      repositories: [repository],
      isLocal: false,
      ...{ topDigest, manifestDigest, configDigest, contents },
    })),
  };
}

/** An image of this machine under these names, pulled from their registry. */
export function pulled(of: Release, ...names: readonly string[]): KnownBase {
  const references = names.map(makeReference);
  const repositories = references.map(({ registry, repository }) => ({ registry, repository }));
  return { ...bare(of), source: 'local-image', references, repositories, isLocal: false };
}

/** An image that a moved tag left behind: its repository is known, its tag is not. */
export function dangling(of: Release, repository: string): KnownBase {
  return { ...pulled(of, repository), references: [] };
}

/** An image that was built here, of no registry. */
export function builtHere(of: Release, ...names: readonly string[]): KnownBase {
  const digests = { topDigest: null, manifestDigest: null };
  return { ...bare(of), ...digests, source: 'local-image', references: names.map(makeReference), repositories: [], isLocal: true };
}

/** The answer that a name is only this machine's. */
export const localName = (image: KnownBase): LocalName => ({ kind: 'here', image });

/** As the config, a flag or a builder says it. */
export function claims(source: BaseClaim['source'], reference: string, ...digests: readonly Digest[]): Findings {
  return { claims: [makeClaim(source, `the ${source}`, { reference: makeReference(reference), digests })], rejected: [] };
}

/** Several claims as one finding. */
export function all(...findings: readonly Findings[]): Findings {
  return { claims: findings.flatMap((each) => each.claims), rejected: findings.flatMap((each) => each.rejected) };
}

function bare({ topDigest, manifestDigest, configDigest, contents }: Release): VersionContents {
  return { topDigest, manifestDigest, configDigest, contents };
}

function createAnswerer(
  { tags = {}, kept = [], local = {}, own = null }: World,
  note: (what: string) => void,
): (need: BaseNeed) => BaseAnswer {
  const releases = [...Object.values(tags).filter((offer): offer is Release => typeof offer === 'object' && 'contents' in offer), ...kept];
  const nameOf = (digest: Digest): string =>
    releases.find((each) => each.topDigest === digest || each.manifestDigest === digest)?.name ?? '?';
  return (need) => {
    switch (need.what) {
      case 'own-documents':
        note('own documents');
        return { what: 'own-documents', findings: own ?? NOTHING_FOUND };
      case 'local':
        return { what: 'local', name: local[renderFamiliar(need.reference)] ?? { kind: 'absent' } };
      case 'tag': {
        const name = renderFamiliar({ ...need.reference, digest: null });
        note(`HEAD ${name}`);
        const offer = tags[name];
        if (offer === undefined) throw new Error(`nobody expected to be asked about ${renderReference(need.reference)}`);
        if (offer === 'gone') return { what: 'tag', offer: { kind: 'gone' } };
        if (offer === 'other platforms') return { what: 'tag', offer: { kind: 'found', digest: layer('other platforms') } };
        if ('kind' in offer) return { what: 'tag', offer: { kind: 'unknown', reason: offer } };
        return { what: 'tag', offer: { kind: 'found', digest: digestIn(offer) } };
      }
      case 'entry': {
        note(`entry ${nameOf(need.digest)}`);
        if (need.digest === layer('other platforms')) return { what: 'entry', entry: { ok: true, value: null } };
        const found = releases.find((each) => each.topDigest === need.digest || each.manifestDigest === need.digest);
        if (found === undefined) return { what: 'entry', entry: gone(need.digest) };
        return {
          what: 'entry',
          entry: { ok: true, value: { manifest: digestIn(found, 'manifestDigest'), annotations: found.annotations } },
        };
      }
      case 'contents': {
        note(`contents ${nameOf(need.manifest)}`);
        const found = releases.find((each) => each.manifestDigest === need.manifest);
        return {
          what: 'contents',
          contents: found === undefined ? gone(need.manifest) : { ok: true, value: { ...bare(found), topDigest: need.top } },
        };
      }
    }
  };
}

function gone(digest: Digest): Outcome<never> {
  return { ok: false, reason: reason('not-found-or-private', `the registry has ${digest} no more`) };
}
