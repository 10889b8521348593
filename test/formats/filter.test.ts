import { describe, expect, it } from 'vitest';
import { compileFilters } from '../../src/formats/filter.ts';
import { makePlatform } from '../helpers/makers.ts';
import { makeRow, WORLD } from './reports.ts';

function names(...filters: string[]): string[] {
  const compiled = compileFilters(filters);
  if (!compiled.ok) throw new Error(compiled.message);
  return WORLD.images.filter(compiled.value).map((image) => image.name.replace(/@.*/, ''));
}

describe('filters', () => {
  it.each([
    [['reference=nginx'], ['nginx:1.27']],
    [
      ['reference=nginx', 'reference=node:*'],
      ['nginx:1.27', 'node:20-alpine'],
    ],
    [['reference=ghcr.io/acme/*'], ['ghcr.io/acme/api:2.3.1']],
    [['status=rebuilt'], ['nginx:1.27', 'postgres:15.4']],
    [
      ['status=rebuilt', 'status=gone'],
      ['nginx:1.27', 'postgres:15.4', 'python:3.8-slim'],
    ],
    [['status=rebuilt', 'held=false'], ['nginx:1.27']],
    [['verdict=unknown'], ['ghcr.io/acme/api:2.3.1']],
    [['update=gone'], ['python:3.8-slim']],
    [['registry=ghcr.io'], ['ghcr.io/acme/api:2.3.1']],
    [['registry=index.docker.io', 'status=local'], ['my-app:dev']],
    [['source=dockerfile'], ['node:20-alpine']],
    [['label=org.opencontainers.image.source'], ['nginx:1.27']],
    [['label=org.opencontainers.image.source=https://github.com/nginxinc/docker-nginx'], ['nginx:1.27']],
    [['label=org.opencontainers.image.source=x'], []],
    [['label=__proto__'], []],
    [['held=true'], ['postgres:15.4']],
    [['outdated=true'], ['nginx:1.27']],
    [['unused=false'], ['my-app:dev', 'nginx:1.27']],
    [['unused=0', 'outdated=1'], ['nginx:1.27']],
    [['platform=linux/arm64'], []],
    [[' status = gone '], ['python:3.8-slim']],
  ])('%j let pass %j', (filters, expected) => {
    expect(names(...filters)).toEqual(expected);
  });

  it('let all pass when there are none', () => {
    expect(names()).toHaveLength(WORLD.images.length);
  });

  it('take a platform by any of its names', () => {
    const compiled = compileFilters(['platform=linux/aarch64']);
    const row = makeRow('a:1', 'current', { platform: makePlatform('linux/arm64/v8') });
    expect(compiled.ok && compiled.value(row)).toBe(true);
  });

  it('find an image by the level of a newer version', () => {
    const verdict = {
      kind: 'available',
      line: { tag: '2', level: 'minor', digest: null },
      newest: { tag: '3', level: 'major', digest: null },
      why: '',
    } as const;
    const row = makeRow('a:1', 'current', {
      newer: { verdict, variant: null, sibling: null, notes: [], trail: [], table: null, checkedAt: null },
    });
    const passes = (text: string) => {
      const compiled = compileFilters([text]);
      return compiled.ok && compiled.value(row);
    };
    expect([passes('update=minor'), passes('update=major'), passes('update=patch')]).toEqual([true, true, false]);
    expect([passes('newer=minor'), passes('newer=major'), passes('newer=patch')]).toEqual([true, true, false]);
    expect([passes('newer=available'), passes('newer=none')]).toEqual([true, false]);
  });

  it('by reference never let an image without a name pass', () => {
    const compiled = compileFilters(['reference=**']);
    const row = { ...makeRow('a:1', 'local'), reference: `sha256:${'a'.repeat(64)}`, registry: null };
    expect(compiled.ok && compiled.value(row)).toBe(false);
  });

  it.each([
    [
      'stauts=gone',
      'unknown filter key "stauts": expected one of reference, status, verdict, update, newer, base, registry, source, platform, label, held, unused, outdated (did you mean "status"?)',
    ],
    [
      'dangling=true',
      'unknown filter key "dangling": expected one of reference, status, verdict, update, newer, base, registry, source, platform, label, held, unused, outdated',
    ],
    [
      '__proto__=1',
      'unknown filter key "__proto__": expected one of reference, status, verdict, update, newer, base, registry, source, platform, label, held, unused, outdated',
    ],
    ['status', 'invalid filter "status": expected status=VALUE'],
    ['status=', 'invalid filter "status=": expected a value after "="'],
    [
      'status=rebuild',
      'invalid filter status=rebuild: expected one of current, rebuilt, gone, local, pinned, none, unknown (did you mean "rebuilt"?)',
    ],
    ['verdict=old', 'invalid filter verdict=old: expected one of stale, fresh, unknown'],
    ['status=\u001b[2J', 'invalid filter status=\uFFFD[2J: expected one of current, rebuilt, gone, local, pinned, none, unknown'],
    ['held=yes', 'invalid filter held=yes: expected true or false'],
    [
      '\u001b[2J=1',
      'unknown filter key "\uFFFD[2J": expected one of reference, status, verdict, update, newer, base, registry, source, platform, label, held, unused, outdated',
    ],
  ])('that are wrong say so: %j', (filter, message) => {
    expect(compileFilters(['held=true', filter])).toEqual({ ok: false, message });
  });

  it.each(['reference=[', 'platform=', 'platform=a/b/c/d/e'])('check their values: %s', (filter) => {
    const compiled = compileFilters([filter]);
    expect(compiled.ok ? '' : compiled.message).toMatch(/^invalid filter /);
  });
});
