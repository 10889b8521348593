import { parseDigest } from './digest.ts';
import type { Digest } from './digest.ts';
import { malformed, parsed } from './parsed.ts';
import type { Parsed } from './parsed.ts';
import { sanitizeText } from './text.ts';

/** A repository of a registry, normalised: `{ registry: 'docker.io', repository: 'library/nginx' }`. */
export type Repository = { readonly registry: string; readonly repository: string };

/** A normalised reference. Both tag and digest may be null, or both set. */
export type Reference = Repository & { readonly tag: string | null; readonly digest: Digest | null };

const DOCKER_HUB = 'docker.io';
const OFFICIAL = 'library/';
const MAX_TEXT = 4096;
const MAX_REPOSITORY = 255;
const MAX_QUOTED = 200;

// Every expression below is anchored, and its alternatives begin with different characters: matching is linear.
const IDENTIFIER = /^[a-f0-9]{64}$/;
const HOST_LABEL = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/;
const IPV6 = /^\[([a-fA-F0-9:]+)\]$/;
const IPV6_GROUP = /^[a-fA-F0-9]{1,4}$/;
const PORT = /^[0-9]+$/;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*):([a-fA-F0-9]{32,})$/;
const HEX_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha512', 128],
]);

/**
 * Reads a reference as docker does and completes it.
 *
 * ```
 * reference      = [ host [ ":" port ] "/" ] path [ ":" tag ] [ "@" digest ]
 * host           = domain-name | "[" IPv6 address "]"
 * path           = path-component *( "/" path-component )
 * path-component = [a-z0-9]+ with single separators between: "." "_" "__" or any number of "-"
 * tag            = [A-Za-z0-9_] and up to 127 of [A-Za-z0-9_.-]
 * ```
 *
 * `nginx` is `docker.io/library/nginx`; a first component is a host when it has a `.`, a `:` or an uppercase letter, or is `localhost`; `index.docker.io` is
 * `docker.io`. So `test.com:5000` is the tag `5000` of a name, and `localhost` alone is an official image. No tag is invented: see withDefaultTag.
 *
 * Stricter than the model in three places: a port is 1 to 65535, an IPv6 address has to be one, and a component that reads as a host has to be a host name.
 * Source: distribution/reference, ParseNormalizedNamed() and regexp.go; digests: OCI image-spec v1.1, descriptor.md (sha256 and sha512 only).
 */
export function parseReference(text: string): Parsed<Reference> {
  if (text.length > MAX_TEXT) {
    return malformed(`invalid reference format ${quote(text)}: expected at most ${MAX_TEXT} characters, got ${text.length}`);
  }
  if (text === '') return malformed('invalid reference format "": repository name must have at least one component');
  if (IDENTIFIER.test(text)) return malformed(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);

  const { registry, remainder } = splitRegistry(text);
  const [name, digestText] = cut(remainder, '@');
  const [repository, tag] = cut(name, ':');
  const flaw = flawInRegistry(registry) ?? flawInRepository(repository) ?? flawInTag(tag) ?? flawInDigest(digestText);
  if (flaw !== null) return malformed(`invalid reference format ${quote(text)}: ${flaw}`);
  return parsed({ registry, repository, tag, digest: parseDigest(digestText) });
}

/** Adds the tag `latest` when there is neither tag nor digest. Source: distribution/reference, TagNameOnly(). */
export function withDefaultTag(reference: Reference): Reference {
  return reference.tag === null && reference.digest === null ? { ...reference, tag: 'latest' } : reference;
}

/** The canonical form: `docker.io/library/nginx:1.27@sha256:...`. */
export function renderReference(reference: Reference): string {
  return renderRepository(reference) + renderSuffix(reference);
}

/**
 * The form people write: `nginx:1.27`, `ghcr.io/acme/api:2.1`.
 *
 * It always parses back to the same reference: where the short form would name something else (`docker.io/localhost/app`), the registry stays.
 * Source: distribution/reference, FamiliarString().
 */
export function renderFamiliar(reference: Reference): string {
  return familiarName(reference) + renderSuffix(reference);
}

/** The canonical form of a repository: `docker.io/library/nginx`. */
export function renderRepository(repository: Repository): string {
  return `${repository.registry}/${repository.repository}`;
}

/** Whether both are the same repository; never compare their texts, which may be familiar forms. */
export function isSameRepository(a: Repository, b: Repository): boolean {
  return a.registry === b.registry && a.repository === b.repository;
}

