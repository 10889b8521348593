import { heldName } from '../../formats/kept-holds.ts';
import { sanitizeText } from '../../core/text.ts';
import { ImgupdateError } from '../../errors.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { concerns, confirm, isUnread, readHeldName, withMemory, type HoldContext } from '../held-images.ts';

/** How many other holds are named. */
const MOST_NAMED = 3;

/** `imgupdate unhold IMAGE...`: holds images back no longer, in the words of apt-mark. Each is named as it is held; nothing is asked. */
export async function unhold(context: HoldContext, images: readonly string[]): Promise<ExitCode> {
  const now = context.now();
  const names = [...new Set(images.map(readHeldName))];
  const { removed, left, isUnknown } = await withMemory(context, (memory) => ({
    removed: names.filter((of) => memory.removeHold(of)),
    left: memory.readHolds().map(({ of }) => of),
    isUnknown: isUnread(memory),
  }));
  if (removed.length === 0 && left.length === 0 && isUnknown) {
    throw new ImgupdateError('unreadable', 'what is held back is not known: the state cannot be read', {
      hint: 'make it readable, or name the folder it is in with XDG_STATE_HOME',
    });
  }
  if (removed.length > 0) {
    await confirm(context, (holds) => holds.every(({ of, heldAt }) => !removed.includes(of) || heldAt > now));
  }
  const lines = names.map((of) =>
    removed.includes(of) ? `Canceled hold on ${heldName(of)}.` : `${heldName(of)} was already not on hold.`,
  );
  context.stdout.write(lines.map((line) => `${line}\n`).join(''));
  const hints = names.flatMap((of) => (removed.includes(of) ? [] : nameOthers(of, left)));
  context.stderr.write(hints.map((hint) => `N: ${sanitizeText(hint)}\n`).join(''));
  return EXIT.ok;
}

/** A hold of another name that concerns the same image goes on holding it. */
function nameOthers(of: string, holds: readonly string[]): readonly string[] {
  const others = holds.filter((other) => concerns(of)(other) || concerns(other)(of)).map(heldName);
  if (others.length === 0) return [];
  const named = others.slice(0, MOST_NAMED).join(', ');
  const more = others.length > MOST_NAMED ? ` and ${others.length - MOST_NAMED} more` : '';
  return [`there is a hold of ${named}${more}, which is lifted by that name`];
}
