/** The first word of a Dockerfile's first instruction, behind comments and empty lines. */
const FIRST_INSTRUCTION = /^(?:FROM|ARG)[ \t]/i;
/** What no prose and no program begins with: `from x import y` has a word too many. */
const LOWERCASE = /^from[ \t]+(?:--[^ \t]+[ \t]+)*[^ \t]+(?:[ \t]+as[ \t]+[^ \t]+)?$|^arg[ \t]+\w+(?:=|$)/i;
const UPPERCASE = /^(?:FROM|ARG)[ \t]/;
const KEYWORD =
  /^(?:ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)[ \t]/;
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

/** Whether a text begins as Dockerfiles do, which a file that only has such a name need not be. */
export function beginsAsDockerfile(text: string): boolean {
  const line = firstLine(text);
  return UPPERCASE.test(line) || LOWERCASE.test(line.slice(0, LONGEST_LINE));
}

const LONGEST_LINE = 4096;

/** Whether it begins with an instruction, be it one that may not stand there. */
export function beginsWithInstruction(text: string): boolean {
  return beginsAsDockerfile(text) || KEYWORD.test(firstLine(text));
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
