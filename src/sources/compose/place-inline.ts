import type { FilePlace } from '../../core/file-reference.ts';
import { placeOf, type Value } from './value.ts';

/**
 * Moves places in a Dockerfile that is written as a scalar to the file it stands in.
 *
 * Exact for a block scalar that keeps its lines (`|`); for all others everything stands where the scalar does.
 * Source: YAML 1.2.2, section 8.1 (the header is on the line before the content, which is indented alike).
 */
export function placeInline(value: Value): (place: FilePlace) => FilePlace {
  const whole = placeOf(value);
  const lines = value.origin.lines();
  const isLiteral = lines[whole.line - 1]?.charAt(whole.column - 1) === '|';
  if (!isLiteral) return () => whole;
  const first = value.kind === 'scalar' ? (value.text ?? '').split('\n') : [];
  const index = first.findIndex((line) => line !== '');
  const written = (lines[whole.line + index] ?? '').replace(/\r$/, '');
  const indent = Math.max(0, written.length - (first[index] ?? '').length);
  return ({ line, column, endLine, endColumn }) => ({
    path: whole.path,
    line: whole.line + line,
    column: column + indent,
    endLine: whole.line + endLine,
    endColumn: endColumn + indent,
  });
}
