import { sanitizeText } from '../../core/text.ts';
import { ImgupdateError } from '../../errors.ts';

/** Where an engine listens. `location` is how docker writes it: `unix:///var/run/docker.sock`. */
export type EngineEndpoint = { readonly location: string; readonly address: EngineAddress };

/** `path` of ssh: the engine's socket on that machine, null for its default. `cli`: the program there that connects to it. */
export type EngineAddress =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly pathPrefix: string; readonly tls: EngineTls | null }
  | {
      readonly kind: 'ssh';
      readonly user: string | null;
      readonly host: string;
      readonly port: string | null;
      readonly path: string | null;
      readonly cli: 'docker' | 'podman';
    };

/** PEM texts. Without a `ca` the system's authorities are trusted. */
export type EngineTls = { readonly ca: string | null; readonly cert: string | null; readonly key: string | null; readonly verify: boolean };

export type EndpointOptions = { readonly tls: EngineTls | null; readonly platform: string; readonly cli: 'docker' | 'podman' };

/** `unix:///var/run/docker.sock`, or the named pipe of Windows. */
export function defaultLocation(platform: string): string {
  return platform === 'win32' ? 'npipe:////./pipe/docker_engine' : 'unix:///var/run/docker.sock';
}

/** The path of a socket alone, and a scheme without its colon or a slash: no host is called so. */
const SLIP = /^(?:\/|(?:unix|tcp|ssh|npipe|https?)(?::\/|\/+)(?!\/))/;

/**
 * Reads an engine's address as docker does: `unix://PATH`, `npipe://PATH`, `tcp://HOST[:PORT][/PATH]`, `ssh://[USER@]HOST[:PORT][/SOCKET]`.
 *
 * Text without a scheme is a TCP address; the port is 2375, or 2376 with TLS, unless given.
 * Source: docker/cli, opts/hosts.go and cli/connhelper/ssh.
 * @throws ImgupdateError 'usage' when it is none of these.
 */
export function parseEndpoint(text: string, options: EndpointOptions): EngineEndpoint {
  if (SLIP.test(text)) throw invalid(text, 'expected unix://, tcp:// or ssh:// before it');
  const location = text.includes('://') ? text : `tcp://${text}`;
  const scheme = location.slice(0, location.indexOf('://'));
  const rest = location.slice(scheme.length + 3);
  switch (scheme) {
    case 'unix':
      return rest === '' ? parseEndpoint(defaultLocation('linux'), options) : { location, address: { kind: 'socket', path: rest } };
    case 'npipe':
      if (options.platform !== 'win32') throw invalid(text, 'named pipes exist on Windows only');
      return { location, address: { kind: 'socket', path: rest === '' ? '//./pipe/docker_engine' : rest } };
    case 'tcp':
    case 'http':
    case 'https':
      return { location, address: tcpAddress(text, location, scheme === 'https' ? (options.tls ?? SYSTEM_TLS) : options.tls) };
    case 'ssh':
      return { location: withoutPassword(text, location), address: sshAddress(text, location, options.cli) };
    default:
      throw invalid(text, 'expected unix://, tcp://, ssh:// or npipe://');
  }
}

const SYSTEM_TLS: EngineTls = { ca: null, cert: null, key: null, verify: true };

function tcpAddress(text: string, location: string, tls: EngineTls | null): EngineAddress {
  const url = readUrl(text, location.replace(/^[a-z]+:/, 'tcp:'));
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw invalid(null, 'expected only a host, a port and a path');
  }
  const port = url.port === '' ? (tls === null ? 2375 : 2376) : Number(url.port);
  return { kind: 'tcp', host: url.hostname.replace(/^\[|\]$/g, ''), port, pathPrefix: url.pathname.replace(/\/+$/, ''), tls };
}

function sshAddress(text: string, location: string, cli: 'docker' | 'podman'): EngineAddress {
  const url = readUrl(text, location);
  if (url.search !== '' || url.hash !== '') throw invalid(text, 'expected no query and no fragment');
  const path = decodeURIComponent(url.pathname);
  return {
    kind: 'ssh',
    user: url.username === '' ? null : decodeURIComponent(url.username),
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? null : url.port,
    path: /^\/*$/.test(path) ? null : path,
    cli,
  };
}

function withoutPassword(text: string, location: string): string {
  if (readUrl(text, location).password !== '') throw invalid(null, 'a password in it is not supported');
  return location;
}

function readUrl(text: string, location: string): URL {
  const url = URL.canParse(location) ? new URL(location) : null;
  if (url === null || url.hostname === '') throw invalid(text, 'expected a host name');
  return url;
}

/** An address that may hold a password is not repeated. */
function invalid(text: string | null, problem: string): ImgupdateError {
  const subject = text === null ? 'invalid engine address' : `invalid engine address "${sanitizeText(text, 200)}"`;
  return new ImgupdateError('usage', `${subject}: ${problem}`, {
    hint: 'for example: -H unix:///run/user/1000/docker.sock, -H tcp://HOST:2376, -H ssh://USER@HOST',
  });
}
