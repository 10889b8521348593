/** Colours a text, or leaves it as it is when colour is off. */
export type Paint = Readonly<Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'magenta' | 'cyan', Brush>>;

export type Brush = (text: string) => string;

/** Leaves a text as it is. */
export const plainBrush: Brush = (text) => text;

/**
 * Makes the brushes of one stream.
 *
 * Each brush closes with the code that ends only what it began, so that brushes nest. Source: ECMA-48, SGR.
 */
export function createPaint(enabled: boolean): Paint {
  const brush = (open: number, close: number): Brush =>
    enabled ? (text) => (text === '' ? '' : `\u001b[${open}m${text}\u001b[${close}m`) : plainBrush;
  return {
    bold: brush(1, 22),
    dim: brush(2, 22),
    red: brush(31, 39),
    green: brush(32, 39),
    yellow: brush(33, 39),
    magenta: brush(35, 39),
    cyan: brush(36, 39),
  };
}

/** `flag` is `--color`, null when it was not given; `isTTY` belongs to the stream that is written to. */
export type ColorQuestion = {
  readonly flag: 'always' | 'never' | 'auto' | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTTY: boolean;
};

/**
 * Decides whether a stream is coloured; the first that has an opinion wins:
 * `--color`, FORCE_COLOR, NO_COLOR, CLICOLOR_FORCE, TERM=dumb, CLICOLOR=0, the stream being a terminal.
 *
 * An empty variable has no opinion; FORCE_COLOR `0` and `false` say no.
 * Source: force-color.org; no-color.org; bixense.com/clicolors.
 */
export function decideColor({ flag, env, isTTY }: ColorQuestion): boolean {
  if (flag === 'always') return true;
  if (flag === 'never') return false;
  if (isSet(env.FORCE_COLOR)) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  if (isSet(env.NO_COLOR)) return false;
  if (isSet(env.CLICOLOR_FORCE) && env.CLICOLOR_FORCE !== '0') return true;
  if (env.TERM === 'dumb' || env.CLICOLOR === '0') return false;
  return isTTY;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
