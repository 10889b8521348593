import { compileGlob } from './glob.ts';
import { type Parsed, parsed } from './parsed.ts';
import { isSameRepository, parseReference, renderFamiliar, renderReference } from './reference.ts';
import type { Reference } from './reference.ts';

const MAX_PATTERN = 4096;

/**
 * Compiles a glob over image names to a test of references.
 *
 * `*` and `?` do not cross `/`, `**` does; `[a-z]` and `[^a-z]` are classes; `\` takes the next character as it is. The whole name has to match: familiar
 * (`nginx`, `ghcr.io/acme/api`) or canonical (`docker.io/library/nginx`), alone, or with its tag, its digest or both. So `nginx` matches every tag of nginx
 * and no other repository, `nginx:1.*` the tags that begin so, `ghcr.io/**` all of a registry.
 *
 * What podman built here is found without its `localhost/`.
 *
 * What reads as a reference means that reference in any of its spellings, so `docker.io/nginx` and `[::1]:5000/app` do what they say.
 *
 * Time is at most the pattern's length times the name's, whatever the pattern.
 * Source: distribution/reference, FamiliarMatch(); Go path.Match(), where `**` is an ordinary `*`.
 */
export function compilePattern(glob: string): Parsed<(reference: Reference) => boolean> {
  const exact = parseReference(glob);
  if (exact.ok) return parsed((reference) => isCovered(exact.value, reference) || isCovered(asLocal(exact.value), reference));
  const compiled = compileGlob(glob, MAX_PATTERN);
  if (!compiled.ok) return compiled;
  const { matches } = compiled.value;
  return parsed((reference) => namesOf(reference).some(matches));
}

/** Podman's name for what was built here: `my-app` means `localhost/my-app` as well. Source: containers-registries.conf(5), short names. */
function asLocal(pattern: Reference): Reference {
  if (pattern.registry !== 'docker.io') return pattern;
  return { ...pattern, registry: LOCAL, repository: pattern.repository.replace(/^library\//, '') };
}

const LOCAL = 'localhost';

/** A part the pattern does not have may be anything. */
function isCovered(pattern: Reference, reference: Reference): boolean {
  return (
    isSameRepository(pattern, reference) &&
    (pattern.tag === null || pattern.tag === reference.tag) &&
    (pattern.digest === null || pattern.digest === reference.digest)
  );
}

/** Every text by which a user may mean the reference. */
function namesOf(reference: Reference): readonly string[] {
  const forms = [{ ...reference, tag: null, digest: null }, { ...reference, digest: null }, { ...reference, tag: null }, reference];
  const names = forms.flatMap((form) => [renderFamiliar(form), renderReference(form)]);
  const short = reference.registry === LOCAL ? names.map((name) => name.slice(`${LOCAL}/`.length)) : [];
  return [...new Set([...names, ...short])];
}
