import type { FilesReport } from '../check/report.ts';
import { describeUnread } from '../check/describe-unread.ts';
import type { FileProblem } from '../core/file-reference.ts';
import { sanitizeText } from '../core/text.ts';
import { plural } from './facts.ts';
import { renderPath } from './path.ts';

const MOST_LINES = 5;
const LONGEST_MESSAGE = 300;
const LOOKED_FOR = 'Dockerfile*, Containerfile*, compose*.yaml and Kubernetes manifests';

/** Says on stderr what could not be read of files, or has no effect in them, five lines at most: `W: compose.yaml:3:5: a hold behind the image has no effect`. */
export function renderProblems(mark: 'E' | 'W', problems: readonly FileProblem[]): readonly string[] {
  const lines = problems.slice(0, MOST_LINES).map((problem) => {
    const message = problem.kind === 'unread' ? describeUnread(problem) : problem.message;
    return `${mark}: ${nameSpot(problem)}: ${sanitizeText(message, LONGEST_MESSAGE)}`;
  });
  return problems.length > lines.length ? [...lines, `${mark}: and ${problems.length - lines.length} more of the kind`] : lines;
}

function nameSpot({ path, line, column }: FileProblem): string {
  if (line === null) return namePath(path);
  return [renderPath(path), line, ...(column === null ? [] : [column])].join(':');
}

function namePath(path: string): string {
  return path === '-' ? 'standard input' : renderPath(path);
}

/** Says that nothing was found, and in what: `no images found in deploy (read 3 files)`. `paths`: as the user wrote them. */
export function describeNoImages(paths: readonly string[], files: FilesReport | null): string {
  const places = paths.slice(0, MOST_LINES).map((path) => (path === '-' ? 'standard input' : sanitizeText(path, LONGEST_MESSAGE)));
  const more = paths.length > places.length ? ` and ${paths.length - places.length} more` : '';
  const where = places.length === 0 ? '' : ` in ${places.join(', ')}${more}`;
  const how = files === null ? '' : ` (${files.read === 0 ? `looked for ${LOOKED_FOR}` : `read ${plural(files.read, 'file')}`})`;
  return `no images found${where}${how}`;
}
