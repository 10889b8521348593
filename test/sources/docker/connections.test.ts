import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { EngineEndpoint, EngineTls } from '../../../src/sources/docker/endpoint.ts';
import { parseEndpoint } from '../../../src/sources/docker/endpoint.ts';
import { createDockerSource } from '../../../src/sources/docker/source.ts';
import { sshArguments } from '../../../src/sources/docker/ssh.ts';
import { makeCertificate } from '../../helpers/certificate.ts';
import { readReplies, startFakeEngine, type FakeEngine } from './fake-engine.ts';

let directory: string;
const closing: (() => Promise<void> | void)[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'iu-'));
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  rmSync(directory, { recursive: true, force: true });
});

async function listFrom(endpoint: EngineEndpoint, env: Record<string, string> = {}) {
  const facts = { readFacts: () => new Map<string, string>(), writeFacts: () => undefined };
  const source = createDockerSource({ endpoint, facts, timeoutMs: 5000, concurrency: 8, env });
  const inventory = await source.list({ all: false, signal: new AbortController().signal, onProgress: () => undefined });
  closing.unshift(inventory.close);
  return inventory;
}

async function startEngine(name = 'classic-20.10'): Promise<{ socket: string; engine: FakeEngine }> {
  const socket = join(directory, 'engine.sock');
  const engine = await startFakeEngine(socket, readReplies(name));
  closing.push(engine.close);
  return { socket, engine };
}

const parse = (location: string, tls: EngineTls | null = null) => parseEndpoint(location, { tls, platform: 'linux', cli: 'docker' });

describe('an engine behind ssh', () => {
  /** Stands for ssh: notes its arguments, and joins its standard input and output to the socket. */
  function writeSsh(script: string): Record<string, string> {
    writeFileSync(
      join(directory, 'ssh'),
      `#!/bin/sh\nprintf '%s ' "$@" >> "${directory}/arguments"\necho >> "${directory}/arguments"\n${script}\n`,
    );
    chmodSync(join(directory, 'ssh'), 0o755);
    return { PATH: `${directory}:/usr/bin:/bin` };
  }

  it('is reached through the ssh of the user, over a few connections, which keep nothing waiting and are not left behind', async () => {
    const { socket, engine } = await startEngine('classic-20.10-builds');
    const join_ = `const s=require("net").connect("${socket}");process.stdin.pipe(s);s.pipe(process.stdout)`;
    const env = writeSsh(`echo $$ >> "${directory}/pids"\nexec "${process.execPath}" -e '${join_}'`);
    const inventory = await listFrom(parse('ssh://me@engine.example:2222/run/engine.sock'), env);
    expect(inventory.images).toHaveLength(9);
    expect(inventory.location).toBe('ssh://me@engine.example:2222/run/engine.sock');
    const calls = readFileSync(join(directory, 'arguments'), 'utf8').trim().split('\n');
    expect(calls.length).toBeLessThanOrEqual(4);
    expect(engine.requests.length).toBeGreaterThan(calls.length);
    expect(calls[0]!.trim()).toBe(
      '-l me -p 2222 -o ConnectTimeout=30 -T -- engine.example docker --host=unix:///run/engine.sock system dial-stdio',
    );
    expect(process.getActiveResourcesInfo()).not.toContain('ProcessWrap');
    expect((await inventory.readBuild(inventory.images[0]!))?.history?.entries.length).toBeGreaterThan(0);
    inventory.close();
    const pids = readFileSync(join(directory, 'pids'), 'utf8').trim().split('\n').map(Number);
    await expect.poll(() => pids.filter(isRunning)).toEqual([]);
  });

  it('that refuses says so in its own words', async () => {
    const env = writeSsh('echo "me@engine.example: Permission denied (publickey)." >&2; exit 255');
    await expect(listFrom(parse('ssh://me@engine.example'), env)).rejects.toMatchObject({
      code: 'engine-unavailable',
      message:
        'the connection to the container engine at ssh://me@engine.example failed: ssh ended with exit code 255: me@engine.example: Permission denied (publickey).',
      hint: 'see what this says: ssh me@engine.example docker version',
    });
  });

  it('offers no command that would be another one', async () => {
    const env = writeSsh('exit 255');
    await expect(listFrom(parse('ssh://-oProxyCommand=x'), env)).rejects.toMatchObject({
      hint: expect.stringMatching(/^start it, /) as string,
    });
  });

  it('without any ssh on the PATH', async () => {
    await expect(listFrom(parse('ssh://engine.example'), { PATH: directory })).rejects.toThrow('ssh cannot be run: spawn ssh ENOENT');
  });

  it.each([
    ['ssh://host', 'docker', '-o ConnectTimeout=30 -T -- host docker system dial-stdio'],
    ['ssh://-oProxyCommand=x', 'docker', '-o ConnectTimeout=30 -T -- -oProxyCommand=x docker system dial-stdio'],
    ['ssh://host/a b.sock', 'docker', "-o ConnectTimeout=30 -T -- host docker '--host=unix:///a b.sock' system dial-stdio"],
    ['ssh://core@vm/run/p.sock', 'podman', '-l core -o ConnectTimeout=30 -T -- vm podman --url=unix:///run/p.sock system dial-stdio'],
  ] as const)('%s of %s', (location, cli, expected) => {
    const { address } = parseEndpoint(location, { tls: null, platform: 'linux', cli });
    expect(address.kind === 'ssh' ? sshArguments(address).join(' ') : null).toBe(expected);
  });
});

