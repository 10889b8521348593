import { sanitizeText } from '../core/text.ts';
import type { BaseVerdict } from '../core/verdict.ts';

/** More than this of a step is a script. */
const LONGEST_READ = 2000;
const LONGEST_SHOWN = 120;

/**
 * Tells which layer differs first, counted from 1, and the steps that made it here and in the base as it is now.
 *
 * `layer 2`, `here: RUN apt-get update`, `now: RUN apt-get update && apt-get upgrade`. Nothing unless the base moved and the layer is known.
 */
export function describeDifference(verdict: BaseVerdict, noTrunc: boolean): readonly string[] {
  if (verdict.kind !== 'moved' || verdict.difference === null) return [];
  const { position, installedBy, candidateBy } = verdict.difference;
  const layer = `layer ${position + 1}`;
  if (installedBy === null && candidateBy === null) return [layer];
  const [here, now] = [installedBy, candidateBy].map((step) => (step === null ? null : shortenStep(step, noTrunc)));
  if (installedBy === candidateBy) return [`${layer}, made by the same step: ${here ?? ''}`];
  const absent = verdict.movement === 'upper-layers-removed' ? 'no such layer' : 'not told';
  return [layer, `here: ${here ?? 'none of its base, or not told'}`, `now: ${now ?? absent}`];
}

/**
 * Shortens what a builder recorded of a step to the instruction that made it.
 *
 * - `/bin/sh -c #(nop) COPY file:… in /app ` is `COPY file:… in /app`, `/bin/sh -c apt-get update` is `RUN apt-get update`: docker's classic builder
 * - `RUN |1 VERSION=2 /bin/sh -c make # buildkit` is `RUN make`: BuildKit
 *
 * Blanks and new lines become one blank each, and digests their beginnings.
 */
export function shortenStep(step: string, noTrunc = false): string {
  const line = sanitizeText(step.slice(0, LONGEST_READ).replace(/\s+/g, ' ').trim()).replace(/ # buildkit$/, '');
  const instruction = step.length > LONGEST_READ ? `${readInstruction(line)}\u2026` : readInstruction(line);
  return noTrunc ? instruction : sanitizeText(instruction.replace(/([a-f0-9]{12})[a-f0-9]{52}/g, '$1'), LONGEST_SHOWN);
}

const SHELL = '/bin/sh -c ';
const NO_OPERATION = '#(nop)';

/** Before the shell may stand RUN and the build's arguments, which are nobody's business here. */
function readInstruction(line: string): string {
  const at = line.indexOf(SHELL);
  if (at < 0 || !/^(?:RUN )?(?:\|\d+ .*)?$/.test(line.slice(0, at))) return line;
  const command = line.slice(at + SHELL.length);
  return command.startsWith(NO_OPERATION) ? command.slice(NO_OPERATION.length).trim() : `RUN ${command}`;
}
