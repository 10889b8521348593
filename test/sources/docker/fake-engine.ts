import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Server } from 'node:net';

export type Reply = { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: unknown };

/** Answers by path, with the query where it decides, without the version: as in fixtures/engine. */
export type Replies = Readonly<Record<string, Reply>>;

export type FakeEngine = {
  /** Paths with version and query, in the order of arrival. */
  readonly requests: readonly string[];
  readonly close: () => Promise<void>;
};

export type Misbehaviour = (path: string, request: IncomingMessage, response: ServerResponse) => boolean;

/** Answers of a recorded engine; `changes` replaces some of them. */
export function readReplies(name: string, changes: Replies = {}): Replies {
  const file = new URL(`../../../fixtures/engine/${name}.json`, import.meta.url);
  return { ...(JSON.parse(readFileSync(file, 'utf8')) as Replies), ...changes };
}

/** An engine that gives recorded answers at a socket; `misbehave` may answer instead, and then returns true. */
export async function startFakeEngine(socket: string, replies: Replies, misbehave: Misbehaviour = () => false): Promise<FakeEngine> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    requests.push(url);
    const path = decodeURIComponent(url.replace(/^\/v1\.\d+/, '').replaceAll('+', ' '));
    if (!misbehave(path, request, response)) answer(replies[path] ?? replies[path.replace(/\?.*$/, '')], response);
  });
  await listen(server, socket);
  return { requests, close: () => close(server) };
}

function answer(reply: Reply | undefined, response: ServerResponse): void {
  const { status, headers, body } = reply ?? { status: 404, headers: {}, body: { message: 'page not found' } };
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

function listen(server: Server, socket: string): Promise<void> {
  return new Promise((resolve, reject) => server.once('error', reject).listen(socket, resolve));
}

function close(server: ReturnType<typeof createServer>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
