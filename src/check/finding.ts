import type { FailOn } from '../core/fail-on.ts';
import type { FilePlace, Within } from '../core/file-reference.ts';
import type { CheckReport, ImageReport } from './report.ts';

/** What a finding is about. Stable: ignore lists and dashboards rest on it. */
export const FINDING_RULES = [
  'stale/base',
  'stale/rebuilt',
  'stale/gone',
  'stale/patch',
  'stale/minor',
  'stale/major',
  'unknown/auth',
  'unknown/notfound',
  'unknown/ratelimit',
  'unknown/network',
  'unknown/response',
  'unknown/unsupported',
  'unknown/offline',
  'unknown/policy',
  'unknown/base',
  'unknown/reference',
  'unknown/file',
  'unknown/place',
  'hold/expired',
] as const;

/** One of the rules above, as ignore lists name it. */
export type FindingRule = (typeof FINDING_RULES)[number];

/** The gravest first. `error`: it fails the check. `warning`: it should be known. `note`: it is held, so it fails nothing. */
export const FINDING_LEVELS = ['error', 'warning', 'note'] as const;

/** How grave a finding is. */
export type FindingLevel = (typeof FINDING_LEVELS)[number];

/** One thing that a check found about one image at one place. */
export type Finding = {
  readonly rule: FindingRule;
  readonly level: FindingLevel;
  /** One sentence that begins with the image, what names it in parentheses behind it, and has no full stop; safe to print, but to be escaped as a format wants it. */
  readonly message: string;
  /** What to do about it, a sentence without its full stop; null where the message says it all. */
  readonly advice: string | null;
  /** As it stands in the file, else the name to type: `node:${VERSION}`, `docker://acme/app:1`; safe to print. The file or the place itself for `unknown/file` and `unknown/place`. */
  readonly image: string;
  /** null for what is in no file. For a file that could not be read: its first line where no other is known. */
  readonly place: FilePlace | null;
  /** What at that place names the image, or what it is carried in where there is no place; null where the place says that, or there is nothing to say. */
  readonly within: Within | null;
  /** What to write in the place of what stands there; null where nothing is to be, or that depends on more than the text at one place. */
  readonly replacement: Replacement | null;
  /** null for `unknown/file` and `unknown/place`. */
  readonly report: ImageReport | null;
};

/** `text` instead of all that stands at `place`, which is within the place of the finding; a reference, as it is to be written there. */
export type Replacement = { readonly place: FilePlace; readonly text: string };

/** `passed`: nothing reached what the check was to fail on. `untrusted`: no look-up gave an answer. */
export type CheckResult = 'passed' | 'stale' | 'incomplete' | 'untrusted';

/** A check that was judged: what all its formats show. */
export type Outcome = {
  readonly report: CheckReport;
  /** By path, line and column; then those of no file, by image. */
  readonly findings: readonly Finding[];
  /** What the check was to fail on; single images may have their own. */
  readonly failOn: readonly FailOn[];
  readonly result: CheckResult;
  /** The code the process ends with. */
  readonly exitCode: number;
  readonly counts: OutcomeCounts;
};

/** `images`: distinct rows. `failing`: those with an error. `held`: those with a note. `unchecked`: those with an open question, and files and places that could not be read. */
export type OutcomeCounts = {
  readonly images: number;
  readonly files: number;
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  readonly failing: number;
  readonly held: number;
  readonly unchecked: number;
};
