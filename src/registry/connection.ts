import { lookup } from 'node:dns/promises';
import type { Keychain } from '../check/ports.ts';
import type { QuotaFloor, RegistryRule } from '../core/configuration.ts';
import { reason, type Reason } from '../core/reason.ts';
import { literalAddress } from './address.ts';
import type { NamedCertificates } from './certificates.ts';
import { refuseContact } from './contact.ts';
import type { RegistryOptions, SessionContext } from './context.ts';
import { createCounter, type Counter } from './counter.ts';
import { startDeadline } from './deadline.ts';
import { endpointFor, hasRanges, type Endpoint } from './endpoints.ts';
import { createGate } from './gate.ts';
import { createManifests, type Manifests } from './manifests.ts';
import { ruleOf, type Place } from './places.ts';
import { chooseProxy } from './proxy.ts';
import { createSession } from './session.ts';
import { createStop, unlessStopped, type Stop } from './stop.ts';
import { TAG_LIST_LIMITS } from './tag-limits.ts';
import { createTagLists, type TagLists } from './tag-lists.ts';
import type { HostTrust, Transport } from './transport.ts';

/** All questions about one registry's content. */
export type RegistryContent = Manifests & TagLists;

/** One place of this run: its content and what it was asked. */
export type Connection = {
  /** `namespace`: the registry whose content is wanted, where the place is not that registry itself. */
  readonly contentFor: (namespace: string | null) => RegistryContent;
  readonly announce: (repositories: readonly string[]) => void;
  readonly counter: Counter;
};

/** What all connections of a run share. */
export type Shared = {
  readonly options: RegistryOptions;
  readonly transport: Transport;
  readonly stop: Stop;
  readonly warn: (code: string, message: string) => void;
};

/** Gets ready to ask a place; a reason when it is not asked at all. Nothing is sent, and no name is looked up that need not be. */
export async function createConnection(place: Place, shared: Shared): Promise<Connection | Reason> {
  const { options, warn } = shared;
  const { registry, location } = place;
  const refused = refuseContact(place, options.onlyHosts);
  if (refused !== null) return refused;
  const rule = ruleOf(registry, options.rules);
  const insecure = rule?.insecure?.value ?? null;
  const endpoint = endpointFor(registry, {
    locations: location === null ? new Map() : new Map([[registry, location]]),
    insecureRegistries: options.insecureRegistries,
    addresses: insecure === null ? await resolveForRanges(location ?? `https://${registry}`, shared) : [],
    insecure,
  });
  if (endpoint === null) return reason('unreachable', `${registry} cannot be asked: ${location ?? 'its name'} is no http(s) address`);
  const counter = createCounter(registry, floorOf(rule, options));
  const { context, fallBackToHttp } = createContext({ place, endpoint, counter }, shared);
  const places = Math.max(1, rule?.concurrency?.value ?? options.concurrency);
  const gate = createGate(places, (ms) => context.sleep(ms, shared.stop));
  const session = createSession({ context, gate, counter, fallBackToHttp });
  const limits = { ...TAG_LIST_LIMITS, ...options.tagLists };
  const lists = createGate(limits.concurrency, (ms) => context.sleep(ms, shared.stop));
  const onWrongDigest = (): void =>
    warn(
      'wrong-digest-header',
      `${registry} sends a Docker-Content-Digest that is not the digest of its content; its tags are asked for by GET from here on, which counts`,
    );
  const onWarning = (text: string): void => warn('registry-warning', `${registry} says: ${text}`);
  return {
    contentFor: (namespace) => ({
      ...createManifests(session, { namespace, onWrongDigest, onWarning }),
      ...createTagLists({ session, gate: lists, limits, namespace, warn }),
    }),
    announce: session.announce,
    counter,
  };
}

type Connecting = { readonly place: Place; readonly endpoint: Endpoint; readonly counter: Counter };

function createContext(
  connecting: Connecting,
  shared: Shared,
): { readonly context: SessionContext; readonly fallBackToHttp: (from: URL) => boolean } {
  const { place, endpoint, counter } = connecting;
  const { registry } = place;
  const { options, transport, stop, warn } = shared;
  const { trustRealm = null } = ruleOf(registry, options.rules) ?? {};
  const [first, second] = endpoint.bases;
  let base = first;
  const context: SessionContext = {
    registry,
    options,
    transport,
    location: place.location === null ? null : first,
    base: () => base,
    trustOf: (url) =>
      url.host === first.host
        ? {
            insecure: endpoint.insecure,
            networks: endpoint.networks,
            certificates: certificatesOf(registry, { options, fromProject: true }),
          }
        : trustOther(url, { options, fromProject: place.doubt !== null }),
    keychain: withholdLogin({ place, keychain: options.keychain, isPlain: first.protocol === 'http:' && !endpoint.insecure, warn }),
    trustedRealms: [
      ...(options.trustedRealms.get(registry) ?? []),
      ...(trustRealm === null || trustRealm.origin.kind === 'project' ? [] : trustRealm.value),
    ],
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

/** Whose settings count: those of a project only where no login can be sent to anybody. */
type Counting = { readonly options: RegistryOptions; readonly fromProject: boolean };

/** Trust in a host the registry sends us to. A project may not weaken that in the token server of a registry that is not its own. */
function trustOther(url: URL, counting: Counting): HostTrust {
  const { options, fromProject } = counting;
  const said = ruleOf(url.host, options.rules)?.insecure ?? null;
  const insecure = said !== null && (fromProject || said.origin.kind !== 'project' || !said.value) ? said.value : null;
  const endpoint = endpointFor(url.host, { ...options, locations: new Map(), addresses: [], insecure });
  return { insecure: endpoint?.insecure === true, networks: null, certificates: certificatesOf(url.host, counting) };
}

function certificatesOf(registry: string, { options, fromProject }: Counting): NamedCertificates {
  const { ca = null, clientCert = null } = ruleOf(registry, options.rules) ?? {};
  return {
    ca: ca !== null && (fromProject || ca.origin.kind !== 'project') ? ca.value : null,
    clientCert: clientCert !== null && (fromProject || clientCert.origin.kind !== 'project') ? clientCert.value : null,
  };
}

/**
 * Keeps the keychain from being asked for a place that somebody else may have put there or can listen to; says so once, if it would have been asked.
 *
 * Credential helpers are programs, so they are not even started.
 */
function withholdLogin(asked: {
  readonly place: Place;
  readonly keychain: Keychain;
  readonly isPlain: boolean;
  readonly warn: Shared['warn'];
}): Keychain {
  const { place, keychain, isPlain, warn } = asked;
  const { registry, doubt } = place;
  if (doubt === null && !isPlain) return keychain;
  const why =
    doubt === null
      ? `it is asked over plain http; to allow it, set insecure for ${registry} in your own configuration`
      : `"${doubt.name}" of ${doubt.registry} is set by the project (${doubt.where}); to use a login, set it in your own configuration, or name the file with --config`;
  return {
    ...keychain,
    credentialFor: () => {
      warn('login-withheld', `${registry} is asked without any login: ${why}`);
      return Promise.resolve(null);
    },
  };
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

/** A project's file may leave more of the user's quota alone, never less. */
function floorOf(rule: RegistryRule | null, { floor }: RegistryOptions): QuotaFloor {
  const given = rule?.floor ?? null;
  if (given === null) return floor;
  if (given.origin.kind !== 'project') return given.value;
  return { remaining: Math.max(floor.remaining, given.value.remaining), fraction: Math.max(floor.fraction, given.value.fraction) };
}
