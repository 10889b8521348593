import { onTestFinished } from 'vitest';
import type { Credential, Registry } from '../../../src/check/ports.ts';
import { createRegistry, type RegistryOptions } from '../../../src/registry/registry.ts';

export type Client = { registry: Registry; log: string[]; slept: number[]; clock: { now: number }; signal: AbortSignal };

/** A client whose waits are recorded and take no time. `credentials` is by repository or by registry. */
export function createClient(options: Partial<RegistryOptions> = {}, credentials: Record<string, Credential> = {}): Client {
  const log: string[] = [];
  const slept: number[] = [];
  const clock = { now: Date.parse('2026-11-20T12:00:00Z') };
  const registry = createRegistry({
    keychain: {
      credentialFor: ({ registry: name, repository }) => Promise.resolve(credentials[`${name}/${repository}`] ?? credentials[name] ?? null),
      warnings: () => [],
    },
    insecureRegistries: [],
    locations: new Map(),
    certificateDirectories: [],
    extraCaFile: null,
    proxy: { http: null, https: null, no: null },
    trustedRealms: new Map(),
    rules: new Map(),
    onlyHosts: null,
    floor: { remaining: 10, fraction: 0.2 },
    concurrency: 16,
    timeoutMs: 20_000,
    runTimeoutMs: 60_000,
    maxRetryWaitMs: 30_000,
    userAgent: 'imgupdate-test',
    clock: {
      now: () => clock.now,
      sleep: (ms) => {
        slept.push(ms);
        clock.now += ms;
        return Promise.resolve();
      },
      random: () => 0.5,
    },
    log: (line) => log.push(line),
    ...options,
  });
  onTestFinished(() => registry.close());
  return { registry, log, slept, clock, signal: new AbortController().signal };
}

/** A client that reaches docker.io at a server on loopback. */
export function createClientOf(host: string, options: Partial<RegistryOptions> = {}, credentials: Record<string, Credential> = {}): Client {
  return createClient({ locations: new Map([['docker.io', `http://${host}`]]), ...options }, credentials);
}

export const alice: Credential = { kind: 'password', username: 'alice', password: 's3cret' };

export const basicOfAlice = `Basic ${Buffer.from('alice:s3cret').toString('base64')}`;
