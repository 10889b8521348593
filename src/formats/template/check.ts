import { renderSuggestion } from '../../core/suggest.ts';
import type { Command, FieldStep, Node, Operand, Pipeline } from './ast.ts';
import type { Shape } from './fields.ts';
import { PLAIN } from './fields.ts';
import { findFunction } from './functions.ts';

/**
 * Finds what would go wrong with every row before there is one: unknown fields and variables, wrong numbers of arguments.
 *
 * @returns the first mistake, or null.
 */
export function checkTemplate(nodes: readonly Node[], root: Shape): string | null {
  const check: Check = { root, variables: [], mistake: null };
  checkNodes(check, nodes, root);
  return check.mistake;
}

type Check = { readonly root: Shape; variables: { readonly name: string; readonly shape: Shape }[]; mistake: string | null };

const ANY: Shape = { kind: 'any' };

function checkNodes(check: Check, nodes: readonly Node[], dot: Shape): void {
  for (const node of nodes) {
    const depth = check.variables.length;
    switch (node.kind) {
      case 'text':
        continue;
      case 'pipeline':
        checkPipeline(check, node.pipeline, dot);
        continue;
      case 'if':
      case 'with': {
        const shape = checkPipeline(check, node.pipeline, dot);
        checkNodes(check, node.body, node.kind === 'with' ? shape : dot);
        break;
      }
      case 'range': {
        const shape = itemOf(checkPipeline(check, node.loop.pipeline, dot));
        for (const name of [node.loop.key, node.loop.value]) {
          if (name !== null) check.variables.push({ name, shape: name === node.loop.value ? shape : PLAIN });
        }
        checkNodes(check, node.body, shape);
      }
    }
    check.variables.length = depth;
    checkNodes(check, node.otherwise, dot);
    check.variables.length = depth;
  }
}

function itemOf(shape: Shape): Shape {
  return shape.kind === 'list' ? shape.of : shape.kind === 'map' ? PLAIN : ANY;
}

function checkPipeline(check: Check, pipeline: Pipeline, dot: Shape): Shape {
  let shape: Shape = ANY;
  for (const [at, command] of pipeline.commands.entries()) shape = checkCommand(check, command, { dot, isPiped: at > 0 });
  const target = pipeline.target;
  if (target?.declares === true) check.variables.push({ name: target.name, shape });
  else if (target !== null) {
    findVariable(check, target.name, pipeline.at);
    check.variables = check.variables.map((variable) => (variable.name === target.name ? { name: variable.name, shape: ANY } : variable));
  }
  return shape;
}

function checkCommand(check: Check, command: Command, { dot, isPiped }: { readonly dot: Shape; readonly isPiped: boolean }): Shape {
  if (command.kind === 'operand') return checkOperand(check, command.operand, dot);
  for (const operand of command.args) checkOperand(check, operand, dot);
  checkCount(check, command.name, command.args.length + (isPiped ? 1 : 0));
  return ANY;
}

function checkOperand(check: Check, operand: Operand, dot: Shape): Shape {
  return operand.fields.reduce((shape, step) => takeField(check, shape, step), checkBase(check, operand, dot));
}

function checkBase(check: Check, { base, at }: Operand, dot: Shape): Shape {
  switch (base.kind) {
    case 'dot':
      return dot;
    case 'literal':
      return PLAIN;
    case 'variable':
      return base.name === '$' ? check.root : findVariable(check, base.name, at);
    case 'call':
      checkCount(check, base.name, 0);
      return ANY;
    case 'pipeline':
      return checkPipeline(check, base.pipeline, dot);
  }
}

function takeField(check: Check, shape: Shape, step: FieldStep): Shape {
  if (shape.kind === 'any') return ANY;
  if (shape.kind === 'map') return PLAIN;
  const names = shape.kind === 'struct' ? [...shape.fields.keys()] : [];
  const found = shape.kind === 'struct' ? shape.fields.get(step.name) : undefined;
  if (found === undefined) {
    const known = names.length === 0 ? '' : `; fields: ${names.join(' ')}`;
    note(check, `can't evaluate field ${step.name} at column ${step.at + 1}${renderSuggestion(step.name, names)}${known}`);
  }
  return found ?? ANY;
}

function findVariable(check: Check, name: string, at: number): Shape {
  const variable = check.variables.findLast((each) => each.name === name);
  if (variable === undefined) note(check, `undefined variable "${name}" at column ${at + 1}`);
  return variable?.shape ?? ANY;
}

function checkCount(check: Check, name: string, count: number): void {
  const found = findFunction(name);
  if (found === null || (count >= found.least && count <= found.most)) return;
  const want = found.least === found.most ? String(found.least) : `at least ${found.least}`;
  note(check, `wrong number of args for ${name}: want ${want} got ${count}`);
}

function note(check: Check, mistake: string): void {
  check.mistake ??= mistake;
}
