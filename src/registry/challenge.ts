/** How a registry wants to be asked. `realm` is as it was sent: it may be relative, or no URL at all. */
export type Challenge = { readonly kind: 'bearer'; readonly realm: string; readonly service: string | null } | { readonly kind: 'basic' };

type RawChallenge = { readonly scheme: string; readonly parameters: Map<string, string> };

const MAX_HEADER_LENGTH = 16_384;

/**
 * Chooses what to answer to from a `WWW-Authenticate` header, several challenges and several headers joined by commas included.
 *
 * Bearer goes before Basic; other schemes are ignored; a Bearer without a realm is none. Malformed parts are skipped, what can be read is kept.
 *
 * `Bearer realm="https://auth.docker.io/token",service="registry.docker.io"` becomes
 * `{ kind: 'bearer', realm: 'https://auth.docker.io/token', service: 'registry.docker.io' }`.
 * Source: RFC 9110 section 11.6.1; distribution, docs/content/spec/auth/token.md.
 */
export function parseChallenge(header: string | null): Challenge | null {
  if (header === null || header.length > MAX_HEADER_LENGTH) return null;
  const challenges = readChallenges(header);
  for (const { scheme, parameters } of challenges) {
    const realm = parameters.get('realm') ?? '';
    if (scheme === 'bearer' && realm !== '') return { kind: 'bearer', realm, service: parameters.get('service') ?? null };
  }
  return challenges.some(({ scheme }) => scheme === 'basic') ? { kind: 'basic' } : null;
}

/** A word followed by `=` is a parameter of the challenge before it, any other word starts a challenge. */
function readChallenges(header: string): readonly RawChallenge[] {
  const challenges: RawChallenge[] = [];
  const word = /[^\s,="]+/y;
  const separators = /[\s,="]*/y;
  const equals = /\s*=\s*/y;
  let position = 0;
  for (;;) {
    position = skip(separators, header, position);
    const name = take(word, header, position);
    if (name === '') return challenges;
    position += name.length;
    const afterEquals = skip(equals, header, position);
    if (afterEquals === position) {
      challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
      continue;
    }
    const value = readValue(header, afterEquals);
    position = value.end;
    const parameters = challenges.at(-1)?.parameters;
    const key = name.toLowerCase();
    if (parameters !== undefined && !parameters.has(key)) parameters.set(key, value.text);
  }
}

function readValue(header: string, start: number): { readonly text: string; readonly end: number } {
  if (header[start] !== '"') {
    const text = take(/[^\s,]*/y, header, start);
    return { text, end: start + text.length };
  }
  let text = '';
  for (let index = start + 1; index < header.length; index++) {
    const character = header.charAt(index);
    if (character === '"') return { text, end: index + 1 };
    if (character === '\\') index++;
    text += header.charAt(index);
  }
  return { text, end: header.length };
}

function skip(pattern: RegExp, text: string, position: number): number {
  return position + take(pattern, text, position).length;
}

function take(pattern: RegExp, text: string, position: number): string {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0] ?? '';
}
