import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/core/versions/rules.ts';

const README = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');

describe('the README', () => {
  it('has the table of rules by which newer versions are chosen, as they are', () => {
    const lines = README.split('\n');
    const head = lines.findIndex((line) => /^\| rule +\| rejects/.test(line));
    const end = lines.findIndex((line, at) => at > head && !line.startsWith('|'));
    const rows = lines.slice(head + 2, end).map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
    expect(rows.map(([, name, meaning]) => ({ name, meaning }))).toEqual(
      RULES.map(({ name, meaning }) => ({ name: `\`${name}\``, meaning })),
    );
  });
});
