import type { Reason, ReasonKind } from '../core/reason.ts';
import type { Reference } from '../core/reference.ts';
import { planTagCheck } from '../core/tag-check.ts';
import type { TagVerdict } from '../core/verdict.ts';
import { planVersions } from '../core/versions/plan-versions.ts';
import type { VersionPolicy } from '../core/versions/policy.ts';
import type { Subject } from './images-to-check.ts';

/** A row whose newer versions are wanted. `prefix`: as in VersionPlan. */
export type NewerQuestion = {
  readonly subject: Subject;
  readonly reference: Reference;
  readonly tag: string;
  readonly policy: VersionPolicy;
  readonly prefix: string | null;
};

/** What has to be known of a row's newer versions, or why they are not followed. */
export type NewerPlan = { readonly kind: 'untracked'; readonly why: string } | { readonly kind: 'ask'; readonly question: NewerQuestion };

/** Says whether the newer versions of a row are followed. */
export function planNewer(subject: Subject, policy: VersionPolicy): NewerPlan {
  const { reference, image } = subject;
  if (reference === null) return untracked('it has no name');
  const { tag } = reference;
  if (tag === null) return untracked('it is referenced by digest alone');
  const plan = planTagCheck(image, reference);
  if (plan.kind === 'settled') return untracked(plan.verdict.why);
  const versions = planVersions(tag);
  if (versions.kind === 'untracked') return untracked(versions.why);
  if (policy.track === 'digest') return untracked('only its digest is followed (track: digest)');
  return { kind: 'ask', question: { subject, reference, tag, policy, prefix: versions.prefix } };
}

/** Why a registry need not be asked for the list of a repository: it answered about none of its tags; null where it has to be. */
export function whyUnlisted(verdicts: readonly TagVerdict[]): Reason | null {
  const failed = verdicts.flatMap((verdict) => (verdict.kind === 'unknown' && SILENT.has(verdict.reason.kind) ? [verdict.reason] : []));
  return failed.length === verdicts.length ? (failed[0] ?? null) : null;
}

/** A registry that did not answer about a tag for one of these reasons will not list its repository either. */
const SILENT: ReadonlySet<ReasonKind> = new Set([
  'unauthorized',
  'not-found-or-private',
  'rate-limited',
  'unreachable',
  'timeout',
  'tls',
  'policy',
]);

function untracked(why: string): NewerPlan {
  return { kind: 'untracked', why };
}
