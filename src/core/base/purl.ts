import { type Digest, parseDigest } from '../digest.ts';
import { malformed, parsed, type Parsed } from '../parsed.ts';
import { parsePlatform, type Platform } from '../platform.ts';
import { parseReference, type Reference, withDefaultTag } from '../reference.ts';
import { sanitizeText } from '../text.ts';

/** An image that went into a build: what it was asked for by, and the digest that was found there then; null where that is not told. */
export type Material = { readonly reference: Reference; readonly digest: Digest | null; readonly platform: Platform | null };

const MAX_TEXT = 4096;
const DOCKER = /^pkg:\/*docker\//i;

/** Whether a package URL is of Docker's type, without reading it further. */
export function isDockerPurl(text: string): boolean {
  return DOCKER.test(text.slice(0, 100));
}

/**
 * Reads the package URL of an image in a registry: `pkg:docker/localhost:5000/acme/api@2.1?platform=linux%2Famd64`.
 *
 * ```
 * pkg:docker/ [ namespace "/" ] name [ "@" tag-or-digest ] [ "?" key "=" value *( "&" key "=" value ) ]
 * ```
 *
 * Every part is percent-decoded by itself, so none can become two; registry and namespace of Docker Hub are left out, a port stands in the namespace. Of the
 * qualifiers count `digest` (a reference pinned by its builder), `platform`, `repository_url` (the registry, where it is not the default one), and `ref_type`:
 * a `blob` or a `bundle` is no image. The default tag is filled in unless there is a digest.
 * Source: package-url purl-spec, "Rules for each purl component"; moby/buildkit, util/purl, RefToPURL() and PURLToRef(), solver/llbsolver/provenance.
 * @returns null in place of a material where it names something else than an image in a registry.
 */
export function parseDockerPurl(text: string): Parsed<Material | null> {
  if (!isDockerPurl(text)) return parsed(null);
  if (text.length > MAX_TEXT) return malformed(`package URL ${quote(text)}: expected at most ${MAX_TEXT} characters, got ${text.length}`);
  const [body, query] = cutFirst(cutFirst(text.replace(DOCKER, ''), '#')[0], '?');
  const qualifiers = readQualifiers(query);
  if (qualifiers === null) return malformed(`package URL ${quote(text)}: expected percent-encoded qualifiers`);
  const refType = qualifiers.get('ref_type') ?? 'image';
  if (refType !== 'image') return parsed(null);

  const [path, encodedVersion] = cutLast(body, '@');
  const segments = path.split('/').map(decodePart);
  const version = decodePart(encodedVersion);
  if (version === null || !segments.every((segment) => segment !== null))
    return malformed(`package URL ${quote(text)}: expected percent-encoded parts`);
  if (segments.some((segment) => segment === '' || segment.includes('/')))
    return malformed(`package URL ${quote(text)}: expected a name without empty parts`);
  const registry = qualifiers.get('repository_url');
  const name = [...(registry === undefined ? [] : [registry]), ...segments].join('/');
  return combine(text, { name, version, digest: qualifiers.get('digest') ?? null, platform: qualifiers.get('platform') ?? null });
}

type PurlParts = { readonly name: string; readonly version: string; readonly digest: string | null; readonly platform: string | null };

function combine(text: string, { name, version, digest: written, platform: platformText }: PurlParts): Parsed<Material> {
  const versionDigest = parseDigest(version);
  const digest = written === null ? versionDigest : parseDigest(written);
  if (written !== null && digest === null)
    return malformed(`package URL ${quote(text)}: expected a sha256 or sha512 digest, got ${quote(written)}`);
  if (versionDigest !== null && versionDigest !== digest) return malformed(`package URL ${quote(text)}: its version and its digest differ`);

  const repository = parseReference(name);
  if (!repository.ok) return repository;
  if (repository.value.tag !== null || repository.value.digest !== null)
    return malformed(`package URL ${quote(text)}: expected a name without tag or digest`);
  const tag = version === '' || versionDigest !== null ? '' : `:${version}`;
  const reference = parseReference(name + tag);
  if (!reference.ok) return reference;
  if (reference.value.digest !== null) return malformed(`package URL ${quote(text)}: expected a tag or a digest as its version`);

  const platform = platformText === null ? null : parsePlatform(platformText);
  return parsed({
    reference: withDefaultTag({ ...reference.value, digest }),
    digest,
    platform: platform?.ok === true ? platform.value : null,
  });
}

/** null: one of them is not percent-encoded as it should be. */
function readQualifiers(query: string): ReadonlyMap<string, string> | null {
  const qualifiers = new Map<string, string>();
  for (const pair of query === '' ? [] : query.split('&')) {
    const [key, encoded] = cutFirst(pair, '=');
    const value = decodePart(encoded);
    if (value === null) return null;
    qualifiers.set(key.toLowerCase(), value);
  }
  return qualifiers;
}

function decodePart(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

function cutFirst(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function cutLast(text: string, separator: string): [string, string] {
  const at = text.lastIndexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function quote(text: string): string {
  return `"${sanitizeText(text, 200)}"`;
}
