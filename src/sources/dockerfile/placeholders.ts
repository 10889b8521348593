// Each alternative has a bounded length.
const PLACEHOLDER =
  /\{\{|\{%|<%|%%[A-Za-z][\w.-]{0,80}%%|__[A-Z][A-Z0-9_]{0,80}__|@[A-Za-z][\w.-]{0,80}@|(?<![$%])\{[A-Za-z_][\w.-]{0,80}\}/;
const CONTROL = /^(?:\{\{|\{%|<%|%%[A-Za-z][\w.-]{0,80}%%|@[A-Za-z][\w.-]{0,80}@)/;

/**
 * Whether a template is still to fill something in: `{{ version }}`, `{% if %}`, `<%= tag %>`, `%%VERSION%%`, `@VERSION@`, `__VERSION__`, `{version}`; not `${VERSION}`, nor `${VERSION%%-*}`.
 *
 * Source: Go text/template, Jinja, ERB, GNU autoconf (config.status), Python str.format, as Dockerfiles are made with them.
 */
export function hasPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text);
}

/** Whether a line is a template's own and no instruction: `{% if slim %}`, `%%EXTRAS%%`. */
export function isTemplateLine(text: string): boolean {
  return CONTROL.test(text.trimStart());
}
