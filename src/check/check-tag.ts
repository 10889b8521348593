import type { Digest } from '../core/digest.ts';
import type { Index, Manifest } from '../core/documents.ts';
import type { ImageConfig } from '../core/image-config.ts';
import type { Known } from '../core/known.ts';
import { renderRepository, type Repository } from '../core/reference.ts';
import { decideTag, type TagFacts, type TagQuestion, type TagStep } from '../core/tag-check.ts';
import type { TagVerdict } from '../core/verdict.ts';
import type { Answer, Answers, Resolution } from './answers.ts';
import type { TrailStep } from './report.ts';

/** The verdict on one row, the image a pull would bring where it is known, and what was consulted. */
export type TagCheck = {
  readonly verdict: TagVerdict;
  readonly offered: { readonly manifest: Manifest; readonly config: ImageConfig | null } | null;
  readonly trail: readonly TrailStep[];
};

/** Bounds the conversation with `decideTag`, which ends by itself far earlier. */
const MAX_NEEDS = 16;

/** Lets core decide about one reference of one image, learning what it names as missing until it needs nothing more. */
export async function checkTag(question: TagQuestion, resolution: Resolution, answers: Answers): Promise<TagCheck> {
  const repository = { registry: question.reference.registry, repository: question.reference.repository };
  const manifests = new Map<Digest, Known<Index | Manifest>>();
  const configs = new Map<Digest, Known<ImageConfig>>();
  const presences = new Map<Digest, Known<boolean>>();
  const trail: TrailStep[] = [headStep(repository, question.reference.tag ?? '', resolution)];
  const facts: TagFacts = {
    offer: resolution.offer,
    manifest: (digest) => manifests.get(digest) ?? UNASKED,
    config: (digest) => configs.get(digest) ?? UNASKED,
    presence: (digest) => presences.get(digest) ?? UNASKED,
    remembered: answers.remembered,
  };

  const learn = async ({ what, digest, size }: Extract<TagStep, { kind: 'need' }>): Promise<void> => {
    const subject = `${renderRepository(repository)}@${digest}`;
    const note = <T>(
      { known, asked }: Answer<T>,
      told: { readonly asked: string; readonly cost: 'free' | 'counted'; readonly say: (value: T) => string },
    ) => {
      const answer = known.state === 'known' ? told.say(known.value) : failureOf(known);
      trail.push({ asked: told.asked, answer, cost: asked ? told.cost : 'remembered' });
      return known;
    };
    switch (what) {
      case 'manifest': {
        const answer = await answers.manifest(repository, { digest, size });
        manifests.set(digest, note(answer, { asked: `GET ${subject}`, cost: 'counted', say: ({ kind }) => kind }));
        return;
      }
      case 'config': {
        const answer = await answers.config(repository, { digest, size });
        const say = ({ created }: ImageConfig) => `config, created ${created ?? 'at an unknown time'}`;
        configs.set(digest, note(answer, { asked: `GET blob ${subject}`, cost: 'free', say }));
        return;
      }
      case 'presence': {
        const answer = await answers.presence(repository, digest);
        presences.set(digest, note(answer, { asked: `HEAD ${subject}`, cost: 'free', say: (is) => (is ? 'still there' : 'not there') }));
        return;
      }
    }
  };

  for (let needs = 0; needs <= MAX_NEEDS; needs += 1) {
    const step = decideTag(question, facts);
    if (step.kind === 'verdict') {
      const manifest = step.verdict.kind === 'rebuilt' ? step.offered : null;
      if (manifest === null) return { verdict: step.verdict, offered: null, trail };
      const config = configs.get(manifest.config.digest) ?? (await answers.config(repository, manifest.config)).known;
      return { verdict: step.verdict, offered: { manifest, config: config.state === 'known' ? config.value : null }, trail };
    }
    await learn(step);
  }
  throw new Error(`the decision about ${renderRepository(repository)} does not end`);
}

const UNASKED = { state: 'unasked' } as const;

function failureOf(known: Known<unknown>): string {
  return known.state === 'failed' ? known.reason.message : 'nothing';
}

function headStep(repository: Repository, tag: string, resolution: Resolution): TrailStep {
  const asked = `HEAD ${renderRepository(repository)}:${tag}`;
  const cost = resolution.asked ? 'free' : 'remembered';
  switch (resolution.offer.kind) {
    case 'found':
      return { asked, answer: resolution.offer.digest, cost };
    case 'gone':
      return { asked, answer: 'no such tag', cost };
    case 'unknown':
      return { asked, answer: resolution.offer.reason.message, cost };
  }
}
