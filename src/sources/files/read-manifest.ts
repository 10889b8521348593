import type { FileProblem, FileReference } from '../../core/file-reference.ts';
import { findTrailingHold, MISPLACED_HOLD } from '../../core/hold-comment.ts';
import { sanitizeText } from '../../core/text.ts';
import type { Tree } from '../../core/tree.ts';
import { isJson, isTemplate } from './file-text.ts';
import type { Reading } from './readings.ts';

/** Reads Kubernetes objects; null for a text of which none is one, which only a look took for them. */
export async function readManifest(text: string, path: string): Promise<Omit<Reading, 'foundFile'> | null> {
  const [{ parseTree }, { parseKubernetes }] = await Promise.all([
    import('../../yaml/parse-tree.ts'),
    import('../kubernetes/parse-kubernetes.ts'),
  ]);
  const json = isJson(text) ? parseTree(text, 'json') : null;
  // A mapping in braces may be YAML.
  const tree = json?.ok === true || path.endsWith('.json') ? json : parseTree(text, 'yaml');
  const chosen = tree ?? parseTree(text, 'json');
  if (!chosen.ok) return { references: [], problems: [flaw(text, path, chosen)], files: [path], whole: [] };
  if (!chosen.documents.some(isObject)) return null;
  const { references, problems } = parseKubernetes(chosen.documents, path);
  return { references, problems: [...problems, ...findMisplacedHolds(text, references)], files: [path], whole: [] };
}

/** Annotations on the lines of images, of which the tree does not tell. */
function findMisplacedHolds(text: string, references: readonly FileReference[]): readonly FileProblem[] {
  if (!/#[ \t]*imgupdate/.test(text)) return [];
  const lines = text.split('\n');
  return references.flatMap(({ place: { path, endLine, endColumn } }) => {
    const at = findTrailingHold(lines[endLine - 1]?.slice(endColumn - 1) ?? '');
    return at === null ? [] : [{ kind: 'ignored' as const, path, line: endLine, column: endColumn + at, message: MISPLACED_HOLD }];
  });
}

/** A list of objects without a head, as `jq '[.items[]]'` makes it, counts as well. */
function isObject(document: Tree): boolean {
  if (document.kind === 'sequence') return document.items.some((item) => item.kind === 'mapping' && isObject(item));
  if (document.kind === 'scalar') return false;
  return ['apiVersion', 'kind'].every((key) => document.entries.some((entry) => entry.key === key && entry.value.kind === 'scalar'));
}

function flaw(
  text: string,
  path: string,
  { message, line, column }: { message: string; line: number | null; column: number | null },
): FileProblem {
  const advice = isTemplate(text) ? ' (it is a template: check what it renders to)' : '';
  return { kind: 'unread', path, line, column, message: `is not read: ${sanitizeText(message, 300)}${advice}` };
}
