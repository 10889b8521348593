/** Longer headers and targets are not read. */
const MAX_LENGTH = 16_384;

/**
 * Finds the target of `rel="next"` in a `Link` header; null where there is none.
 *
 * `</v2/acme/api/tags/list?last=2.1&n=100>; rel="next"` becomes `/v2/acme/api/tags/list?last=2.1&n=100`. `rel` may be unquoted, and may name several relations.
 * Source: RFC 8288 section 3; OCI distribution-spec v1.1, "Listing Tags".
 */
export function nextTarget(header: string | null): string | null {
  if (header === null || header.length > MAX_LENGTH) return null;
  let position = 0;
  for (;;) {
    const open = header.indexOf('<', position);
    const close = open < 0 ? -1 : header.indexOf('>', open);
    if (close < 0) return null;
    const end = endOfParameters(header, close + 1);
    if (isNext(header.slice(close + 1, end))) return header.slice(open + 1, close).trim();
    position = end;
  }
}

/** Where the parameters of a link end: at a comma that is in no quotes. */
function endOfParameters(header: string, start: number): number {
  let isQuoted = false;
  for (let index = start; index < header.length; index++) {
    const character = header.charAt(index);
    if (isQuoted && character === '\\') index++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === ',' && !isQuoted) return index + 1;
  }
  return header.length;
}

function isNext(parameters: string): boolean {
  return parameters.split(';').some((parameter) => {
    const equals = parameter.indexOf('=');
    if (equals < 0 || parameter.slice(0, equals).trim().toLowerCase() !== 'rel') return false;
    const relations = parameter
      .slice(equals + 1)
      .replaceAll(/[",]/g, ' ')
      .toLowerCase()
      .split(' ');
    return relations.includes('next');
  });
}
