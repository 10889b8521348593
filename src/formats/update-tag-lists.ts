import type { ImageReport } from '../check/report.ts';
import { groupBy } from '../core/group.ts';
import { parseReference, renderRepository } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import { plural } from './facts.ts';
import { newerReasonOf } from './newer.ts';

const LONGEST_MESSAGE = 300;

/**
 * The repositories whose tags were listed, or should have been, a line each: `Get:9 docker.io/library/nginx tags [3 pages]`; `Hit` where the list was remembered.
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
  const fetched = images.flatMap(({ newer }) => newer.trail).filter(({ cost, asked }) => cost !== 'remembered' && asked.startsWith('GET '));
  const pages = new Set(fetched.map(({ asked }) => asked)).size;
  return [pages === 0 ? `Hit:${name}` : `Get:${name} [${plural(pages, 'page')}]`];
}
