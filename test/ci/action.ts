import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { baseEnvironment, run } from '../helpers/processes.ts';
import { makeTemporaryDirectory } from '../helpers/temp.ts';
import { readCommands, readOutputs, type WorkflowCommand } from './runner.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export type Action = {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: {
    readonly using: string;
    readonly steps: readonly {
      readonly id: string;
      readonly shell?: string;
      readonly uses?: string;
      readonly env: Readonly<Record<string, string>>;
      readonly run: string;
    }[];
  };
};

export async function readAction(): Promise<Action> {
  const action: Action = parse(await readFile(join(ROOT, 'action.yml'), 'utf8'));
  return action;
}

/** A checkout in a folder of its own, beside the files and folders that the runner makes for a step. */
export type Workspace = {
  readonly path: string;
  /** Writes a file of the checkout, and its folders. */
  readonly write: (name: string, text: string) => Promise<void>;
  readonly run: (inputs?: Readonly<Record<string, string>>, around?: Surroundings) => Promise<Step>;
  readonly remove: () => Promise<void>;
};

export type Surroundings = {
  /** Where the action was fetched to; the repository itself without. */
  readonly actionPath?: string;
  /** What the job sets. */
  readonly env?: Readonly<Record<string, string>>;
};

export type Step = {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly commands: readonly WorkflowCommand[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
};

export async function makeWorkspace(): Promise<Workspace> {
  const directory = await makeTemporaryDirectory();
  const at = (...names: string[]): string => join(directory.path, ...names);
  const path = at('work space', 'repo');
  await mkdir(path, { recursive: true });
  await Promise.all(['home', 'temp'].map((name) => mkdir(at(name))));
  return {
    path,
    write: async (name, text) => {
      await mkdir(join(path, name, '..'), { recursive: true });
      await writeFile(join(path, name), text);
    },
    run: async (inputs = {}, around = {}) => runStep({ at, path, inputs, around }),
    remove: directory.remove,
  };
}

type StepRequest = {
  readonly at: (...names: string[]) => string;
  readonly path: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly around: Surroundings;
};

/** Runs the script of the action as a Linux runner does. Source: actions/runner, ScriptHandlerHelpers.cs; GitHub documentation, "Store information in variables". */
async function runStep({ at, path, inputs, around }: StepRequest): Promise<Step> {
  const action = await readAction();
  const [step] = action.runs.steps;
  await Promise.all([writeFile(at('script.sh'), step?.run ?? ''), writeFile(at('outputs'), ''), writeFile(at('summary'), '')]);
  const env = {
    ...baseEnvironment(),
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: path,
    GITHUB_OUTPUT: at('outputs'),
    GITHUB_STEP_SUMMARY: at('summary'),
    GITHUB_ACTION_PATH: around.actionPath ?? ROOT.replace(/\/$/, ''),
    RUNNER_TEMP: at('temp'),
    HOME: at('home'),
    ...around.env,
    ...Object.fromEntries(
      Object.entries(step?.env ?? {}).map(([name, value]) => [
        name,
        value.replace(/\$\{\{ inputs\.([a-z-]+) \}\}/g, (_, input: string) => inputs[input] ?? action.inputs[input]?.default ?? ''),
      ]),
    ),
  };
  const ran = await run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', at('script.sh')], { cwd: path, env });
  return {
    ...ran,
    commands: readCommands(ran.stdout + ran.stderr),
    outputs: readOutputs(await readFile(at('outputs'), 'utf8')),
    summary: await readFile(at('summary'), 'utf8'),
  };
}
