import type { Setting } from '../core/configuration.ts';
import { type Key, mapValues, type Values, VARIABLE_PREFIX, variableOf } from '../core/configuration/keys.ts';
import { suggest } from '../core/suggest.ts';
import { sanitizeText } from '../core/text.ts';
import { ImgupdateError } from '../errors.ts';

/** What the environment says, and what should be said about it. */
export type EnvironmentSettings = { readonly values: Values; readonly named: string | null; readonly warnings: readonly string[] };

const NAMED = `${VARIABLE_PREFIX}CONFIG`;
const MOST_WARNINGS = 10;

/**
 * Reads the variables `IMGUPDATE_FAIL_ON` and so on, one for each key of a file's top that has one value; an empty one counts as unset.
 *
 * One that is none of them but nearly one is warned of; what is further away may be somebody else's.
 * @throws ImgupdateError 'usage', naming the variable.
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): EnvironmentSettings {
  const known = [NAMED];
  const values = mapValues((key) => {
    known.push(variableOf(key.name));
    return readVariable(key, env);
  });
  const unknown = Object.keys(env).filter((name) => name.startsWith(VARIABLE_PREFIX) && !known.includes(name));
  const warnings = unknown.flatMap((name) => {
    const meant = suggestVariable(name, known);
    return meant === null ? [] : [`the variable ${sanitizeText(name, 80)} has no effect (did you mean ${meant}?)`];
  });
  return { values, named: env[NAMED] === undefined || env[NAMED] === '' ? null : env[NAMED], warnings: warnings.slice(0, MOST_WARNINGS) };
}

/** Where words are parted is forgotten, and no mistake more: `FALON` is one letter from `FAIL_ON` then. */
function suggestVariable(name: string, known: readonly string[]): string | null {
  const joined = new Map(known.map((each) => [joinWords(each), each]));
  return joined.get(suggest(joinWords(name), [...joined.keys()]) ?? '') ?? null;
}

function joinWords(variable: string): string {
  return variable.slice(VARIABLE_PREFIX.length).replaceAll('_', '');
}

function readVariable<T>({ name, kind: { parse } }: Key<T>, env: Readonly<Record<string, string | undefined>>): Setting<T> | null {
  const variable = variableOf(name);
  const text = env[variable];
  if (text === undefined || text === '' || parse === null) return null;
  const value = parse(text);
  if (value.ok) return { value: value.value, origin: { kind: 'environment', where: variable } };
  throw new ImgupdateError('usage', `cannot read ${variable}: ${value.message}`, {
    hint: `set it to something else, or unset ${variable}`,
  });
}
