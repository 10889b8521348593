import { type Digest, parseDigest } from '../digest.ts';
import type { Descriptor, Index, Manifest } from '../documents.ts';
import { decodeJsonObject, isJsonObject, type JsonObject, readList, readText } from '../documents-wire.ts';
import { type Outcome, reason } from '../reason.ts';
import { isSameRepository, parseReference, renderFamiliar, type Repository } from '../reference.ts';
import { sanitizeText } from '../text.ts';
import { type BaseClaim, type Findings, makeClaim, type RejectedClaim } from './claim.ts';
import { isDockerPurl, type Material, parseDockerPurl } from './purl.ts';

/** What a build's provenance tells of its images. */
export type Statement = {
  readonly predicateType: string;
  /** The images it is about: their manifests. */
  readonly subjects: readonly Digest[];
  readonly materials: readonly Material[];
  /** What is wrong with the image materials that could not be read. */
  readonly unreadable: readonly string[];
  /** The image that a `# syntax=` line named: it read the Dockerfile. */
  readonly frontend: Repository | null;
};

const PROVENANCE = 'https://slsa.dev/provenance/';

/** BuildKit writes one of each. */
const MAX_ATTESTATIONS = 4;

/** Larger statements are refused unread: what is needed of one takes some kilobytes, with every source map of a large build some hundred. */
export const MAX_STATEMENT_BYTES = 2 * 1024 * 1024;

const MAX_MATERIALS = 32;

/**
 * The entries of an image's own index that attest how `manifest` was built.
 *
 * By their annotations alone: official images put images and attestations in any order, and other reference types are not for reading.
 * Source: moby/buildkit, docs/attestations/attestation-storage.md.
 */
export function attestationsOf(index: Index, manifest: Digest): readonly Descriptor[] {
  const entries = index.manifests.filter(
    ({ annotations }) =>
      annotations.get('vnd.docker.reference.type') === 'attestation-manifest' &&
      annotations.get('vnd.docker.reference.digest') === manifest,
  );
  return entries.slice(0, MAX_ATTESTATIONS);
}

/**
 * The layers of an attestation manifest that hold provenance of `image`, each an in-toto statement.
 *
 * Both forms count: with an image config, and with artifactType, empty config and `subject`. A subject that is another image makes it none of this one's.
 * Source: moby/buildkit, docs/attestations/attestation-storage.md; OCI image-spec v1.1, manifest.md, `subject`.
 */
export function provenanceLayers(manifest: Manifest, image: Digest): readonly Descriptor[] {
  if (manifest.subject !== null && manifest.subject !== image) return [];
  const layers = manifest.layers.filter(({ annotations }) => annotations.get('in-toto.io/predicate-type')?.startsWith(PROVENANCE) === true);
  return layers.slice(0, MAX_ATTESTATIONS);
}

/**
 * Reads an in-toto statement with SLSA provenance: v0.2 (`predicate.materials`) or v1 (`predicate.buildDefinition.resolvedDependencies`).
 *
 * Fails with `bad-response` when it is none, larger than MAX_STATEMENT_BYTES, or names more than 32 images: no build that anyone wants followed has as many, and
 * each would be looked up.
 * Source: in-toto attestation, spec/v1/statement.md; slsa.dev/provenance/v0.2 and v1; moby/buildkit, docs/attestations/slsa-definitions.md.
 */
export function decodeStatement(bytes: Uint8Array): Outcome<Statement> {
  if (bytes.length > MAX_STATEMENT_BYTES)
    return refused(`expected a provenance statement of at most ${MAX_STATEMENT_BYTES} bytes, got ${bytes.length}`);
  const wire = decodeJsonObject(bytes);
  const predicateType = wire === null ? null : readText(wire, 'predicateType');
  if (wire === null || predicateType?.startsWith(PROVENANCE) !== true)
    return refused('expected a provenance statement in JSON, got something else');
  const predicate = objectIn(wire, 'predicate');
  const definition = objectIn(predicate, 'buildDefinition');
  const listed = readList(definition, 'resolvedDependencies') ?? [];
  const entries = (listed.length === 0 ? readList(predicate, 'materials') : listed) ?? [];
  const images = entries.filter(isJsonObject).filter(namesDockerImage);
  if (images.length > MAX_MATERIALS) return refused(`the provenance names ${images.length} images, expected at most ${MAX_MATERIALS}`);

  const materials: Material[] = [];
  const unreadable: string[] = [];
  for (const image of images) {
    const material = parseDockerPurl(readText(image, 'uri') ?? '');
    if (!material.ok) unreadable.push(material.message);
    else if (material.value !== null) materials.push({ ...material.value, digest: material.value.digest ?? readDigest(image) });
  }
  return {
    ok: true,
    value: { predicateType, subjects: readSubjects(wire), materials, unreadable, frontend: readFrontend(predicate, definition) },
  };
}

