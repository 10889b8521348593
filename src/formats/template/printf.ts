import type { Value } from './value.ts';
import { kindOf, renderValue } from './value.ts';

/** Wider than this Go refuses too; here it is the limit of all widths of a format together. */
const MAX_WIDTH = 1_000_000;

const VERB = /%(?<flags>[-+# 0]*)(?<width>\d*)(?:\.(?<precision>\d*))?(?<verb>[^])?/gu;

/**
 * Formats as Go's `fmt.Sprintf`: `%s %q %v %d %t %c %x %X %o %b %e %f %g %%` with the flags `-`, `+`, `0`, width and precision.
 *
 * A wrong call is no error but shows in the text, as in Go: `%!d(string=web)`, `%!s(MISSING)`, `%!(EXTRA int=1)`, `%!(BADWIDTH)`.
 * Width and precision count characters. Source: Go fmt, "Printing" and "Format errors".
 */
export function renderFormatted(format: string, args: readonly Value[]): string {
  let text = '';
  let end = 0;
  let used = 0;
  let widths = 0;
  for (const match of format.matchAll(VERB)) {
    const spec = readSpec(match);
    text += format.slice(end, match.index);
    end = match.index + match[0].length;
    widths += spec.width;
    const arg = args[used];
    if (spec.verb !== '' && spec.verb !== '%') used += 1;
    text += widths > MAX_WIDTH ? '%!(BADWIDTH)' : renderSpec(spec, arg);
  }
  const extra = args.slice(used).map(renderWrong);
  return text + format.slice(end) + (extra.length === 0 ? '' : `%!(EXTRA ${extra.join(', ')})`);
}

type Spec = { readonly flags: string; readonly width: number; readonly precision: number | null; readonly verb: string };

function readSpec({ groups = {} }: RegExpExecArray): Spec {
  const precision = groups.precision === undefined ? null : Number(groups.precision);
  return { flags: groups.flags ?? '', width: Number(groups.width), precision, verb: groups.verb ?? '' };
}

function renderSpec(spec: Spec, arg: Value | undefined): string {
  if (spec.verb === '') return '%!(NOVERB)';
  if (spec.verb === '%') return '%';
  if (arg === undefined) return `%!${spec.verb}(MISSING)`;
  if (spec.precision !== null && spec.precision > MAX_WIDTH) return '%!(BADPREC)';
  return pad(renderVerb(spec, arg) ?? `%!${spec.verb}(${renderWrong(arg)})`, spec, arg);
}

/** `string=web` */
function renderWrong(arg: Value): string {
  return `${kindOf(arg)}=${renderValue(arg)}`;
}

function renderVerb(spec: Spec, arg: Value): string | null {
  if (spec.verb === 'v')
    return typeof arg === 'string' ? cut(arg, spec) : typeof arg === 'number' ? signed(renderValue(arg), spec) : renderValue(arg);
  if (typeof arg === 'string') return renderText(spec, arg);
  if (typeof arg === 'number') return Number.isInteger(arg) ? renderInteger(spec, arg) : renderFloat(spec, arg);
  if (typeof arg === 'boolean') return spec.verb === 't' ? String(arg) : null;
  if (arg.kind === 'list') return renderList(spec, arg.items);
  return null;
}

function renderText(spec: Spec, text: string): string | null {
  if (spec.verb === 's') return cut(text, spec);
  if (spec.verb === 'q') return JSON.stringify(cut(text, spec));
  if (spec.verb !== 'x' && spec.verb !== 'X') return null;
  return changeCase([...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join(''), spec);
}

const BASES: ReadonlyMap<string, number> = new Map([
  ['d', 10],
  ['x', 16],
  ['X', 16],
  ['o', 8],
  ['b', 2],
]);

function renderInteger(spec: Spec, value: number): string | null {
  const base = BASES.get(spec.verb);
  if (base !== undefined) {
    const digits = Math.abs(value)
      .toString(base)
      .padStart(spec.precision ?? 0, '0');
    return signed(changeCase(`${value < 0 ? '-' : ''}${digits}`, spec), spec);
  }
  if (spec.verb === 'c') return value >= 0 && value <= 0x10ffff ? String.fromCodePoint(value) : '\uFFFD';
  return renderFloat(spec, value);
}

function renderFloat(spec: Spec, value: number): string | null {
  const digits = Math.min(spec.precision ?? 6, 100);
  if (spec.verb === 'f' || spec.verb === 'F') return signed(value.toFixed(digits), spec);
  if (spec.verb === 'e') return signed(twoDigitExponent(value.toExponential(digits)), spec);
  if (spec.verb !== 'g') return null;
  return signed(String(spec.precision === null ? value : Number(value.toPrecision(Math.max(1, digits)))), spec);
}

/** Go formats the items of a list each by the verb: `[a b]`. */
function renderList(spec: Spec, items: readonly Value[]): string {
  return `[${items.map((item) => renderVerb(spec, item) ?? `%!${spec.verb}(${renderWrong(item)})`).join(' ')}]`;
}

function pad(text: string, spec: Spec, arg: Value): string {
  const missing = spec.width - Array.from(text).length;
  if (missing <= 0) return text;
  if (spec.flags.includes('-')) return text + ' '.repeat(missing);
  if (!spec.flags.includes('0') || typeof arg !== 'number') return ' '.repeat(missing) + text;
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + '0'.repeat(missing) + text.slice(sign.length);
}

function cut(text: string, spec: Spec): string {
  return spec.precision === null || text.length <= spec.precision ? text : Array.from(text).slice(0, spec.precision).join('');
}

function signed(digits: string, spec: Spec): string {
  if (digits.startsWith('-')) return digits;
  return spec.flags.includes('+') ? `+${digits}` : spec.flags.includes(' ') ? ` ${digits}` : digits;
}

function changeCase(digits: string, spec: Spec): string {
  return spec.verb === 'X' ? digits.toUpperCase() : digits;
}

function twoDigitExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, (_, sign: string, digit: string) => `e${sign}0${digit}`);
}
