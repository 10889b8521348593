import { renderHeldNames, renderHolds, renderHoldsJson } from '../../formats/kept-holds.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { concerns, isUnread, readHeldName, withMemory, type HoldContext } from '../held-images.ts';
import type { ShowHoldOptions } from '../program.ts';

/** `imgupdate showhold [PATTERN...]`: what the user holds back, sorted by name. Nothing is asked. */
export async function showHold(context: HoldContext, patterns: readonly string[], options: ShowHoldOptions): Promise<ExitCode> {
  const wanted = patterns.map((pattern) => concerns(readHeldName(pattern)));
  const { kept, isUnknown } = await withMemory(context, (memory) => ({ kept: memory.readHolds(), isUnknown: isUnread(memory) }));
  const holds = kept.filter(({ of }) => wanted.length === 0 || wanted.some((isConcerned) => isConcerned(of)));
  const render = options.json === true ? renderHoldsJson : options.quiet > 0 ? renderHeldNames : renderHolds;
  if (options.quiet < 2) context.stdout.write(render(holds, context.now()));
  return kept.length === 0 && isUnknown ? EXIT.untrustworthy : EXIT.ok;
}
