import { lookup } from 'node:dns/promises';
import type { Registry, Warning } from '../check/ports.ts';
import { reason, type Reason } from '../core/reason.ts';
import { compareText } from '../core/reference.ts';
import { literalAddress } from './address.ts';
import type { RegistryOptions, SessionContext } from './context.ts';
import { createCounter, type Counter } from './counter.ts';
import { startDeadline } from './deadline.ts';
import { endpointFor, hasRanges, type Endpoint } from './endpoints.ts';
import { createGate } from './gate.ts';
import { createManifests, type Manifests } from './manifests.ts';
import { chooseProxy } from './proxy.ts';
import { createSession } from './session.ts';
import { createStop, NOT_WAITED_FOR, unlessStopped, type Stop } from './stop.ts';
import { createTransport, type Transport } from './transport.ts';

export type { RegistryOptions } from './context.ts';

/** One registry of this run: its content and what it was asked. */
type Connection = {
  readonly manifests: Manifests;
  readonly announce: (repositories: readonly string[]) => void;
  readonly counter: Counter;
};

type Shared = {
  readonly options: RegistryOptions;
  readonly transport: Transport;
  readonly stop: Stop;
  readonly warn: (code: string, message: string) => void;
};

/**
 * Speaks the OCI Distribution API with every registry it is asked about.
 *
 * Nothing is sent before the first question. No answer, late answer or hostile answer of one registry touches another. Tokens live in memory only.
 * Source: OCI distribution-spec v1.1; distribution, docs/content/spec/auth.
 */
export function createRegistry(options: RegistryOptions): Registry {
  const transport = createTransport({
    certificateDirectories: options.certificateDirectories,
    extraCaFile: options.extraCaFile,
    proxy: options.proxy,
    connections: options.concurrency,
    timeoutMs: options.timeoutMs,
  });
  const closing = new AbortController();
  const run = startDeadline(options.runTimeoutMs, [createStop(closing.signal)]);
  const warnings = new Map<string, Warning>();
  const connections = new Map<string, Promise<Connection | Reason>>();
  const made = new Map<string, Connection>();
  const announced = new Map<string, Set<string>>();
  const stops = new WeakMap<AbortSignal, Stop>();
  const shared: Shared = {
    options,
    transport,
    stop: createStop(run.signal),
    warn: (code, message) => warnings.set(`${code} ${message}`, { code, message, image: null }),
  };

  const connect = async (registry: string): Promise<Connection | Reason> => {
    const connection = await createConnection(registry, shared);
    if (!('manifests' in connection)) return connection;
    connection.announce([...(announced.get(registry) ?? [])]);
    made.set(registry, connection);
    return connection;
  };

  const connectionFor = (registry: string): Promise<Connection | Reason> => {
    const known = connections.get(registry) ?? connect(registry);
    connections.set(registry, known);
    return known;
  };

  const stopOf = (signal: AbortSignal): Stop => {
    const known = stops.get(signal) ?? createStop(signal);
    stops.set(signal, known);
    return known;
  };

  const manifestsOf = async (registry: string, until: Stop): Promise<Manifests | Reason> => {
    const connection = await unlessStopped(connectionFor(registry), until);
    if (connection === null) return reason('timeout', `${registry} ${NOT_WAITED_FOR}`);
    return 'manifests' in connection ? connection.manifests : connection;
  };

  return {
    announce: (repositories) => {
      for (const { registry, repository } of repositories) {
        made.get(registry)?.announce([repository]);
        const names = announced.get(registry) ?? new Set();
        announced.set(registry, names.add(repository));
      }
    },
    resolveTag: async (repository, tag, signal) => {
      const manifests = await manifestsOf(repository.registry, stopOf(signal));
      return 'resolveTag' in manifests ? manifests.resolveTag(repository, tag, stopOf(signal)) : { kind: 'unknown', reason: manifests };
    },
    fetchManifest: async (repository, blob, signal) => {
      const manifests = await manifestsOf(repository.registry, stopOf(signal));
      return 'resolveTag' in manifests ? manifests.fetchManifest(repository, blob, stopOf(signal)) : { ok: false, reason: manifests };
    },
    fetchConfig: async (repository, blob, signal) => {
      const manifests = await manifestsOf(repository.registry, stopOf(signal));
      return 'resolveTag' in manifests ? manifests.fetchConfig(repository, blob, stopOf(signal)) : { ok: false, reason: manifests };
    },
    usage: () => [...made.values()].map(({ counter }) => counter.usage()).toSorted((a, b) => compareText(a.registry, b.registry)),
    warnings: () => [...warnings.values()].toSorted((a, b) => compareText(a.message, b.message)),
    close: async () => {
      closing.abort();
      run.end();
      await transport.close();
    },
  };
}

