import type { Finding } from '../../check/finding.ts';
import { sanitizeText } from '../../core/text.ts';
import { listActions } from '../hints.ts';
import { renderPath } from '../path.ts';

/** What all formats of a check say of one finding, in the same words. Every text from outside is sanitised here. */

const LONGEST_IMAGE = 800;
const LONGEST_MESSAGE = 2000;

/** `compose.yaml:12:5`; null for what is in no file. A path never reads as a place itself. */
export function renderPlace({ place }: Finding): string | null {
  return place === null ? null : `${renderPath(place.path)}:${place.line}:${place.column}`;
}

/**
 * Takes what a CI system would obey out of a line of its log: `##vso[...]` and `##[...]` anywhere, `::...::` at the beginning.
 *
 * Source: actions/runner, ActionCommand; Azure Pipelines, logging commands; TeamCity, service messages.
 */
export function disarmLine(line: string): string {
  return line.replace(/##(?=\w*\[)/g, '#\u{fffd}').replace(/^(?=\s*::)/, './');
}

/** The image a finding is about, as it is written. */
export function imageOf({ image }: Finding): string {
  return sanitizeText(image, LONGEST_IMAGE);
}

/** The sentence of a finding. */
export function messageOf({ message }: Finding): string {
  return sanitizeText(message, LONGEST_MESSAGE);
}

/** What to do about it, also where only the reason of an open question tells; null where the message says it all. */
export function adviceOf(finding: Finding): string | null {
  const { advice, report, message } = finding;
  if (advice !== null && advice !== '') return sanitizeText(advice, LONGEST_MESSAGE);
  if (report === null || !isOpen(finding)) return null;
  const actions = listActions(report, finding.rule).filter((action) => !message.includes(action));
  return actions.length === 0 ? null : sanitizeText(actions.join('; '), LONGEST_MESSAGE);
}

/** The image as the sentence of a finding names it: resolved, whatever variables are written; as it is written where the sentence names none. */
export function subjectOf(finding: Finding): string {
  return nameAtStart(finding) ?? imageOf(finding);
}

/** The sentence of a finding and, behind it, what to do about it. */
export function sentenceOf(finding: Finding): string {
  const advice = adviceOf(finding);
  return `${messageOf(finding)}${advice === null ? '' : `; ${advice}`}`;
}

/** The sentence without the image it begins with and what names it, for where those stand beside it: `was rebuilt for linux/amd64`. */
export function restOf(finding: Finding): string {
  return split(finding).rest.replace(/^:? /, '');
}

/** The same finding, of which the sentence says that something else names the image: `Deployment shop/web, 42 pods`. */
export function renameWithin(finding: Finding, name: string): Finding {
  const { image, rest } = split(finding);
  return { ...finding, message: `${image} (${name})${rest}`, within: finding.within === null ? null : { ...finding.within, name } };
}

/** The sentence, parted behind the image, without what names it. */
function split(finding: Finding): { readonly image: string; readonly rest: string } {
  const image = nameAtStart(finding) ?? '';
  const rest = messageOf(finding).slice(image.length);
  const within = withinOf(finding);
  const named = within === null ? '' : ` (${within})`;
  return { image, rest: rest.startsWith(named) ? rest.slice(named.length) : rest };
}

/** What at its place names the image: `service db`; null where the place says that. */
export function withinOf({ within }: Finding): string | null {
  return within === null ? null : sanitizeText(within.name, LONGEST_IMAGE);
}

function nameAtStart(finding: Finding): string | null {
  const message = messageOf(finding);
  const full = sanitizeText(finding.report?.name ?? '', LONGEST_IMAGE);
  const names = [imageOf(finding), full, full.replace(/@.*$/, '')];
  return names.find((each) => each !== '' && message.startsWith(each) && /^:? \S/.test(message.slice(each.length))) ?? null;
}

/** Whether a finding says that a question stayed open. */
export function isOpen({ rule }: Pick<Finding, 'rule'>): boolean {
  return rule.startsWith('unknown/');
}

/** The findings by what they ask of a reader: to act, to know, to see why there is no answer; what is held asks for nothing. */
export function sortFindings(findings: readonly Finding[]): {
  readonly failing: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly unchecked: readonly Finding[];
  readonly held: readonly Finding[];
} {
  const awake = findings.filter(({ level }) => level !== 'note');
  return {
    failing: awake.filter((finding) => finding.level === 'error' && !isOpen(finding)),
    warnings: awake.filter((finding) => finding.level === 'warning' && !isOpen(finding)),
    unchecked: awake.filter(isOpen),
    held: findings.filter(({ level }) => level === 'note'),
  };
}
