import type { Outcome } from '../../check/finding.ts';
import { malformed, type Parsed, parsed } from '../../core/parsed.ts';
import { renderSuggestion } from '../../core/suggest.ts';
import { sanitizeText } from '../../core/text.ts';
import { chooseFormat, formatNames } from '../index.ts';
import type { TableOptions } from '../table.ts';
import { renderGithub } from './github.ts';
import { renderGithubOutput } from './github-output.ts';
import { renderGitlab } from './gitlab.ts';
import { renderHtml } from './html.ts';
import { renderCheckJson } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { relocate } from './relocate.ts';
import { renderSarif } from './sarif.ts';
import { renderFindings } from './text.ts';

/** `version`: of this program. `prefix`: the working directory below the root of the checkout; empty where they are the same. */
export type CheckPlace = TableOptions & { readonly version: string; readonly prefix: string };

/** A format of a judged check; `isFileBound`: it shows findings in files only; `tellsPlaces`: those of places with images, too. */
export type CheckFormat = {
  readonly render: (outcome: Outcome, place: CheckPlace) => Parsed<string>;
  readonly isFileBound: boolean;
  readonly tellsPlaces: boolean;
};

/** Finds what `--format` or `-o` of a check asks for: a name of the table below, or what `list` has for the images that were checked. */
export function chooseCheckFormat(text: string): Parsed<CheckFormat> {
  const render = FORMATS.get(text);
  if (render !== undefined) {
    const isSeenFromRoot = SEEN_FROM_ROOT.has(text);
    return parsed({
      render: (outcome, place) => parsed(render(isSeenFromRoot ? relocate(outcome, place.prefix) : outcome, place)),
      isFileBound: FILE_BOUND.has(text),
      tellsPlaces: !FILE_BOUND.has(text) && text !== 'github-output',
    });
  }
  const names = [...FORMATS.keys(), ...formatNames().filter((name) => !FORMATS.has(name))];
  if (!names.includes(text) && !text.includes('{{')) {
    return malformed(
      `unknown format "${sanitizeText(text, 80)}": expected ${names.join(', ')} or a template such as '{{.Image}}'${renderSuggestion(text, names)}`,
    );
  }
  const ofImages = chooseFormat(text);
  if (!ofImages.ok) return ofImages;
  return parsed({ render: ({ report }, place) => ofImages.value(report, place), isFileBound: false, tellsPlaces: false });
}

const FORMATS: ReadonlyMap<string, (outcome: Outcome, place: CheckPlace) => string> = new Map<
  string,
  (outcome: Outcome, place: CheckPlace) => string
>([
  ['text', renderFindings],
  ['sarif', renderSarif],
  ['junit', renderJunit],
  ['github', renderGithub],
  ['github-output', renderGithubOutput],
  ['gitlab', renderGitlab],
  ['markdown', (outcome) => renderMarkdown(outcome)],
  ['html', renderHtml],
  ['json', renderCheckJson],
]);

const FILE_BOUND: ReadonlySet<string> = new Set(['sarif', 'github', 'gitlab']);

/** What other programs show beside the files of a repository. */
const SEEN_FROM_ROOT: ReadonlySet<string> = new Set([...FILE_BOUND, 'junit']);
