import { expect, it } from 'vitest';
import { createClient } from './helpers/client.ts';
import { serve, serveSockets } from './helpers/server.ts';

it.each<readonly [string, () => Promise<{ host: string; connections: () => number }>]>([
  ['closes every connection', () => serveSockets((socket) => socket.destroy())],
  ['knows no tunnels', () => serve((_seen, response) => void response.end())],
  ['says nothing', () => serveSockets(() => undefined)],
])('a proxy that %s is not waited for beyond the time of a request, and then left alone', async (_what, start) => {
  const proxy = await start();
  const { registry, signal } = createClient({ timeoutMs: 300, proxy: { http: null, https: `http://${proxy.host}`, no: null } });
  const answer = await registry.resolveTag({ registry: 'registry.example', repository: 'acme/app' }, '1', signal);
  expect(answer).toMatchObject({ kind: 'unknown', reason: { message: expect.stringContaining('registry.example') } });
  const before = proxy.connections();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(proxy.connections() - before).toBeLessThanOrEqual(1);
});
