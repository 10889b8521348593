import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attestationsOf,
  decodeStatement,
  findProvenance,
  MAX_STATEMENT_BYTES,
  provenanceLayers,
  type Statement,
} from '../../../src/core/base/provenance.ts';
import type { Manifest } from '../../../src/core/documents.ts';
import { decodeDocument } from '../../../src/core/documents.ts';
import { renderReference } from '../../../src/core/reference.ts';
import { digest } from './steps.ts';

const IMAGE = digest('image');
const OTHER = digest('other');
const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const hexOf = (text: string): string => text.slice('sha256:'.length);
const material = (uri: string, seed: string): object => ({ uri, digest: { sha256: hexOf(digest(seed)) } });

const NODE = material('pkg:docker/node@20-slim?platform=linux%2Famd64', 'node');
const FRONTEND = material('pkg:docker/docker/dockerfile@1', 'frontend');
const SOURCE = { uri: 'https://github.com/acme/api.git#refs/heads/main', digest: { sha1: 'a'.repeat(40) } };

/** As BuildKit before 0.28 writes it, mode=min. */
const makeV02 = (materials: unknown, more: object = {}): object => ({
  _type: 'https://in-toto.io/Statement/v0.1',
  predicateType: 'https://slsa.dev/provenance/v0.2',
  subject: [
    { name: 'pkg:docker/acme/api@2.1?platform=linux%2Famd64', digest: { sha256: hexOf(IMAGE) } },
    { name: 'pkg:docker/acme/api@latest?platform=linux%2Famd64', digest: { sha256: hexOf(IMAGE) } },
  ],
  predicate: {
    builder: { id: '' },
    buildType: 'https://mobyproject.org/buildkit@v1',
    materials,
    invocation: { configSource: { entryPoint: 'Dockerfile' }, parameters: { frontend: 'dockerfile.v0', locals: [{ name: 'context' }] } },
    metadata: { buildInvocationID: 'x', completeness: { parameters: true, environment: true, materials: false }, reproducible: false },
    ...more,
  },
});

/** As BuildKit 0.28 and later write it. */
const makeV1 = (resolvedDependencies: unknown, request: object = { frontend: 'dockerfile.v0' }): object => ({
  _type: 'https://in-toto.io/Statement/v1',
  predicateType: 'https://slsa.dev/provenance/v1',
  subject: [{ name: '_', digest: { sha256: hexOf(IMAGE) } }],
  predicate: {
    buildDefinition: {
      buildType: 'https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md',
      externalParameters: { configSource: { path: 'Dockerfile' }, request },
      internalParameters: { builderPlatform: 'linux/amd64' },
      resolvedDependencies,
    },
    runDetails: {
      builder: { id: '' },
      metadata: { invocationID: 'x', buildkit_completeness: { request: true, resolvedDependencies: false } },
    },
  },
});

function decode(value: unknown): Statement {
  const statement = decodeStatement(bytesOf(value));
  if (!statement.ok) throw new Error(statement.reason.message);
  return statement.value;
}

function find(value: unknown): { claims: readonly string[]; rejected: readonly string[] } {
  const { claims, rejected } = findProvenance(decode(value), IMAGE);
  return {
    claims: claims.map(({ reference, digests }) => [reference === null ? '-' : renderReference(reference), ...digests].join(' ')),
    rejected: rejected.map(({ where, why }) => `${where}: ${why}`),
  };
}

