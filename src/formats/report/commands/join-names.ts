import { sanitizeText } from '../../../core/text.ts';

const LONGEST_NAME = 100;

/** `web, proxy and 2 more`. */
export function joinNames(names: readonly string[], most: number): string {
  const left = names.length - most;
  const shown = names.slice(0, most).map((name) => sanitizeText(name, LONGEST_NAME));
  return `${shown.join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}
