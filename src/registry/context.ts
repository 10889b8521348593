import type { Keychain } from '../check/ports.ts';
import type { RegistryRule } from '../core/configuration.ts';
import type { OnRequest } from './exchange.ts';
import type { ProxySettings } from './proxy.ts';
import type { Clock } from './retry.ts';
import type { Stop } from './stop.ts';
import type { TagListLimits } from './tag-limits.ts';
import type { HostTrust, Transport } from './transport.ts';

/** All that the registry client is told from outside. */
export type RegistryOptions = {
  readonly keychain: Keychain;
  /** `host`, `host:port` or CIDR: certificates are not verified there, and plain HTTP is tried. */
  readonly insecureRegistries: readonly string[];
  /** Registry name to the base URL it is asked at instead of its own host: `docker.io` to `http://127.0.0.1:5001`. */
  readonly locations: ReadonlyMap<string, string>;
  /** Folders that hold `HOST[:PORT]/*.crt`, `*.cert` and `*.key`, in order of preference. */
  readonly certificateDirectories: readonly string[];
  /** A PEM file of further authorities (`NODE_EXTRA_CA_CERTS`). */
  readonly extraCaFile: string | null;
  readonly proxy: ProxySettings;
  /** Registry name to the token servers that may see its login, beside the built-in ones. */
  readonly trustedRealms: ReadonlyMap<string, readonly string[]>;
  /** What the configuration says of single registries, by their names in references. */
  readonly rules: ReadonlyMap<string, RegistryRule>;
  /** The only registries that may be contacted, by their names in references; null: any. */
  readonly onlyHosts: ReadonlySet<string> | null;
  /** No counted request is made with so many pulls left, or this part of the limit; the larger number counts. A registry's rule may say otherwise. */
  readonly floor: { readonly remaining: number; readonly fraction: number };
  /** Requests in flight per registry, where its rule does not say otherwise. */
  readonly concurrency: number;
  /** One request with its redirects. */
  readonly timeoutMs: number;
  /** Everything asked of this client, from its making. */
  readonly runTimeoutMs: number;
  /** The longest time a registry may ask us to wait; what asks for more is not waited for. */
  readonly maxRetryWaitMs: number;
  /** Other bounds of lists of tags than TAG_LIST_LIMITS. */
  readonly tagLists?: Partial<TagListLimits>;
  readonly userAgent: string;
  readonly clock: Clock;
  /** Takes one line per request, without secrets. */
  readonly log: (line: string) => void;
};

/** What the parts that serve one registry share. */
export type SessionContext = {
  readonly registry: string;
  readonly options: RegistryOptions;
  readonly transport: Transport;
  /** Where configuration puts the registry, if it does. */
  readonly location: URL | null;
  /** Where it is asked now: changes once, when it turns out not to speak TLS. */
  readonly base: () => URL;
  /** Of the registry itself as its rule has it, of hosts it sends us to as theirs have it. */
  readonly trustOf: (url: URL) => HostTrust;
  /** Asked only where a login may be sent. */
  readonly keychain: Keychain;
  /** Token servers that may see its login, beside the built-in ones. */
  readonly trustedRealms: readonly string[];
  /** Comes when the run's time is up, and on close. */
  readonly stop: Stop;
  /** Never rejects. */
  readonly sleep: (ms: number, stop: Stop) => Promise<void>;
  readonly warn: (code: string, message: string) => void;
  readonly onRequest: OnRequest;
};
