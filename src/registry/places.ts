import type { RegistryRule, Setting } from '../core/configuration.ts';
import { malformed, type Parsed, parsed } from '../core/parsed.ts';
import { sanitizeText } from '../core/text.ts';

/** Where requests go, under a registry's name: that is what usage is told by, credentials are looked up by, and rules are found by. */
export type Place = {
  readonly registry: string;
  /** The base URL it is asked at instead of its own host; null for that. */
  readonly location: string | null;
  /** What a project's file says of it: then it is asked without any login. */
  readonly doubt: Doubt | null;
};

/** A setting of a project's file that would let whoever wrote it see a login: `name` is its key. */
export type Doubt = { readonly registry: string; readonly name: string; readonly where: string };

/** Another place where a registry's repositories are found, each behind `prefix`: `docker-hub/`, or nothing. */
export type Mirror = { readonly place: Place; readonly prefix: string; readonly where: string };

export type Places = {
  readonly own: Place;
  /** Asked first. */
  readonly mirror: Parsed<Mirror> | null;
};

type Configured = { readonly rules: ReadonlyMap<string, RegistryRule>; readonly locations: ReadonlyMap<string, string> };

/** Finds where a registry is asked: at its mirror first, if it has one. A mirror's own mirror is not asked. */
export function placesOf(registry: string, configured: Configured): Places {
  const rule = ruleOf(registry, configured.rules);
  const doubt = findDoubt(registry, rule);
  const mirror = rule?.mirror ?? null;
  return {
    own: { registry, location: configured.locations.get(registry) ?? null, doubt },
    mirror: mirror === null ? null : placeMirror(mirror, { registry, rules: configured.rules }),
  };
}

/** Registry names are the same in any case. */
export function ruleOf(registry: string, rules: ReadonlyMap<string, RegistryRule>): RegistryRule | null {
  return rules.get(registry) ?? rules.get(registry.toLowerCase()) ?? null;
}

/** That `insecure` is false, and what only bounds the requests, helps nobody who wants a login. */
function findDoubt(registry: string, rule: RegistryRule | null): Doubt | null {
  if (rule === null) return null;
  const { insecure, ca, clientCert, mirror } = rule;
  const named = { insecure: insecure?.value === true ? insecure : null, ca, clientCert, mirror };
  for (const [name, setting] of Object.entries(named)) {
    if (setting?.origin.kind === 'project') return { registry, name, where: setting.origin.where };
  }
  return null;
}

function placeMirror(
  setting: Setting<string>,
  of: { readonly registry: string; readonly rules: ReadonlyMap<string, RegistryRule> },
): Parsed<Mirror> {
  const found = parseMirror(setting.value);
  if (found === null)
    return malformed(`its mirror (${setting.origin.where}) is no http(s)://HOST[:PORT][/PATH]: ${sanitizeText(setting.value, 80)}`);
  const { registry, location, prefix } = found;
  const ownDoubt = findDoubt(registry, ruleOf(registry, of.rules));
  const doubt = setting.origin.kind === 'project' ? { registry: of.registry, name: 'mirror', where: setting.origin.where } : ownDoubt;
  return parsed({ place: { registry, location, doubt }, prefix, where: setting.origin.where });
}

/** Source: OCI distribution-spec v1.1, "Pulling manifests" (the grammar of `<name>`). */
const PREFIX = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*$/;

/**
 * Reads a mirror's URL. A path is a prefix of repositories, behind `/v2/`; one that has `/v2` in it says itself what stands before and behind that.
 *
 * - `https://mirror.corp/docker-hub` and `https://mirror.corp/v2/docker-hub`: `/v2/docker-hub/library/nginx`, as Harbor, GitLab, ECR and Artifactory have it
 * - `https://mirror.corp/api/docker/hub/v2`: `/api/docker/hub/v2/library/nginx`
 *
 * The sources disagree: containers-registries.conf(5) puts the path behind `/v2/`, moby (daemon/pkg/registry, service_v2.go) before it, and containerd
 * (docs/hosts.md) before it unless `override_path` is set, with `/v2` written out. Written out, it means the same here as there.
 */
function parseMirror(text: string): { readonly registry: string; readonly location: string | null; readonly prefix: string } | null {
  if (text.length > 2048 || !URL.canParse(text)) return null;
  const url = new URL(text);
  const isPlain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!isPlain || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null;
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  const version = segments.indexOf('v2');
  const root = segments.slice(0, Math.max(0, version));
  const prefix = segments.slice(version + 1);
  if (!prefix.every((segment) => segment.length <= 255 && PREFIX.test(segment))) return null;
  return {
    registry: url.host,
    location: url.protocol === 'https:' && root.length === 0 ? null : `${url.origin}/${root.join('/')}`,
    prefix: prefix.map((segment) => `${segment}/`).join(''),
  };
}
