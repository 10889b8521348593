import { parseDigest } from '../../core/digest.ts';
import { fieldsOf, listOf, platformOf, textOf } from '../fields.ts';
import type { ImageFacts } from '../listed/listed-image.ts';

/** Facts to the JSON that is remembered. */
export function encodeFacts(facts: ImageFacts): string {
  return JSON.stringify({ ...facts, labels: [...facts.labels] });
}

/** What `encodeFacts` made; null for anything else. */
export function decodeFacts(text: string): ImageFacts | null {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return null;
  }
  const facts = fieldsOf(document);
  const labels = listOf(facts.get('labels')).map((pair) => listOf(pair));
  if (!Array.isArray(facts.get('labels'))) return null;
  const diffIds = facts.get('diffIds');
  return {
    platform: platformOf(fieldsOf(facts.get('platform')), 'core'),
    created: textOf(facts.get('created')),
    configDigest: parseDigest(facts.get('configDigest')),
    diffIds: Array.isArray(diffIds) ? diffIds.map(parseDigest).filter((digest) => digest !== null) : null,
    labels: new Map(
      labels.flatMap(([key, value]) => (typeof key === 'string' && typeof value === 'string' ? [[key, value] as const] : [])),
    ),
  };
}
