import type { Digest } from '../core/digest.ts';
import type { Index, Manifest } from '../core/documents.ts';
import type { ImageConfig } from '../core/image-config.ts';
import type { Known } from '../core/known.ts';
import { renderRepository } from '../core/reference.ts';
import { decideTag, type TagFacts, type TagQuestion, type TagStep } from '../core/tag-check.ts';
import type { TagVerdict } from '../core/verdict.ts';
import type { Answers, Resolution } from './answers.ts';
import { createConsultation } from './consult.ts';
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
  const consulted = createConsultation(answers);
  consulted.tag(repository, question.reference.tag ?? '', resolution);
  const facts: TagFacts = {
    offer: resolution.offer,
    manifest: (digest) => manifests.get(digest) ?? UNASKED,
    config: (digest) => configs.get(digest) ?? UNASKED,
    presence: (digest) => presences.get(digest) ?? UNASKED,
    remembered: answers.remembered,
  };

  const learn = async ({ what, digest, size }: Extract<TagStep, { kind: 'need' }>): Promise<void> => {
    switch (what) {
      case 'manifest':
        manifests.set(digest, await consulted.manifest(repository, { digest, size }));
        return;
      case 'config':
        configs.set(digest, await consulted.config(repository, { digest, size }));
        return;
      case 'presence':
        presences.set(digest, await consulted.presence(repository, digest));
        return;
    }
  };

  for (let needs = 0; needs <= MAX_NEEDS; needs += 1) {
    const step = decideTag(question, facts);
    if (step.kind === 'verdict') {
      const manifest = step.verdict.kind === 'rebuilt' ? step.offered : null;
      if (manifest === null) return { verdict: step.verdict, offered: null, trail: consulted.trail };
      const config = configs.get(manifest.config.digest) ?? (await answers.config(repository, manifest.config)).known;
      return {
        verdict: step.verdict,
        offered: { manifest, config: config.state === 'known' ? config.value : null },
        trail: consulted.trail,
      };
    }
    await learn(step);
  }
  throw new Error(`the decision about ${renderRepository(repository)} does not end`);
}

const UNASKED = { state: 'unasked' } as const;
