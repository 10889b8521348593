import type { Hold } from '../../core/hold.ts';
import { parseHoldComment, readHoldComments } from '../../core/hold-comment.ts';
import type { Instruction, Note } from './instructions.ts';

/** The hold that stands nearest above an instruction. */
export function holdAbove({ notes }: Instruction): Hold | null {
  return readHoldComments(notes.map(({ text }) => text)).hold;
}

/** What is wrong with annotations: broken ones, and those that stand above no image. */
export function flawsOfNotes(notes: readonly Note[], isAboveImage: boolean): readonly { readonly message: string; readonly note: Note }[] {
  return notes.flatMap((note) => {
    const hold = parseHoldComment(note.text);
    if (hold === null || (hold.ok && isAboveImage)) return [];
    return [{ note, message: hold.ok ? 'a hold has to stand directly above the instruction that names the image' : hold.message }];
  });
}
