import type { LookupAddress } from 'node:dns';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { alice, createClient } from './helpers/client.ts';
import { serveRegistry } from './helpers/fake-registry.ts';

/** The name server of an attacker, or one that is lied to: another address to each question. */
const addresses = vi.hoisted(() => ({ first: ['10.1.2.3'], then: ['127.0.0.1'] }));
vi.mock('node:dns/promises', () => ({ lookup: () => Promise.resolve(addresses.first.map((address) => ({ address, family: 4 }))) }));
vi.mock('node:dns', () => ({
  lookup: (_name: string, _options: unknown, callback: (error: null, found: LookupAddress[]) => void) => {
    callback(
      null,
      addresses.then.map((address) => ({ address, family: 4 })),
    );
  },
}));

afterEach(() => {
  addresses.first = ['10.1.2.3'];
  addresses.then = ['127.0.0.1'];
});

const ask = async (insecureRegistries: string[]) => {
  const server = await serveRegistry({ auth: 'basic' });
  const registryName = `registry.example:${server.port}`;
  const { registry, signal } = createClient({ insecureRegistries }, { [registryName]: alice });
  return { answer: await registry.resolveTag({ registry: registryName, repository: 'acme/app' }, '1', signal), server };
};

it('a registry that is in an insecure network by the first look-up of its name is asked without TLS nowhere else', async () => {
  const { answer, server } = await ask(['10.0.0.0/8']);
  expect(answer).toMatchObject({ kind: 'unknown', reason: { kind: 'unreachable' } });
  expect(answer).toHaveProperty('reason.message', expect.stringContaining('resolves to an address outside of the networks'));
  expect(server.connections()).toBe(0);
});

it.each([[['127.0.0.0/8', '10.0.0.0/8']], [['registry.example']]])(
  'a registry that stays in insecure registries %j is asked',
  async (insecure) => {
    const { answer, server } = await ask(insecure);
    expect(answer).toMatchObject({ kind: 'found' });
    expect(server.seen.at(-1)?.headers.authorization).toMatch(/^Basic /);
  },
);

it('a registry that has addresses in an insecure network and outside of it is asked inside', async () => {
  addresses.first = addresses.then = ['127.0.0.1', '127.99.0.1'];
  const { answer, server } = await ask(['127.0.0.1/32']);
  expect(answer).toMatchObject({ kind: 'found' });
  expect(server.connections()).toBeGreaterThan(0);
});

describe.each([['registry.example'], ['169.254.169.254.nip.example']])('%s', (name) => {
  const askAt = async (found: string[], insecureRegistries: string[]) => {
    addresses.first = addresses.then = found;
    const server = await serveRegistry();
    const registryName = `${name}:${server.port}`;
    const asked: string[] = [];
    const { registry, signal } = createClient({
      insecureRegistries: insecureRegistries.map((entry) => entry.replace('NAME', registryName)),
      keychain: { credentialFor: () => (asked.push('login'), Promise.resolve(null)), warnings: () => [] },
    });
    const answer = await registry.resolveTag({ registry: registryName, repository: 'acme/app' }, '1', signal);
    return { answer, asked, seen: server.seen.length };
  };

  it.each([
    [['169.254.169.254'], []],
    [['169.254.169.254'], ['0.0.0.0/0']],
    [['169.254.169.254', '169.254.170.2'], ['NAME']],
    [['::ffff:169.254.169.254'], ['NAME']],
    [['::ffff:a9fe:a9fe'], []],
    [['fd00:ec2::254'], []],
    [['fe80::1%lo'], ['NAME']],
    [['100.100.100.200'], []],
  ])('that resolves to %j is not connected to, with insecure registries %j', async (found, insecure) => {
    const { answer, asked } = await askAt(found, insecure);
    expect(answer).toMatchObject({ kind: 'unknown', reason: { kind: 'policy' } });
    expect(answer).toHaveProperty(
      'reason.message',
      expect.stringMatching(/resolves to a cloud's metadata service or to a link-local address/),
    );
    expect(asked).toEqual([]);
  });

  it('that has a link-local address beside its own, as in a network without a name server, is asked at its own', async () => {
    const { answer, seen } = await askAt(['fe80::1%lo', '169.254.7.7', '127.0.0.1'], ['NAME']);
    expect(answer).toMatchObject({ kind: 'found' });
    expect(seen).toBe(1);
  });
});
