import { describe, expect, it } from 'vitest';
import { compileFilters } from '../../src/formats/filter.ts';
import { compileTemplate } from '../../src/formats/template.ts';
import { FAIL_ON } from '../../src/core/fail-on.ts';
import { runCli } from '../helpers/run-cli.ts';

describe('wrong usage', () => {
  it.each([
    ['bogus', "unknown command 'bogus'", ''],
    ['lst', "unknown command 'lst' (did you mean list?)", ''],
    ['--bogus', "unknown option '--bogus'", ''],
    ['list --bogus', "unknown option '--bogus'", 'list '],
    ['list --upgradble', "unknown option '--upgradble' (did you mean --upgradable?)", 'list '],
    ['list --color red', "option '--color <when>' argument 'red': expected one of always, never, auto", 'list '],
    ['list --max-age 5', "option '--max-age <duration>' argument '5': expected a duration such as 90s, 15m, 1h or 7d", 'list '],
    ['list --jobs 0', "option '--jobs <n>' argument '0': expected a whole number from 1 to 9999", 'list '],
    ['list --filter', "option '--filter <key=value>' argument missing", 'list '],
    ['list --offline --refresh', "option '--refresh' cannot be used with option '--offline'", 'list '],
    ['show', "missing required argument 'image'", 'show '],
    ['show a b', "too many arguments for 'show': expected 1 argument but got 2", 'show '],
    [
      'list --format tabel',
      `unknown format "tabel": expected table, plain, json, ndjson, apt, quiet or a template such as '{{.Image}}' (did you mean "table"?)`,
      'list ',
    ],
  ])('%s is refused, and the help that tells more is named', async (line, message, verb) => {
    expect(await runCli(line.split(' '))).toMatchObject({
      exitCode: 64,
      stdout: '',
      stderr: `E: ${message}\nN: see 'imgupdate ${verb}--help'\n`,
    });
  });

  it('shows an empty pattern as one', async () => {
    const { exitCode, stderr } = await runCli(['list', '']);
    expect(exitCode).toBe(64);
    expect(stderr).toMatch(/^E: cannot read the pattern "": /);
  });
});

describe('help', () => {
  it.each(['list', 'show', 'policy', 'update', 'hold', 'showhold', 'limits', 'demo'])(
    'of %s is the same by both ways to ask',
    async (verb) => {
      const asked = await runCli(['help', verb]);
      expect(asked).toMatchObject({ exitCode: 0, stderr: '', stdout: (await runCli([verb, '--help'])).stdout });
      expect(asked.stdout).toMatch(new RegExp(`^Usage: imgupdate ${verb} `));
    },
  );

  it('names every verb and exit code', async () => {
    const { exitCode, stdout, stderr } = await runCli(['help']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toBe((await runCli(['--help'])).stdout);
    for (const word of ['list', 'show', 'policy', 'update', 'hold', 'unhold', 'showhold', 'limits', 'demo', 'Exit codes:'])
      expect(stdout).toContain(word);
  });

  it.each(['hold', 'unhold', 'showhold', 'policy', 'config'])('of %s keeps to 80 columns', async (verb) => {
    const { stdout } = await runCli([verb, '--help']);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('of check names its words and exit codes, within 80 columns', async () => {
    const { stdout } = await runCli(['check', '--help']);
    const words = /Words of --fail-on:\n((?: .*\n)+)/.exec(stdout)?.[1] ?? '';
    expect(words.match(/(?<=^ (?: [a-z]+)*) [a-z]+(?= |$)/gm)?.map((word) => word.trim())).toEqual([...FAIL_ON, 'any', 'none']);
    expect(stdout.slice(stdout.indexOf('Exit codes:')).match(/^ {2}\d+ /gm)).toEqual(['  0 ', '  1 ', '  2 ', '  3 ', '  64 ']);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('does not say of what is asked for only that it is none otherwise', async () => {
    for (const verb of ['check', 'list', 'limits']) expect((await runCli([verb, '--help'])).stdout).not.toMatch(/default:\s+(?:none|no)\)/);
  });

  it.each(['list', 'show', 'demo'])('of %s names every filter, status and field there is, and no other', async (verb) => {
    const { stdout } = await runCli([verb, '--help']);
    const filters = compileFilters(['bogus=1']);
    const keys = /expected one of ([^(]*)/.exec(filters.ok ? '' : filters.message)?.[1]?.split(', ') ?? [];
    expect([...stdout.matchAll(/ ([a-z]+)=[A-Z]/g)].map(([, key]) => key)).toEqual(keys);
    const statuses = compileFilters(['status=bogus']);
    expect(statuses).toMatchObject({
      message: expect.stringContaining(/Words of status:\n +(.*)\n/.exec(stdout)?.[1]?.replaceAll(' ', ', ') ?? '-'),
    });
    const fields = compileTemplate('{{.Bogus}}');
    const names = /fields: (.*)$/.exec(fields.ok ? '' : fields.message)?.[1]?.split(' ') ?? [];
    const listed = stdout.slice(stdout.indexOf('Fields of a template'));
    expect([...listed.matchAll(/ \.([A-Z]\w*)/g)].map(([, name]) => name)).toEqual(names);
  });
});
