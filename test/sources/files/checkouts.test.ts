import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';
import { linesOf, problemsOf, readFiles, writeTree } from './tree.ts';

let directory: TemporaryDirectory;
let at: string;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
  at = directory.path;
  await writeTree(at, {
    'out/compose.yaml': 'services: {a: {image: "secret:1"}}',
    'out/Dockerfile': 'FROM secret:1',
    'out/values.env': 'V=secret\n',
    'repo/sub/Dockerfile': 'FROM inside:1',
  });
});
afterEach(() => directory.remove());

const OUTSIDE = 'cannot be read: it lies outside of the checkout (name its folder with -f to have it read)';

describe('a compose file in a checkout', () => {
  it.each([
    ['include', 'include: [../out/compose.yaml]\nservices: {b: {image: b}}', '../out/compose.yaml'],
    ['extends', 'services: {b: {image: b, extends: {service: a, file: ../out/compose.yaml}}}', '../out/compose.yaml'],
    ['env_file', 'include: [{path: in.yaml, env_file: ../out/values.env}]\nservices: {b: {image: b}}', '../out/values.env'],
    ['context', 'services: {a: {build: ../out}, b: {image: b}}', 'Dockerfile ../out/Dockerfile'],
    ['dockerfile', 'services: {a: {build: {dockerfile: ../out/Dockerfile}}, b: {image: b}}', 'Dockerfile ../out/Dockerfile'],
    ['a link', 'services: {a: {build: link}, b: {image: b}}', 'Dockerfile link/Dockerfile'],
    ['a link to a file', 'services: {a: {build: {dockerfile: file}}, b: {image: b}}', 'Dockerfile file'],
    ['what is not there', 'services: {a: {build: ../out/nothing}, b: {image: b}}', 'Dockerfile ../out/nothing/Dockerfile'],
  ])('does not lead out of it: %s', async (_, text, subject) => {
    await writeTree(at, { 'repo/compose.yaml': text, 'repo/in.yaml': 'services: {c: {image: "c:${V-1}"}}' });
    await symlink(join(at, 'out'), join(at, 'repo/link'));
    await symlink('../out/Dockerfile', join(at, 'repo/file'));
    const inventory = await readFiles(join(at, 'repo'), ['compose.yaml']);
    expect(linesOf(inventory).join()).not.toContain('secret');
    expect(linesOf(inventory).join()).toContain('b:latest');
    expect(problemsOf(inventory)).toEqual([`unread compose.yaml ${subject} ${OUTSIDE}`]);
  });

  it('does not lead to an absolute path outside of it', async () => {
    await writeTree(at, { 'repo/compose.yaml': `services: {a: {build: ${at}/out}, b: {build: ${at}/repo/sub}}` });
    const inventory = await readFiles(join(at, 'repo'), ['compose.yaml']);
    expect(linesOf(inventory)).toEqual(['sub/Dockerfile:1 inside:1']);
    expect(problemsOf(inventory)).toEqual([`unread compose.yaml Dockerfile ${at}/out/Dockerfile ${OUTSIDE}`]);
  });

  it('does not put in what its .env leads to outside', async () => {
    await writeTree(at, { 'repo/compose.yaml': 'services: {a: {image: "a:${V-unset}"}}' });
    await symlink('../out/values.env', join(at, 'repo/.env'));
    expect(linesOf(await readFiles(join(at, 'repo'), ['compose.yaml']))).toEqual(['compose.yaml:1 a:unset']);
  });

  it('leads to what a person named, or has a folder named of', async () => {
    await writeTree(at, { 'repo/compose.yaml': 'services: {a: {build: ../out}}' });
    for (const named of ['../out', '../out/Dockerfile'])
      expect(linesOf(await readFiles(join(at, 'repo'), ['compose.yaml', named])).join()).toContain('/out/Dockerfile:1 secret:1');
  });

  it.each([
    ['the repository', { 'repo/.git/HEAD': '' }, 'repo/deploy', 'compose.yaml', true],
    ['the repository, whose .git is a file', { 'repo/.git': 'gitdir: x' }, 'out', '../repo/deploy/compose.yaml', true],
    ['the working directory it lies below', {}, 'repo', 'deploy/compose.yaml', true],
    ['the working directory, but not out of a repository below it', { 'repo/deploy/.git': '' }, 'repo', 'deploy/compose.yaml', false],
    ['its own folder, where it lies elsewhere', {}, 'out', '../repo/deploy/compose.yaml', false],
    ['its own folder, which is the working directory', {}, 'repo/deploy', 'compose.yaml', false],
  ])('leads wherever it likes in %s', async (_, files, cwd, path, isRead) => {
    await writeTree(at, { ...files, 'repo/deploy/compose.yaml': 'services: {a: {build: ../sub}}' });
    const inventory = await readFiles(join(at, cwd), [path]);
    expect(linesOf(inventory)).toHaveLength(isRead ? 1 : 0);
    expect(problemsOf(inventory)).toHaveLength(isRead ? 0 : 1);
  });

  it('may be reached through a link', async () => {
    await writeTree(at, {
      'repo/.git/HEAD': '',
      'repo/deploy/compose.yaml': 'services: {a: {build: ./there}}',
      'repo/deploy/there/Dockerfile': 'FROM a:1',
    });
    await symlink(join(at, 'repo/deploy'), join(at, 'linked'));
    expect(linesOf(await readFiles(at, ['linked/compose.yaml']))).toEqual(['linked/there/Dockerfile:1 a:1']);
  });
});
