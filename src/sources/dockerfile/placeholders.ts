// Alternatives begin with different characters, or have a bounded length.
const PLACEHOLDER = /\{\{|\{%|<%|%%|__[A-Z][A-Z0-9_]{0,80}__|@[A-Za-z][\w.-]{0,80}@|@@|(?<!\$)\{[A-Za-z_][\w.-]{0,80}\}/;

/**
 * Whether a template is still to fill something in: `{{ version }}`, `{% if %}`, `<%= tag %>`, `%%VERSION%%`, `@VERSION@`, `__VERSION__`, `{version}`; not `${VERSION}`.
 *
 * Source: Go text/template, Jinja, ERB, GNU autoconf (config.status), Python str.format, as Dockerfiles are made with them.
 */
export function hasPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text);
}
