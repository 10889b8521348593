import type { FindingLevel, Outcome } from '../../check/finding.ts';
import { sanitizeText } from '../../core/text.ts';
import { plural } from '../facts.ts';
import { type PlacedFinding, splitPlaced } from './placed.ts';
import { RULE_TEXTS } from './rule-texts.ts';
import { sentenceOf } from './words.ts';

/** GitHub shows 10 of a kind and drops the rest without a word: the tenth says how many there are. */
const MOST_OF_A_KIND = 9;

const COMMANDS: readonly { readonly level: FindingLevel; readonly command: string }[] = [
  { level: 'error', command: 'error' },
  { level: 'warning', command: 'warning' },
  { level: 'note', command: 'notice' },
];

/**
 * Renders workflow commands, which GitHub Actions turns into annotations of files: errors, then warnings, then notices.
 *
 * Example: `::error file=Dockerfile,line=1,endLine=1,col=6,endColumn=13,title=stale/rebuilt%3A The tag names another image now::node:20 was rebuilt`.
 * Of each kind nine are written, and one that says how many more there are.
 * Source: GitHub documentation, "Workflow commands for GitHub Actions"; actions/runner, ActionCommand.cs and ActionCommandManager.cs; actions/toolkit,
 * docs/problem-matchers.md (limits).
 */
export function renderGithub({ findings }: Outcome): string {
  const { placed } = splitPlaced(findings);
  const lines = COMMANDS.flatMap(({ level, command }) => {
    const ofLevel = placed.filter((finding) => finding.level === level);
    const shown = ofLevel.slice(0, MOST_OF_A_KIND).map((finding) => renderFinding(finding, command));
    const more = ofLevel.length - shown.length;
    return more === 0 ? shown : [...shown, renderCommand(command, [['title', 'imgupdate']], `and ${describeMore(more, level)}`)];
  });
  return lines.map((line) => `${line}\n`).join('');
}

function describeMore(count: number, level: FindingLevel): string {
  return `${plural(count, `more ${level}`)}, not annotated: see the log of this step, or its summary`;
}

function renderFinding(finding: PlacedFinding, command: string): string {
  const { place, rule } = finding;
  // columns of a place that spans lines are dropped by the runner
  const columns: readonly [string, string][] =
    place.line === place.endLine
      ? [
          ['col', String(place.column)],
          ['endColumn', String(Math.max(place.column, place.endColumn))],
        ]
      : [];
  const properties: readonly [string, string][] = [
    ['file', place.path],
    ['line', String(place.line)],
    ['endLine', String(Math.max(place.line, place.endLine))],
    ...columns,
    ['title', `${rule}: ${RULE_TEXTS[rule].title}`],
  ];
  return renderCommand(command, properties, sentenceOf(finding));
}

function renderCommand(command: string, properties: readonly (readonly [string, string])[], message: string): string {
  const written = properties.map(([name, value]) => `${name}=${escapeProperty(value)}`).join(',');
  return `::${command} ${written}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return sanitizeText(text).replaceAll('%', '%25');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
