import { describe, expect, it } from 'vitest';
import { nameOf, namesIn, problemsIn, read } from './read.ts';

const HUB = 'docker.io/library';

describe('a hostile Dockerfile', () => {
  it('is read up to 16 Mi characters', () => {
    const text = `FROM a\n${' '.repeat(16 * 1024 * 1024)}`;
    expect(read(text)).toMatchObject({
      references: [],
      problems: [{ kind: 'unread', path: 'Dockerfile', line: 1, column: 1, message: 'expected at most 16777216 characters, got 16777223' }],
      base: { kind: 'untold', message: 'expected at most 16777216 characters, got 16777223' },
    });
    expect(namesIn(text.slice(0, 16 * 1024 * 1024))).toEqual([`${HUB}/a:latest`]);
  });

  it('has at most 10,000 references, and how many more is said', () => {
    const text = `# syntax=a/b\n${'FROM a\nCOPY --from=b x y\n'.repeat(6000)}`;
    expect(read(text).references).toHaveLength(10_001);
    expect(problemsIn(text)).toEqual(['unread 1:1 too many references: 2000 of them were not read']);
    expect(read(text).base).toEqual({ kind: 'untold', message: 'too many references in this file' });
  });

  it('has at most 10,000 ARGs, in all its stages', () => {
    const text = `ARG ${'A=b '.repeat(9999)}\nFROM a:$A\nARG B\nARG C D\n`;
    expect(problemsIn(text)).toEqual(['unread 4:1 expected at most 10000 ARGs']);
    expect(namesIn(text)).toEqual([`${HUB}/a:b`]);
  });

  it('of a million continuation lines is one instruction', () => {
    expect(namesIn(`FROM a\nRUN x \\\n${'  y \\\n'.repeat(1_000_000)}z\nFROM b`)).toEqual([`${HUB}/a:latest`, `${HUB}/b:latest`]);
  });

  it('of one image over a thousand lines has one reference', () => {
    const [reference] = read(`FROM ${'a\\\n'.repeat(200)}`).references;
    expect(reference?.written).toBe('a'.repeat(200));
    expect(reference?.place).toMatchObject({ line: 1, column: 6, endLine: 200, endColumn: 2 });
  });

  it('with a word of 10 MB says that it is no reference, in a short sentence', () => {
    const [reference] = read(`FROM ${'a'.repeat(10_000_000)}`).references;
    expect(reference?.written).toHaveLength(4096);
    expect(reference && nameOf(reference)).toBe('expected at most 4096 characters after expansion');
    const [copied] = read(`COPY --from=${'a'.repeat(10_000_000)} x y\nFROM b`).references;
    expect(copied && nameOf(copied)).toBe('expected a shorter flag');
  });

  it.each([
    ['ARGs that double', `ARG A=aaaaaaaa\n${'ARG A=$A$A\n'.repeat(40)}FROM a:$A`, 'expected at most 4096 characters after expansion'],
    ['deep substitutions', `FROM ${'${a:-'.repeat(100_000)}`, 'bad substitution: expected at most 64 in one another'],
    ['open substitutions', `FROM ${'${'.repeat(100_000)}`, 'unsupported modifier "{" in the substitution of $'],
    [
      'patterns that take long',
      `ARG A=${'a'.repeat(4000)}\n${`ARG B=\${A//${'?'.repeat(3000)}b/c}\n`.repeat(50)}FROM a:$B`,
      'too many patterns to match in this file',
    ],
  ])('with %s leaves its FROM untold', (_, text, message) => expect(namesIn(text)).toEqual([message]));

  it('cannot write to a terminal', () => {
    const text =
      '# imgupdate: hold until=\u{1b}]0;x\u{7}\nFROM a\u{1b}[2J\u{0}\u{202e}b:1\nFROM x AS \u{9b}y\nCOPY --from=$\u{1b}[1m x y\n\u{0}\u{2066}Z y';
    const said = JSON.stringify(read(text, { target: '\u{1b}x' }));
    expect(said).toContain('\u{fffd}');
    expect(said).not.toMatch(/[\u{7f}-\u{9f}\u{202a}-\u{202e}\u{2066}-\u{2069}]|\\u00[01]/u);
  });

  it('may name a metadata address: whether it is asked is decided elsewhere', () => {
    expect(namesIn('FROM 169.254.169.254/latest/meta-data:1')).toEqual(['169.254.169.254/latest/meta-data:1']);
  });
});

describe('reading takes time in proportion to the text', () => {
  it.each<[string, number, (count: number) => string]>([
    ['lines', 12_500, (count) => `FROM a\n${'RUN echo hi\n'.repeat(count)}`],
    [
      'stages of stages',
      2000,
      (count) => `FROM a AS s0\n${Array.from({ length: count }, (_, at) => `FROM s${at} AS s${at + 1}\n`).join('')}`,
    ],
    ['FROMs of unset variables', 2500, (count) => 'FROM a:$X\n'.repeat(count)],
    ['continuation lines', 50_000, (count) => `FROM a\nRUN x \\\n${' y \\\n'.repeat(count)}`],
    ['comments between them', 50_000, (count) => `FROM a\nRUN x \\\n${'# y \\\n'.repeat(count)}`],
    ['spaces', 500_000, (count) => `FROM a\nRUN x \\\n${' '.repeat(count)}\n`],
    ['one long line', 500_000, (count) => `FROM a\nRUN ${'x '.repeat(count)}`],
    ['variables in one word', 100_000, (count) => `ARG X=\nFROM ${'$X'.repeat(count)}`],
    ['ARGs in one line', 50_000, (count) => `ARG ${'A=b '.repeat(count)}\nFROM a`],
    ['mounts in one line', 20_000, (count) => `FROM a\nRUN ${'--mount=from=b '.repeat(count)}`],
    ['heredocs in one line', 50_000, (count) => `FROM a\nRUN ${'<<A '.repeat(count)}\n`],
    ['quotes', 200_000, (count) => `FROM a\nRUN <<A ${`"'"`.repeat(count)}`],
    ['escapes', 500_000, (count) => `FROM a\nRUN ${'\\'.repeat(count)}\nFROM b`],
    ['annotations', 20_000, (count) => `${'# imgupdate: hold\n'.repeat(count)}FROM a\n`],
    ['directives', 50_000, (count) => '# escape=\\\n'.repeat(count)],
    ['unknown words', 10_000, (count) => 'A\n'.repeat(count)],
    ['blank lines', 500_000, (count) => '\n'.repeat(count)],
    ['triggers', 50_000, (count) => `FROM a\n${'ONBUILD '.repeat(count)}RUN x`],
    ['brackets', 100_000, (count) => `FROM a\nRUN ${'['.repeat(count)}<<`],
  ])('%s', (_, count, makeText) => {
    const [small, large] = [makeText(count / 4), makeText(count * 2)];
    read(large);
    // Eight times the text: a reader that takes the square of it would need sixty-four times as long.
    expect(leastTime(large)).toBeLessThan(32 * leastTime(small) + 50);
  });
});

/** Milliseconds of processor time, which other work on the machine changes little; the lesser of two runs. */
function leastTime(text: string): number {
  const times = [0, 0].map(() => {
    const start = process.cpuUsage();
    read(text);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}
