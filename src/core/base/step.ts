import type { HistoryEntry } from '../history.ts';

/**
 * Who wrote a step, as far as it shows.
 *
 * - `buildkit`: comment `buildkit.dockerfile.v0`
 * - `classic`: docker's classic builder; `#(nop)` and two blanks before what only changes the config
 * - `buildah`: buildah and podman; `#(nop)` and one blank before everything, or a comment `FROM ...`
 * - `nop`: one of the last two: the classic builder too writes one blank before ADD, COPY and WORKDIR
 * - `kaniko`, `jib`, `apko`: by their author
 * - null: it does not show
 */
export type StepBuilder = 'buildkit' | 'classic' | 'buildah' | 'nop' | 'kaniko' | 'jib' | 'apko' | null;

const AUTHORS: ReadonlyMap<string, StepBuilder> = new Map([
  ['kaniko', 'kaniko'],
  ['Jib', 'jib'],
  ['apko', 'apko'],
]);

const NOP = '#(nop) ';

/** The shell that comes before it is short. */
const MAX_SHELL = 200;

/** Instructions that only change the config, whoever carries them out. WORKDIR is none: it may make the directory. */
export const SETTING_INSTRUCTIONS = [
  'ARG',
  'CMD',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'HEALTHCHECK',
  'LABEL',
  'MAINTAINER',
  'ONBUILD',
  'SHELL',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
] as const;

const CONFIG_ONLY: ReadonlySet<string> = new Set(SETTING_INSTRUCTIONS);

/** Instructions that both the classic builder and buildah write after one blank. */
const ONE_BLANK: ReadonlySet<string> = new Set(['ADD', 'COPY', 'WORKDIR']);

/** Who wrote a step. Source: moby, builder/dockerfile; moby/buildkit, frontend/dockerfile/dockerfile2llb; containers/buildah, image.go. */
export function builderOf(entry: HistoryEntry): StepBuilder {
  const author = AUTHORS.get(entry.author ?? '') ?? null;
  if (author !== null) return author;
  if (entry.comment?.startsWith('buildkit.') === true) return 'buildkit';
  if (fromComment(entry) !== null) return 'buildah';
  const nop = afterNop(entry);
  if (nop === null) return null;
  if (nop.startsWith(' ')) return 'classic';
  return ONE_BLANK.has(instructionOf(entry) ?? '') ? 'nop' : 'buildah';
}

/** The instruction a step carried out, `CMD`; null for a shell command or text of another kind. */
export function instructionOf(entry: HistoryEntry): string | null {
  const text = (afterNop(entry) ?? entry.createdBy ?? '').slice(0, 50).trimStart();
  return /^[A-Z]{2,}(?=\s|$)/.exec(text)?.[0] ?? null;
}

/** Whether a step's instruction never makes a layer by itself. */
export function isConfigOnly(entry: HistoryEntry): boolean {
  return CONFIG_ONLY.has(instructionOf(entry) ?? '');
}

/** What buildah and podman say the step was made on: a name, or the first digits of an image's id; null without such a comment. */
export function fromComment({ comment }: HistoryEntry): string | null {
  return comment?.startsWith('FROM ') === true ? comment.slice('FROM '.length) : null;
}

function afterNop({ createdBy }: HistoryEntry): string | null {
  const at = createdBy?.slice(0, MAX_SHELL).indexOf(NOP) ?? -1;
  return createdBy === null || at === -1 ? null : createdBy.slice(at + NOP.length);
}
