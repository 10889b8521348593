import { type Hold, parseHoldComment } from '../../core/hold.ts';
import type { Instruction, Note } from './instructions.ts';

/** The hold that stands nearest above an instruction. */
export function holdAbove({ notes }: Instruction): Hold | null {
  for (const note of notes.toReversed()) {
    const hold = parseHoldComment(note.text);
    if (hold?.ok === true) return hold.value;
  }
  return null;
}

/** What is wrong with annotations: broken ones, and those that stand above no image. */
export function flawsOfNotes(notes: readonly Note[], isAboveImage: boolean): readonly { readonly message: string; readonly note: Note }[] {
  return notes.flatMap((note) => {
    const hold = parseHoldComment(note.text);
    if (hold === null || (hold.ok && isAboveImage)) return [];
    return [{ note, message: hold.ok ? 'a hold has to stand directly above the instruction that names the image' : hold.message }];
  });
}
