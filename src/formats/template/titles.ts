import type { Base, Command, Node, Operand, Pipeline } from './ast.ts';
import type { Value } from './value.ts';

/**
 * Renders a table's line of titles: each pipeline becomes the title of the field it begins with, whatever its functions do.
 *
 * Of `if` and `with` the first branch is taken, a `range` stands once, as its title.
 * Source: docker/cli, templates.go, HeaderFunctions.
 */
export function renderTitles(nodes: readonly Node[], titles: Value): string {
  return nodes
    .map((node) => {
      switch (node.kind) {
        case 'text':
          return node.text;
        case 'pipeline':
          return node.pipeline.target === null ? titleOfPipeline(node.pipeline, titles) : '';
        case 'if':
        case 'with':
          return node.kind === 'with' ? titleOfPipeline(node.pipeline, titles) : renderTitles(node.body, titles);
        case 'range':
          return titleOfPipeline(node.loop.pipeline, titles);
      }
    })
    .join('');
}

function titleOfPipeline(pipeline: Pipeline, titles: Value): string {
  return pipeline.commands.map((command) => titleOfCommand(command, titles)).find((title) => title !== '') ?? '';
}

function titleOfCommand(command: Command, titles: Value): string {
  const operands = command.kind === 'operand' ? [command.operand] : command.args;
  return operands.map((operand) => titleOfOperand(operand, titles)).find((title) => title !== '') ?? '';
}

function titleOfOperand(operand: Operand, titles: Value): string {
  const [first] = operand.fields;
  if (first === undefined || !startsAtRow(operand.base))
    return operand.base.kind === 'pipeline' ? titleOfPipeline(operand.base.pipeline, titles) : '';
  const title = typeof titles === 'object' && titles.kind === 'struct' ? titles.take(first.name) : null;
  return typeof title === 'string' ? title : '';
}

function startsAtRow(base: Base): boolean {
  return base.kind === 'dot' || (base.kind === 'variable' && base.name === '$');
}
