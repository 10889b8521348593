/** A line that the runner takes as a command rather than as text. */
export type WorkflowCommand = { readonly name: string; readonly properties: Readonly<Record<string, string>>; readonly data: string };

/** Most of what the runner registers; the rest is for containers and plugins. */
const REGISTERED: readonly string[] = [
  'stop-commands',
  'error',
  'warning',
  'notice',
  'debug',
  'group',
  'endgroup',
  'echo',
  'add-mask',
  'add-path',
  'add-matcher',
  'remove-matcher',
  'set-env',
  'set-output',
  'save-state',
];

/**
 * Reads what a step printed as the runner does: both ways to write a command, and `stop-commands`.
 *
 * Source: actions/runner, ActionCommand.cs (TryParseV2, TryParse) and ActionCommandManager.cs (TryProcessCommand).
 */
export function readCommands(output: string): readonly WorkflowCommand[] {
  const registered = new Set(REGISTERED);
  const commands: WorkflowCommand[] = [];
  let token: string | null = null;
  for (const line of output.split(/\r\n|\n|\r/)) {
    const command = parseNew(line, registered) ?? parseOld(line, registered);
    if (command === null) continue;
    if (token !== null) {
      if (command.name.toLowerCase() !== token.toLowerCase()) continue;
      registered.delete(token.toLowerCase());
      token = null;
    } else if (command.name.toLowerCase() === 'stop-commands') {
      token = command.data;
      registered.add(token.toLowerCase());
    } else commands.push(command);
  }
  if (token !== null) throw new Error('commands were stopped and never resumed');
  return commands;
}

/** `::name key=value,key=value::data` */
function parseNew(line: string, registered: ReadonlySet<string>): WorkflowCommand | null {
  const text = line.trimStart();
  const end = text.indexOf('::', 2);
  if (!text.startsWith('::') || end < 0) return null;
  return toCommand(text.slice(2, end), text.slice(end + 2), {
    registered,
    separator: ',',
    inProperties: ['%0D', '%0A', '%3A', '%2C', '%25'],
    inData: ['%0D', '%0A', '%25'],
  });
}

/** `##[name key=value;key=value]data`, wherever it stands in the line. */
function parseOld(line: string, registered: ReadonlySet<string>): WorkflowCommand | null {
  const start = line.indexOf('##[');
  const end = line.indexOf(']', start);
  if (start < 0 || end < 0) return null;
  const escapes = ['%3B', '%0D', '%0A', '%5D', '%25'];
  return toCommand(line.slice(start + 3, end), line.slice(end + 1), {
    registered,
    separator: ';',
    inProperties: escapes,
    inData: escapes,
  });
}

type Grammar = {
  readonly registered: ReadonlySet<string>;
  readonly separator: string;
  readonly inProperties: readonly string[];
  readonly inData: readonly string[];
};

function toCommand(info: string, data: string, grammar: Grammar): WorkflowCommand | null {
  const space = info.indexOf(' ');
  const name = space < 0 ? info : info.slice(0, space);
  if (!grammar.registered.has(name.toLowerCase())) return null;
  const written = space < 0 ? [] : info.slice(space + 1).split(grammar.separator);
  const pairs = written.flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=');
    return at <= 0 || at === pair.length - 1 ? [] : [[pair.slice(0, at).trim(), unescape(pair.slice(at + 1), grammar.inProperties)]];
  });
  return { name, properties: Object.fromEntries(pairs), data: unescape(data, grammar.inData) };
}

function unescape(text: string, escapes: readonly string[]): string {
  return escapes.reduce((so, escape) => so.replaceAll(escape, decodeURIComponent(escape)), text);
}

/**
 * Reads a file of outputs as the runner does: `name=value`, or `name<<DELIMITER` and the lines up to it. The last of a name counts.
 *
 * Source: actions/runner, FileCommandManager.cs.
 */
export function readOutputs(text: string): Readonly<Record<string, string>> {
  const outputs: Record<string, string> = {};
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('the last line of outputs has no end');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) outputs[line.slice(0, equals)] = line.slice(equals + 1);
    else if (heredoc > 0 && heredoc + 2 < line.length) {
      const end = lines.indexOf(line.slice(heredoc + 2), at + 1);
      if (end < 0) throw new Error(`the delimiter of ${line.slice(0, heredoc)} was not found`);
      outputs[line.slice(0, heredoc)] = lines.slice(at + 1, end).join('\n');
      at = end;
    } else throw new Error(`no output: ${line}`);
  }
  return outputs;
}
