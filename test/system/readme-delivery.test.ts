import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pulled, type ReportWorld, startReportWorld, word } from '../cli/report-world.ts';
import { run, runOrThrow } from '../helpers/processes.ts';
import { BIN } from '../helpers/run-cli.ts';
import { systemTest } from '../helpers/system.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';

/** What the README says about how a report is delivered, tried as it stands there. */

type Block = { readonly language: string; readonly text: string };

/** The blocks of code below a title of the README. */
function readBlocks(readme: string, title: string): readonly Block[] {
  const [, rest = ''] = readme.split(`\n### ${title}\n`);
  const [section = ''] = rest.split(/\n##+ /);
  return [...section.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language = '', text = '']) => ({ language, text }));
}

const README = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
const BLOCKS = readBlocks(README, 'Delivery');
const textsIn = (language: string): readonly string[] => BLOCKS.filter((block) => block.language === language).map(({ text }) => text);

/** A line of a crontab: when, and what. Source: crontab(5). */
const LINE = /^((?:[\d*/,-]+\s+){5})(\S.*)$/;
const CRON_LINES = textsIn('crontab').flatMap((text) => text.split('\n').filter((line) => line !== '' && !/^\w+=/.test(line)));
const commandOf = (line: string): string => LINE.exec(line)?.[2] ?? '';
const [PLAIN, MAIL, METRICS, SLACK] = ['--mark$', 'sendmail', 'prom=', 'curl'].map(
  (word) => CRON_LINES.map(commandOf).find((command) => new RegExp(word).test(command)) ?? '',
);
/** What cron gives to a command. */
const CRON_VARIABLES = textsIn('crontab').flatMap((text) => text.split('\n').filter((line) => /^\w+=/.test(line)));

