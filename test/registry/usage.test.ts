import { expect, it } from 'vitest';
import type { RegistryUse } from '../../src/check/ports.ts';
import { mergeUsage } from '../../src/registry/usage.ts';

function use(registry: string, parts: Partial<RegistryUse> = {}): RegistryUse {
  return { registry, requests: 1, counted: 0, limit: null, remaining: null, windowSeconds: null, ...parts };
}

it('what was asked of one registry over several connections is told together, with the quota that has least left', () => {
  const scarce = use('docker.io', { requests: 2, counted: 1, limit: 100, remaining: 3, windowSeconds: 21_600 });
  const ample = use('docker.io', { requests: 5, counted: 4, limit: 200, remaining: 90, windowSeconds: 3_600 });
  const joined = [use('docker.io', { requests: 7, counted: 5, limit: 100, remaining: 3, windowSeconds: 21_600 })];
  expect(mergeUsage([scarce, ample])).toEqual(joined);
  expect(mergeUsage([ample, scarce])).toEqual(joined);
});

it('a quota is told though another connection was told of none', () => {
  const limited = use('docker.io', { limit: 100, remaining: 50 });
  expect(mergeUsage([use('docker.io'), limited])).toEqual([{ ...limited, requests: 2 }]);
});

it('what was asked is told in order of registry', () => {
  expect(mergeUsage([use('quay.io'), use('docker.io'), use('ghcr.io')]).map(({ registry }) => registry)).toEqual([
    'docker.io',
    'ghcr.io',
    'quay.io',
  ]);
});