async function createConnection(registry: string, shared: Shared): Promise<Connection | Reason> {
  const { options } = shared;
  const location = options.locations.get(registry) ?? null;
  const addresses = await resolveForRanges(location ?? `https://${registry}`, shared);
  const endpoint = endpointFor(registry, { locations: options.locations, insecureRegistries: options.insecureRegistries, addresses });
  if (endpoint === null) return reason('unreachable', `${registry} cannot be asked: ${location ?? 'its name'} is no http(s) address`);
  const counter = createCounter(registry, options.floor);
  const { context, fallBackToHttp } = createContext({ registry, endpoint, hasLocation: location !== null, counter }, shared);
  const gate = createGate(options.concurrency, (ms) => context.sleep(ms, shared.stop));
  const session = createSession({ context, gate, counter, fallBackToHttp });
  const manifests = createManifests(session, {
    onWrongDigest: () =>
      shared.warn(
        'wrong-digest-header',
        `${registry} sends a Docker-Content-Digest that is not the digest of its content; its tags are asked for by GET from here on, which counts`,
      ),
    onWarning: (text) => shared.warn('registry-warning', `${registry} says: ${text}`),
  });
  return { manifests, announce: session.announce, counter };
}

type Connecting = { readonly registry: string; readonly endpoint: Endpoint; readonly hasLocation: boolean; readonly counter: Counter };

function createContext(
  connecting: Connecting,
  shared: Shared,
): { readonly context: SessionContext; readonly fallBackToHttp: (from: URL) => boolean } {
  const { registry, endpoint, hasLocation, counter } = connecting;
  const { options, transport, stop, warn } = shared;
  const [first, second] = endpoint.bases;
  let base = first;
  const context: SessionContext = {
    registry,
    options,
    transport,
    location: hasLocation ? first : null,
    base: () => base,
    isInsecure: (url) =>
      (endpoint.insecure && url.host === first.host) ||
      endpointFor(url.host, { ...options, locations: new Map(), addresses: [] })?.insecure === true,
    networksOf: (url) => (url.host === first.host ? endpoint.networks : null),
    stop,
    sleep: (ms, until) => options.clock.sleep(ms, until.signal).catch(() => undefined),
    warn,
    onRequest: (line) => {
      counter.sent();
      options.log(line);
    },
  };
  const fallBackToHttp = (from: URL): boolean => {
    if (from === base && second !== undefined && base !== second) base = second;
    return base !== from;
  };
  return { context, fallBackToHttp };
}

/** The addresses of a host, when only they tell whether a CIDR entry means it. As dockerd, a name that does not resolve, or not in time, matches none. */
async function resolveForRanges(base: string, { options, stop }: Shared): Promise<readonly string[]> {
  if (!hasRanges(options.insecureRegistries) || !URL.canParse(base)) return [];
  const url = new URL(base);
  if (literalAddress(url.hostname) !== null || chooseProxy(url, options.proxy) !== null) return [];
  const deadline = startDeadline(options.timeoutMs, [stop]);
  const looking = lookup(url.hostname, { all: true }).catch(() => []);
  const found = await unlessStopped(looking, createStop(deadline.signal));
  deadline.end();
  return (found ?? []).map(({ address }) => address);
}
