import type { Statement } from '../core/base/provenance.ts';
import type { Digest } from '../core/digest.ts';
import type { Index, Manifest } from '../core/documents.ts';
import type { ImageConfig } from '../core/image-config.ts';
import type { Known } from '../core/known.ts';
import { renderRepository, type Repository } from '../core/reference.ts';
import type { Answer, Answers, Resolution } from './answers.ts';
import type { BlobRef } from './ports.ts';
import type { TrailStep } from './report.ts';

/** Answers, and a trail of all that was consulted for one verdict, in order. */
export type Consultation = {
  readonly trail: readonly TrailStep[];
  readonly tag: (repository: Repository, tag: string, resolution: Resolution) => void;
  readonly manifest: (repository: Repository, blob: BlobRef) => Promise<Known<Index | Manifest>>;
  readonly config: (repository: Repository, blob: BlobRef) => Promise<Known<ImageConfig>>;
  readonly statement: (repository: Repository, blob: BlobRef) => Promise<Known<Statement>>;
  readonly presence: (repository: Repository, digest: Digest) => Promise<Known<boolean>>;
};

/** How an answer is told. `cost`: what it costs where it has to be asked for. */
type Telling<T> = { readonly asked: string; readonly cost: 'free' | 'counted'; readonly say: (value: T) => string };

/** Begins a trail over `answers`, or goes on with one. What is looked at again is not told again. */
export function createConsultation(answers: Answers, trail: TrailStep[] = []): Consultation {
  const push = (step: TrailStep): void => {
    if (!trail.some(({ asked }) => asked === step.asked)) trail.push(step);
  };
  const note = <T>({ known, asked }: Answer<T>, telling: Telling<T>): Known<T> => {
    const answer = known.state === 'known' ? telling.say(known.value) : known.state === 'failed' ? known.reason.message : 'nothing';
    push({ asked: telling.asked, answer, cost: !asked ? 'remembered' : isUnspent(known) ? 'free' : telling.cost });
    return known;
  };
  return {
    trail,
    tag: (repository, tag, { offer, asked }) => {
      const answer = offer.kind === 'found' ? offer.digest : offer.kind === 'gone' ? 'no such tag' : offer.reason.message;
      push({ asked: `HEAD ${renderRepository(repository)}:${tag}`, answer, cost: asked ? 'free' : 'remembered' });
    },
    manifest: async (repository, blob) =>
      note(await answers.manifest(repository, blob), {
        asked: `GET ${renderRepository(repository)}@${blob.digest}`,
        cost: 'counted',
        say: ({ kind }) => kind,
      }),
    config: async (repository, blob) =>
      note(await answers.config(repository, blob), {
        asked: `GET blob ${renderRepository(repository)}@${blob.digest}`,
        cost: 'free',
        say: ({ created }) => `config, created ${created ?? 'at an unknown time'}`,
      }),
    statement: async (repository, blob) =>
      note(await answers.statement(repository, blob), {
        asked: `GET blob ${renderRepository(repository)}@${blob.digest}`,
        cost: 'free',
        say: ({ predicateType }) => `statement ${predicateType}`,
      }),
    presence: async (repository, digest) =>
      note(await answers.presence(repository, digest), {
        asked: `HEAD ${renderRepository(repository)}@${digest}`,
        cost: 'free',
        say: (is) => (is ? 'still there' : 'not there'),
      }),
  };
}

/** What the quota's floor forbade was never sent. */
function isUnspent(known: Known<unknown>): boolean {
  return known.state === 'failed' && known.reason.kind === 'budget';
}
