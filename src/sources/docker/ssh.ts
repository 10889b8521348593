import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { Socket } from 'node:net';
import { Duplex, type Readable, type Writable } from 'node:stream';

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
  const stream = new Duplex({
    read: () => child.stdout.resume(),
    // A write fails when ssh has ended; its exit code and words, which come a little later, say why.
    write: (chunk, _, done) => {
      child.stdin.write(chunk, (error) => {
        if (!error) done();
      });
    },
    final: (done) => void child.stdin.end(done),
    destroy: (error, done) => {
      child.kill();
      done(error);
    },
  });
  child.stdout.on('data', (chunk) => {
    if (!stream.push(chunk)) child.stdout.pause();
  });
  child.stdin.on('error', () => undefined);
  child.on('error', (error) => stream.destroy(new Error(`ssh cannot be run: ${error.message}`, { cause: error })));
  onEnd(child, (problem) => {
    if (problem === null) stream.push(null);
    else stream.destroy(new Error(problem));
  });
  return Object.assign(stream, socketMethods(child));
}

/** How long ssh's last words may take after its end. With ControlPersist a process in the background keeps their pipe open for good. */
const LAST_WORDS_MS = 100;

/** Calls `end` once when nothing more will come: with null when ssh ended well, else with what it said. */
function onEnd(child: ChildProcessByStdio<Writable, Readable, Readable>, end: (problem: string | null) => void): void {
  let complaint = '';
  let pending = 2;
  const finish = () => {
    if (pending < 0) return;
    pending = -1;
    end(child.exitCode === 0 ? null : describeEnd(child.exitCode, complaint));
  };
  const settle = () => {
    pending -= 1;
    if (pending === 0) setTimeout(finish, LAST_WORDS_MS).unref();
  };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = `${complaint}${text}`.slice(-2000);
  });
  child.stdout.on('end', settle);
  child.on('exit', settle);
  child.on('close', finish);
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

/** What an HTTP agent calls on a socket. One that it keeps and does not use does not keep this process alive, as with a socket. */
function socketMethods(child: ChildProcessByStdio<Writable, Readable, Readable>) {
  const pipes = [child.stdin, child.stdout, child.stderr].filter((pipe) => pipe instanceof Socket);
  return {
    setKeepAlive: () => undefined,
    setNoDelay: () => undefined,
    setTimeout: () => undefined,
    ref: () => {
      for (const handle of [child, ...pipes]) handle.ref();
    },
    unref: () => {
      for (const handle of [child, ...pipes]) handle.unref();
    },
  };
}
