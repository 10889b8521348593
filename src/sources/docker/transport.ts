import {
  Agent as HttpAgent,
  type AgentOptions,
  request as httpRequest,
  type ClientRequest,
  type IncomingHttpHeaders,
  type RequestOptions,
} from 'node:http';

import { codeOf } from '../../errors.ts';
import type { EngineEndpoint } from './endpoint.ts';
import { engineFailure } from './failure.ts';
import type { EngineStream } from './stream.ts';

export type TransportOptions = {
  readonly endpoint: EngineEndpoint;
  /** Environment of ssh. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For one request, from first to last byte. */
  readonly timeoutMs: number;
  /** Connections at once. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
};

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

export type Transport = {
  /** @throws ImgupdateError 'engine-unavailable' when no whole answer comes. */
  readonly get: (path: string) => Promise<Answer>;
  /** The same for an answer of any length, which the caller has to read or close. */
  readonly open: (path: string) => Promise<EngineStream>;
  readonly close: () => void;
};

const RESETS: ReadonlySet<string | null> = new Set(['ECONNRESET', 'EPIPE']);

const BODY_LIMIT = 256 * 1024 * 1024;

/** In milliseconds; node fires longer timers at once. */
export const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * GET requests to an engine over its socket, TCP, TLS or ssh, on connections that are kept until `close`.
 *
 * An answer that breaks off, exceeds 256 MiB or takes longer than the deadline is a failure, never a part of an answer. After `close` nothing is asked.
 */
export async function createTransport(options: TransportOptions): Promise<Transport> {
  const wire = await connect(options);
  const active = new Set<ClientRequest>();
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  const abort = () => {
    for (const request of active) request.destroy();
  };
  signal.addEventListener('abort', abort, { once: true });
  const context: Context = { ...options, signal, wire, active };
  return {
    get: (path) => get(context, path),
    open: async (path) => (await import('./stream.ts')).openStream(context, path), // few runs need it
    close: () => {
      closing.abort();
      wire.kept.destroy();
      wire.fresh.destroy();
    },
  };
}

/** `fresh` makes a connection for one request. */
type Wire = {
  readonly request: typeof httpRequest;
  readonly kept: HttpAgent;
  readonly fresh: HttpAgent;
  readonly base: RequestOptions;
  readonly pathPrefix: string;
};

/** A transport's own: what a request is sent with, and those that are under way. */
export type Context = TransportOptions & { readonly wire: Wire; readonly active: Set<ClientRequest> };

/** TLS and ssh are loaded only for the engines that are reached by them. */
async function connect({ endpoint, env, concurrency }: TransportOptions): Promise<Wire> {
  const { address } = endpoint;
  const keep = { keepAlive: true, maxSockets: concurrency };
  switch (address.kind) {
    case 'socket': {
      // A name for TLS, which there is none of: unsaid, node works one out, and takes longer for that than the engine for its answer.
      const base = { socketPath: address.path, host: 'localhost', servername: '' };
      return { ...plain(keep), base, pathPrefix: '' };
    }
    case 'tcp': {
      const { host, port, tls, pathPrefix } = address;
      if (tls === null) return { ...plain(keep), base: { host, port }, pathPrefix };
      const pem = { ca: tls.ca ?? undefined, cert: tls.cert ?? undefined, key: tls.key ?? undefined, rejectUnauthorized: tls.verify };
      const { Agent, request } = await import('node:https');
      return { request, kept: new Agent({ ...keep, ...pem }), fresh: new Agent(pem), base: { host, port }, pathPrefix };
    }
    case 'ssh': {
      // Each connection is a process here and a session there; sshd starts to refuse at ten that are not yet logged in.
      const { connectBySsh } = await import('./ssh.ts');
      const wire = plain({ ...keep, maxSockets: Math.min(concurrency, 4) });
      for (const agent of [wire.kept, wire.fresh]) agent.createConnection = () => connectBySsh(address, env);
      return { ...wire, base: { host: 'docker.example.com' }, pathPrefix: '' };
    }
  }
}

function plain(keep: AgentOptions): Pick<Wire, 'request' | 'kept' | 'fresh'> {
  return { request: httpRequest, kept: new HttpAgent(keep), fresh: new HttpAgent() };
}

/** `stale`: closed before any answer, as engines close a kept connection just when it is used again. */
type Sent =
  { readonly kind: 'answer'; readonly answer: Answer } | { readonly kind: 'failed'; readonly error: Error; readonly stale: boolean };

async function get(context: Context, path: string): Promise<Answer> {
  const first = await send(context, path, context.wire.kept);
  const sent = first.kind === 'failed' && first.stale ? await send(context, path, context.wire.fresh) : first;
  switch (sent.kind) {
    case 'answer':
      return sent.answer;
    case 'failed':
      context.signal.throwIfAborted();
      throw engineFailure(context.endpoint, sent.error);
  }
}

function send({ wire, active, timeoutMs, signal }: Context, path: string, agent: HttpAgent): Promise<Sent> {
  return new Promise((resolve) => {
    const request = wire.request({ ...wire.base, agent, method: 'GET', path: `${wire.pathPrefix}${path}` });
    let cause: Error | null = null;
    let answered = false;
    const timer = setTimeout(
      () => {
        cause = withCode('ETIMEDOUT', `no whole answer to GET ${path} within ${timeoutMs / 1000} s`);
        request.destroy(cause);
      },
      Math.min(timeoutMs, LONGEST_TIMER_MS),
    );
    const finish = (sent: Sent) => {
      clearTimeout(timer);
      active.delete(request);
      resolve(sent);
    };
    const fail = (error: Error) => {
      request.destroy();
      finish({
        kind: 'failed',
        error: cause ?? error,
        stale: cause === null && !answered && RESETS.has(codeOf(error)),
      });
    };
    active.add(request);
    request.on('error', fail);
    request.on('response', (response) => {
      answered = true;
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > BODY_LIMIT) fail(withCode('ETOOBIG', `an answer to GET ${path} of more than ${BODY_LIMIT / 1024 / 1024} MiB`));
        else chunks.push(chunk);
      });
      response.on('error', fail);
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        finish({ kind: 'answer', answer: { status: response.statusCode ?? 0, headers: response.headers, body } });
      });
    });
    if (signal.aborted) request.destroy();
    else request.end();
  });
}

/** An error that says what happened by its code, as those of the system do. */
export function withCode(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
