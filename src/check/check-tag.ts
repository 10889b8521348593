import type { Digest } from '../core/digest.ts';
import type { Index, Manifest } from '../core/documents.ts';
import type { ImageConfig } from '../core/image-config.ts';
import type { Known } from '../core/known.ts';
import { renderRepository, type Repository } from '../core/reference.ts';
import { decideTag, type TagFacts, type TagQuestion, type TagStep } from '../core/tag-check.ts';
import type { TagVerdict } from '../core/verdict.ts';
import type { Answers, Resolution } from './answers.ts';
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

  const learn = async (step: Extract<TagStep, { kind: 'need' }>): Promise<void> => {
    const blob = { digest: step.digest, size: step.size };
    const subject = `${renderRepository(repository)}@${step.digest}`;
    switch (step.what) {
      case 'manifest': {
        const answer = await answers.manifest(repository, blob);
        manifests.set(step.digest, answer.known);
        const said = answer.known.state === 'known' ? answer.known.value.kind : null;
        trail.push({ asked: `GET ${subject}`, answer: said ?? failureOf(answer.known), cost: answer.asked ? 'counted' : 'remembered' });
        return;
      }
      case 'config': {
        const answer = await answers.config(repository, blob);
        configs.set(step.digest, answer.known);
        const said = answer.known.state === 'known' ? `config, created ${answer.known.value.created ?? 'at an unknown time'}` : null;
        trail.push({ asked: `GET blob ${subject}`, answer: said ?? failureOf(answer.known), cost: answer.asked ? 'free' : 'remembered' });
        return;
      }
      case 'presence': {
        const answer = await answers.presence(repository, step.digest);
        presences.set(step.digest, answer.known);
        const said = answer.known.state === 'known' ? (answer.known.value ? 'still there' : 'not there') : null;
        trail.push({ asked: `HEAD ${subject}`, answer: said ?? failureOf(answer.known), cost: answer.asked ? 'free' : 'remembered' });
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