/**
 * What the provenance of the image `subject` says of its base: every image the build used, in all stages, of which at most one is the base.
 *
 * Which one is left to the layers, as nothing in a statement tells it; images that only served the build are set aside.
 * Source: moby/buildkit, solver/llbsolver/provenance, capture.go; moby/buildkit issue 6202.
 */
export function findProvenance(statement: Statement, subject: Digest): Findings {
  const where = `BuildKit provenance (SLSA ${sanitizeText(statement.predicateType.slice(PROVENANCE.length), 20)})`;
  const reject = (of: string, why: string): RejectedClaim => ({
    source: 'provenance',
    where: of === '' ? where : `${of} in ${where}`,
    why,
  });
  if (!statement.subjects.includes(subject)) return { claims: [], rejected: [reject('', 'it is about another image')] };

  const claims: BaseClaim[] = [];
  const rejected = statement.unreadable.map((message) => reject('', message));
  for (const material of statement.materials) {
    const use = useOf(material, statement.frontend);
    if (use !== null) rejected.push(reject(renderFamiliar(material.reference), use));
    else
      claims.push(
        makeClaim('provenance', where, { reference: material.reference, digests: material.digest === null ? [] : [material.digest] }),
      );
  }
  return { claims, rejected };
}

/** Images that builders use by themselves. Source: moby/buildkit, frontend/dockerfile/docs/reference.md (`syntax`), docs/attestations/sbom.md. */
const TOOLS: ReadonlyMap<string, string> = new Map([
  ['docker/dockerfile', 'it is the frontend that read the Dockerfile'],
  ['docker/dockerfile-upstream', 'it is the frontend that read the Dockerfile'],
  ['docker/buildkit-syft-scanner', 'it is the scanner that listed the packages'],
]);

/** What a material served for, where it is no candidate. */
function useOf({ reference }: Material, frontend: Repository | null): string | null {
  if (frontend !== null && isSameRepository(frontend, reference)) return 'it is the frontend that read the Dockerfile';
  return reference.registry === 'docker.io' ? (TOOLS.get(reference.repository) ?? null) : null;
}

function namesDockerImage(material: JsonObject): boolean {
  return typeof material.uri === 'string' && isDockerPurl(material.uri);
}

/** The set of digests of a subject or a material, of which the strongest that is known counts. */
function readDigest(wire: JsonObject): Digest | null {
  const digests = objectIn(wire, 'digest');
  return parseDigest(`sha256:${readText(digests, 'sha256') ?? ''}`) ?? parseDigest(`sha512:${readText(digests, 'sha512') ?? ''}`);
}

/** One for each name that was built, so most often the same digest several times. */
function readSubjects(wire: JsonObject): readonly Digest[] {
  const subjects = (readList(wire, 'subject') ?? []).filter(isJsonObject).map(readDigest);
  return [...new Set(subjects.filter((digest) => digest !== null))];
}

/** `{ "frontend": "gateway.v0", "args": { "source": "docker/dockerfile:1" } }`, in v1 as the request, in v0.2 as the parameters. */
function readFrontend(predicate: JsonObject, definition: JsonObject): Repository | null {
  const request = objectIn(objectIn(definition, 'externalParameters'), 'request');
  const parameters = objectIn(objectIn(predicate, 'invocation'), 'parameters');
  const source = readText(objectIn(request, 'args'), 'source') ?? readText(objectIn(parameters, 'args'), 'source');
  const reference = source === null ? null : parseReference(source);
  return reference?.ok === true ? reference.value : null;
}

function objectIn(wire: JsonObject, key: string): JsonObject {
  const value = wire[key];
  return isJsonObject(value) ? value : {};
}

function refused(message: string): Outcome<never> {
  return { ok: false, reason: reason('bad-response', message) };
}
