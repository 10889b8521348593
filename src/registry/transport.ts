import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, buildConnector, errors, ProxyAgent, request, type Dispatcher } from 'undici';
import { parsed, type Parsed } from '../core/parsed.ts';
import { sanitizeText } from '../core/text.ts';
import { isInRange, isInternalAddress, isInternalHost, isMetadataAddress, isMetadataHost } from './address.ts';
import { type NamedCertificates, readCertificates } from './certificates.ts';
import { classifyError, failure, type Failure, type Phase } from './failure.ts';
import { chooseProxy, type ProxySettings } from './proxy.ts';

export type HttpRequest = {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Most bytes taken of a successful body; more is a failure. Of an error's body 64 KiB are kept. */
  readonly maxBytes: number;
  /** Certificates are not verified. */
  readonly insecure: boolean;
  /** Connect to public addresses only, whatever the name resolves to. */
  readonly publicOnly: boolean;
  /** Connect to addresses in these networks only, CIDR; null for anywhere. */
  readonly networks: readonly string[] | null;
  /** What the configuration names for the host. */
  readonly certificates: NamedCertificates;
  readonly signal: AbortSignal;
};

/** How far a host is trusted, and what it is asked with. */
export type HostTrust = Pick<HttpRequest, 'insecure' | 'networks' | 'certificates'>;

export type HttpResponse = {
  readonly kind: 'response';
  readonly url: URL;
  readonly status: number;
  readonly header: (name: string) => string | null;
  readonly body: Uint8Array;
};

/** What came of one HTTP request; redirects are not followed. */
export type Sent = HttpResponse | { readonly kind: 'failed'; readonly failure: Failure };

export type Transport = {
  readonly send: (request: HttpRequest) => Promise<Sent>;
  /** Whether a host is on a private or loopback address: by its name, or as it resolved when it was connected to. */
  readonly isInternal: (hostname: string) => boolean;
  readonly close: () => Promise<void>;
};

export type TransportOptions = {
  readonly certificateDirectories: readonly string[];
  readonly extraCaFile: string | null;
  readonly proxy: ProxySettings;
  /** At most so many per origin. */
  readonly connections: number;
  readonly timeoutMs: number;
};

const MAX_ERROR_BYTES = 65_536;

/** What is wrong with such a host; a predicate that follows its name. */
export const METADATA = "is a cloud's metadata service or link-local, never a registry";

/**
 * Sends single HTTP requests over undici, with one pool of connections per origin.
 *
 * Nothing is ever sent to a cloud's metadata service or a link-local address, whoever names it and whatever its name resolves to.
 *
 * Bodies are asked for and taken as they are: `Accept-Encoding: identity`, any other `Content-Encoding` refused, `Content-Length` held against the cap
 * before the first byte is read. undici's `request` neither follows redirects nor inflates.
 *
 * Connections are kept after a HEAD, which undici does not do by itself because some servers send a body with the answer (nodejs/undici#258). Such a body makes
 * nonsense of the next answer: that one is asked for again, and the host gets a connection per request from then on.
 */
