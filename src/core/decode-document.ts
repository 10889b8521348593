import type { Document } from './document.ts';
import { malformed, type Parsed } from './parsed.ts';

/** Reads a document that `--json` printed. */
export function decodeDocument(value: unknown): Parsed<Document> {
  return malformed(`expected a document, got ${typeof value}`);
}
