import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Document } from '../../src/core/document.ts';

/** The schema of documents of JSON, as it is published with the package. */
export const DOCUMENT_SCHEMA: { readonly $defs: unknown } & object = JSON.parse(
  readFileSync(new URL('../../src/formats/document.schema.json', import.meta.url), 'utf8'),
);

/** `allErrors`: find all problems of a document, not only the first, which is faster. */
export function compileDocumentSchema({ allErrors = true } = {}): ValidateFunction<Document> {
  const ajv = new Ajv2020({ allErrors, strict: true, strictRequired: false, strictTypes: false, allowUnionTypes: true });
  addFormats.default(ajv);
  return ajv.compile<Document>(DOCUMENT_SCHEMA);
}