describe('provenance by BuildKit', () => {
  it.each([
    ['SLSA v0.2', makeV02],
    ['SLSA v1', makeV1],
  ])('claims every image of the build, and sets the frontend aside: %s', (name, make) => {
    const pinned = material(`pkg:docker/golang@1.23?digest=${digest('go')}&platform=linux%2Famd64`, 'go');
    expect(find(make([FRONTEND, pinned, NODE, SOURCE]))).toEqual({
      claims: [`docker.io/library/golang:1.23@${digest('go')} ${digest('go')}`, `docker.io/library/node:20-slim ${digest('node')}`],
      rejected: [`docker/dockerfile:1 in BuildKit provenance (${name}): it is the frontend that read the Dockerfile`],
    });
    expect(findProvenance(decode(make([NODE])), IMAGE).claims[0]?.where).toBe(`BuildKit provenance (${name})`);
  });

  it.each([
    ['pkg:docker/docker/dockerfile-upstream@master', 'it is the frontend that read the Dockerfile'],
    ['pkg:docker/docker/buildkit-syft-scanner@stable-1', 'it is the scanner that listed the packages'],
  ])('sets %s aside', (uri, why) => {
    const { claims, rejected } = find(makeV1([material(uri, 'tool'), NODE]));
    expect(claims).toHaveLength(1);
    expect(rejected).toEqual([expect.stringContaining(why)]);
  });

  it.each([
    [
      'SLSA v0.2',
      makeV02([material('pkg:docker/ghcr.io/acme/syntax@3', 's'), NODE], {
        invocation: { parameters: { frontend: 'gateway.v0', args: { source: 'ghcr.io/acme/syntax:3' } } },
      }),
    ],
    [
      'SLSA v1',
      makeV1([material('pkg:docker/ghcr.io/acme/syntax@3', 's'), NODE], {
        frontend: 'gateway.v0',
        args: { source: 'ghcr.io/acme/syntax:3' },
      }),
    ],
  ])('sets the image of the syntax line aside, whosever it is: %s', (_, statement) => {
    const { claims, rejected } = find(statement);
    expect(claims).toEqual([`docker.io/library/node:20-slim ${digest('node')}`]);
    expect(rejected).toEqual([expect.stringMatching(/^ghcr\.io\/acme\/syntax:3 in .*frontend/)]);
  });

  it('claims nothing for blobs, bundles and images that are in no registry', () => {
    const others = [
      'pkg:docker/alpine@3.20?ref_type=blob',
      'pkg:docker/alpine@3.20?ref_type=bundle',
      `pkg:oci/debian@${digest('d')}`,
      'pkg:npm/left-pad@1',
    ];
    expect(find(makeV1(others.map((uri) => material(uri, 'x'))))).toEqual({ claims: [], rejected: [] });
  });

  it('claims a name without a digest where none was recorded', () => {
    expect(find(makeV02([{ uri: 'pkg:docker/node@20' }])).claims).toEqual(['docker.io/library/node:20']);
    expect(find(makeV02([{ uri: 'pkg:docker/node@20', digest: { sha256: 'short' } }])).claims).toEqual(['docker.io/library/node:20']);
  });

  it('does not count for another image', () => {
    expect(findProvenance(decode(makeV1([NODE])), OTHER)).toEqual({
      claims: [],
      rejected: [{ source: 'provenance', where: 'BuildKit provenance (SLSA v1)', why: 'it is about another image' }],
    });
    expect(findProvenance(decode({ ...makeV1([NODE]), subject: [] }), IMAGE).claims).toEqual([]);
  });

  it('says which images cannot be read, and keeps the others', () => {
    const { claims, rejected } = find(makeV1([material('pkg:docker/acme/../x', 'a'), material('pkg:docker/api@\u001b[2J', 'b'), NODE]));
    expect(claims).toHaveLength(1);
    expect(rejected).toEqual([expect.stringContaining('component ".."'), expect.stringContaining('invalid reference format')]);
    expect(rejected.join('')).not.toContain('\u001b');
  });
});

describe('a statement that nobody should follow', () => {
  const many = (count: number): object[] => Array.from({ length: count }, (_, n) => material(`pkg:docker/registry-${n}.example/a@1`, 'x'));

  it('is read with 32 images, and refused as a whole with more, saying how many there are', () => {
    expect(find(makeV1(many(32))).claims).toHaveLength(32);
    const refused = decodeStatement(bytesOf(makeV1([...many(1000), SOURCE])));
    expect(refused).toMatchObject({
      ok: false,
      reason: { kind: 'bad-response', message: 'the provenance names 1000 images, expected at most 32' },
    });
  });

  it('counts images only: files and repositories do not matter', () => {
    const files = Array.from({ length: 2000 }, (_, n) => ({ uri: `https://example.com/${n}` }));
    expect(find(makeV02([...files, NODE])).claims).toHaveLength(1);
  });

  it('is refused unread when it is too large', () => {
    const text = ' '.repeat(10 * 1024 * 1024);
    expect(decodeStatement(bytesOf(text))).toMatchObject({
      ok: false,
      reason: { message: `expected a provenance statement of at most ${MAX_STATEMENT_BYTES} bytes, got ${text.length}` },
    });
  });

  it.each([
    ['not JSON', '{'],
    ['deeply nested', '['.repeat(1_000_000)],
    ['nested objects', '{"predicateType":"https://slsa.dev/provenance/v1","predicate":' + '{"buildDefinition":'.repeat(100_000)],
    ['a list', []],
    ['an SBOM', { predicateType: 'https://spdx.dev/Document' }],
    ['a look-alike', { predicateType: 'https://slsa.dev.example/provenance/v1' }],
  ])('is refused when it is %s', (_, value) => {
    expect(decodeStatement(bytesOf(value))).toMatchObject({ ok: false, reason: { kind: 'bad-response' } });
  });

  it.each([
    ['no predicate', { predicateType: 'https://slsa.dev/provenance/v1' }],
    ['materials that are none', makeV02('pkg:docker/node@20')],
    ['materials of the wrong type', makeV02([null, 1, 'pkg:docker/node@20', [NODE], { uri: ['pkg:docker/node@20'] }, { uri: null }])],
    [
      'prototypes for keys',
      '{"predicateType":"https://slsa.dev/provenance/v1","__proto__":{"predicate":{"materials":[]}},"predicate":{"__proto__":{"materials":[{"uri":"pkg:docker/a"}]}}}',
    ],
  ])('is empty when it has %s', (_, value) => {
    expect(decode(value).materials).toEqual([]);
  });

  it('is read without failing, whatever is in it', () => {
    const predicateType = fc.constantFrom('https://slsa.dev/provenance/v0.2', 'https://slsa.dev/provenance/v1');
    const statement = fc.record({ predicateType, subject: fc.anything(), predicate: fc.anything() });
    const nearMiss = fc.array(
      fc.record({
        uri: fc.oneof(
          fc.string(),
          fc.string().map((text) => `pkg:docker/${text}`),
          fc.anything(),
        ),
        digest: fc.anything(),
      }),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          statement,
          nearMiss.map((entries) => makeV1(entries)),
        ),
        (value) => {
          const text = JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
          const decoded = decodeStatement(bytesOf(text));
          if (!decoded.ok) return;
          const { claims, rejected } = findProvenance(decoded.value, IMAGE);
          expect(claims.length + rejected.length).toBeLessThanOrEqual(33);
        },
      ),
    );
  });
});

