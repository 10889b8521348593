import { describe, expect, it } from 'vitest';
import type { SourcePlace } from '../../src/check/report.ts';
import { carrierOf, labelPlaces, placesOf, prefixOf } from '../../src/formats/places.ts';

const at = (kind: string, location: string): SourcePlace => ({ kind, location, line: null, column: null, file: null });
const engine = at('docker-daemon', 'unix:///var/run/docker.sock');
const archive = at('docker-archive', 'app.tar');
const storage = at('containers-storage', '/var/lib/containers/storage');

describe('the places of an image', () => {
  it('are each named once, engines by their sockets, all others with what they are', () => {
    const sources = [engine, at('docker-daemon', 'ssh://build01'), archive, archive, at('docker', 'docker.io')];
    expect(placesOf({ sources })).toEqual(['/var/run/docker.sock', 'ssh://build01', 'docker-archive:app.tar', 'registry']);
  });

  it('are none where only a line of a file names it', () => {
    expect(placesOf({ sources: [{ ...at('compose', 'compose.yaml'), line: 3, column: 1 }] })).toEqual([]);
  });
});

describe('the words for places in a table', () => {
  const label = (...places: readonly SourcePlace[]) => [...labelPlaces(places.map((place) => ({ sources: [place] }))).values()];

  it('are short', () => {
    const far = [at('docker-daemon', 'ssh://me@build01'), at('docker-daemon', 'tcp://build02:2375')];
    expect(label(engine, ...far, at('docker-archive', 'out/app.tar'), at('oci', 'layout'), storage)).toEqual([
      'docker',
      'build01',
      'build02:2375',
      'app.tar',
      'layout',
      'storage',
    ]);
  });

  it('are whole where they would be the same', () => {
    expect(label(engine, at('docker-daemon', 'unix:///srv/docker.sock'), archive)).toEqual([
      '/var/run/docker.sock',
      '/srv/docker.sock',
      'app.tar',
    ]);
  });

  it('tell standard input', () => {
    expect(label(at('docker-archive', '-'), archive)).toEqual(['docker-archive:-', 'app.tar']);
  });
});

describe('what an image is carried in', () => {
  it.each(['docker-archive', 'oci', 'oci-archive'])('is its first place where that is of the kind %s, and nothing else has it', (kind) => {
    expect(carrierOf({ sources: [at(kind, 'app'), archive] })).toEqual(at(kind, 'app'));
  });

  it.each([
    ['an engine has it, too', [archive, engine]],
    ['the storage of podman has it, too', [archive, storage]],
    ['it is nowhere', []],
  ])('is nothing where %s', (_, sources) => {
    expect(carrierOf({ sources })).toBeNull();
  });
});

describe('what stands before the name of an image to have it looked at again', () => {
  it.each<[string, readonly SourcePlace[], string | null]>([
    ['in a registry', [at('docker', 'docker.io')], 'docker://'],
    ['in an engine', [engine], ''],
    ['in an archive', [archive], 'docker-archive:app.tar:'],
    ['in a layout and an archive', [at('oci', 'app'), archive], 'oci:app:'],
    ['in the storage of podman', [storage], 'containers-storage:[/var/lib/containers/storage]'],
    ['in an engine and the storage of podman', [storage, engine], ''],
    ['in an archive and the storage of podman', [archive, storage], 'containers-storage:[/var/lib/containers/storage]'],
    ['on standard input, where it is no more', [at('oci-archive', '-')], null],
  ])('%s', (_, sources, prefix) => {
    expect(prefixOf({ sources })).toBe(prefix);
  });
});
