import { entryOf, type Mapping, mappingsOf } from './fields.ts';

/** What parameters stand for, by name. */
export type Parameters = ReadonlyMap<string, string>;

export const NO_PARAMETERS: Parameters = new Map();

/**
 * Adds the parameters that a Tekton object declares: a `value` that is given goes before a `default`; one that is made of others stands for nothing.
 *
 * Source: Tekton, pipelines/docs/tasks.md ("Specifying Parameters") and taskruns.md ("Propagated Parameters").
 */
export function withParameters(object: Mapping, known: Parameters): Parameters {
  const declared = mappingsOf(object, 'params');
  if (declared.length === 0) return known;
  const parameters = new Map(known);
  for (const parameter of declared) {
    const name = scalarOf(parameter, 'name');
    const value = scalarOf(parameter, 'value');
    const initial = scalarOf(parameter, 'default');
    if (name === null || (parameters.size >= MOST && !parameters.has(name))) continue;
    if (entryOf(parameter, 'value') !== null) put(parameters, name, value);
    else if (!parameters.has(name)) put(parameters, name, initial);
  }
  return parameters;
}

/** They are copied wherever one more is declared. */
const MOST = 100;
const LONGEST = 500;
// Alternatives begin with different characters, so reading is linear.
const PARAMETER = /\$\((?:inputs\.)?params(?:\.([\w-]{1,200})|\["([^"\]]{1,200})"\]|\['([^'\]]{1,200})'\])\)/g;

/** Puts values in the place of `$(params.NAME)` and `$(params["NAME"])`; what has none stays. Source: Tekton, pipelines/docs/variables.md. */
export function fillIn(text: string, parameters: Parameters): string {
  if (parameters.size === 0 || text.length > LONGEST) return text;
  return text.replace(PARAMETER, (whole, plain?: string, double?: string, single?: string) => {
    return parameters.get(plain ?? double ?? single ?? '') ?? whole;
  });
}

function put(parameters: Map<string, string>, name: string, value: string | null): void {
  if (value === null || value.length > LONGEST || value.includes('$(')) parameters.delete(name);
  else parameters.set(name, value);
}

function scalarOf(mapping: Mapping, key: string): string | null {
  const value = entryOf(mapping, key)?.value;
  return value?.kind === 'scalar' && value.value !== null ? value.text : null;
}
