import type { ImageReport } from '../check/report.ts';
import type { Parsed } from '../core/parsed.ts';
import { malformed, parsed } from '../core/parsed.ts';
import { groupBy } from '../core/group.ts';
import { compilePattern } from '../core/pattern.ts';
import { parsePlatform, renderPlatform } from '../core/platform.ts';
import { parseReference } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import { BASE_MOVEMENTS, BASE_STATUSES, NEWER_STATUSES, OVERALLS, TAG_STATUSES, VERSION_LEVELS } from '../core/verdict.ts';
import { baseMovementOf } from './base.ts';
import { versionsOf } from './newer.ts';
import { renderSuggestion } from '../core/suggest.ts';

export type ImageFilter = (image: ImageReport) => boolean;

/**
 * Compiles `--filter KEY=VALUE` arguments: the same key twice means either, different keys mean both. No filter lets all pass.
 *
 * - `reference`: a glob over the name, as a bare word of `list`
 * - `status`: what the tag's question was answered with; `verdict`: the answer over all questions
 * - `update`: what is newer, `rebuilt`, `gone`, `base`, `patch`, `minor` or `major`
 * - `newer`: what the question for newer versions was answered with, `available`, `none`, `untracked`, `unknown`, or the level of one: `patch`, `minor`, `major`
 * - `base`: what the base's question was answered with, or how the base moved: `moved`, `upper-layers-removed`
 * - `registry`: `docker.io`; `source`: the kind of place, `docker-daemon`; `platform`: `linux/arm64`
 * - `label`: `KEY` or `KEY=VALUE`, as docker has it
 * - `held`, `unused` (by no container), `outdated` (a container runs an older image): `true` or `false`
 */
export function compileFilters(list: readonly string[]): Parsed<ImageFilter> {
  const filters: { readonly key: string; readonly passes: ImageFilter }[] = [];
  for (const text of list) {
    const filter = compileFilter(text);
    if (!filter.ok) return filter;
    filters.push(filter.value);
  }
  const groups = [...groupBy(filters, ({ key }) => key).values()];
  return parsed((image) => groups.every((group) => group.some(({ passes }) => passes(image))));
}

function compileFilter(text: string): Parsed<{ readonly key: string; readonly passes: ImageFilter }> {
  const at = text.indexOf('=');
  const key = (at < 0 ? text : text.slice(0, at)).trim();
  const compile = KEYS.get(key);
  const shown = sanitizeText(key, 80);
  if (compile === undefined)
    return malformed(`unknown filter key "${shown}": expected one of ${KEY_NAMES.join(', ')}${renderSuggestion(key, KEY_NAMES)}`);
  if (at < 0) return malformed(`invalid filter "${shown}": expected ${shown}=VALUE`);
  const value = text.slice(at + 1).trim();
  if (value === '') return malformed(`invalid filter "${shown}=": expected a value after "="`);
  const passes = compile(value);
  return passes.ok
    ? parsed({ key, passes: passes.value })
    : malformed(`invalid filter ${shown}=${sanitizeText(value, 80)}: ${passes.message}`);
}

type Compile = (value: string) => Parsed<ImageFilter>;

const UPDATES = ['rebuilt', 'gone', 'base', ...VERSION_LEVELS] as const;
const NEWERS = [...NEWER_STATUSES, ...VERSION_LEVELS] as const;
const BASES = [...BASE_STATUSES, ...BASE_MOVEMENTS] as const;

const KEYS: ReadonlyMap<string, Compile> = new Map<string, Compile>([
  ['reference', compileReference],
  ['status', oneOf(TAG_STATUSES, (image, status) => image.tag.verdict.kind === status)],
  ['verdict', oneOf(OVERALLS, (image, verdict) => image.verdict === verdict)],
  ['update', oneOf(UPDATES, (image, update) => updatesOf(image).includes(update))],
  ['newer', oneOf(NEWERS, (image, newer) => image.newer.verdict.kind === newer || levelsOf(image).includes(newer))],
  ['base', oneOf(BASES, (image, base) => image.base.verdict.kind === base || baseMovementOf(image) === base)],
  ['registry', compileRegistry],
  ['source', (value) => parsed((image) => image.sources.some((place) => place.kind === value))],
  ['platform', compilePlatform],
  ['label', compileLabel],
  ['held', trueOrFalse((image) => image.held !== null)],
  ['unused', trueOrFalse((image) => image.containers.length === 0)],
  ['outdated', trueOrFalse((image) => image.containers.some((use) => use.outdated))],
]);

const KEY_NAMES: readonly string[] = [...KEYS.keys()];

function compileReference(glob: string): Parsed<ImageFilter> {
  const matches = compilePattern(glob);
  if (!matches.ok) return matches;
  return parsed((image) => {
    const reference = image.registry === null ? null : parseReference(image.reference);
    return reference?.ok === true && matches.value(reference.value);
  });
}

function compileRegistry(value: string): Parsed<ImageFilter> {
  const registry = value === 'index.docker.io' ? 'docker.io' : value;
  return parsed((image) => image.registry === registry);
}

function compilePlatform(value: string): Parsed<ImageFilter> {
  const platform = parsePlatform(value);
  if (!platform.ok) return platform;
  const wanted = renderPlatform(platform.value);
  return parsed((image) => renderPlatform(image.platform) === wanted);
}

function compileLabel(value: string): Parsed<ImageFilter> {
  const at = value.indexOf('=');
  const key = at < 0 ? value : value.slice(0, at);
  return parsed((image) => {
    const found = image.labels.get(key);
    return found !== undefined && (at < 0 || found === value.slice(at + 1));
  });
}

function oneOf<T extends string>(known: readonly T[], test: (image: ImageReport, wanted: T) => boolean): Compile {
  return (value) => {
    const wanted = known.find((each) => each === value);
    if (wanted === undefined) return malformed(`expected one of ${known.join(', ')}${renderSuggestion(value, known)}`);
    return parsed((image) => test(image, wanted));
  };
}

function trueOrFalse(test: ImageFilter): Compile {
  return (value) => {
    if (value === 'true' || value === '1') return parsed(test);
    if (value === 'false' || value === '0') return parsed((image) => !test(image));
    return malformed('expected true or false');
  };
}

function updatesOf(image: ImageReport): readonly string[] {
  const base = image.base.verdict.kind;
  return [image.tag.verdict.kind, ...levelsOf(image), ...(base === 'moved' || base === 'gone' ? ['base'] : [])];
}

/** How much newer the versions are that are told. */
function levelsOf(image: ImageReport): readonly string[] {
  return versionsOf(image).map(({ level }) => level);
}
