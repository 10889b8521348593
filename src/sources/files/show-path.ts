import { isAbsolute, relative, sep } from 'node:path';

/** Standard input, as it is written and shown. */
export const STDIN = '-';

/** How a place's path is shown: below `cwd` relative to it, else absolute; with `/` between its parts. */
export function showPath(cwd: string, absolute: string): string {
  const below = relative(cwd, absolute);
  const isOutside = below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below);
  const shown = isOutside ? absolute : below === '' ? '.' : below;
  // A file of that name is not standard input.
  return shown === STDIN ? `./${STDIN}` : shown.split(sep).join('/');
}
