import { suggest } from '../../core/suggest.ts';
import { sanitizeText } from '../../core/text.ts';
import { type Argument, readArguments } from './arguments.ts';
import type { Instruction } from './instructions.ts';
import { findMountFrom } from './mounts.ts';
import { isTemplateLine } from './placeholders.ts';
import { type Command, type Flag, type Range, splitCommand, splitWords } from './words.ts';

/** A stage as it is written. Ranges are in the instruction's text. */
export type Stage = {
  readonly instruction: Instruction;
  /** Lowercase. */
  readonly name: string | null;
  readonly image: Range | null;
  /** Why the builder refuses this FROM. */
  readonly flaw: string | null;
  /** What `--platform` says, variables and all. */
  readonly platform: string | null;
  readonly uses: readonly Use[];
};

/** A `--from` of a COPY, or the `from` of a mount. */
export type Use = {
  readonly instruction: Instruction;
  readonly via: 'copy' | 'mount';
  readonly value: string;
  readonly range: Range;
  /** It has more characters than are read. */
  readonly isCut: boolean;
};

export type Flaw = { readonly kind: 'unread' | 'ignored'; readonly instruction: Instruction; readonly message: string };

export type Outline = {
  /** The ARGs before the first FROM. */
  readonly declared: readonly Argument[];
  readonly declaredNames: ReadonlySet<string>;
  /** The names of all others. */
  readonly declaredInStages: ReadonlySet<string>;
  readonly stages: readonly Stage[];
  /** Uses before the first FROM. */
  readonly uses: readonly Use[];
  readonly flaws: readonly Flaw[];
};

/** Puts the instructions into their stages. Source: moby/buildkit, frontend/dockerfile/instructions: Parse(), parseFrom(), parseCopy(), parseOnBuild(). */
export function outlineDockerfile(instructions: readonly Instruction[], escape: string): Outline {
  const declared: Argument[] = [];
  const declaredInStages = new Set<string>();
  const stages: (Stage & { uses: Use[] })[] = [];
  const uses: Use[] = [];
  const flaws: Flaw[] = [];
  const unknown: Instruction[] = [];
  for (const instruction of instructions) {
    const command = splitCommand(instruction.text, 0);
    const stage = stages.at(-1);
    if (instruction.keyword === 'from') {
      const from = readFrom(instruction, command);
      stages.push({ ...from.stage, uses: [] });
      flaws.push(...from.flaws);
    } else if (instruction.keyword === 'arg') {
      const room = MOST_ARGUMENTS - declared.length - declaredInStages.size;
      const names = readArguments(instruction.text, command.args, { escape, most: room + 1 });
      if (names.length > room) flaws.push({ kind: 'unread', instruction, message: `expected at most ${MOST_ARGUMENTS} ARGs` });
      for (const argument of names.slice(0, room)) {
        if (stage === undefined) declared.push(argument);
        else declaredInStages.add(argument.name);
      }
    } else {
      if (!KEYWORDS.includes(instruction.keyword)) unknown.push(instruction);
      else if (stage === undefined)
        flaws.push({ kind: 'ignored', instruction, message: `${nameOf(instruction)} stands before the first FROM` });
      for (const use of readUses(instruction, command)) (stage?.uses ?? uses).push(use);
    }
  }
  return {
    declared,
    declaredNames: new Set(declared.map(({ name }) => name)),
    declaredInStages,
    stages,
    uses,
    flaws: [...flaws, ...flawsOfUnknown(unknown, stages)],
  };
}

const MOST_ARGUMENTS = 10_000;
const STAGE_NAME = /^[a-z][a-z0-9_.-]*$/;

function readFrom(instruction: Instruction, command: Command): { stage: Omit<Stage, 'uses'>; flaws: readonly Flaw[] } {
  const { text } = instruction;
  const [image = null, as, named, more] = splitWords(text, command.args, 4);
  const platform = command.flags.find(({ name }) => name === 'platform')?.value ?? null;
  const isNamed = as !== undefined && named !== undefined && more === undefined && text.slice(as.from, as.to).toLowerCase() === 'as';
  const name = isNamed ? text.slice(named.from, named.to).toLowerCase() : null;
  const isName = name === null || STAGE_NAME.test(name);
  const stage = {
    instruction,
    name: isName ? name : null,
    image,
    flaw: image !== null && as !== undefined && !isNamed ? 'expected FROM IMAGE or FROM IMAGE AS NAME, and nothing else on the line' : null,
    platform,
  };
  const flaws: Flaw[] = [];
  if (image === null) flaws.push({ kind: 'unread', instruction, message: 'FROM without an image' });
  if (!isName) flaws.push({ kind: 'ignored', instruction, message: `invalid name for a build stage: "${sanitizeText(name, 80)}"` });
  return { stage, flaws };
}

function readUses(instruction: Instruction, outer: Command): readonly Use[] {
  const command = outer.keyword === 'onbuild' ? splitCommand(instruction.text, outer.args) : outer;
  if (command.keyword === 'copy') {
    return command.flags.flatMap((flag) =>
      flag.name === 'from' ? makeUse(instruction, 'copy', { ...flag, value: flag.value ?? '' }) : [],
    );
  }
  if (command.keyword !== 'run') return [];
  return command.flags.flatMap((flag) => {
    if (flag.name !== 'mount') return [];
    const found = findMountFrom(flag);
    return found !== null || flag.isCut ? makeUse(instruction, 'mount', { ...flag, ...found }) : [];
  });
}

function makeUse(instruction: Instruction, via: Use['via'], { value, offsets, isCut }: Omit<Flag, 'name'>): readonly Use[] {
  const [from] = offsets;
  const last = offsets.at(-1);
  if (value === null || value === '' || from === undefined || last === undefined) return [];
  return [{ instruction, via, value, range: { from, to: last + 1 }, isCut }];
}

const KEYWORDS: readonly string[] = [
  ...['add', 'arg', 'cmd', 'copy', 'entrypoint', 'env', 'expose', 'from', 'healthcheck', 'label', 'maintainer', 'onbuild', 'run', 'shell'],
  ...['stopsignal', 'user', 'volume', 'workdir'],
];

/**
 * The builder stops at the first, and what is no Dockerfile at all has one on every line.
 *
 * What has no stage may be anything that somebody else's compose file leads to, so a word of it is repeated only where it is nearly an instruction.
 */
function flawsOfUnknown(unknown: readonly Instruction[], stages: readonly unknown[]): readonly Flaw[] {
  const [first] = unknown;
  if (first === undefined) return [];
  const more = unknown.length === 1 ? '' : `, and ${unknown.length - 1} more`;
  const templated = unknown.find(({ text }) => isTemplateLine(text));
  if (templated !== undefined) {
    const message = `"${nameOf(templated)}" is a template's and no instruction${more}: check what the template makes`;
    return [{ kind: 'ignored', instruction: templated, message }];
  }
  const meant = suggest(first.keyword, KEYWORDS);
  if (meant === null && stages.length === 0) return [];
  const hint = meant === null ? '' : ` (did you mean "${meant.toUpperCase()}"?)`;
  return [{ kind: 'unread', instruction: first, message: `unknown instruction "${nameOf(first)}"${hint}${more}` }];
}

function nameOf({ keyword }: Instruction): string {
  return sanitizeText(keyword.slice(0, 80).toUpperCase(), 40);
}
