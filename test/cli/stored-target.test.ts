import { describe, expect, it } from 'vitest';
import { readStoredTarget } from '../../src/cli/stored-target.ts';

const name = (text: string) => ({ by: 'name', name: text });

describe('a target that names files which hold images', () => {
  it.each([
    ['docker-archive:app.tar', { path: 'app.tar', image: null }],
    ['docker-archive:/srv/app.tar:acme/app:1', { path: '/srv/app.tar', image: name('acme/app:1') }],
    ['docker-archive:app.tar:localhost:5000/acme/app:1', { path: 'app.tar', image: name('localhost:5000/acme/app:1') }],
    ['docker-archive:app.tar:@2', { path: 'app.tar', image: { by: 'position', position: 2 } }],
    ['docker-archive:-', { path: '-', image: null }],
    ['docker-archive:-:acme/app', { path: '-', image: name('acme/app') }],
    ['docker-archive:app.tar:', { path: 'app.tar', image: null }],
    ['oci:build/layout', { path: 'build/layout', image: null }],
    ['oci:.:1.27', { path: '.', image: name('1.27') }],
    ['oci-archive:app.tar:@0', { path: 'app.tar', image: { by: 'position', position: 0 } }],
    ['containers-storage:', { path: null, image: null }],
    ['containers-storage:acme/app:1', { path: null, image: name('acme/app:1') }],
    ['containers-storage:@3f2a9c0b7d1e', { path: null, image: name('@3f2a9c0b7d1e') }],
    ['containers-storage:[/srv/storage]', { path: '/srv/storage', image: null }],
    ['containers-storage:[/srv/storage]acme/app', { path: '/srv/storage', image: name('acme/app') }],
    ['containers-storage:[vfs@/srv/storage+/run/x:a=b,c]x', { path: '/srv/storage', driver: 'vfs', image: name('x') }],
  ])('%s is read as skopeo reads it', (word, place) => {
    expect(readStoredTarget(word)).toEqual({ transport: word.slice(0, word.indexOf(':')), written: word, driver: null, ...place });
  });

  it.each(['nginx', 'docker://nginx', 'docker-daemon:nginx', 'oci', 'acme/oci:1', 'docker-archive'])('%s is none', (word) => {
    expect(readStoredTarget(word)).toBeNull();
  });

  it.each([
    ['docker-archive:', 'it names no file'],
    ['oci::1.27', 'it names no file'],
    ['oci:-', 'a folder is not read from standard input'],
    ['oci-archive:app.tar:@x', 'expected a number behind @, got @x'],
    ['containers-storage:[overlay@relative]x', 'expected [DRIVER@ROOT+RUNROOT] with an absolute path'],
    ['containers-storage:/srv/storage', 'expected the name of an image, got a path'],
    ['containers-storage:[/srv', 'expected [DRIVER@ROOT+RUNROOT] with an absolute path'],
  ])('%s is refused: %s', (word, message) => {
    expect(() => readStoredTarget(word)).toThrow(`cannot read the target ${word}: ${message}`);
  });
});