export function createTransport(options: TransportOptions): Transport {
  const dispatchers = new Map<string, Promise<Made>>();
  const internal = new Map<string, boolean>();
  const connectErrors = new WeakSet<Error>();
  const answeredHead = new Set<string>();
  const oneRequestPerConnection = new Set<string>();

  const dispatcherFor = (asked: HttpRequest): Promise<Made> => {
    const key = keyOf(asked);
    const known = dispatchers.get(key);
    if (known !== undefined) return known;
    const made = createDispatcher(asked, options, { internal, connectErrors });
    dispatchers.set(key, made);
    return made;
  };

  /** A proxy that closes every connection is connected to again and again by undici as long as its dispatcher lives. */
  const endConnecting = (asked: HttpRequest, dispatcher: Dispatcher): void => {
    if (chooseProxy(asked.url, options.proxy) === null) return;
    dispatchers.delete(keyOf(asked));
    void dispatcher.destroy();
  };

  const send = async (asked: HttpRequest): Promise<Sent> => {
    const { origin, hostname } = asked.url;
    if (isMetadataHost(hostname)) return { kind: 'failed', failure: failure('policy', METADATA) };
    let phase: Phase = 'connect';
    try {
      const made = await dispatcherFor(asked);
      if (!made.ok) return { kind: 'failed', failure: failure('tls', `cannot be asked: ${made.message}`) };
      phase = 'headers';
      const dispatcher = made.value;
      const asking = request(asked.url, {
        dispatcher,
        method: asked.method,
        headers: { ...asked.headers, 'accept-encoding': 'identity' },
        body: asked.body,
        signal: asked.signal,
        headersTimeout: 0,
        bodyTimeout: 0,
        reset: oneRequestPerConnection.has(origin),
      });
      const answer = await unlessStuck(asking, asked.signal, () => endConnecting(asked, dispatcher));
      phase = 'body';
      if (asked.method === 'HEAD') answeredHead.add(origin);
      const header = (name: string): string | null => joined(answer.headers[name]);
      const read = await readBody(answer, { header, asked });
      if (read.kind === 'refused') return { kind: 'failed', failure: read.failure };
      return { kind: 'response', url: asked.url, status: answer.statusCode, header, body: read.body };
    } catch (error) {
      const mayBeLeftover = error instanceof errors.HTTPParserError && answeredHead.has(origin) && !oneRequestPerConnection.has(origin);
      if (mayBeLeftover) {
        oneRequestPerConnection.add(origin);
        return send(asked);
      }
      return { kind: 'failed', failure: classifyError(error, error instanceof Error && connectErrors.has(error) ? 'connect' : phase) };
    }
  };

  return {
    send,
    isInternal: (hostname) => isInternalHost(hostname) || internal.get(hostname) === true,
    close: async () => {
      const made = await Promise.allSettled(dispatchers.values());
      await Promise.allSettled(
        made.map((result) => (result.status === 'fulfilled' && result.value.ok ? result.value.value.destroy() : Promise.resolve())),
      );
    },
  };
}

function keyOf({ url, insecure, publicOnly, networks, certificates }: HttpRequest): string {
  return JSON.stringify([url.origin, insecure, publicOnly, networks, certificates]);
}

/** undici ends a request when it is aborted, but not while it connects. */
function unlessStuck<T>(work: Promise<T>, signal: AbortSignal, onStuck: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let isSettled = false;
    const giveUp = (): void => {
      if (isSettled) return;
      onStuck();
      reject(new Error('not connected in time'));
    };
    const onAbort = (): void => void setImmediate(giveUp);
    const settle = (): void => {
      isSettled = true;
      signal.removeEventListener('abort', onAbort);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(settle);
  });
}

type Made = Parsed<Dispatcher>;

type Notes = { readonly internal: Map<string, boolean>; readonly connectErrors: WeakSet<Error> };

async function createDispatcher(asked: HttpRequest, options: TransportOptions, notes: Notes): Promise<Made> {
  const { url } = asked;
  const certificates = await readCertificates(url.host, {
    directories: options.certificateDirectories,
    extraCaFile: options.extraCaFile,
    named: asked.certificates,
  });
  if (!certificates.ok) return certificates;
  const { ca, pairs } = certificates.value;
  const proxy = chooseProxy(url, options.proxy);
  const tls = {
    rejectUnauthorized: !asked.insecure,
    timeout: options.timeoutMs,
    ...(ca === null ? {} : { ca: [...ca] }),
    ...(pairs.length === 0 ? {} : { cert: pairs.map(({ cert }) => cert), key: pairs.map(({ key }) => key) }),
  };
  if (proxy !== null) return parsed(createProxyDispatcher(proxy, { tls, connections: options.connections, timeoutMs: options.timeoutMs }));
  const connector = buildConnector({ ...tls, lookup: createLookup(asked, notes.internal) });
  return parsed(
    new Agent({
      connections: options.connections,
      connect: (target, callback) =>
        connector(target, (...result) => {
          if (result[0] !== null) notes.connectErrors.add(result[0]);
          callback(...result);
        }),
    }),
  );
}

