import { sanitizeText } from '../core/text.ts';
import { parseJson } from './json.ts';

/** An error as a registry words it, made safe to print: `MANIFEST_UNKNOWN`, `manifest unknown`. */
export type OciError = { readonly code: string; readonly message: string };

const MAX_ERRORS = 8;

/**
 * Reads the errors of a refusal; null when the body is none of the Distribution API.
 *
 * `{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}`; `{"details":"..."}` and `{"message":"..."}` occur at token servers.
 * Source: OCI distribution-spec v1.1, "Error Codes".
 */
export function parseErrors(body: string): readonly OciError[] | null {
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null || !('errors' in value) || !Array.isArray(value.errors)) return null;
  const errors: readonly unknown[] = value.errors;
  return errors.slice(0, MAX_ERRORS).flatMap((error) => {
    if (typeof error !== 'object' || error === null) return [];
    return [{ code: textOf('code' in error ? error.code : null, 40), message: textOf('message' in error ? error.message : null, 200) }];
  });
}

/** The first error in brackets, to follow a sentence: ` (DENIED: requested access to the resource is denied)`; empty without one. */
export function describeErrors(errors: readonly OciError[] | null): string {
  const first = errors?.[0];
  const parts = [first?.code ?? '', first?.message ?? ''].filter((part) => part !== '');
  return parts.length === 0 ? '' : ` (${parts.join(': ')})`;
}

function textOf(value: unknown, maxLength: number): string {
  return typeof value === 'string' ? sanitizeText(value.trim(), maxLength) : '';
}
