import type { FilePlace, FileProblem, FileReference, RunningImage, Within } from '../../core/file-reference.ts';
import { readHoldComments } from '../../core/hold-comment.ts';
import type { Platform } from '../../core/platform.ts';
import { malformed, type Parsed, parsed } from '../../core/parsed.ts';
import { parseReference, type Reference, withDefaultTag } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';
import type { Position, TreeEntry } from '../../core/tree.ts';
import { entryOf, type Mapping, type Scalar } from './fields.ts';
import { fillIn, type Parameters } from './parameters.ts';
import { parseImageId } from './running-image.ts';

/** A mapping that names an image under `key`, and what is known of it. */
export type ImageHolder = {
  readonly holder: Mapping;
  readonly within: Within | null;
  readonly key: 'image' | 'reference' | 'name' | 'newName';
  /** What stands elsewhere and belongs behind it. */
  readonly suffix: string;
  readonly platform: Platform | null;
  readonly imageId: Scalar | null;
  readonly parameters: Parameters;
};

const LONGEST_WRITTEN = 500;

/** What Helm, envsubst, Tekton and sed fill in before it is a reference. */
const VARIABLE = /\{\{|\$[({A-Za-z_]|%%|^__\w+__$|^@\w+@$/;

/** It names a Go program that ko makes an image of. Source: ko, docs/features/k8s.md. */
const KO = 'ko://';

/** Reads the image a container or a volume names; null where it names none: a patch of other fields, an empty text, what is no text at all, what is built. */
export function readImage(
  { holder, within, key, suffix, platform, imageId, parameters }: ImageHolder,
  path: string,
): { readonly reference: FileReference | null; readonly problems: readonly FileProblem[] } {
  const entry = entryOf(holder, key);
  const scalar = entry?.value;
  if (entry === null || scalar?.kind !== 'scalar' || scalar.value === null || scalar.value === '') return { reference: null, problems: [] };
  if (scalar.text.startsWith(KO)) return { reference: null, problems: [] };
  const { hold, flaws } = readHoldComments(commentsOf(entry, holder.entries[0]));
  const problems = flaws.map((flaw) => ignored(path, entry.keySpan.start, flaw));
  const running = imageId === null ? parsed(null) : readRunning(imageId);
  return {
    reference: {
      kind: 'kubernetes',
      place: placeOf(scalar, path),
      written: sanitizeText(scalar.text, LONGEST_WRITTEN),
      within,
      reference: readReference(scalar, suffix, parameters),
      platform,
      running: running.ok ? running.value : null,
      hold,
    },
    problems: running.ok || imageId === null ? problems : [...problems, ignored(path, imageId.span.start, running.message)],
  };
}

/** Those above the image, else those above the list item it is in. */
function commentsOf(image: TreeEntry, first: TreeEntry | undefined): readonly string[] {
  return image.comments.length > 0 ? image.comments : (first?.comments ?? []);
}

function readRunning(imageId: Scalar): Parsed<RunningImage | null> {
  if (imageId.value === null) return parsed(null);
  return parseImageId(typeof imageId.value === 'string' ? imageId.value : imageId.text);
}

function readReference({ value: written, text }: Scalar, suffix: string, parameters: Parameters): Parsed<Reference> {
  if (typeof written !== 'string') return malformed(`expected a text, got the ${typeof written} ${sanitizeText(text, 100)}`);
  const value = fillIn(written, parameters) + suffix;
  if (VARIABLE.test(value)) return malformed(`has a variable that is filled in only when it is deployed: "${sanitizeText(value, 200)}"`);
  const reference = parseReference(value);
  return reference.ok ? parsed(withDefaultTag(reference.value)) : reference;
}

function placeOf({ span: { start, end } }: Scalar, path: string): FilePlace {
  return { path, line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}

function ignored(path: string, { line, column }: Position, message: string): FileProblem {
  return { kind: 'ignored', path, line, column, message };
}
