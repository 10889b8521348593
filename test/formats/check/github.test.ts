import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/check/finding.ts';
import { renderGithub } from '../../../src/formats/check/github.ts';
import { HOSTILE, makeCrowd, makeFinding, makeOutcome, makePlace, OUTCOME } from './outcomes.ts';

type Command = { readonly name: string; readonly properties: Readonly<Record<string, string>>; readonly data: string };

/** Reads a line of a log as the runner does; null for what is no command. Source: actions/runner, ActionCommand.cs, TryParseV2(). */
function readCommand(line: string): Command | null {
  const trimmed = line.trimStart();
  const end = trimmed.indexOf('::', 2);
  if (!trimmed.startsWith('::') || end === -1) return null;
  const info = trimmed.slice(2, end);
  const [name = '', ...rest] = info.split(' ');
  const properties = rest
    .join(' ')
    .trim()
    .split(',')
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const)
    .map(([key, value]) => [key, unescapeData(value.replaceAll('%3A', ':').replaceAll('%2C', ','))] as const);
  return { name, properties: Object.fromEntries(properties), data: unescapeData(trimmed.slice(end + 2)) };
}

const unescapeData = (text: string): string => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');

function commandsOf(text: string): readonly (Command | null)[] {
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text.split('\n').slice(0, -1).map(readCommand);
}

const render = (findings: readonly Finding[]): string => renderGithub(makeOutcome(findings));

describe('the annotations of a check', () => {
  it('stand at the place, errors first', () => {
    expect(renderGithub(OUTCOME)).toBe(
      [
        '::error file=compose.yaml,line=4,endLine=4,col=12,endColumn=26,title=stale/rebuilt%3A The tag names another image now::nginx:1.27 was rebuilt: 9d1e4a55c0ff is offered for linux/arm64, 3f2a9c0b7d1e is here; pull it, or pin the new digest',
        '::error file=services/api/Dockerfile,line=3,endLine=3,col=6,endColumn=21,title=stale/gone%3A The tag does not exist any more::python:3.8-slim is gone: the registry has no such tag',
        '::warning file=Dockerfile,line=1,endLine=1,col=6,endColumn=20,title=hold/expired%3A A hold has ended::node:20-alpine was held until 2026-11-01; remove the hold, or give it a later date',
        '::warning file=Dockerfile,line=8,endLine=8,col=13,endColumn=27,title=hold/expired%3A A hold has ended::node:20-alpine was held until 2026-11-01; remove the hold, or give it a later date',
        '::warning file=broken/compose.yaml,line=1,endLine=1,col=1,endColumn=1,title=unknown/file%3A The file could not be read::broken/compose.yaml cannot be read: expected a mapping, got a list',
        '::warning file=compose.yaml,line=14,endLine=14,col=12,endColumn=23,title=stale/patch%3A A newer patch of the version exists::redis:7.2.1 is behind: 7.2.4 is in its line; change the tag to 7.2.4',
        '::warning file=compose.yaml,line=14,endLine=14,col=12,endColumn=23,title=stale/major%3A A newer major version exists::redis:7.2.1 is behind: 8.0.1 is the newest',
        '::warning file=deploy/app.yaml,line=21,endLine=21,col=18,endColumn=42,title=unknown/network%3A The registry could not be reached::ghcr.io/acme/queue:3.0.0 could not be checked: ghcr.io did not answer within 30s; try a longer --timeout',
        '::warning file=deploy/app.yaml,line=33,endLine=33,col=18,endColumn=40,title=unknown/auth%3A The registry refused the credentials::ghcr.io/acme/private:1 could not be checked: ghcr.io refused the credentials; log in with docker login ghcr.io',
        '::notice file=compose.yaml,line=9,endLine=9,col=12,endColumn=25,title=stale/rebuilt%3A The tag names another image now::postgres:15.4 was rebuilt, and is held until 2026-12-15: wait for the window',
        '',
      ].join('\n'),
    );
  });

  it('are none where nothing is found in a file', () => {
    expect(render([])).toBe('');
    expect(render([makeFinding('stale/gone', { place: null })])).toBe('');
  });

  it('are nine of a kind, and one that says how many more there are', () => {
    const commands = commandsOf(renderGithub(makeCrowd(30_000)));
    expect(commands.map((command) => command!.name)).toEqual([...Array<string>(10).fill('error'), ...Array<string>(10).fill('warning')]);
    expect(commands[9]!.data).toBe('and 9991 more errors, not annotated: see the log of this step, or its summary');
    expect(commands[19]!.data).toBe('and 19991 more warnings, not annotated: see the log of this step, or its summary');
    expect(commands[9]!.properties).toEqual({ title: 'imgupdate' });
  });

  it('are nine without such a line where there are no more', () => {
    const findings = Array.from({ length: 9 }, (_, index) => makeFinding('stale/gone', { place: makePlace('Dockerfile', index + 1, 6) }));
    expect(commandsOf(render(findings)).map((command) => command!.properties.line)).toEqual('123456789'.split(''));
  });

  it('have no columns where they span lines, since the runner drops them', () => {
    const place = { path: 'Dockerfile', line: 2, column: 6, endLine: 3, endColumn: 9 };
    expect(commandsOf(render([makeFinding('stale/gone', { place })]))[0]!.properties).toEqual({
      file: 'Dockerfile',
      line: '2',
      endLine: '3',
      title: 'stale/gone: The tag does not exist any more',
    });
  });

  it.each([
    ['a,b:c/Dockerfile', 'Dockerfile'],
    ['100%3A%2C/Dockerfile', '%0A::error::boom'],
    ['a=b/Dockerfile', 'x::set-output name=a::b'],
    ['we ird/::Dockerfile', '##[error]boom'],
  ])('mean for the runner what is meant, in %s', (path, message) => {
    const [command, ...others] = commandsOf(render([makeFinding('stale/gone', { message, place: makePlace(path, 1, 6) })]));
    expect(others).toEqual([]);
    expect(command).toMatchObject({ name: 'error', properties: { file: path, line: '1' }, data: message });
  });

  it('are commands of ours only, whatever the texts are', () => {
    const commands = commandsOf(renderGithub(HOSTILE));
    expect(commands.map((command) => [command?.name, Object.keys(command?.properties ?? {}).join()])).toEqual([
      ['error', 'file,line,endLine,col,endColumn,title'],
      ['warning', 'file,line,endLine,col,endColumn,title'],
    ]);
    expect(renderGithub(HOSTILE)).not.toMatch(/[\r\u0000\u001b\u202e\ud800-\udfff]/);
  });
});
