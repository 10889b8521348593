import type { FileReference } from '../../core/file-reference.ts';
import { malformed, type Parsed, parsed } from '../../core/parsed.ts';
import type { Platform } from '../../core/platform.ts';
import { parseReference, type Reference, withDefaultTag } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';
import type { FindContext } from './contexts.ts';
import { type Expansion, expandWord, type Scope } from './expand.ts';
import type { Instruction } from './instructions.ts';
import type { Outline, Stage, Use } from './outline.ts';
import { hasPlaceholder } from './placeholders.ts';
import { parseStagePlatform } from './platforms.ts';
import type { Range } from './words.ts';

/** What a stage is built on: an earlier stage by its index, an image, a named build context, or nothing. */
export type Base =
  | { readonly kind: 'stage'; readonly index: number }
  | { readonly kind: 'reference'; readonly reference: FileReference }
  | { readonly kind: 'context'; readonly name: string; readonly reference: FileReference | null }
  | { readonly kind: 'scratch'; readonly instruction: Instruction; readonly range: Range }
  | { readonly kind: 'untold'; readonly message: string };

/** `needs`: the stages it is made of, by index; `references`: what it names itself. */
export type ResolvedStage = { readonly base: Base; readonly needs: readonly number[]; readonly references: readonly FileReference[] };

export type Resolving = {
  readonly scope: Scope;
  readonly findContext: FindContext;
  readonly buildPlatform: Platform;
  readonly make: MakeReference;
};

/** null: there are too many already. */
export type MakeReference = (instruction: Instruction, range: Range, named: Named) => FileReference | null;

export type Named = { readonly reference: Parsed<Reference>; readonly platform: Platform | null };

/**
 * Tells of each stage what its FROM, its `COPY --from` and its mounts name.
 *
 * FROM sees the stages above it, the others all of them; of two with one name it is the last. A stage that has the name of a build context is replaced by it.
 * Source: moby/buildkit, frontend/dockerfile/dockerfile2llb: buildDispatchStates(), addState(), toCommand(), detectRunMount().
 */
export function resolveStages(outline: Outline, resolving: Resolving): readonly ResolvedStage[] {
  const above = new Map<string, number>();
  const all = new Map(outline.stages.flatMap(({ name }, index) => (name === null ? [] : [[name, index] as const])));
  return outline.stages.map((stage, index) => {
    const replaced = stage.name === null ? undefined : resolving.findContext(stage.name);
    const base: Base =
      replaced === undefined || stage.name === null
        ? resolveFrom(stage, { above, outline, resolving })
        : { kind: 'context', name: stage.name, reference: replaced };
    if (stage.name !== null) above.set(stage.name, index);
    if (replaced !== undefined) return { base, needs: [], references: [] };
    const used = resolveUses(stage.uses, { all, count: outline.stages.length, resolving });
    return {
      base,
      needs: base.kind === 'stage' ? [base.index, ...used.needs] : used.needs,
      references: base.kind === 'reference' ? [base.reference, ...used.references] : used.references,
    };
  });
}

type FromOptions = { readonly above: ReadonlyMap<string, number>; readonly outline: Outline; readonly resolving: Resolving };

function resolveFrom(stage: Stage, { above, outline, resolving }: FromOptions): Base {
  const { instruction, image, flaw } = stage;
  if (image === null) return { kind: 'untold', message: 'FROM without an image' };
  const text = instruction.text.slice(image.from, image.to);
  const expanded = flaw === null ? expandName(text, outline, resolving) : malformed(hasPlaceholder(instruction.text) ? TEMPLATED : flaw);
  if (expanded.ok) {
    const name = expanded.value.text;
    const index = above.get(name.toLowerCase());
    if (index !== undefined) return { kind: 'stage', index };
    if (name === 'scratch') return { kind: 'scratch', instruction, range: image };
    const context = resolving.findContext(name);
    if (context !== undefined) return { kind: 'context', name, reference: context };
  }
  const reference = resolving.make(instruction, image, nameImage(expanded, readPlatform(stage, outline, resolving)));
  return reference === null ? { kind: 'untold', message: 'too many references in this file' } : { kind: 'reference', reference };
}

