import { isJsonObject } from '../core/documents-wire.ts';
import { parseJson } from '../core/json.ts';
import { renderRepository } from '../core/reference.ts';
import { type VariantVersion, type Version, VERSION_LEVELS } from '../core/verdict.ts';
import type { NewerDecision } from '../core/versions/decide-newer.ts';
import type { VersionPolicy } from '../core/versions/policy.ts';
import type { NewerQuestion } from './newer-questions.ts';
import type { Memory } from './ports.ts';

/**
 * Decisions about lists of tags that are still the remembered ones, so that a list is not read and decided about again at every run.
 *
 * Not those with a minimum age, which time alone changes.
 */
export type NewerNotes = {
  readonly recall: (questions: readonly NewerQuestion[]) => void;
  /** Those that are known; `listedAt`: when the list was made that they have to be about. */
  readonly findAll: (questions: readonly NewerQuestion[], listedAt: number) => ReadonlyMap<NewerQuestion, NewerDecision>;
  readonly learn: (question: NewerQuestion, listedAt: number, decision: NewerDecision) => void;
  /** Remembers what was learned. */
  readonly keep: () => void;
};

export function createNewerNotes(memory: Pick<Memory, 'readFacts' | 'writeFacts'>): NewerNotes {
  const learned = new Map<string, string>();
  let known: ReadonlyMap<string, string> = new Map();
  return {
    recall: (questions) => {
      known = memory.readFacts([...new Set(questions.filter(isTimeless).map(keyOf))]);
    },
    findAll: (questions, listedAt) =>
      new Map(
        questions.filter(isTimeless).flatMap((question) => {
          const text = known.get(keyOf(question));
          const decision = text === undefined ? null : decodeNote(text, listedAt);
          return decision === null ? [] : [[question, decision] as const];
        }),
      ),
    learn: (question, listedAt, { verdict, variant, deferred }) => {
      if (isTimeless(question)) learned.set(keyOf(question), JSON.stringify({ listedAt, verdict, variant, deferred }));
    },
    keep: () => {
      if (learned.size > 0) memory.writeFacts(learned);
      learned.clear();
    },
  };
}

/** Changes whenever the same tags may be decided about otherwise. */
const RULES_VERSION = 1;

function isTimeless({ policy }: NewerQuestion): boolean {
  return policy.minAgeMs === 0;
}

function keyOf({ reference, tag, policy }: NewerQuestion): string {
  return `newer:${RULES_VERSION} ${renderRepository(reference)}:${tag}${describePolicy(policy)}`;
}

function describePolicy({ track, include, exclude, skip, variant }: VersionPolicy): string {
  const [included, excluded] = [include, exclude].map((patterns) => patterns.map(({ glob }) => glob));
  const isStandard = track === 'major' && include.length + exclude.length + skip.length === 0 && variant === 'same';
  return isStandard ? '' : ` ${JSON.stringify([track, included, excluded, skip, variant])}`;
}

function decodeNote(text: string, listedAt: number): NewerDecision | null {
  const parsed = parseJson(text);
  const note = parsed.ok ? parsed.value : null;
  if (!isJsonObject(note) || note.listedAt !== listedAt) return null;
  const verdict = decodeVerdict(note.verdict);
  const variant = note.variant === null ? null : decodeVersion(note.variant);
  const deferred = Array.isArray(note.deferred) ? note.deferred.filter((tag) => typeof tag === 'string') : [];
  return verdict === null || variant === undefined ? null : { verdict, variant, deferred };
}

function decodeVerdict(value: unknown): NewerDecision['verdict'] | null {
  if (!isJsonObject(value) || typeof value.why !== 'string') return null;
  const { kind, why } = value;
  if (kind === 'none' || kind === 'untracked') return { kind, why };
  if (kind !== 'available') return null;
  const [line, newest] = [value.line, value.newest].map((each) => (each === null ? null : decodeVersion(each)));
  return isLevelled(line) && isLevelled(newest) ? { kind, line, newest, why } : null;
}

/** undefined: it is none. */
function decodeVersion(value: unknown): VariantVersion | undefined {
  if (!isJsonObject(value) || typeof value.tag !== 'string') return undefined;
  const level = value.level === null ? null : VERSION_LEVELS.find((each) => each === value.level);
  return level === undefined ? undefined : { tag: value.tag, level, digest: null };
}

function isLevelled(version: VariantVersion | null | undefined): version is Version | null {
  return version === null || (version !== undefined && version.level !== null);
}
