import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemTest } from '../helpers/system.ts';
import { createAuthority } from './helpers/certificates.ts';
import { createClient } from './helpers/client.ts';
import { manifestDigest, MANIFEST_TYPE } from './helpers/fake-registry.ts';
import { serve } from './helpers/server.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A squid that knows registry.example as this machine. */
async function startSquid(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'imgupdate-squid-'));
  chmodSync(folder, 0o777);
  const port = await freePort();
  writeFileSync(join(folder, 'hosts'), '127.0.0.1 registry.example\n');
  const lines = [
    `http_port 127.0.0.1:${port}`,
    `hosts_file ${join(folder, 'hosts')}`,
    'http_access allow all',
    'cache deny all',
    'access_log none',
    'cache_log /dev/null',
    'pid_filename none',
    'shutdown_lifetime 0 seconds',
    `coredump_dir ${folder}`,
  ];
  writeFileSync(join(folder, 'squid.conf'), `${lines.join('\n')}\n`);
  const squid = spawn('squid', ['-N', '-f', join(folder, 'squid.conf')], { stdio: 'ignore' });
  const exited = new Promise((resolve) => squid.on('exit', resolve));
  onTestFinished(async () => {
    squid.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  });
  while (!(await answers(port))) {
    if (squid.exitCode !== null) throw new Error(`squid ended with ${squid.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return `http://127.0.0.1:${port}`;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

systemTest('a real proxy', ['squid'], () => {
  it('a registry is reached through squid, https by CONNECT and http as a proxied request', async () => {
    const authority = createAuthority();
    onTestFinished(() => authority.remove());
    const answer: Parameters<typeof serve>[0] = (_seen, response) => {
      response.writeHead(200, { 'content-type': MANIFEST_TYPE, 'content-length': 9, 'docker-content-digest': manifestDigest }).end();
    };
    const secure = await serve(answer, authority.issue('registry'));
    const plain = await serve(answer);
    const proxy = await startSquid();
    const { registry, signal } = createClient({
      proxy: { http: proxy, https: proxy, no: null },
      extraCaFile: join(authority.folder, 'ca.crt'),
      locations: new Map([['plain.example', `http://registry.example:${plain.port}`]]),
    });
    const found = { kind: 'found', digest: manifestDigest };
    expect(await registry.resolveTag({ registry: `registry.example:${secure.port}`, repository: 'a/b' }, '1', signal)).toMatchObject(found);
    expect(await registry.resolveTag({ registry: 'plain.example', repository: 'a/b' }, '1', signal)).toMatchObject(found);
    expect(secure.seen[0]?.headers).not.toHaveProperty('via');
    expect(plain.seen[0]?.headers.via).toContain('squid');
  });
});
