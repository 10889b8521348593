import type { ImageReport } from '../check/report.ts';
import { groupBy } from '../core/group.ts';
import { parseReference, renderRepository } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import { newerReasonOf } from './newer.ts';

const LONGEST_MESSAGE = 300;

/**
 * The repositories whose tags were listed, or should have been, a line each: `Get:9 docker.io/library/nginx tags [312 tags]`; `Hit` where the list was remembered.
 *
 * `firstNumber`: of the first line.
 */
export function renderTagLists(images: readonly ImageReport[], firstNumber: number): readonly string[] {
  const asked = images.filter((image) => image.newer.checkedAt !== null || newerReasonOf(image) !== null);
  const groups = [...groupBy(asked, repositoryOf)].filter(([repository]) => repository !== '');
  return groups.flatMap(([repository, group], at) => renderList(repository, group, firstNumber + at));
}

function repositoryOf({ reference, registry }: ImageReport): string {
  const parsed = registry === null ? null : parseReference(reference);
  return parsed?.ok === true ? renderRepository(parsed.value) : '';
}

function renderList(repository: string, images: readonly ImageReport[], number: number): readonly string[] {
  const name = `${number} ${sanitizeText(repository)} tags`;
  const reason = images.map(newerReasonOf).find((each) => each !== null) ?? null;
  if (reason !== null) return [`Err:${name}`, `  ${sanitizeText(reason.message, LONGEST_MESSAGE)}`];
  const fetched = images.flatMap(({ newer }) => newer.trail).find(({ cost, asked }) => cost !== 'remembered' && asked.startsWith('GET '));
  return [fetched === undefined ? `Hit:${name}` : `Get:${name} [${sanitizeText(fetched.answer, LONGEST_MESSAGE)}]`];
}