/** An image of a platform that cannot be told is not told either. */
function nameImage(expanded: Parsed<Expansion>, platform: Parsed<Platform | null>): Named {
  if (!expanded.ok) return { reference: expanded, platform: platform.ok ? platform.value : null };
  if (!platform.ok) return { reference: platform, platform: null };
  const { text, empty } = expanded.value;
  const reference = parseReference(text);
  if (reference.ok) return { reference: parsed(withDefaultTag(reference.value)), platform: platform.value };
  if (hasPlaceholder(text)) return { reference: malformed(TEMPLATED), platform: platform.value };
  const why = empty === null ? '' : `; ARG ${show(empty)} is empty`;
  return { reference: malformed(reference.message + why), platform: platform.value };
}

const TEMPLATED = 'a template fills it in before the build: check what the template makes';

function readPlatform(stage: Stage, outline: Outline, resolving: Resolving): Parsed<Platform | null> {
  if (stage.platform === null) return parsed(null);
  const expanded = expandName(stage.platform, outline, resolving);
  if (!expanded.ok) return malformed(`--platform: ${expanded.message}`);
  const platform = parseStagePlatform(expanded.value.text, resolving.buildPlatform);
  return platform.ok ? platform : malformed(`--platform: ${platform.message}`);
}

/** A variable without a value makes a word untold, even where what is left would be a reference: the build gives it one, or it would not be there. */
function expandName(word: string, outline: Outline, { scope }: Resolving): Parsed<Expansion> {
  const expanded = expandWord(word, scope);
  if (!expanded.ok || expanded.value.unset === null) return expanded;
  const { unset } = expanded.value;
  const name = show(unset);
  if (outline.declaredNames.has(unset)) {
    return malformed(`ARG ${name} has no value: give it with --build-arg ${name}=...`);
  }
  return malformed(`${name} has no value: no ARG ${name} stands before the first FROM${whereElse(unset, outline)}`);
}

function whereElse(name: string, { declaredInStages }: Outline): string {
  return declaredInStages.has(name) ? ', and one behind it is not seen by FROM' : '';
}

function show(name: string): string {
  return sanitizeText(name, 80);
}

type UseOptions = { readonly all: ReadonlyMap<string, number>; readonly count: number; readonly resolving: Resolving };

/** What `COPY --from` and mounts name; also where no stage has begun yet. */
export function resolveUses(uses: readonly Use[], options: UseOptions): Pick<ResolvedStage, 'needs' | 'references'> {
  const needs: number[] = [];
  const references: FileReference[] = [];
  for (const use of uses) {
    const index = findStage(use, options);
    if (index !== null) {
      needs.push(index);
      continue;
    }
    if (use.value === 'scratch' || options.resolving.findContext(use.value) !== undefined) continue;
    const reference = options.resolving.make(use.instruction, use.range, { reference: readUse(use, options.count), platform: null });
    if (reference !== null) references.push(reference);
  }
  return { needs, references };
}

const INDEX = /^[+-]?\d+$/;

/** A mount takes no index. */
function findStage({ via, value }: Use, { all, count }: UseOptions): number | null {
  if (via === 'copy' && INDEX.test(value)) {
    const index = Number(value);
    return index >= 0 && index < count ? index : null;
  }
  return all.get(value.toLowerCase()) ?? null;
}

function readUse({ via, value, isCut }: Use, count: number): Parsed<Reference> {
  if (isCut) return malformed('expected a shorter flag');
  if (via === 'copy' && INDEX.test(value)) {
    return malformed(`invalid stage index ${sanitizeText(value, 20)}: expected ${count > 1 ? `0 to ${count - 1}` : '0'}`);
  }
  if (value.includes('$')) return malformed('variables are not expanded here: name a stage FROM that image, and take it from the stage');
  const reference = parseReference(value);
  if (!reference.ok) return hasPlaceholder(value) ? malformed(TEMPLATED) : reference;
  return parsed(withDefaultTag(reference.value));
}
