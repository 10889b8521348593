import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../../helpers/temp.ts';
import { readFiles, writeTree } from './tree.ts';

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await makeTemporaryDirectory();
  await writeTree(directory.path, {
    Dockerfile: 'ARG NODE=20\nFROM node:${NODE}\nARG PORT SHELL=sh\n',
    'other/Dockerfile': 'FROM a:1\nARG USER_NAME\n',
    'k8s/compose.yaml': 'services: {a: {image: "a:1"}}',
  });
});
afterEach(() => directory.remove());

const warningsOf = async (paths: readonly string[], args: readonly string[], target: string | null = null): Promise<readonly string[]> => {
  const buildArgs = new Map(args.map((name) => [name, '1']));
  return (await readFiles(directory.path, paths, { buildArgs, target })).warnings.map(({ message }) => message);
};

describe('--build-arg', () => {
  it.each([
    'NODE',
    'PORT',
    'SHELL',
    'USER_NAME',
    'HTTP_PROXY',
    'no_proxy',
    'BUILDKIT_SYNTAX',
    'TARGETPLATFORM',
    'BUILDARCH',
    'SOURCE_DATE_EPOCH',
  ])('%s is used', async (name) => {
    expect(await warningsOf(['Dockerfile', 'other'], [name])).toEqual([]);
  });

  it.each([
    [['Dockerfile'], 'NDOE', '--build-arg NDOE is used by no Dockerfile (did you mean NODE?)'],
    [['.'], 'USERNAME', '--build-arg USERNAME is used by no Dockerfile (did you mean USER_NAME?)'],
    [['other'], 'NODE', '--build-arg NODE is used by no Dockerfile'],
    [['Dockerfile'], 'BUILDKIT', '--build-arg BUILDKIT is used by no Dockerfile'],
    [['k8s'], 'NODE', '--build-arg NODE has no effect: no Dockerfile was named, or found in a folder'],
  ])('of %j: %s is not used, which is said once', async (paths, name, message) => {
    expect(await warningsOf(paths, [name])).toEqual([message]);
  });

  it('is said to be unused of ten at most', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `UNUSED_${index}`);
    expect(await warningsOf(['Dockerfile'], names)).toHaveLength(10);
  });
});

describe('--target', () => {
  it.each([
    [['Dockerfile'], []],
    [['k8s/compose.yaml', 'other'], ['--target web has no effect: no Dockerfile was named, as with -f Dockerfile']],
  ])('of %j chooses the stage of a Dockerfile that is named', async (paths, warnings) => {
    expect(await warningsOf(paths, [], 'web')).toEqual(warnings);
  });
});
