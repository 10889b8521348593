import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../src/core/digest.ts';
import { filler, makeImage, makeIndex, makeLayer } from '../../src/demo/images.ts';
import { run } from '../helpers/processes.ts';
import { systemTest } from '../helpers/system.ts';

const created = '2026-11-01T08:00:00Z';
const layer = makeLayer({ files: { 'etc/motd': 'hello', 'usr/lib/big': filler('x', 200_000), empty: '' }, created });
const read = (document: { bytes: Uint8Array }) => JSON.parse(Buffer.from(document.bytes).toString()) as { manifests: { digest: string }[] };

test('a layer unpacks to the bytes its diffId is the digest of', () => {
  const archive = gunzipSync(layer.bytes);
  expect(digestOf(archive)).toBe(layer.diffId);
  expect(digestOf(layer.bytes)).toBe(layer.digest);
  expect(archive.length).toBe(layer.unpackedBytes);
});

test('the same options make the same digests, on every machine and with every version of zlib', () => {
  expect(makeLayer({ files: { a: 'b' }, created })).toMatchObject({
    digest: 'sha256:2fa66a6aefc1d637259a5cdbc334729f448ebdd36d8fec8b3b3ee6ecf656e68f',
    diffId: 'sha256:8ea1afd4abdaa5223b415432c91b64397b2308ad3c2cbd1bc5efb538ac7bfee4',
  });
  expect(makeImage({ layers: [makeLayer({ files: { a: 'b' }, created })], created }).digest).toBe(
    'sha256:61348df31de04459008dfc35b545c9a6aba23465b1201393b5462ef776578ecc',
  );
});

