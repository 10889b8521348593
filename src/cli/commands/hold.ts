import type { KeptHold } from '../../check/ports.ts';
import { type Hold, isExpired } from '../../core/hold.ts';
import { describeHold, heldName } from '../../formats/kept-holds.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { confirm, readHeldName, withMemory, type HoldContext } from '../held-images.ts';
import { type HoldOptions, readHoldOptions } from '../hold-options.ts';

/** `imgupdate hold IMAGE...`: holds images back, in the words of apt-mark. Nothing is asked. */
export async function hold(context: HoldContext, images: readonly string[], options: HoldOptions): Promise<ExitCode> {
  const now = context.now();
  const said = readHoldOptions(options, now);
  const names = [...new Set(images.map(readHeldName))];
  const changes = await withMemory(context, (memory) => {
    const before = new Map(memory.readHolds().map((kept) => [kept.of, kept]));
    const planned = names.map((of) => planHold(of, said, { before: before.get(of)?.hold ?? null, now }));
    for (const { kept } of planned) if (kept !== null) memory.writeHold(kept);
    return planned;
  });
  const written = changes.flatMap(({ kept }) => kept ?? []);
  if (written.length > 0) await confirm(context, (holds) => written.every((kept) => isThere(kept, holds)));
  context.stdout.write(changes.map(({ line }) => `${line}\n`).join(''));
  return EXIT.ok;
}

/** `kept`: what is to be written, null where nothing changes. */
type Change = { readonly kept: KeptHold | null; readonly line: string };

/** What is said anew replaces what was said, and the rest stays; a hold that has ended is none any more. */
function planHold(of: string, said: Hold, { before, now }: { readonly before: Hold | null; readonly now: number }): Change {
  const name = heldName(of);
  if (before === null || isExpired(before, now)) return { kept: { of, hold: said, heldAt: now }, line: `${name} set on hold.` };
  const after = { reason: said.reason ?? before.reason, until: said.until ?? before.until };
  if (after.reason === before.reason && after.until === before.until) return { kept: null, line: `${name} was already set on hold.` };
  return { kept: { of, hold: after, heldAt: now }, line: `${name} was already set on hold; now${describeHold(after)}.` };
}

/** Another process may have replaced it by now. */
function isThere({ of, heldAt }: KeptHold, holds: readonly KeptHold[]): boolean {
  return holds.some((kept) => kept.of === of && kept.heldAt >= heldAt);
}
