import type { Within } from '../../core/file-reference.ts';
import { sanitizeText } from '../../core/text.ts';

const LONGEST_NAME = 80;

/** What names the images of a service: `service db`. */
export function withinService(name: string): Within {
  return { name: `service ${sanitizeText(name, LONGEST_NAME)}`, workload: null };
}

/** What names an image that several services have from the same line, by an anchor or by what they extend: `service db and others`. */
export function joinWithin(first: Within | null, other: Within | null): Within | null {
  if (first === null || other === null || first.name === other.name || first.name.endsWith(OTHERS)) return first;
  return { ...first, name: first.name + OTHERS };
}

const OTHERS = ' and others';
