import { malformed, parsed, type Parsed } from './parsed.ts';

/**
 * Parses JSON; when it is none, says where it stops being so: `invalid JSON at line 3, column 7`.
 *
 * Never quotes the text, because it may hold secrets; the messages of JSON.parse do.
 */
export function parseJson(text: string): Parsed<unknown> {
  const body = text.replace(/^\uFEFF/, '');
  try {
    const value: unknown = JSON.parse(body);
    return parsed(value);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const before = body.slice(0, offsetOfError(body)).split('\n');
    return malformed(`invalid JSON at line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`);
  }
}

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end' | 'end';

/** Offset of the first token that no JSON text could have there. Source: RFC 8259, section 2. */
function offsetOfError(text: string): number {
  const open: string[] = [];
  let expected: Expected = 'value';
  const space = /\s*/y;
  const token =
    /([{}[\],:])|"(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;
  for (;;) {
    space.lastIndex = token.lastIndex;
    space.exec(text);
    const start = space.lastIndex;
    token.lastIndex = start;
    const match = token.exec(text);
    if (match === null) return start;
    const next = step(open, expected, match[1] ?? (match[2] === undefined ? '"' : '0'));
    if (next === null) return start;
    expected = next;
  }
}

/** What may follow `token`, where `"` stands for any string and `0` for any other scalar; null when it may not stand here. */
function step(open: string[], expected: Expected, token: string): Expected | null {
  const inside = open.at(-1);
  if (token === '{' || token === '[') {
    if (!expected.startsWith('value')) return null;
    open.push(token);
    return token === '{' ? 'key or }' : 'value or ]';
  }
  if (token === '}' || token === ']') {
    const opener = token === '}' ? '{' : '[';
    const empty = token === '}' ? 'key or }' : 'value or ]';
    if (inside !== opener || (expected !== empty && expected !== ', or end')) return null;
    open.pop();
    return open.length === 0 ? 'end' : ', or end';
  }
  if (token === ':') return expected === ':' ? 'value' : null;
  if (token === ',') {
    if (expected !== ', or end') return null;
    return inside === '{' ? 'key' : 'value';
  }
  if (expected.startsWith('key')) return token === '"' ? ':' : null;
  if (!expected.startsWith('value')) return null;
  return open.length === 0 ? 'end' : ', or end';
}
