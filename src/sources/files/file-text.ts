/** The first word of a Dockerfile's first instruction, behind comments and empty lines. */
const FIRST_INSTRUCTION = /^(?:FROM|ARG)[ \t]/i;
const FROM_LINE = /^[ \t]*FROM[ \t]/im;

const YAML_API_VERSION = /^["']?apiVersion["']?[ \t]*:/m;
const YAML_KIND = /^["']?kind["']?[ \t]*:/m;
const YAML_COMPOSE = /^["']?(?:services|include)["']?[ \t]*:/m;
const JSON_API_VERSION = /"apiVersion"\s*:/;
const JSON_KIND = /"kind"\s*:/;
const JSON_COMPOSE = /"services"\s*:/;

/** What a text is by a look at it; null for none of these. */
export function kindOfText(text: string): 'dockerfile' | 'compose' | 'kubernetes' | null {
  if (FIRST_INSTRUCTION.test(firstLine(text))) return 'dockerfile';
  if (looksLikeManifest(text)) return 'kubernetes';
  if (isJson(text) ? JSON_COMPOSE.test(text) : YAML_COMPOSE.test(text)) return 'compose';
  return hasStage(text) ? 'dockerfile' : null;
}

/** Whether a text may hold Kubernetes objects: `apiVersion` and `kind` begin lines of it, or are keys of its JSON. */
export function looksLikeManifest(text: string): boolean {
  if (isJson(text)) return JSON_API_VERSION.test(text) && JSON_KIND.test(text);
  return YAML_API_VERSION.test(text) && YAML_KIND.test(text);
}

/** Whether any line begins as a stage of a Dockerfile does. */
export function hasStage(text: string): boolean {
  return FROM_LINE.test(text);
}

/** Whether Go's template language is in it. */
export function isTemplate(text: string): boolean {
  return text.includes('{{');
}

export function isJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

/** The first line that is neither empty nor a comment; empty without any. */
function firstLine(text: string): string {
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end).trim();
    if (line !== '' && !line.startsWith('#')) return line;
    start = end + 1;
  }
  return '';
}
