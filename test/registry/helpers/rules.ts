import type { OriginKind, RegistryRule } from '../../../src/core/configuration.ts';

type Values = { [Key in keyof RegistryRule]?: NonNullable<RegistryRule[Key]>['value'] };

/** What a file says of a registry; the user's own file unless `kind` is another. */
export function makeRule(values: Values, kind: OriginKind = 'user'): RegistryRule {
  const { insecure, ca, clientCert, mirror, concurrency, trustRealm, floor } = values;
  const set = <T>(value: T | undefined) => (value === undefined ? null : { value, origin: { kind, where: 'imgupdate.yaml:3:5' } });
  return {
    insecure: set(insecure),
    ca: set(ca),
    clientCert: set(clientCert),
    mirror: set(mirror),
    concurrency: set(concurrency),
    trustRealm: set(trustRealm),
    floor: set(floor),
  };
}
