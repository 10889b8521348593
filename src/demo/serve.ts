import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './answer.ts';

/** A request as a server's logic sees it; `path` is without the query and still percent-encoded. */
export type ServedRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
};

/** One line of a server's log; `path` is with its query, `status` null when no answer was sent. */
export type RequestRecord = Readonly<OpenRecord>;

/**
 * What may happen to a request instead of its ordinary answer.
 *
 * - `answer`: another answer; `alter`: the ordinary one, changed
 * - `reset`: the connection is dropped; `hang`: nothing is ever sent
 * - `cut`: the headers and the first `afterBytes` of the body are sent, and then the connection is dropped or nothing more comes
 * - `slow`: `chunkBytes` of the body every `everyMs`
 */
export type Intervention =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'alter'; readonly alter: (ordinary: Answer) => Answer }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }
  | { readonly kind: 'cut'; readonly afterBytes: number; readonly then: 'reset' | 'hang' }
  | { readonly kind: 'slow'; readonly chunkBytes: number; readonly everyMs: number };

export type ServeOptions = {
  readonly handle: (request: ServedRequest) => Answer;
  readonly intercept: (request: ServedRequest) => Intervention | null;
  /** Every answer waits this long. */
  readonly latencyMs: number;
  readonly tls: TlsIdentity | null;
  /** A Unix socket's path, or null for a free port of 127.0.0.1. */
  readonly socketPath: string | null;
};

/** Key and certificate, PEM. */
export type TlsIdentity = { readonly key: string; readonly cert: string };

export type Served = {
  /** 0 on a Unix socket. */
  readonly port: number;
  /** In the order of arrival; the list grows. */
  readonly requests: readonly RequestRecord[];
  /** The most requests that waited for an answer at one moment. */
  readonly peak: () => number;
  /** Empties the log. */
  readonly forget: () => void;
  /** Drops every connection and stops listening. */
  readonly close: () => Promise<void>;
};

/** Serves HTTP/1.1 on this machine only, and keeps a log of what was asked. */
export async function serve(options: ServeOptions): Promise<Served> {
  const log: { records: OpenRecord[]; waiting: number; peak: number } = { records: [], waiting: 0, peak: 0 };
  const server = createHttpServer(options.tls, (incoming, outgoing) => {
    const record: OpenRecord = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, status: null };
    log.records.push(record);
    log.waiting += 1;
    log.peak = Math.max(log.peak, log.waiting);
    outgoing.once('close', () => (log.waiting -= 1));
    outgoing.on('error', () => outgoing.destroy());
    respond(options, incoming, outgoing).then(
      (status) => (record.status = status),
      (error: unknown) => (record.status = sendFailure(outgoing, error)),
    );
  });
  server.keepAliveTimeout = 60_000;
  const port = await listen(server, options.socketPath);
  return {
    port,
    requests: log.records,
    peak: () => log.peak,
    forget: () => {
      log.records.length = 0;
      log.peak = log.waiting;
    },
    close: () => stop(server),
  };
}

type OpenRecord = { method: string; path: string; headers: IncomingHttpHeaders; status: number | null };

const BODY_LIMIT = 256 * 1024 * 1024;

function createHttpServer(tls: TlsIdentity | null, handle: (incoming: IncomingMessage, outgoing: ServerResponse) => void): Server {
  return tls === null ? createServer(handle) : createTlsServer({ key: tls.key, cert: tls.cert }, handle);
}

async function respond(options: ServeOptions, incoming: IncomingMessage, outgoing: ServerResponse): Promise<number | null> {
  const request = await readRequest(incoming);
  if (options.latencyMs > 0) await delay(options.latencyMs);
  const intervention = options.intercept(request) ?? { kind: 'alter', alter: (ordinary: Answer) => ordinary };
  switch (intervention.kind) {
    case 'answer':
      return send(outgoing, intervention.answer);
    case 'alter':
      return send(outgoing, intervention.alter(options.handle(request)));
    case 'reset':
      incoming.socket.destroy();
      return null;
    case 'hang':
      return null;
    case 'cut':
      return await sendPart(outgoing, options.handle(request), intervention);
    case 'slow':
      return await sendSlowly(outgoing, options.handle(request), intervention);
  }
}

async function readRequest(incoming: IncomingMessage): Promise<ServedRequest> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    if (length > BODY_LIMIT) throw new Error(`request body: expected at most ${BODY_LIMIT} bytes`);
    chunks.push(chunk);
  }
  const [path = '', ...rest] = (incoming.url ?? '').split('?');
  const query = new URLSearchParams(rest.join('?'));
  return { method: incoming.method ?? '', path, query, headers: incoming.headers, body: Buffer.concat(chunks) };
}

function send(outgoing: ServerResponse, answer: Answer): number {
  writeHead(outgoing, answer);
  outgoing.end(answer.body);
  return answer.status;
}

/** A mistake in the server's own logic: seen by whoever asked, instead of waiting for ever. */
function sendFailure(outgoing: ServerResponse, error: unknown): number | null {
  if (!outgoing.headersSent)
    return send(outgoing, { status: 500, headers: { 'content-type': 'text/plain' }, body: Buffer.from(String(error)) });
  outgoing.destroy();
  return null;
}

function sendPart(
  outgoing: ServerResponse,
  answer: Answer,
  part: { readonly afterBytes: number; readonly then: 'reset' | 'hang' },
): Promise<number> {
  writeHead(outgoing, answer);
  outgoing.flushHeaders();
  return new Promise((resolve) => {
    outgoing.write(answer.body.subarray(0, part.afterBytes), () => {
      if (part.then === 'reset') outgoing.destroy();
      resolve(answer.status);
    });
  });
}

async function sendSlowly(
  outgoing: ServerResponse,
  answer: Answer,
  pace: { readonly chunkBytes: number; readonly everyMs: number },
): Promise<number> {
  writeHead(outgoing, answer);
  outgoing.flushHeaders();
  for (let offset = 0; offset < answer.body.length && !outgoing.destroyed; offset += pace.chunkBytes) {
    outgoing.write(answer.body.subarray(offset, offset + pace.chunkBytes));
    await delay(pace.everyMs);
  }
  outgoing.end();
  return answer.status;
}

function writeHead(outgoing: ServerResponse, answer: Answer): void {
  for (const [name, value] of Object.entries(answer.headers)) outgoing.setHeader(name, value);
  outgoing.writeHead(answer.status);
}

function listen(server: Server, socketPath: string | null): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const ready = (): void => {
      const address = server.address();
      resolve(address === null || typeof address === 'string' ? 0 : address.port);
    };
    if (socketPath === null) server.listen(0, '127.0.0.1', ready);
    else server.listen(socketPath, ready);
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
