import type { Registry, RegistryUse, Warning } from '../check/ports.ts';
import { reason, type Reason } from '../core/reason.ts';
import { compareText } from '../core/reference.ts';
import { createConnection, type Connection, type RegistryContent, type Shared } from './connection.ts';
import { refuseContact } from './contact.ts';
import type { RegistryOptions } from './context.ts';
import { startDeadline } from './deadline.ts';
import { createMirrored } from './mirrored.ts';
import { placesOf, type Place, type Places } from './places.ts';
import { createStop, NOT_WAITED_FOR, unlessStopped, type Stop } from './stop.ts';
import { createTransport } from './transport.ts';
import { mergeUsage } from './usage.ts';

export type { RegistryOptions } from './context.ts';

/**
 * Speaks the OCI Distribution API with every registry it is asked about, or with its mirror.
 *
 * Nothing is sent before the first question. No answer, late answer or hostile answer of one registry touches another. Tokens live in memory only.
 * Source: OCI distribution-spec v1.1; distribution, docs/content/spec/auth.
 */
export function createRegistry(options: RegistryOptions): Registry {
  const transport = createTransport({
    certificateDirectories: options.certificateDirectories,
    extraCaFile: options.extraCaFile,
    proxy: options.proxy,
    connections: Math.max(options.concurrency, ...[...options.rules.values()].map(({ concurrency }) => concurrency?.value ?? 0)),
    timeoutMs: options.timeoutMs,
  });
  const closing = new AbortController();
  const run = startDeadline(options.runTimeoutMs, [createStop(closing.signal)]);
  const warnings = new Map<string, Warning>();
  const connections = new Map<string, Promise<Connection | Reason>>();
  const made = new Map<string, Connection>();
  const announced = new Map<string, Set<string>>();
  const answering = new Map<string, RegistryContent>();
  const stops = new WeakMap<AbortSignal, Stop>();
  const shared: Shared = {
    options,
    transport,
    stop: createStop(run.signal),
    warn: (code, message) => warnings.set(`${code} ${message}`, { code, message, image: null }),
  };

  const connect = async (place: Place): Promise<Connection | Reason> => {
    const connection = await createConnection(place, shared);
    if (!('contentFor' in connection)) return connection;
    connection.announce([...(announced.get(keyOf(place)) ?? [])]);
    made.set(keyOf(place), connection);
    return connection;
  };

  const connectionTo = (place: Place): Promise<Connection | Reason> => {
    const known = connections.get(keyOf(place)) ?? connect(place);
    connections.set(keyOf(place), known);
    return known;
  };

  const announce = (place: Place, repository: string): void => {
    made.get(keyOf(place))?.announce([repository]);
    const names = announced.get(keyOf(place)) ?? new Set();
    announced.set(keyOf(place), names.add(repository));
  };

  const at = (place: Place, namespace: string | null): RegistryContent =>
    createReached(place.registry, () => connectionTo(place), namespace);

  const answererOf = (registry: string): RegistryContent => {
    const known = answering.get(registry) ?? createAnswerer(registry, placesOf(registry, options), { at, options, warn: shared.warn });
    answering.set(registry, known);
    return known;
  };

  const stopOf = (signal: AbortSignal): Stop => {
    const known = stops.get(signal) ?? createStop(signal);
    stops.set(signal, known);
    return known;
  };

  return {
    announce: (repositories) => {
      for (const { registry, repository } of repositories) {
        const { own, mirror } = placesOf(registry, options);
        announce(own, repository);
        if (mirror?.ok === true) announce(mirror.value.place, `${mirror.value.prefix}${repository}`);
      }
    },
    resolveTag: (repository, tag, signal) => answererOf(repository.registry).resolveTag(repository, tag, stopOf(signal)),
    fetchManifest: (repository, blob, signal) => answererOf(repository.registry).fetchManifest(repository, blob, stopOf(signal)),
    fetchConfig: (repository, blob, signal) => answererOf(repository.registry).fetchConfig(repository, blob, stopOf(signal)),
    listTags: (repository, wanted, signal) => answererOf(repository.registry).listTags(repository, wanted, stopOf(signal)),
    usage: (): readonly RegistryUse[] => mergeUsage([...made.values()].map(({ counter }) => counter.usage())),
    warnings: () => [...warnings.values()].toSorted((a, b) => compareText(a.message, b.message)),
    close: async () => {
      closing.abort();
      run.end();
      await transport.close();
    },
  };
}

/** Two connections to one place differ in whether a login may be sent there. */
function keyOf(place: Place): string {
  return JSON.stringify([place.registry, place.location, place.doubt !== null]);
}

type Reaching = {
  readonly at: (place: Place, namespace: string | null) => RegistryContent;
  readonly options: RegistryOptions;
  readonly warn: Shared['warn'];
};

/** Whoever answers for a registry: itself, or its mirror and itself. */
function createAnswerer(registry: string, { own, mirror }: Places, { at, options, warn }: Reaching): RegistryContent {
  if (mirror === null) return at(own, null);
  if (!mirror.ok) {
    const why = reason('unreachable', `${registry} cannot be asked: ${mirror.message}`);
    return createReached(registry, () => Promise.resolve(why), null);
  }
  return createMirrored({
    registry,
    mirror: mirror.value,
    atMirror: at(mirror.value.place, registry),
    atOrigin: refuseContact(own, options.onlyHosts) === null ? at(own, null) : null,
    warn,
  });
}

/** The content of a place that is connected to at the first question; every answer is the same reason where that cannot be. */
function createReached(registry: string, connect: () => Promise<Connection | Reason>, namespace: string | null): RegistryContent {
  let reaching: Promise<RegistryContent | Reason> | null = null;
  const reach = async (until: Stop): Promise<RegistryContent | Reason> => {
    reaching ??= connect().then((connection) => ('contentFor' in connection ? connection.contentFor(namespace) : connection));
    return (await unlessStopped(reaching, until)) ?? reason('timeout', `${registry} ${NOT_WAITED_FOR}`);
  };
  return {
    resolveTag: async (repository, tag, stop) => {
      const content = await reach(stop);
      return 'resolveTag' in content ? content.resolveTag(repository, tag, stop) : { kind: 'unknown', reason: content };
    },
    fetchManifest: async (repository, blob, stop) => {
      const content = await reach(stop);
      return 'resolveTag' in content ? content.fetchManifest(repository, blob, stop) : { ok: false, reason: content };
    },
    fetchConfig: async (repository, blob, stop) => {
      const content = await reach(stop);
      return 'resolveTag' in content ? content.fetchConfig(repository, blob, stop) : { ok: false, reason: content };
    },
    listTags: async (repository, wanted, stop) => {
      const content = await reach(stop);
      return 'resolveTag' in content ? content.listTags(repository, wanted, stop) : { kind: 'unknown', reason: content };
    },
  };
}
