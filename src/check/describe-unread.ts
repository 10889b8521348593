import type { FileProblem } from '../core/file-reference.ts';

/** Says of what could not be read that it was not checked: `not checked: it is empty`. A problem is a sentence whose subject is the file. */
export function describeUnread({ message }: Pick<FileProblem, 'message'>): string {
  return `not checked: ${message.replace(/^is not read: /, '').replace(/^(?=(?:is|has|names) )/, 'it ')}`;
}
