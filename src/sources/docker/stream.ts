import type { IncomingMessage } from 'node:http';

import type { EngineEndpoint } from './endpoint.ts';
import { engineFailure } from './failure.ts';
import { LONGEST_TIMER_MS, withCode, type Context } from './transport.ts';

/** An answer that is read as it comes, however long it is. */
export type EngineStream = {
  readonly status: number;
  /** Left early, or when `close` is called, the connection is cut, which ends the engine's work on it. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly close: () => void;
};

/**
 * Sends a GET request whose answer is read bit by bit, on a connection of its own.
 *
 * The deadline is for every next byte, and counts only while one is waited for: how long the whole takes is for the reader to bound.
 * @throws ImgupdateError 'engine-unavailable' when no answer begins, or it breaks off or stands still.
 */
export async function openStream(context: Context, path: string): Promise<EngineStream> {
  const { wire, active, endpoint, signal, timeoutMs } = context;
  signal.throwIfAborted();
  const request = wire.request({ ...wire.base, agent: wire.fresh, method: 'GET', path: `${wire.pathPrefix}${path}` });
  const stuck = () => request.destroy(withCode('ETIMEDOUT', `nothing more of the answer to GET ${path} within ${timeoutMs / 1000} s`));
  const watch = createWatch(stuck, Math.min(timeoutMs, LONGEST_TIMER_MS));
  const close = () => {
    watch.rest();
    active.delete(request);
    request.destroy();
  };
  active.add(request);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      watch.begin();
      request.on('response', resolve).on('error', reject).end();
    });
    watch.rest();
    return { status: response.statusCode ?? 0, chunks: readChunks(response, { endpoint, watch, close, signal }), close };
  } catch (error) {
    close();
    signal.throwIfAborted();
    throw error instanceof Error ? engineFailure(endpoint, error) : error;
  }
}

type Watch = { readonly begin: () => void; readonly rest: () => void };

function createWatch(onStuck: () => void, limitMs: number): Watch {
  let timer: NodeJS.Timeout | undefined;
  return {
    begin: () => {
      clearTimeout(timer);
      timer = setTimeout(onStuck, limitMs);
    },
    rest: () => clearTimeout(timer),
  };
}

type Reading = { readonly endpoint: EngineEndpoint; readonly watch: Watch; readonly close: () => void; readonly signal: AbortSignal };

async function* readChunks(
  response: IncomingMessage,
  { endpoint, watch, close, signal }: Reading,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    watch.begin();
    for await (const chunk of response) {
      watch.rest();
      if (chunk instanceof Uint8Array) yield chunk;
      watch.begin();
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof Error ? engineFailure(endpoint, error) : error;
  } finally {
    close();
  }
}
