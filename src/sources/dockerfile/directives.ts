/** A directive at the very top, `# syntax=docker/dockerfile:1`; offsets in the file. */
export type Directive = { readonly name: string; readonly value: string; readonly from: number; readonly to: number };

export type Directives = {
  /** The image that reads this file; null: the builder itself. */
  readonly syntax: Directive | null;
  /** `\`, or a backtick. */
  readonly escape: string;
  /** What is wrong with one, and its offset. */
  readonly problems: readonly { readonly message: string; readonly from: number }[];
};

const NAMES: ReadonlySet<string> = new Set(['syntax', 'escape', 'check']);
const LONGEST_LINE = 8192;

/**
 * Reads the parser directives: comments of the form `# name=value` before anything else, each once; the first line that is none ends them.
 *
 * Of two the first counts, though the builder then refuses the file. A `#!` line may stand above `# syntax`, which takes the first word of its value and
 * begins in the first column; `# escape` may be indented.
 * Source: moby/buildkit, frontend/dockerfile/parser/directives.go: DirectiveParser, DetectSyntax(); Dockerfile reference, "Parser directives".
 */
export function readDirectives(text: string): Directives {
  const problems: { message: string; from: number }[] = [];
  const afterShebang = text.startsWith('#!') ? endOfLine(text, 0) + 1 : 0;
  const inColumnOne = readAll(text, afterShebang, false);
  const syntax = inColumnOne.find(({ name }) => name === 'syntax') ?? null;
  const all = readAll(text, 0, true);
  const escape = all.find(({ name }) => name === 'escape') ?? null;
  const isEscape = escape === null || escape.value === '\\' || escape.value === '`';
  if (!isEscape) problems.push({ message: 'invalid escape directive: expected \\ or `', from: escape.from });
  const repeated = all.find(({ name }, index) => all.findIndex((other) => other.name === name) < index);
  if (repeated !== undefined) problems.push({ message: `only one ${repeated.name} parser directive can be used`, from: repeated.from });
  return { syntax, escape: escape === null || !isEscape ? '\\' : escape.value, problems };
}

/** At most one of each, and the first that is repeated. */
function readAll(text: string, from: number, mayBeIndented: boolean): readonly Directive[] {
  const found: Directive[] = [];
  for (let at = from; at < text.length && found.length <= NAMES.size;) {
    const end = endOfLine(text, at);
    const directive = readLine(text.slice(at, Math.min(end, at + LONGEST_LINE)), mayBeIndented);
    if (directive === null) break;
    found.push({ ...directive, from: at + directive.from, to: at + directive.to });
    at = end + 1;
  }
  return found;
}

function endOfLine(text: string, from: number): number {
  const feed = text.indexOf('\n', from);
  return feed === -1 ? text.length : feed;
}

function readLine(line: string, mayBeIndented: boolean): Directive | null {
  const start = mayBeIndented ? line.length - line.trimStart().length : 0;
  if (line[start] !== '#') return null;
  const equals = line.indexOf('=', start);
  const name = line
    .slice(start + 1, equals === -1 ? start + 1 : equals)
    .trim()
    .toLowerCase();
  if (equals === -1 || !NAMES.has(name)) return null;
  const rest = line.slice(equals + 1);
  const from = equals + 1 + rest.length - rest.trimStart().length;
  const whole = rest.trim();
  const value = name === 'syntax' ? (whole.split(' ', 1)[0] ?? '') : whole;
  return value === '' ? null : { name, value, from, to: from + value.length };
}
