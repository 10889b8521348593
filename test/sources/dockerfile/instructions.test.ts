import { describe, expect, it } from 'vitest';
import { readInstructions } from '../../../src/sources/dockerfile/instructions.ts';

function instructionsIn(text: string, escape = '\\'): readonly string[] {
  const { instructions, stop } = readInstructions(text, escape);
  return [...instructions.map((instruction) => instruction.text), ...(stop === null ? [] : [`stop: ${stop.message}`])];
}

describe('the instructions of a Dockerfile', () => {
  it.each([
    ['one on each line', 'FROM a\nRUN b', ['FROM a', 'RUN b']],
    ['indented, with spaces behind', '  FROM a  \n\tRUN b\t\n', ['FROM a', 'RUN b']],
    ['with CRLF', 'FROM a\r\nRUN b\r\n', ['FROM a', 'RUN b']],
    ['a lone carriage return ends no line', 'FROM a\rRUN b', ['FROM a\rRUN b']],
    ['over several lines', 'RUN a \\\n  b \\\r\n c', ['RUN a   b  c']],
    ['a word over two lines', 'FRO\\\nM a', ['FROM a']],
    ['with comments and blank lines between', 'RUN a \\\n# no\n\n   # no\n  b', ['RUN a   b']],
    ['with spaces behind the escape', 'RUN a \\ \t\nb', ['RUN a b']],
    ['an escaped escape continues nothing', 'RUN a \\\\\nFROM b', ['RUN a \\\\', 'FROM b']],
    ['an escape on a line of its own', '\\\nFROM a', ['FROM a']],
    ['a last line that continues', 'FROM a \\', ['FROM a']],
    ['a comment does not continue', '# a \\\nFROM a', ['FROM a']],
    ['nothing', '', []],
    ['only comments', '# a\n\n# b', []],
  ])('%s', (_, text, expected) => expect(instructionsIn(text)).toEqual(expected));

  it.each([
    ['RUN', 'RUN <<EOF\nFROM x\nEOF\nFROM a', ['RUN <<EOF', 'FROM a']],
    ['in quotes', 'RUN <<"E F"\nFROM x\nE F\nFROM a', ['RUN <<"E F"', 'FROM a']],
    ['with an escape', 'RUN <<\\EOF\nFROM x\nEOF\nFROM a', ['RUN <<\\EOF', 'FROM a']],
    ['with tabs', 'RUN <<-EOF\nFROM x\n\t\tEOF\nFROM a', ['RUN <<-EOF', 'FROM a']],
    ['whose end may not be indented', 'RUN <<EOF\n\tEOF\nEOF\nFROM a', ['RUN <<EOF', 'FROM a']],
    ['several', 'COPY <<A <<B /x\nFROM x\nB\nA\nB\nFROM a', ['COPY <<A <<B /x', 'FROM a']],
    ['with a descriptor', 'RUN x 3<<EOF\nFROM x\nEOF\nFROM a', ['RUN x 3<<EOF', 'FROM a']],
    ['ONBUILD', 'ONBUILD RUN <<EOF\nFROM x\nEOF\nFROM a', ['ONBUILD RUN <<EOF', 'FROM a']],
    ['with CRLF', 'ADD <<EOF /x\r\nFROM x\r\nEOF\r\nFROM a', ['ADD <<EOF /x', 'FROM a']],
    ['behind a continuation', 'RUN cat \\\n <<EOF\nFROM x \\\nEOF\nFROM a', ['RUN cat  <<EOF', 'FROM a']],
    ['not in quotes', 'RUN echo "<<EOF"\nFROM a', ['RUN echo "<<EOF"', 'FROM a']],
    ['not behind a letter', 'RUN echo a<<EOF\nFROM a', ['RUN echo a<<EOF', 'FROM a']],
    ['no here-string', 'RUN cat <<<EOF\nFROM a', ['RUN cat <<<EOF', 'FROM a']],
    ['not in a list', 'RUN ["cat", "<<EOF"]\nFROM a', ['RUN ["cat", "<<EOF"]', 'FROM a']],
    ['not of CMD', 'CMD cat <<EOF\nFROM a', ['CMD cat <<EOF', 'FROM a']],
    ['not without a name', 'RUN cat << EOF\nFROM a', ['RUN cat << EOF', 'FROM a']],
    ['that never end', 'RUN <<EOF\nFROM a', ['RUN <<EOF', 'stop: heredoc "EOF" has no end']],
  ])('leave out heredocs: %s', (_, text, expected) => expect(instructionsIn(text)).toEqual(expected));

  it('are read up to 200,000', () => {
    const read = readInstructions('RUN x\n'.repeat(200_001), '\\');
    expect(read.instructions).toHaveLength(200_000);
    expect(read.stop).toEqual({ message: 'expected at most 200000 instructions', from: 1_200_000 });
  });
});
