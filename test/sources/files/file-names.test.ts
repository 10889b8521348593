import { describe, expect, it } from 'vitest';
import { isListName, kindOfName, planProjects } from '../../../src/sources/files/file-names.ts';

describe('a name', () => {
  it.each([
    ['Dockerfile', 'dockerfile'],
    ['dockerfile', 'dockerfile'],
    ['CONTAINERFILE', 'dockerfile'],
    ['Dockerfile.alpine', 'dockerfile-like'],
    ['alpine.Dockerfile', 'dockerfile-like'],
    ['Dockerfile.dockerignore', null],
    ['Dockerfile.alpine.dockerignore', null],
    ['.dockerignore', null],
    ['dockerfile.py', null],
    ['Dockerfile-old', null],
    ['compose.yaml', 'compose'],
    ['compose.override.yml', 'compose'],
    ['docker-compose.yml', 'compose'],
    ['docker-compose-dev.yaml', 'compose'],
    ['docker-compose.ci.test.yml', 'compose'],
    ['composer.yaml', null],
    ['compose.json', null],
    ['mydocker-compose.yml', null],
    ['compose.yaml.bak', null],
  ])('%s makes a file a %s', (name, kind) => {
    expect(kindOfName(name)).toBe(kind);
  });
});

describe('the name of a list', () => {
  it.each(['images.txt', 'Images.TXT', 'image-list.txt', 'rancher-images.txt', 'rke2-images-all.linux-amd64.txt', 'prod.list'])(
    'may be %s',
    (name) => {
      expect(isListName(name)).toBe(true);
    },
  );

  it.each(['notes.txt', 'images.yaml', 'images.txt.bak', 'reimages.txt', 'imagestxt', 'list', 'images'])(
    'is not %s, of which the contents tell',
    (name) => {
      expect(isListName(name)).toBe(false);
    },
  );
});

describe('the compose files of a folder', () => {
  it.each([
    ['compose.yaml before all others', ['compose.yaml', 'docker-compose.yml'], ['compose.yaml', '| docker-compose.yml']],
    ['docker-compose.yml before .yaml', ['docker-compose.yaml', 'docker-compose.yml'], ['docker-compose.yml', '| docker-compose.yaml']],
    [
      'one override',
      ['compose.override.yaml', 'compose.override.yml', 'compose.yaml'],
      ['compose.yaml compose.override.yml', '| compose.override.yaml'],
    ],
    ['an override of the other spelling', ['compose.yaml', 'docker-compose.override.yml'], ['compose.yaml docker-compose.override.yml']],
    ['an override of nothing', ['compose.override.yaml'], ['| compose.override.yaml']],
    ['others by themselves', ['compose.a.yaml', 'compose.b.yaml'], ['| compose.a.yaml', '| compose.b.yaml']],
    ['none', [], []],
  ])('become projects as compose takes them: %s', (_, names, plans) => {
    expect(planProjects(names).map((plan) => `${plan.isUsual ? '' : '| '}${plan.names.join(' ')}`)).toEqual(plans);
  });
});