const UNITS = textsIn('ini').map((text) => ({ name: /^# (\S+)$/m.exec(text)?.[1] ?? '', text }));

describe('the section of the README', () => {
  it('has the units and the lines that are tried here', () => {
    expect(UNITS.map(({ name }) => name)).toEqual(['imgupdate-report.service', 'imgupdate-report.timer']);
    expect(CRON_LINES.filter((line) => !LINE.test(line))).toEqual([]);
    expect([PLAIN, MAIL, METRICS, SLACK].filter((command) => command?.startsWith('imgupdate report ') !== true)).toEqual([]);
  });
});

let home: TemporaryDirectory;
const at = (name: string): string => join(home.path, name);
beforeAll(async () => {
  home = await makeTemporaryDirectory();
});
afterAll(() => home.remove());

systemTest('the units', ['systemd-analyze'], () => {
  it('have nothing that systemd complains of', async () => {
    await mkdir(at('units'));
    for (const { name, text } of UNITS) await writeFile(join(at('units'), name), text);
    const paths = UNITS.map(({ name }) => join(at('units'), name));
    expect(await run('systemd-analyze', ['verify', ...paths])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('run on Mondays at seven', async () => {
    const [, when = ''] = /^OnCalendar=(.*)$/m.exec(UNITS[1]!.text) ?? [];
    expect(await runOrThrow('systemd-analyze', ['calendar', '--base-time', '2026-11-18 00:00 UTC', when])).toMatch(
      /Next elapse: Mon 2026-11-23 07:00:00 UTC/,
    );
  });

  it('would find a mistake, so that this test can fail', async () => {
    await writeFile(at('wrong.service'), UNITS[0]!.text.replace('Type=oneshot', 'Type=once'));
    expect((await run('systemd-analyze', ['verify', at('wrong.service')])).stderr).toContain('once');
  });
});

/** Keeps what it is given, and with what words it is called. */
const RECORDER = (name: string): string => `#!/bin/sh
printf '%s\\n' "$@" > "$HOME/${name}.words"
exec cat > "$HOME/${name}.stdin"
`;

/** As Slack answers: what curl prints of that, cron would mail. */
const CURL = RECORDER('curl').replace(
  'exec cat',
  `case "$*" in *'-o /dev/null'*) ;; *) echo ok ;; esac
exec cat`,
);

/** As ifne of moreutils. */
const IFNE = `#!/bin/sh
cat > "$HOME/ifne.stdin"
[ ! -s "$HOME/ifne.stdin" ] || "$@" < "$HOME/ifne.stdin"
`;

describe('the commands, as cron runs them', () => {
  let world: ReportWorld;

  beforeAll(async () => {
    await mkdir(at('bin'));
    await mkdir(at('collector'));
    const imgupdate = `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`;
    const programs = { imgupdate, ifne: IFNE, sendmail: RECORDER('sendmail'), curl: CURL };
    for (const [name, text] of Object.entries(programs)) {
      await writeFile(at(`bin/${name}`), text);
      await chmod(at(`bin/${name}`), 0o755);
    }
    world = await startReportWorld(home.path);
    world.registry.put('acme/web', '1', word('web'));
    await world.setImages([pulled(`${world.registry.host}/acme/web:1`, word('web'))]);
  });
  afterAll(() => world.close());

  /** Runs a command of the README at a time, with what is not of this machine in its place. */
  async function runLine(command: string, time: string, changed: Readonly<Record<string, string>> = {}) {
    const variables = Object.fromEntries(
      CRON_VARIABLES.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    const env = {
      ...world.environment(time),
      HOME: home.path,
      LC_ALL: 'C',
      SLACK_WEBHOOK: 'https://hooks.example.org/T0/B0',
      ...variables,
      PATH: `${at('bin')}:${variables.PATH ?? '/usr/bin:/bin'}`,
      ...changed,
    };
    const line = command.replace('/usr/sbin/sendmail', 'sendmail').replace('/var/lib/prometheus/node-exporter', at('collector'));
    for (const name of ['sendmail', 'curl']) await writeFile(at(`${name}.stdin`), '');
    const ran = await run('/bin/sh', ['-c', line], { env, cwd: home.path });
    const given = async (name: string): Promise<string> => readFile(at(`${name}.stdin`), 'utf8');
    return { ...ran, mail: await given('sendmail'), posted: await given('curl') };
  }

  const QUIET = { exitCode: 0, stdout: '', stderr: '', mail: '', posted: '' };
  /** One day after the other, each rebuild is told once. */
  let day = 1;
  const nextDay = (): string => `2026-11-${String((day += 1)).padStart(2, '0')}T07:00`;
  const rebuild = (): void => {
    world.registry.put('acme/web', '1', word(`web of day ${day}`));
  };

  it.each([
    ['prints a report', PLAIN!],
    ['sends a mail', MAIL!],
    ['posts a message', SLACK!],
  ])('%s when there is something to tell, and does nothing when nothing has changed', async (_, command) => {
    const fresh = await runLine('rm -rf .local .cache', nextDay());
    expect(fresh).toEqual(QUIET);
    rebuild();
    const told = await runLine(command, nextDay());
    expect(told).toMatchObject({ exitCode: 0, stderr: '' });
    expect(`${told.stdout}${told.mail}${told.posted}`).toContain('acme/web:1');
    expect(await runLine(command, nextDay())).toEqual(QUIET);
  });

  it('the mail is one that sendmail takes: to whom it is said in its headers, with a text and a page', async () => {
    await runLine('rm -rf .local', nextDay());
    rebuild();
    const { mail, stdout } = await runLine(MAIL!, nextDay());
    expect(stdout).toBe('');
    expect(await readFile(at('sendmail.words'), 'utf8')).toBe('-t\n');
    const parsed = await PostalMime.parse(mail);
    expect(parsed.to).toEqual([{ address: 'ops@example.org', name: '' }]);
    expect(parsed.subject).toMatch(/^imgupdate: 1 image update/);
    expect([parsed.text, parsed.html].every((part) => part?.includes('acme/web:1'))).toBe(true);
  });

  it('the message is JSON with blocks, for the address of the variable', async () => {
    await runLine('rm -rf .local', nextDay());
    rebuild();
    const { posted, stdout } = await runLine(SLACK!, nextDay());
    expect(stdout).toBe('');
    expect((await readFile(at('curl.words'), 'utf8')).split('\n')).toEqual(
      expect.arrayContaining(['-d', '@-', 'Content-Type: application/json', 'https://hooks.example.org/T0/B0']),
    );
    expect(JSON.parse(posted)).toMatchObject({ text: expect.stringMatching(/^imgupdate: /), blocks: expect.any(Array) });
  });

  it('the metrics are in a file that the collector finds, and are new each time', async () => {
    const read = async (): Promise<string> => readFile(join(at('collector'), 'imgupdate.prom'), 'utf8');
    await runLine('rm -rf .local', nextDay());
    rebuild();
    expect(await runLine(METRICS!, nextDay())).toEqual(QUIET);
    const first = await read();
    expect(first).toMatch(/^imgupdate_images_tag\{status="rebuilt"\} 1$/m);
    expect(await runLine(METRICS!, nextDay())).toEqual(QUIET);
    const timeOf = (text: string): number => Number(/^imgupdate_last_check_timestamp_seconds (\S+)$/m.exec(text)?.[1]);
    expect(timeOf(await read()) - timeOf(first)).toBe(86_400);
  });

  it('what the unit runs is what the line of cron runs', async () => {
    await runLine('rm -rf .local', nextDay());
    rebuild();
    const [, start = ''] = /^ExecStart=(.*)$/m.exec(UNITS[0]!.text) ?? [];
    const told = await runLine(start, nextDay());
    expect(told).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(told.mail).toMatch(/^To: root\r?$/m);
    expect(await runLine(start, nextDay())).toEqual(QUIET);
  });

  it('the unit fails where nothing could be checked, and sends nothing', async () => {
    const [, start = ''] = /^ExecStart=(.*)$/m.exec(UNITS[0]!.text) ?? [];
    const failed = await runLine(start, nextDay(), { DOCKER_HOST: 'tcp://127.0.0.1:1' });
    expect(failed).toMatchObject({ exitCode: 1, stdout: '', mail: '' });
    expect(failed.stderr).toMatch(/^E: /m);
  });
});

systemTest('the rules of alerts', ['promtool'], () => {
  it('are such as Prometheus takes, about metrics that there are', async () => {
    const [rules = ''] = textsIn('yaml');
    await writeFile(at('rules.yaml'), `groups:\n- name: imgupdate\n  rules:\n${rules.replace(/^/gm, '  ')}`);
    expect(await run('promtool', ['check', 'rules', at('rules.yaml')])).toMatchObject({ exitCode: 0, stderr: '' });
    const golden = await readFile(new URL('../formats/report/golden/prom.prom', import.meta.url), 'utf8');
    for (const [metric] of rules.matchAll(/imgupdate_\w+/g)) expect(golden).toContain(`\n${metric} `);
  });
});
