import { widthOf } from '../width.ts';
import { breakWord, wrapText } from './wrap.ts';

/**
 * Breaks a line for a shell as a shell joins it again: with a backslash at the end of each line but the last. What is remarked behind it stands above it then.
 *
 * Source: POSIX.1-2024, Shell Command Language, 2.2.1 Escape Character.
 */
export function wrapCommand(text: string, { indent, width }: { readonly indent: string; readonly width: number }): readonly string[] {
  if (widthOf(indent) + widthOf(text) <= width) return [indent + text];
  // the first one: no command has it, a remark may have others
  const at = text.startsWith('# ') ? 0 : text.indexOf('  # ');
  const command = at < 0 ? text : text.slice(0, at).trimEnd();
  const remark = at < 0 ? '' : text.slice(at).trim();
  return [
    ...(remark === '' ? [] : wrapText(remark, { first: indent, rest: `${indent}# `, width })),
    ...(command === '' ? [] : wrapWords(command, indent, width)),
  ];
}

/** What is within quotes is one word. */
const WORDS = /"[^"]*"|[^\s"]+/g;

function wrapWords(command: string, indent: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of command.match(WORDS) ?? []) {
    const isFirst = line.trim() === '';
    if (isFirst || widthOf(line) + 1 + widthOf(word) + BACKSLASH <= width) line = isFirst ? line + word : `${line} ${word}`;
    else {
      lines.push(`${line} \\`);
      line = `${indent}  ${word}`;
    }
    // a word goes on at the very beginning of the next line, else the indent would be in it
    const [head = '', ...others] = breakWord(line, width - 1);
    if (others.length > 0) {
      lines.push(...[head, ...others.slice(0, -1)].map((piece) => `${piece}\\`));
      line = others.at(-1) ?? '';
    }
  }
  return [...lines, line];
}

/** ` \` */
const BACKSLASH = 2;