describe('where provenance is kept', () => {
  const image = {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: IMAGE,
    size: 1,
    platform: { os: 'linux', architecture: 'amd64' },
  };
  const attestation = (of: string, seed: string, type = 'attestation-manifest'): object => ({
    ...image,
    digest: digest(seed),
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: { 'vnd.docker.reference.type': type, 'vnd.docker.reference.digest': of },
  });

  it.each<[string, object[]]>([
    ['behind the image', [image, attestation(IMAGE, 'a')]],
    ['before the image', [attestation(IMAGE, 'a'), image]],
    ['between those of other images', [attestation(OTHER, 'b'), image, attestation(OTHER, 'c'), attestation(IMAGE, 'a')]],
    ['beside another type of reference', [image, attestation(IMAGE, 'b', 'signature'), attestation(IMAGE, 'a')]],
  ])('is found %s', (_, manifests) => {
    const index = decodeDocument(bytesOf({ schemaVersion: 2, manifests }), null);
    if (!index.ok || index.value.kind !== 'index') throw new Error('no index');
    expect(attestationsOf(index.value, IMAGE).map((entry) => entry.digest)).toEqual([digest('a')]);
    expect(attestationsOf(index.value, digest('none'))).toEqual([]);
  });

  it('is looked for in a few attestations, however many claim to be one', () => {
    const manifests = Array.from({ length: 900 }, (_, n) => attestation(IMAGE, `a${n}`));
    const index = decodeDocument(bytesOf({ schemaVersion: 2, manifests }), null);
    if (!index.ok || index.value.kind !== 'index') throw new Error('no index');
    expect(attestationsOf(index.value, IMAGE)).toHaveLength(4);
  });

  const layerOf = (predicateType: string, seed: string): object => ({
    mediaType: 'application/vnd.in-toto+json',
    digest: digest(seed),
    size: 5,
    annotations: { 'in-toto.io/predicate-type': predicateType },
  });
  const layers = [layerOf('https://spdx.dev/Document', 'sbom'), layerOf('https://slsa.dev/provenance/v1', 'provenance')];
  const old = {
    schemaVersion: 2,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digest('config'), size: 9 },
    layers,
  };
  const recent = {
    ...old,
    artifactType: 'application/vnd.docker.attestation.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: digest('empty'), size: 2, data: 'e30=' },
    subject: { ...image, platform: undefined },
  };

  function manifestOf(value: object): Manifest {
    const manifest = decodeDocument(bytesOf({ mediaType: 'application/vnd.oci.image.manifest.v1+json', ...value }), null);
    if (!manifest.ok || manifest.value.kind !== 'manifest') throw new Error('no manifest');
    return manifest.value;
  }

  it.each([
    ['with an image config', old],
    ['with a subject', recent],
  ])('is a layer of the attestation %s, beside others', (_, value) => {
    expect(provenanceLayers(manifestOf(value), IMAGE).map((layer) => layer.digest)).toEqual([digest('provenance')]);
  });

  it('is none of an image when the subject of the attestation is another one', () => {
    expect(provenanceLayers(manifestOf(recent), OTHER)).toEqual([]);
  });
});
