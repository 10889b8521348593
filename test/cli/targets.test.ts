import { describe, expect, it } from 'vitest';
import { readTargets, refuseFiles, wantsEngine, watchPatterns } from '../../src/cli/targets.ts';
import { makeImage, makeReference } from '../helpers/makers.ts';

describe('a target of list or check', () => {
  it.each([
    '.',
    '..',
    './app',
    '../app',
    '/srv/app',
    '~/app',
    'Dockerfile',
    'app/Dockerfile',
    'app/Dockerfile.prod',
    'api.Dockerfile',
    'Containerfile',
    'layout/',
  ])('%s is the path of a file, which -f takes', (word) => {
    expect(() => {
      refuseFiles(['nginx', word], 'check');
    }).toThrow(`cannot read the target ${word}: expected an image`);
  });

  it.each(['compose.yaml', 'deploy/web.yml', 'pods.json', 'images.txt', 'prod.list'])('%s is the path of a file, too', (word) => {
    expect(() => {
      refuseFiles([word], 'list');
    }).toThrow(`cannot read the target ${word}: `);
  });

  it.each([
    'nginx',
    '*',
    '**',
    'ghcr.io/acme/*',
    'ghcr.io/acme/api:2.1',
    'docker://ghcr.io/acme/compose.yaml',
    'docker-daemon:pods.json',
    'docker/dockerfile',
    'dockerfile',
    'acme/yaml',
    '*.json',
  ])('%s names images', (word) => {
    expect(() => {
      refuseFiles([word], 'list');
    }).not.toThrow();
  });
});

describe('a folder where an image is named', () => {
  it.each([
    ['./layout', 'check', 'name files and folders with -f: imgupdate check -f ./layout; an OCI layout as oci:./layout'],
    ['./layout', 'show', 'name files and folders with -f: imgupdate list -f ./layout; an OCI layout as oci:./layout'],
    ['./Dockerfile', 'list', 'name files and folders with -f: imgupdate list -f ./Dockerfile'],
  ] as const)('%s gets what to write for %s', (word, verb, hint) => {
    expect(() => {
      refuseFiles([word], verb);
    }).toThrow(expect.objectContaining({ hint }) as Error);
  });
});

describe('the target of any verb', () => {
  it.each([
    ['docker-archive', 'write docker-archive:FILE'],
    ['oci-archive', 'write oci-archive:FILE'],
    ['containers-storage', 'write containers-storage:'],
    ['docker-daemon', 'write docker-daemon:'],
    ['docker-daemon://nginx', 'write docker-daemon:nginx'],
    ['OCI:layout', 'write oci:layout'],
    ['Docker-Archive:app.tar', 'write docker-archive:app.tar'],
    ['docker_archive:app.tar:acme/app:1', 'write docker-archive:app.tar:acme/app:1'],
    ['docker-archve:app.tar', 'write docker-archive:app.tar; an image of that name is docker-daemon:docker-archve:app.tar'],
    ['oci-arhcive:app.tar', 'write oci-archive:app.tar; an image of that name is docker-daemon:oci-arhcive:app.tar'],
    ['container-storage:', 'write containers-storage:; an image of that name is docker-daemon:container-storage:'],
  ])('%s is a slip, and what to write is said', (word, hint) => {
    expect(() => readTargets(['nginx', word])).toThrow(
      expect.objectContaining({
        message: `cannot read the target ${word}: expected an image, or a place and what is in it`,
        hint,
      }) as Error,
    );
  });

  it.each([
    'oci',
    'docker',
    'docker-registry:2',
    'archive:1',
    'acme/docker-archve:1',
    'docker-daemon:docker-archve:1',
    'storage',
    'REGISTRY:5000/a',
  ])('%s is no slip', (word) => {
    expect(() => readTargets([word])).not.toThrow();
  });

  it.each([
    ['https://ghcr.io/acme/api:2.1', 'ghcr.io/acme/api:2.1'],
    ['docker:/nginx', 'nginx'],
    ['http://', 'REF'],
  ])('%s is an address, and what to write is said', (word, image) => {
    const refused = (): unknown => readTargets(['nginx', word]);
    expect(refused).toThrow(
      expect.objectContaining({
        message: `cannot read the target ${word}: expected the name of an image, got an address`,
        hint: `name an image in its registry as docker://${image}`,
      }) as Error,
    );
  });

  it('that is no reference gets an example that is a target too', () => {
    expect(() => readTargets(['docker://UPPER'])).toThrow(
      expect.objectContaining({ hint: 'write it as docker would take it: docker://node:20-slim' }) as Error,
    );
  });

  it.each(['docker:27-dind', 'docker', 'docker-daemon:nginx:1'])('%s is the name of an image of the engine', (word) => {
    expect(readTargets([word])).toEqual({
      patterns: [word.replace('docker-daemon:', '')],
      references: [],
      wholeEngine: false,
      namesEngine: word.startsWith('docker-daemon:'),
      stored: [],
    });
  });
});

describe('patterns', () => {
  const name = makeReference('nginx:1.27');

  it('know which of them matched nothing', () => {
    const { matches, unmatched } = watchPatterns(['nginx', 'redis', 'nginx:*']);
    expect(unmatched()).toEqual(['nginx', 'redis', 'nginx:*']);
    expect([matches?.(name, makeImage({})), matches?.(null, makeImage({}))]).toEqual([true, false]);
    expect(unmatched()).toEqual(['redis']);
  });

  it('are none where all images are wanted', () => {
    const { matches, unmatched } = watchPatterns([]);
    expect([matches, unmatched()]).toEqual([null, []]);
  });
});

describe('an engine', () => {
  it.each<[string[], string[], boolean, boolean]>([
    [[], [], false, true],
    [[], [], true, false],
    [['nginx'], [], true, true],
    [['docker-daemon:'], [], true, true],
    [['docker://nginx'], [], false, false],
    [['docker://nginx'], ['ssh://build01'], false, false],
    [['docker-archive:a.tar'], [], false, false],
    [['docker-archive:a.tar'], ['ssh://build01'], false, true],
    [['docker-archive:a.tar', 'docker://nginx'], ['ssh://build01'], false, true],
    [[], ['ssh://build01'], true, true],
  ])('for the targets %j and -H %j, with files: %s, is asked: %s', (words, host, hasFiles, isAsked) => {
    expect(wantsEngine(readTargets(words), { host }, hasFiles)).toBe(isAsked);
  });
});
