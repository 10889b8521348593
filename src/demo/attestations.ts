import { descriptor, makeJsonBlob, MEDIA_TYPES } from './blobs.ts';
import type { Blob, ImageDocument, Layer } from './images.ts';

/** What BuildKit says of a build's inputs. */
export type Provenance = {
  /** Of the predicate: `v1` is BuildKit's default since 2026, `v0.2` was before. */
  readonly slsa: 'v0.2' | 'v1';
  readonly materials: readonly Material[];
  /** `image`: with an image config, as BuildKit wrote it first; `artifact`: with `artifactType` and `subject`. */
  readonly shape: 'image' | 'artifact';
};

/** `pkg:docker/node@20-slim?platform=linux%2Famd64`, and by algorithm the digest of what it named: hexadecimal digits alone. */
export type Material = { readonly uri: string; readonly digest?: Readonly<Record<string, string>> };

/**
 * Makes the attestation manifest of an image; null: one that says nothing of the build.
 * Source: BuildKit, docs/attestations/attestation-storage.md and slsa-definitions.md; in-toto attestation v1, Statement; SLSA provenance v0.2 and v1.
 */
export function makeAttestation(image: ImageDocument, provenance: Provenance | null): ImageDocument {
  const predicateType = `https://slsa.dev/provenance/${provenance?.slsa ?? 'v0.2'}`;
  const statement = makeJsonBlob('application/vnd.in-toto+json', {
    _type: provenance?.slsa === 'v1' ? 'https://in-toto.io/Statement/v1' : 'https://in-toto.io/Statement/v0.1',
    predicateType,
    subject: [{ name: '_', digest: { sha256: image.digest.slice('sha256:'.length) } }],
    predicate: predicateOf(image, provenance),
  });
  const annotations = provenance === null ? {} : { annotations: { 'in-toto.io/predicate-type': predicateType } };
  const layers = [{ ...descriptor(statement), ...annotations }];
  const config = makeConfig(image, statement, provenance);
  const manifest = makeJsonBlob(MEDIA_TYPES.oci.manifest, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.oci.manifest,
    ...(provenance?.shape === 'artifact' ? { artifactType: ARTIFACT_TYPE } : {}),
    config: descriptor(config),
    layers,
    ...(provenance?.shape === 'artifact' ? { subject: descriptor(image) } : {}),
  });
  const layer: Layer = {
    ...statement,
    diffId: statement.digest,
    unpackedBytes: statement.bytes.length,
    created: image.created,
    createdBy: '',
  };
  return {
    ...manifest,
    kind: 'image',
    platform: { os: 'unknown', architecture: 'unknown' },
    created: image.created,
    labels: {},
    config,
    layers: [layer],
    history: [],
    attests: image.digest,
  };
}

const ARTIFACT_TYPE = 'application/vnd.docker.attestation.manifest.v1+json';

function makeConfig(image: ImageDocument, statement: Blob, provenance: Provenance | null): Blob {
  if (provenance?.shape === 'artifact') return makeJsonBlob('application/vnd.oci.empty.v1+json', {});
  const rootfs = { type: 'layers', diff_ids: [statement.digest] };
  if (provenance !== null) return makeJsonBlob(MEDIA_TYPES.oci.config, { architecture: 'unknown', os: 'unknown', config: {}, rootfs });
  return makeJsonBlob(MEDIA_TYPES.oci.config, {
    created: image.created,
    architecture: 'unknown',
    os: 'unknown',
    config: { Env: ['PATH=/usr/local/bin:/usr/bin:/bin'], Cmd: ['/bin/true'], Labels: {} },
    rootfs,
    history: [{ created: image.created, created_by: '' }],
  });
}

function predicateOf(image: ImageDocument, provenance: Provenance | null): object {
  if (provenance === null) return { buildType: 'https://mobyproject.org/buildkit@v1' };
  const platform = `${image.platform.os}/${image.platform.architecture}`;
  if (provenance.slsa === 'v0.2') {
    return {
      builder: { id: '' },
      buildType: 'https://mobyproject.org/buildkit@v1',
      materials: provenance.materials,
      invocation: {
        configSource: { entryPoint: 'Dockerfile' },
        parameters: { frontend: 'dockerfile.v0', locals: [{ name: 'context' }, { name: 'dockerfile' }] },
        environment: { platform },
      },
      metadata: {
        buildStartedOn: image.created,
        buildFinishedOn: image.created,
        completeness: { parameters: true, environment: true, materials: false },
        reproducible: false,
      },
    };
  }
  return {
    buildDefinition: {
      buildType: 'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md',
      externalParameters: { configSource: { path: 'Dockerfile' }, request: { frontend: 'dockerfile.v0' } },
      internalParameters: { builderPlatform: platform },
      resolvedDependencies: provenance.materials,
    },
    runDetails: {
      builder: { id: '' },
      metadata: {
        startedOn: image.created,
        finishedOn: image.created,
        buildkit_completeness: { request: true, resolvedDependencies: false },
      },
    },
  };
}
