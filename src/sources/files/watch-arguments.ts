import type { FileOptions, Warning } from '../../check/ports.ts';
import { suggest } from '../../core/suggest.ts';
import { sanitizeText } from '../../core/text.ts';
import { isPredefined } from '../dockerfile/arguments.ts';

/** Keeps in mind which arguments were asked for by any Dockerfile. */
export type WatchedArguments = { readonly see: (declared: ReadonlySet<string>) => void; readonly warnings: () => readonly Warning[] };

const LONGEST_NAME = 64;
const MOST_NAMES = 1_000;
const MOST_WARNINGS = 10;

/**
 * Watches for arguments of `--build-arg` that no Dockerfile declares: they are most likely mistyped.
 *
 * Those the builder knows itself need no ARG. Of what is declared the first 1,000 names are kept, to tell what may be meant.
 * Source: docker build, "One or more build-args were not consumed".
 */
export function watchArguments({ buildArgs }: Pick<FileOptions, 'buildArgs'>): WatchedArguments {
  const unseen = new Set([...buildArgs.keys()].filter((name) => !isPredefined(name)));
  const known = new Set<string>();
  let dockerfiles = 0;
  return {
    see: (declared) => {
      dockerfiles += 1;
      if (unseen.size === 0) return;
      for (const name of declared) {
        unseen.delete(name);
        if (name.length <= LONGEST_NAME && known.size < MOST_NAMES) known.add(name);
      }
    },
    warnings: () =>
      [...unseen].slice(0, MOST_WARNINGS).map((name) => {
        const meant = suggest(name, [...known]);
        const hint = meant === null ? '' : ` (did you mean ${sanitizeText(meant)}?)`;
        const why = dockerfiles === 0 ? 'has no effect: no Dockerfile was named, or found in a folder' : `is used by no Dockerfile${hint}`;
        return { code: 'unused-build-arg', message: `--build-arg ${sanitizeText(name, 80)} ${why}`, image: null };
      }),
  };
}

/** `--target` chooses a stage of a Dockerfile that is named itself, and of no other. */
export function warnOfTarget({ target }: Pick<FileOptions, 'target'>, builds: readonly unknown[]): readonly Warning[] {
  if (target === null || builds.length > 0) return [];
  const message = `--target ${sanitizeText(target, 80)} has no effect: no Dockerfile was named, as with -f Dockerfile`;
  return [{ code: 'unused-target', message, image: null }];
}
