import { describe, expect, it } from 'vitest';
import { refuseFiles } from '../../src/cli/targets.ts';

describe('a target of check', () => {
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
  ])('%s is the path of a file, which -f takes', (word) => {
    expect(() => {
      refuseFiles(['nginx', word]);
    }).toThrow(`cannot read the target ${word}: expected an image`);
  });

  it.each(['compose.yaml', 'deploy/web.yml', 'pods.json'])('%s is the path of a file, too', (word) => {
    expect(() => {
      refuseFiles([word]);
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
      refuseFiles([word]);
    }).not.toThrow();
  });
});
