import type { ImageReport } from '../check/report.ts';
import { ImgupdateError } from '../errors.ts';
import { compileFilters } from '../formats/filter.ts';

/**
 * Reads every `--filter` of the command line.
 *
 * @throws ImgupdateError 'usage' for an unknown key or a value that makes no sense.
 */
export function readFilters(filters: readonly string[]): (image: ImageReport) => boolean {
  const compiled = compileFilters(filters);
  if (compiled.ok) return compiled.value;
  throw new ImgupdateError('usage', compiled.message, { hint: "see 'imgupdate list --help'" });
}
