/** Characters that Slack gives a meaning to, and what stands for them. Source: Slack API, "Formatting text for app surfaces", Escaping text. */
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);

/** Escapes text of one line and cuts it so that no more than `most` characters come of it, none of them half an entity. */
export function escapeSlack(text: string, most = Number.POSITIVE_INFINITY): string {
  const whole = text.replace(/[&<>]/g, (character) => ENTITIES.get(character) ?? character);
  if (whole.length <= most) return whole;
  const parts: string[] = [];
  let used = 1;
  for (const character of text) {
    const part = ENTITIES.get(character) ?? character;
    if (used + part.length > most) break;
    parts.push(part);
    used += part.length;
  }
  return `${parts.join('')}…`;
}

/** Renders a name as code: there nothing is a mention, a link, an emoji or emphasis. A backtick, which would end it, cannot be escaped and becomes a quote. */
export function renderSlackCode(text: string): string {
  return toCode(escapeSlack(text));
}

function toCode(escaped: string): string {
  return `\`${escaped.replaceAll('`', "'")}\``;
}

/** What makes emphasis, code or an emoji of what is around it, and cannot be escaped. */
const MEANINGFUL = /[*_~`]|:[\w+'-]{1,100}:/;

/** Renders a sentence with text from outside: as code where it would not be shown as it is. `most`: characters of what comes of it. */
export function renderSlackSentence(text: string, most = Number.POSITIVE_INFINITY): string {
  return MEANINGFUL.test(text) ? toCode(escapeSlack(text, most - 2)) : escapeSlack(text, most);
}