/** Orders by UTF-16 code units, the same on every machine whatever its locale; for `sort`. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Source: distribution/reference, splitDockerDomain(). */
function splitRegistry(text: string): { registry: string; remainder: string } {
  const [first, rest] = cut(text, '/');
  if (rest === null) return { registry: DOCKER_HUB, remainder: OFFICIAL + text };
  if (!readsAsHost(first)) return { registry: DOCKER_HUB, remainder: text };
  const registry = first === 'index.docker.io' ? DOCKER_HUB : first;
  return { registry, remainder: registry === DOCKER_HUB && !rest.includes('/') ? OFFICIAL + rest : rest };
}

/** An uppercase letter makes a host, because no repository may have one. */
function readsAsHost(component: string): boolean {
  return component === 'localhost' || /[.:A-Z]/.test(component);
}

/** Splits at the first `separator`; the second part is null where there is none. */
function cut(text: string, separator: string): [string, string | null] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

function flawInRegistry(registry: string): string | null {
  if (registry.endsWith(':')) return `registry ${quote(registry)} has no port; a reference begins with the registry, without a scheme`;
  const at = registry.startsWith('[') ? registry.indexOf(']') + 1 : registry.indexOf(':');
  const host = at <= 0 ? registry : registry.slice(0, at);
  const rest = registry.slice(host.length);
  if (host.startsWith('[') ? !isBracketedIpv6(host) : !host.split('.').every((label) => HOST_LABEL.test(label))) {
    // Without a dot or a port only its capitals made it a host: most likely it was meant as a namespace.
    return /[.:]/.test(registry)
      ? `registry ${quote(registry)} is not a host name or address`
      : `repository name (${excerpt(registry)}) must be lowercase`;
  }
  if (rest === '') return null;
  const port = rest.startsWith(':') && PORT.test(rest.slice(1)) ? Number(rest.slice(1)) : 0;
  return port >= 1 && port <= 65_535 ? null : `port of registry ${quote(registry)} is not a number from 1 to 65535`;
}

/** `[2001:db8::1]`; no zone, no embedded IPv4. Source: RFC 4291 section 2.2; RFC 3986 section 3.2.2. */
function isBracketedIpv6(host: string): boolean {
  const halves = IPV6.exec(host)?.[1]?.split('::');
  if (halves === undefined || halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const isComplete = halves.length === 1 ? groups.length === 8 : groups.length < 8;
  return isComplete && groups.every((group) => IPV6_GROUP.test(group));
}

function flawInRepository(repository: string): string | null {
  if (/[A-Z]/.test(repository)) return `repository name (${excerpt(repository)}) must be lowercase`;
  if (repository.length > MAX_REPOSITORY) return `repository name must not be more than ${MAX_REPOSITORY} characters`;
  const flawed = repository.split('/').find((component) => !PATH_COMPONENT.test(component));
  if (flawed === undefined) return null;
  if (flawed === '') return 'repository name has an empty component';
  return `component ${quote(flawed)} is not lowercase letters and digits with single separators between them`;
}

function flawInTag(tag: string | null): string | null {
  if (tag === null || isTag(tag)) return null;
  return `tag ${quote(tag)} is not 1 to 128 letters, digits, "_", "." or "-", the first no "." or "-"`;
}

/** Whether a text can be a tag: 1 to 128 letters, digits, `_`, `.` or `-`, the first no `.` or `-`. Source: OCI distribution-spec v1.1, Pulling manifests. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** The words are go-digest's. */
function flawInDigest(text: string | null): string | null {
  if (text === null || parseDigest(text) !== null) return null;
  const [, algorithm, hex] = DIGEST.exec(text) ?? [];
  if (algorithm === undefined || hex === undefined) return `invalid checksum digest format ${quote(text)}`;
  const length = HEX_LENGTHS.get(algorithm);
  if (length === undefined) return `unsupported digest algorithm ${quote(algorithm)}, expected sha256 or sha512`;
  if (hex.length !== length) return `invalid checksum digest length, expected ${length} digits and got ${hex.length}`;
  return `invalid checksum digest format, expected lowercase digits`;
}

function quote(text: string): string {
  return `"${excerpt(text)}"`;
}

/** Enough of the text to find it again, and nothing a terminal would obey. */
function excerpt(text: string): string {
  return sanitizeText(text, MAX_QUOTED);
}

function familiarName(repository: Repository): string {
  const canonical = renderRepository(repository);
  if (repository.registry !== DOCKER_HUB) return canonical;
  const official = repository.repository.startsWith(OFFICIAL) ? repository.repository.slice(OFFICIAL.length) : '';
  const short = official === '' || official.includes('/') ? repository.repository : official;
  const isFaithful = !IDENTIFIER.test(short) && splitRegistry(short).remainder === repository.repository;
  return isFaithful ? short : canonical;
}

function renderSuffix({ tag, digest }: Reference): string {
  return (tag === null ? '' : `:${tag}`) + (digest === null ? '' : `@${digest}`);
}
