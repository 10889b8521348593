import type { Parsed } from '../../core/parsed.ts';
import { malformed, parsed } from '../../core/parsed.ts';
import type { Base, Command, FieldStep, Node, Operand, Pipeline } from './ast.ts';
import { findFunction } from './functions.ts';
import type { Value } from './value.ts';
import { isTrue, renderValue, sortedEntries } from './value.ts';

/** Work one row may cost: a unit per node, and one per character or item a function takes. Far above any honest template. */
const MAX_WORK = 5_000_000;

/**
 * Evaluates a template for one value.
 *
 * Loops run over data only, and all work is counted, so that it ends whatever the template says. Source: Go text/template, "Actions".
 */
export function evaluateTemplate(nodes: readonly Node[], root: Value): Parsed<string> {
  const run: Run = { root, variables: [], output: '', work: 0, failure: null };
  evaluateNodes(run, nodes, root);
  return run.failure === null ? parsed(run.output) : malformed(run.failure);
}

/** The first failure is kept, and everything after it does nothing. */
type Run = {
  readonly root: Value;
  variables: { readonly name: string; value: Value }[];
  output: string;
  work: number;
  failure: string | null;
};

function evaluateNodes(run: Run, nodes: readonly Node[], dot: Value): void {
  for (const node of nodes) {
    if (hasFailed(run)) return;
    spend(run, 1);
    evaluateNode(run, node, dot);
  }
}

function evaluateNode(run: Run, node: Node, dot: Value): void {
  switch (node.kind) {
    case 'text':
      write(run, node.text);
      return;
    case 'pipeline': {
      const value = evaluatePipeline(run, node.pipeline, dot);
      if (node.pipeline.target === null) write(run, renderValue(value));
      return;
    }
    case 'if':
    case 'with':
      inScope(run, () => {
        const value = evaluatePipeline(run, node.pipeline, dot);
        if (isTrue(value)) evaluateNodes(run, node.body, node.kind === 'with' ? value : dot);
        else evaluateNodes(run, node.otherwise, dot);
      });
      return;
    case 'range':
      inScope(run, () => evaluateLoop(run, node, dot));
  }
}

function evaluateLoop(run: Run, node: Extract<Node, { kind: 'range' }>, dot: Value): void {
  const { loop } = node;
  const value = evaluatePipeline(run, loop.pipeline, dot);
  if (hasFailed(run)) return;
  if (typeof value !== 'object' || value.kind === 'struct') {
    fail(run, `range can't iterate over ${renderValue(value).slice(0, 80)}`);
    return;
  }
  const entries: readonly (readonly [string | number, Value])[] =
    value.kind === 'list' ? value.items.map((item, index) => [index, item]) : sortedEntries(value.entries);
  if (entries.length === 0) evaluateNodes(run, node.otherwise, dot);
  for (const [key, item] of entries) {
    if (hasFailed(run)) return;
    spend(run, 1);
    inScope(run, () => {
      if (loop.key !== null) declare(run, loop.key, key);
      if (loop.value !== null) declare(run, loop.value, item);
      evaluateNodes(run, node.body, item);
    });
  }
}

function evaluatePipeline(run: Run, pipeline: Pipeline, dot: Value): Value {
  const [first, ...others] = pipeline.commands;
  if (first === undefined) return '';
  let value = evaluateCommand(run, first, { dot, piped: null });
  for (const command of others) value = evaluateCommand(run, command, { dot, piped: value });
  if (pipeline.target?.declares === true) declare(run, pipeline.target.name, value);
  else if (pipeline.target !== null) assign(run, pipeline.target.name, value);
  return value;
}

type Surroundings = { readonly dot: Value; readonly piped: Value | null };

function evaluateCommand(run: Run, command: Command, { dot, piped }: Surroundings): Value {
  if (hasFailed(run)) return '';
  spend(run, 1);
  if (command.kind === 'operand') return evaluateOperand(run, command.operand, dot);
  if (command.name === 'and' || command.name === 'or') return evaluateLogic(run, command, { dot, piped });
  const args = command.args.map((operand) => evaluateOperand(run, operand, dot));
  return callFunction(run, command.name, piped === null ? args : [...args, piped]);
}

/** `and` and `or` evaluate no argument behind the one that decides. */
function evaluateLogic(run: Run, command: Extract<Command, { kind: 'call' }>, { dot, piped }: Surroundings): Value {
  let value: Value = '';
  for (const operand of command.args) {
    value = evaluateOperand(run, operand, dot);
    if (isTrue(value) === (command.name === 'or')) return value;
  }
  return piped ?? value;
}

function evaluateOperand(run: Run, operand: Operand, dot: Value): Value {
  if (hasFailed(run)) return '';
  spend(run, 1);
  return operand.fields.reduce((value, step) => takeField(run, value, step), evaluateBase(run, operand.base, dot));
}

function evaluateBase(run: Run, base: Base, dot: Value): Value {
  switch (base.kind) {
    case 'dot':
      return dot;
    case 'literal':
      return base.value;
    case 'variable':
      return base.name === '$' ? run.root : (findVariable(run, base.name)?.value ?? '');
    case 'call':
      return callFunction(run, base.name, []);
    case 'pipeline':
      return evaluatePipeline(run, base.pipeline, dot);
  }
}

/** Own fields and keys only; what a map does not have is empty, what a struct does not have is a mistake. */
function takeField(run: Run, value: Value, step: FieldStep): Value {
  if (typeof value === 'object' && value.kind === 'map') return value.entries.get(step.name) ?? '';
  const found = typeof value === 'object' && value.kind === 'struct' ? value.take(step.name) : null;
  if (found === null) fail(run, `can't evaluate field ${step.name} at column ${step.at + 1}`);
  return found ?? '';
}

function callFunction(run: Run, name: string, args: readonly Value[]): Value {
  if (hasFailed(run)) return '';
  spend(
    run,
    args.reduce<number>((sum, arg) => sum + sizeOf(arg), 1),
  );
  const called = hasFailed(run) ? undefined : findFunction(name)?.call(args);
  if (called?.ok === false) fail(run, `error calling ${name}: ${called.message}`);
  return called?.ok === true ? called.value : '';
}

function sizeOf(value: Value): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object') return 1;
  return value.kind === 'list' ? value.items.length : value.kind === 'map' ? value.entries.size : value.names.length;
}

function inScope(run: Run, action: () => void): void {
  const depth = run.variables.length;
  action();
  run.variables.length = depth;
}

function declare(run: Run, name: string, value: Value): void {
  run.variables.push({ name, value });
}

function assign(run: Run, name: string, value: Value): void {
  const variable = findVariable(run, name);
  if (variable !== null) variable.value = value;
}

function findVariable(run: Run, name: string): Run['variables'][number] | null {
  return run.variables.findLast((variable) => variable.name === name) ?? null;
}

function write(run: Run, text: string): void {
  spend(run, text.length);
  if (!hasFailed(run)) run.output += text;
}

function spend(run: Run, work: number): void {
  run.work += work;
  if (run.work > MAX_WORK) fail(run, `the template takes more than ${MAX_WORK} steps for one image`);
}

function hasFailed(run: Run): boolean {
  return run.failure !== null;
}

function fail(run: Run, message: string): void {
  run.failure ??= message;
}
