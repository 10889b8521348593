import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { createServer as createSocketServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** One request as a server saw it. */
export type Seen = { method: string; url: string; path: string; query: URLSearchParams; headers: IncomingMessage['headers']; body: string };

export type Handler = (seen: Seen, response: ServerResponse) => void | Promise<void>;

export type TestServer = { port: number; host: string; seen: Seen[]; connections: () => number };

/** An HTTP server on loopback that ends with the test. */
export function serve(handler: Handler, tls: ServerOptions | null = null): Promise<TestServer> {
  const seen: Seen[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://server');
      const one = {
        method: request.method ?? '',
        url: request.url ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(one);
      void handler(one, response);
    });
  };
  const server = tls === null ? createServer(listener) : createTlsServer(tls, listener);
  return listen(server, seen);
}

/** A server that sees sockets and nothing else. */
export function serveSockets(onSocket: (socket: Socket) => void): Promise<TestServer> {
  return listen(
    createSocketServer((socket) => {
      socket.on('error', () => undefined);
      onSocket(socket);
    }),
    [],
  );
}

async function listen(server: Server, seen: Seen[]): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { port, host: `127.0.0.1:${port}`, seen, connections: () => connections };
}