/** https goes through a CONNECT tunnel, so that TLS stays between us and the registry; http is asked of the proxy as it is. */
function createProxyDispatcher(
  proxy: URL,
  settings: { readonly tls: buildConnector.BuildOptions; readonly connections: number; readonly timeoutMs: number },
): Dispatcher {
  const address = new URL(proxy);
  address.username = '';
  address.password = '';
  const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return new ProxyAgent({
    uri: address.href,
    ...(login === ':' ? {} : { token: `Basic ${Buffer.from(login).toString('base64')}` }),
    proxyTunnel: false,
    connections: settings.connections,
    requestTls: settings.tls,
    proxyTls: { timeout: settings.timeoutMs },
  });
}

/**
 * Looks names up as Node does, remembers which are internal, refuses those with `publicOnly`, and leaves out addresses outside of `networks` and those of no
 * registry: a name may point elsewhere the second time it is asked, and one in a local network may have a link-local address beside its own.
 */
function createLookup(asked: Pick<HttpRequest, 'publicOnly' | 'networks'>, internal: Map<string, boolean>): LookupFunction {
  const { publicOnly, networks } = asked;
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, address, family) => {
      if (error !== null) {
        callback(error, address, family);
        return;
      }
      const addresses = typeof address === 'string' ? [address] : address.map((entry) => entry.address);
      const isInternal = addresses.some(isInternalAddress);
      internal.set(hostname, isInternal);
      const isInside = (one: string): boolean => networks === null || networks.some((network) => isInRange(one, network));
      const usable = addresses.filter((one) => !isMetadataAddress(one) && isInside(one));
      const code = publicOnly && isInternal ? 'ERR_INTERNAL_ADDRESS' : usable.length > 0 ? null : codeOfUnusable(addresses);
      const refused = code === null ? null : Object.assign(new Error(`${hostname} has a refused address`), { code });
      callback(refused, typeof address === 'string' ? address : address.filter((one) => usable.includes(one.address)), family);
    });
  };
}

function codeOfUnusable(addresses: readonly string[]): string {
  return addresses.some(isMetadataAddress) ? 'ERR_METADATA_ADDRESS' : 'ERR_OUTSIDE_ADDRESS';
}

type Read = { readonly kind: 'read'; readonly body: Uint8Array } | { readonly kind: 'refused'; readonly failure: Failure };

/** Takes a body within its cap: of an error, as much as there is room for; of a success, all or nothing. */
async function readBody(
  answer: Dispatcher.ResponseData,
  more: { readonly header: (name: string) => string | null; readonly asked: HttpRequest },
): Promise<Read> {
  const { body, statusCode } = answer;
  const { asked, header } = more;
  body.on('error', () => undefined);
  const succeeded = statusCode >= 200 && statusCode < 300;
  const encoding = header('content-encoding')?.trim().toLowerCase() ?? 'identity';
  const cap = succeeded ? asked.maxBytes : MAX_ERROR_BYTES;
  const announced = Number(header('content-length') ?? Number.NaN);
  const refuse = (message: string): Read => {
    body.destroy();
    return { kind: 'refused', failure: failure('bad-response', message, { answered: true }) };
  };
  if (asked.method === 'HEAD') {
    await body.dump();
    return { kind: 'read', body: new Uint8Array() };
  }
  if (encoding !== 'identity' && encoding !== '') {
    if (succeeded) return refuse(`encoded its answer as ${sanitizeText(encoding, 40)} where identity was asked`);
    body.destroy();
    return { kind: 'read', body: new Uint8Array() };
  }
  if (succeeded && announced > cap) return refuse(`announced ${announced} bytes where at most ${cap} are accepted`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes: unknown = chunk;
    if (!(bytes instanceof Uint8Array)) continue;
    const room = cap - size;
    chunks.push(bytes.subarray(0, room));
    size += bytes.length;
    if (size <= cap) continue;
    if (succeeded) return refuse(`sent more than the ${cap} bytes accepted`);
    break;
  }
  return { kind: 'read', body: Buffer.concat(chunks) };
}

function joined(value: string | string[] | undefined): string | null {
  return Array.isArray(value) ? value.join(', ') : (value ?? null);
}
