import { sanitizeText } from '../../core/text.ts';
import { ImgupdateError } from '../../errors.ts';

/** `no such image in oci:app: expected an image web:1, and it has api:1, api:2`. `where`: the place; `what`: what was expected, and what is there instead. */
export function noSuchImage(where: string, what: string, hint: string): ImgupdateError {
  return new ImgupdateError('no-such-image', `no such image in ${sanitizeText(where, 200)}: ${what}`, { hint });
}

const MAX_NAMED = 5;

/** The first five of what there is: `web:1, web:2, api:1, api:2, db:1 and 12 more`. */
export function nameSome(names: readonly string[]): string {
  const named = names.slice(0, MAX_NAMED).map((name) => sanitizeText(name, 200));
  const rest = names.length - named.length;
  return `${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
