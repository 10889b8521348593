import type { ImageRule, OriginKind, RegistryRule, Setting } from '../core/configuration.ts';
import { mapRegistry, mapValues, type Values } from '../core/configuration/keys.ts';
import { sanitizeText } from '../core/text.ts';
import type { FileSettings } from './decode-file.ts';

/** What one file says, and who wrote it. */
export type Layer = FileSettings & { readonly kind: OriginKind };

export type Merged = {
  readonly values: Values;
  readonly images: readonly Setting<ImageRule>[];
  readonly registries: ReadonlyMap<string, RegistryRule>;
  readonly warnings: readonly string[];
};

/**
 * Joins what the environment and the files say, files nearest first: of each key the nearest value counts, of `registries` each key of each host by itself, and the
 * rules of `images` all count, the nearest first.
 *
 * A project's file is found, not chosen, and the project may be anybody's. So its `allowHosts` narrows what the user's or the machine's allows and never widens it,
 * and what it says about who may see credentials (`trustRealm`) is not believed. What weakens or redirects a connection counts, with the origin `project`, by which
 * the registry client knows that no credentials may go there; nor does the user's client certificate.
 */
export function mergeLayers(environment: Values, files: readonly Layer[]): Merged {
  const believed = files.map(withoutTrust);
  const nearest = mapValues((_key, of) => firstOf([environment, ...files.map(({ values }) => values)].map(of)));
  const allowed = narrowHosts(environment, files);
  return {
    values: { ...nearest, allowHosts: allowed.hosts },
    images: files.flatMap(({ images }) => images),
    registries: mergeRegistries(believed.map(({ registries }) => registries)),
    warnings: [...believed.flatMap(({ warnings }) => warnings), ...allowed.warnings],
  };
}

function firstOf<T>(settings: readonly (Setting<T> | null)[]): Setting<T> | null {
  return settings.find((setting) => setting !== null) ?? null;
}

type Allowed = { readonly hosts: Setting<readonly string[]> | null; readonly warnings: readonly string[] };

/** The environment's list is the nearest of all; a project's is cut down to what the next one that is no project's allows. */
function narrowHosts(environment: Values, files: readonly Layer[]): Allowed {
  const listOf = (of: readonly Layer[]): Setting<readonly string[]> | null => firstOf(of.map(({ values }) => values.allowHosts));
  const own = listOf(files.filter(({ kind }) => kind !== 'project'));
  const projects = listOf(files.filter(({ kind }) => kind === 'project'));
  if (environment.allowHosts !== null || projects === null || own === null) {
    return { hosts: environment.allowHosts ?? projects ?? own, warnings: [] };
  }
  const refused = projects.value.filter((host) => !own.value.includes(host));
  const [first] = refused;
  const hosts = { ...projects, value: projects.value.filter((host) => own.value.includes(host)) };
  if (first === undefined) return { hosts, warnings: [] };
  const others = refused.length > 1 ? ` and ${refused.length - 1} more` : '';
  return {
    hosts,
    warnings: [`${projects.origin.where} allows ${first}${others}, which ${own.origin.where} does not: that stays forbidden`],
  };
}

type Believed = { readonly registries: ReadonlyMap<string, RegistryRule>; readonly warnings: readonly string[] };

function withoutTrust({ kind, registries }: Layer): Believed {
  if (kind !== 'project') return { registries, warnings: [] };
  const warnings = [...registries].flatMap(([host, { trustRealm }]) =>
    trustRealm === null
      ? []
      : [
          `${trustRealm.origin.where}: a file that comes with a project may not say who sees the credentials for ${sanitizeText(host, 80)}: ` +
            'put trustRealm into your own configuration, or name the file with --config',
        ],
  );
  return { registries: new Map([...registries].map(([host, rule]) => [host, { ...rule, trustRealm: null }])), warnings };
}

function mergeRegistries(layers: readonly ReadonlyMap<string, RegistryRule>[]): ReadonlyMap<string, RegistryRule> {
  const hosts = new Set(layers.flatMap((layer) => [...layer.keys()]));
  return new Map(
    [...hosts].map((host) => {
      const rules = layers.flatMap((layer) => layer.get(host) ?? []);
      return [host, withoutForeignCertificate(mapRegistry((_key, of) => firstOf(rules.map(of))))];
    }),
  );
}

/** A certificate that proves who the user is goes over no connection that a project's file weakened or led elsewhere. */
function withoutForeignCertificate(rule: RegistryRule): RegistryRule {
  const isChanged = [rule.insecure, rule.ca, rule.mirror].some((setting) => setting?.origin.kind === 'project');
  return isChanged && rule.clientCert?.origin.kind !== 'project' ? { ...rule, clientCert: null } : rule;
}
