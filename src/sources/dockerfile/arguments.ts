import { type Parsed, parsed } from '../../core/parsed.ts';
import { type Platform, renderPlatform } from '../../core/platform.ts';
import { type Expansion, expandWord, type Scope } from './expand.ts';
import { splitQuotedWords } from './words.ts';

/** What an ARG declares: `NODE_VERSION`, or with its default. */
export type Argument = { readonly name: string; readonly initial: string | null };

/** Reads `NAME`, `NAME=value`, several of them, at most `most`. Source: moby/buildkit, frontend/dockerfile/instructions: parseArg(). */
export function readArguments(text: string, from: number, limits: { readonly escape: string; readonly most: number }): readonly Argument[] {
  return splitQuotedWords(text, from, limits).map((word) => {
    const equals = word.indexOf('=');
    return equals === -1 ? { name: word, initial: null } : { name: word.slice(0, equals), initial: word.slice(equals + 1) };
  });
}

/**
 * Makes what FROM sees of the ARGs before the first one: of each what the command line says, else its default, in which earlier ones are expanded.
 *
 * Source: moby/buildkit, frontend/dockerfile/dockerfile2llb: buildMetaArgs(), defaultArgs(); Dockerfile reference, "Understand how ARG and FROM interact".
 */
export function createScope(
  declared: readonly Argument[],
  options: {
    readonly escape: string;
    readonly buildArgs: ReadonlyMap<string, string>;
    readonly platforms: { readonly build: Platform; readonly target: Platform };
    /** The name of the stage that is built. */
    readonly stage: string;
  },
): Scope {
  const values = new Map<string, Parsed<Expansion>>();
  const scope: Scope = { escape: options.escape, values, effort: { left: 50_000_000 } };
  for (const [name, value] of predefined(options)) values.set(name, given(options.buildArgs.get(name) ?? value));
  for (const { name, initial } of declared) {
    const told = options.buildArgs.get(name);
    if (told !== undefined) values.set(name, given(told));
    else if (initial !== null) values.set(name, expandWord(initial, scope));
  }
  return scope;
}

/**
 * Whether the builder gives an argument its meaning without any ARG: proxies, platforms, what BuildKit is told.
 *
 * Source: Dockerfile reference, "Predefined ARGs", "Automatic platform ARGs in the global scope", "BuildKit built-in build args".
 */
export function isPredefined(name: string): boolean {
  return PREDEFINED.test(name);
}

const PREDEFINED =
  /^(?:(?:HTTP|HTTPS|FTP|NO|ALL)_PROXY|(?:http|https|ftp|no|all)_proxy|BUILDKIT_\w+|SOURCE_DATE_EPOCH|(?:BUILD|TARGET)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT)|TARGETSTAGE)$/;

function given(text: string): Parsed<Expansion> {
  return parsed({ text, unset: null, empty: null });
}

/** Source: Dockerfile reference, "Automatic platform ARGs in the global scope". */
function predefined({ platforms, stage }: Parameters<typeof createScope>[1]): readonly (readonly [string, string])[] {
  return [...describe('BUILD', platforms.build), ...describe('TARGET', platforms.target), ['TARGETSTAGE', stage]];
}

function describe(prefix: string, platform: Platform): readonly (readonly [string, string])[] {
  return [
    [`${prefix}PLATFORM`, renderPlatform(platform)],
    [`${prefix}OS`, platform.os],
    [`${prefix}OSVERSION`, platform.osVersion ?? ''],
    [`${prefix}ARCH`, platform.architecture],
    [`${prefix}VARIANT`, platform.variant ?? ''],
  ];
}
