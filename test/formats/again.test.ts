import { describe, expect, it } from 'vitest';
import { again } from '../../src/formats/again.ts';
import { summarize } from '../../src/formats/summary.ts';
import { renderUpgrade } from '../../src/formats/upgrade-command.ts';
import { makeReport, makeRow } from './reports.ts';

const BUILD01 = { flag: '-H', value: 'ssh://build01' } as const;
const BUILD02 = { flag: '-H', value: 'ssh://build02' } as const;
const CONTEXT = { flag: '--context', value: 'prod' } as const;

const at = (kind: string, location: string) => ({ kind, location, line: null, column: null, file: null });
const inEngine = (location: string) => at('docker-daemon', location);

describe('a command to type again', () => {
  it.each([
    [{}, 'imgupdate list'],
    [{ engines: [BUILD01, CONTEXT] }, 'imgupdate list -H ssh://build01 --context prod'],
    [{ engines: [BUILD01, BUILD02, BUILD01, BUILD02] }, 'imgupdate list -H ADDRESS'],
    [{ engines: [BUILD01], paths: ['images.txt'], targets: ['oci:layout'] }, 'imgupdate list -H ssh://build01 -f images.txt oci:layout'],
    [{ targets: ['ghcr.io/acme/*', 'containers-storage:[/srv/s]'] }, 'imgupdate list "ghcr.io/acme/*" "containers-storage:[/srv/s]"'],
    [{ targets: ['$(reboot)'] }, 'imgupdate list TARGET...'],
    [{ targets: ["it's"] }, 'imgupdate list TARGET...'],
  ])('looks at the same: %j', (scope, command) => {
    expect(again('list', scope)).toBe(command);
  });

  it.each([
    [inEngine('ssh://build01'), 'imgupdate show -H ssh://build01 nginx:1.27'],
    [at('docker-archive', 'app.tar'), 'imgupdate show docker-archive:app.tar:nginx:1.27'],
    [at('containers-storage', '/srv/s'), 'imgupdate show "containers-storage:[/srv/s]docker.io/library/nginx:1.27"'],
  ])('shows an image where it is: %j', (place, command) => {
    const report = makeReport([makeRow('nginx:1.27', 'rebuilt', { sources: [place] })]);
    const next = summarize(report, { upgradable: true, engines: [BUILD01] }).next?.replace('docker.io/library/', '');
    expect(next).toContain(`'${command.replace('docker.io/library/', '')}'`);
  });
});

describe('a pull', () => {
  it.each([
    ['where nobody named an engine', [inEngine('ssh://build01')], [], ['docker pull nginx:1.27']],
    ['on the machine that was named', [inEngine('ssh://build01')], [BUILD01], ['docker -H ssh://build01 pull nginx:1.27']],
    ['in the context that was named', [inEngine('tcp://10.0.0.7:2376')], [CONTEXT], ['docker --context prod pull nginx:1.27']],
    [
      'on each of several machines',
      [inEngine('ssh://build01'), inEngine('ssh://build02')],
      [BUILD01, BUILD02],
      ['docker -H ssh://build01 pull nginx:1.27', 'docker -H ssh://build02 pull nginx:1.27'],
    ],
    [
      'in an engine and into a layout',
      [inEngine('unix:///var/run/docker.sock'), at('oci', 'layout')],
      [],
      ['docker pull nginx:1.27', 'skopeo copy docker://nginx:1.27 oci:layout:nginx:1.27'],
    ],
    [
      'into every archive',
      [at('docker-archive', 'a.tar'), at('docker-archive', 'b.tar')],
      [],
      ['write a.tar again, with nginx:1.27 as it is now', 'write b.tar again, with nginx:1.27 as it is now'],
    ],
    [
      'by the podman that was named',
      [inEngine('unix:///run/podman/podman.sock')],
      [{ flag: '-H', value: 'unix:///run/podman/podman.sock' }],
      ['podman --url unix:///run/podman/podman.sock pull docker.io/library/nginx:1.27'],
    ],
    [
      'into the usual storage',
      [at('containers-storage', '/home/me/.local/share/containers/storage')],
      [],
      ['podman pull docker.io/library/nginx:1.27'],
    ],
    ['into another storage', [at('containers-storage', '/srv/s')], [], ['podman --root /srv/s pull docker.io/library/nginx:1.27']],
  ] as const)('is made %s', (_, sources, engines, lines) => {
    expect(renderUpgrade(makeRow('nginx:1.27', 'rebuilt', { sources }), engines)).toEqual(lines);
  });
});
