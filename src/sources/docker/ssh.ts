import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';

import { sanitizeText } from '../../core/text.ts';
import type { EngineAddress } from './endpoint.ts';

export type SshAddress = Extract<EngineAddress, { kind: 'ssh' }>;

/**
 * Opens a connection to an engine on another machine through the user's own ssh, so that its configuration, agent and known hosts count.
 *
 * Runs `ssh ... -- HOST docker system dial-stdio`, which joins its standard input and output to the engine's socket there.
 * Source: docker/cli, cli/connhelper and cli/connhelper/commandconn.
 */
export function connectBySsh(address: SshAddress, env: Readonly<Record<string, string | undefined>>): Duplex {
  const child = spawn('ssh', [...sshArguments(address)], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = `${complaint}${text}`.slice(-2000);
  });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  child.stdin.on('error', () => undefined);
  child.on('error', (error) => stream.destroy(new Error(`ssh cannot be run: ${error.message}`, { cause: error })));
  child.on('close', (code) => {
    if (code !== 0 && !stream.destroyed) stream.destroy(new Error(describeEnd(code, complaint)));
  });
  stream.on('close', () => child.kill());
  return Object.assign(stream, SOCKET_METHODS);
}

/** `-l USER -p PORT -o ConnectTimeout=30 -T -- HOST docker [--host=unix://PATH] system dial-stdio` */
export function sshArguments(address: SshAddress): readonly string[] {
  const user = address.user === null ? [] : ['-l', address.user];
  const port = address.port === null ? [] : ['-p', address.port];
  const flag = address.cli === 'podman' ? '--url' : '--host';
  const socket = address.path === null ? [] : [quote(`${flag}=unix://${address.path}`)];
  return [...user, ...port, '-o', 'ConnectTimeout=30', '-T', '--', address.host, address.cli, ...socket, 'system', 'dial-stdio'];
}

/** The other machine's shell reads the command. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function describeEnd(code: number | null, complaint: string): string {
  const last = complaint.trim().split('\n').at(-1) ?? '';
  return `ssh ended with ${code === null ? 'a signal' : `exit code ${code}`}${last === '' ? '' : `: ${sanitizeText(last.trim(), 300)}`}`;
}

/** What an HTTP agent calls on a socket and a pair of pipes does not have. */
const SOCKET_METHODS = {
  setKeepAlive: () => undefined,
  setNoDelay: () => undefined,
  setTimeout: () => undefined,
  ref: () => undefined,
  unref: () => undefined,
} as const;