systemTest('tar', ['tar'], () => {
  test('the tar of this machine lists and reads a layer without complaint', async () => {
    const archive = gunzipSync(layer.bytes);
    const listed = await run('tar', ['--list', '--verbose', '--utc', '--file', '-'], { stdin: archive });
    expect(listed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(listed.stdout.split('\n')).toEqual([
      expect.stringMatching(/^-rw-r--r-- 0\/0 +5 2026-11-01 08:00 etc\/motd$/),
      expect.stringMatching(/^-rw-r--r-- 0\/0 +200000 2026-11-01 08:00 usr\/lib\/big$/),
      expect.stringMatching(/^-rw-r--r-- 0\/0 +0 2026-11-01 08:00 empty$/),
      '',
    ]);
    const motd = await run('tar', ['--extract', '--to-stdout', '--file', '-', 'etc/motd'], { stdin: archive });
    expect(motd.stdout).toBe('hello');
  });
});

test.each([
  ['oci', 'application/vnd.oci.image.manifest.v1+json', 'application/vnd.oci.image.index.v1+json'],
  ['docker', 'application/vnd.docker.distribution.manifest.v2+json', 'application/vnd.docker.distribution.manifest.list.v2+json'],
] as const)('an index of format %s says the sizes, digests and platforms of its images', (format, manifestType, indexType) => {
  const arm = makeImage({ layers: [layer], created, format, platform: { os: 'linux', architecture: 'arm', variant: 'v7' } });
  const windows = makeImage({
    layers: [layer],
    created,
    format,
    platform: { os: 'windows', architecture: 'amd64', osVersion: '10.0.20348.1' },
  });
  const index = makeIndex({ children: [arm, windows], format });
  expect(read(index)).toEqual({
    schemaVersion: 2,
    mediaType: indexType,
    manifests: [
      {
        mediaType: manifestType,
        digest: arm.digest,
        size: arm.bytes.length,
        platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
      },
      {
        mediaType: manifestType,
        digest: windows.digest,
        size: windows.bytes.length,
        platform: { os: 'windows', architecture: 'amd64', 'os.version': '10.0.20348.1' },
      },
    ],
  });
  expect(read(arm.config)).toMatchObject({ architecture: 'arm', variant: 'v7', rootfs: { diff_ids: [layer.diffId] } });
});

test('an attested index points from each attestation to its image, on the platform unknown/unknown', () => {
  const image = makeImage({ layers: [layer], created });
  const index = makeIndex({ children: [image], attested: true });
  expect(read(index).manifests).toEqual([
    expect.objectContaining({ digest: image.digest }),
    expect.objectContaining({
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': image.digest },
    }),
  ]);
  expect(index.children.map((child) => child.digest)).toEqual(read(index).manifests.map((entry) => entry.digest));
});

test('an index can hold another index', () => {
  const inner = makeIndex({ children: [makeImage({ layers: [layer], created })] });
  const outer = makeIndex({ children: [inner] });
  expect(read(outer).manifests).toEqual([{ mediaType: inner.mediaType, digest: inner.digest, size: inner.bytes.length }]);
});

test('a layer can be compressed otherwise: another digest of the same content', () => {
  const compressed = makeLayer({ files: { 'usr/lib/big': filler('x', 200_000) }, created, compressionLevel: 9 });
  const stored = makeLayer({ files: { 'usr/lib/big': filler('x', 200_000) }, created });
  expect(compressed.diffId).toBe(stored.diffId);
  expect(compressed.digest).not.toBe(stored.digest);
  expect(digestOf(gunzipSync(compressed.bytes))).toBe(stored.diffId);
});

test('an image tells the history and the settings it is given, word for word', () => {
  const history = [
    { created: '2026-11-01T08:00:00.000000001+01:00', created_by: 'ADD x /', author: 'ada', comment: 'c' },
    { empty_layer: true },
  ];
  const image = makeImage({ layers: [layer], created, history, labels: { a: 'b' }, settings: { Env: ['LANG=C'], User: 'app' } });
  expect(read(image.config)).toMatchObject({ history, config: { Env: ['LANG=C'], Cmd: ['/bin/true'], Labels: { a: 'b' }, User: 'app' } });
});

describe('provenance', () => {
  const image = makeImage({ layers: [layer], created });
  const materials = [{ uri: 'pkg:docker/node@20-slim?platform=linux%2Famd64', digest: { sha256: 'a'.repeat(64) } }];
  const attest = (slsa: 'v0.2' | 'v1', shape: 'image' | 'artifact') => {
    const attestation = makeIndex({ children: [image], attested: { slsa, shape, materials } }).children[1]!;
    return attestation.kind === 'image' ? attestation : null;
  };

  test.each([
    ['v0.2', 'https://in-toto.io/Statement/v0.1', (statement: Statement) => statement.predicate.materials],
    ['v1', 'https://in-toto.io/Statement/v1', (statement: Statement) => statement.predicate.buildDefinition!.resolvedDependencies],
  ] as const)('of SLSA %s names the materials, and the image it is of', (slsa, type, materialsOf) => {
    const attestation = attest(slsa, 'image')!;
    const statement = read(attestation.layers[0]!) as unknown as Statement;
    expect(statement).toMatchObject({ _type: type, predicateType: `https://slsa.dev/provenance/${slsa}` });
    expect(statement.subject[0]!.digest.sha256).toBe(image.digest.slice(7));
    expect(materialsOf(statement)).toEqual(materials);
    expect(read(attestation)).toMatchObject({ layers: [{ annotations: { 'in-toto.io/predicate-type': statement.predicateType } }] });
  });

  test('is an image of no platform, or an artifact that points to its subject', () => {
    const [asImage, asArtifact] = [attest('v1', 'image')!, attest('v1', 'artifact')!];
    expect(read(asImage.config)).toMatchObject({ os: 'unknown', rootfs: { diff_ids: [asImage.layers[0]!.digest] } });
    expect(read(asImage)).not.toHaveProperty('subject');
    expect(read(asArtifact)).toMatchObject({
      artifactType: 'application/vnd.docker.attestation.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.empty.v1+json', size: 2 },
      subject: { digest: image.digest },
    });
  });

  test('stands in the index beside annotations of its images', () => {
    const entryAnnotations = new Map([[image.digest, { 'org.opencontainers.image.base.name': 'alpine:3.22' }]]);
    const index = makeIndex({ children: [image], attested: { slsa: 'v1', shape: 'artifact', materials }, entryAnnotations });
    expect(read(index).manifests).toMatchObject([
      { digest: image.digest, annotations: { 'org.opencontainers.image.base.name': 'alpine:3.22' } },
      { annotations: { 'vnd.docker.reference.digest': image.digest } },
    ]);
  });
});

type Statement = {
  readonly _type: string;
  readonly predicateType: string;
  readonly subject: readonly { readonly digest: { readonly sha256: string } }[];
  readonly predicate: { readonly materials?: unknown; readonly buildDefinition?: { readonly resolvedDependencies: unknown } };
};
