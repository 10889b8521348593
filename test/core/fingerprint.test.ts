import { describe, expect, it } from 'vitest';
import { fingerprintOf, isSameFingerprint } from '../../src/core/fingerprint.ts';
import { decodeConfig, type ImageConfig } from '../../src/core/image-config.ts';
import { makeDigest } from '../helpers/makers.ts';

/** A config as Docker writes it, and what containers/image makes of it for OCI: other keys, another order, another spelling of the time. */
const DOCKER = {
  architecture: 'amd64',
  config: { Env: ['A=1'], Cmd: ['sh'], Labels: { b: '2', a: '1' }, Healthcheck: { Test: ['NONE'] }, OnBuild: ['RUN x'], ArgsEscaped: true },
  container: 'f00',
  created: '2026-11-20T10:00:00.500Z',
  docker_version: '20.10.24',
  history: [
    { created: '2026-11-20T09:00:00Z', created_by: 'COPY x', comment: '' },
    { created: '2026-11-20T10:00:00.5Z', created_by: 'CMD sh', empty_layer: true },
  ],
  os: 'linux',
  rootfs: { type: 'layers', diff_ids: [makeDigest('layer')] },
};
const OCI = {
  created: '2026-11-20T11:00:00.5+01:00',
  architecture: 'amd64',
  os: 'linux',
  config: { Cmd: ['sh'], Env: ['A=1'], Labels: { a: '1', b: '2' } },
  rootfs: { type: 'layers', diff_ids: [makeDigest('layer')] },
  history: [
    { created: '2026-11-20T09:00:00Z', created_by: 'COPY x' },
    { created: '2026-11-20T10:00:00.5Z', created_by: 'CMD sh', empty_layer: true },
  ],
};

function decode(document: unknown): ImageConfig {
  const config = decodeConfig(Buffer.from(JSON.stringify(document)));
  if (!config.ok) throw new Error(config.reason.message);
  return config.value;
}

function isSame(a: unknown, b: unknown): boolean {
  const [one, other] = [a, b].map((document) => fingerprintOf(decode(document)) ?? '');
  return isSameFingerprint(one ?? '', other ?? '');
}

describe('the fingerprint of an image', () => {
  it('stays the same when its config is written in another format', () => {
    expect(isSame(DOCKER, OCI)).toBe(true);
    expect(isSame(OCI, DOCKER)).toBe(true);
    expect(isSame(DOCKER, { ...DOCKER, docker_version: '29.0.0' })).toBe(true);
  });

  it.each([
    ['its health check', { Healthcheck: { Test: ['CMD', 'true'] } }],
    ['its shell', { Shell: ['/bin/bash', '-c'] }],
    ['what is run in builds on it', { OnBuild: ['RUN y'] }],
  ])('is another one for a change of %s, where both formats can say it', (_, change) => {
    expect(isSame(DOCKER, { ...DOCKER, config: { ...DOCKER.config, ...change } })).toBe(false);
  });

  it.each([
    ['a layer', { rootfs: { type: 'layers', diff_ids: [makeDigest('another')] } }],
    ['the order of layers', { rootfs: { type: 'layers', diff_ids: [makeDigest('layer'), makeDigest('another')] } }],
    ['when it was made', { created: '2026-11-20T10:00:01Z' }],
    ['the platform', { architecture: 'arm64' }],
    ['an environment variable', { config: { ...OCI.config, Env: ['A=2'] } }],
    ['a label', { config: { ...OCI.config, Labels: { a: '1' } } }],
    ['the order of a command', { config: { ...OCI.config, Cmd: ['-c', 'sh'] } }],
    ['a step', { history: OCI.history.map((step) => ({ ...step, created_by: `${step.created_by} ` })) }],
    ['the time of a step', { history: OCI.history.map((step) => ({ ...step, created: '2026-11-20T09:00:00.000000001Z' })) }],
    ['which step made a layer', { history: OCI.history.map((step) => ({ ...step, empty_layer: false })) }],
    ['who made a step', { history: OCI.history.map((step) => ({ ...step, author: 'x' })) }],
    ['the comment of a step', { history: OCI.history.map((step) => ({ ...step, comment: 'FROM x' })) }],
  ])('is another one for a change of %s', (_, change) => {
    expect(isSame({ ...OCI, ...change }, OCI)).toBe(false);
  });

  it.each([
    ['layers', { rootfs: { type: 'layers', diff_ids: [] } }],
    ['steps', { history: [] }],
  ])('is none without %s, by which too many are alike', (_, change) => {
    expect(fingerprintOf(decode({ ...OCI, ...change }))).toBeNull();
  });
});