describe('an engine behind TLS', () => {
  async function startTls(): Promise<{ port: number; cert: string; key: string }> {
    const { cert, key } = await makeCertificate();
    const replies = readReplies('classic-20.10');
    const server = createTlsServer({ cert, key, ca: cert, requestCert: true, rejectUnauthorized: true }, (request, response) => {
      const path = decodeURIComponent((request.url ?? '').replace(/^\/v1\.\d+/, '').replace(/\?.*/, ''));
      const reply = replies[path]!;
      response.writeHead(reply.status, { ...reply.headers }).end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return { port: (server.address() as AddressInfo).port, cert, key };
  }

  it('is reached with the certificates of the user', async () => {
    const { port, cert, key } = await startTls();
    const inventory = await listFrom(parse(`tcp://127.0.0.1:${port}`, { ca: cert, cert, key, verify: true }));
    expect(inventory.images).toHaveLength(4);
  });

  it('that is not to be trusted is refused, unless verification is switched off', async () => {
    const { port, cert, key } = await startTls();
    const location = `tcp://127.0.0.1:${port}`;
    await expect(listFrom(parse(location, { ca: null, cert, key, verify: true }))).rejects.toThrow(
      `the certificate of the container engine at ${location} is not trusted: self-signed certificate`,
    );
    expect((await listFrom(parse(location, { ca: null, cert, key, verify: false }))).images).toHaveLength(4);
  });

  it('that asks for a certificate which the user does not have', async () => {
    const { port, cert } = await startTls();
    await expect(listFrom(parse(`tcp://127.0.0.1:${port}`, { ca: cert, cert: null, key: null, verify: true }))).rejects.toMatchObject({
      code: 'engine-unavailable',
    });
  });
});

it('an engine at a TCP address that nothing listens on', async () => {
  await expect(listFrom(parse('tcp://127.0.0.1:1'))).rejects.toThrow('no container engine answers at tcp://127.0.0.1:1');
});

it('a socket that the user may not open is explained by the group, rootless engines and sudo', async () => {
  const { socket } = await startEngine();
  chmodSync(socket, 0o000);
  await expect(asNobody(() => listFrom(parse(`unix://${socket}`)))).rejects.toMatchObject({
    code: 'engine-unavailable',
    message: `permission denied on the container engine's socket unix://${socket}`,
    hint: 'join the group that owns it (docker: usermod -aG docker USER), use a rootless engine, or run this with sudo',
  });
});

/** root may open everything. */
async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return run();
  process.seteuid?.(65534);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
