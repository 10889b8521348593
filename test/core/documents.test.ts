import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACCEPTED_MANIFEST_TYPES,
  decodeDocument,
  type Descriptor,
  type Index,
  isAttestation,
  isIndexMediaType,
  type Manifest,
  runnableEntries,
} from '../../src/core/documents.ts';
import { decodeConfig } from '../../src/core/image-config.ts';
import { renderPlatform } from '../../src/core/platform.ts';

const [OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST] = ACCEPTED_MANIFEST_TYPES;
const SCHEMA1 = 'application/vnd.docker.distribution.manifest.v1+json';
const SCHEMA1_SIGNED = 'application/vnd.docker.distribution.manifest.v1+prettyjws';
const ARTIFACT = 'application/vnd.oci.artifact.manifest.v1+json';
const DIGEST = `sha256:${'1'.repeat(64)}`;
const OTHER_DIGEST = `sha512:${'2'.repeat(128)}`;

const bytesOf = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const amd64 = { os: 'linux', architecture: 'amd64' };
const makeEntry = (more: object = {}) => ({ mediaType: OCI_MANIFEST, digest: DIGEST, size: 100, platform: amd64, ...more });
const makeIndex = (more: object = {}) => ({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [makeEntry()], ...more });
const makeManifest = (more: object = {}) => ({
  schemaVersion: 2,
  mediaType: OCI_MANIFEST,
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: DIGEST, size: 7 },
  layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: OTHER_DIGEST, size: 9 }],
  ...more,
});

function read(value: unknown, contentType: string | null = null): Index | Manifest {
  const result = decodeDocument(bytesOf(value), contentType);
  if (!result.ok) throw new Error(result.reason.message);
  return result.value;
}

function readIndex(value: unknown): Index {
  const document = read(value);
  if (document.kind !== 'index') throw new Error('read as a manifest');
  return document;
}

function refusalOf(value: unknown, contentType: string | null = null): string {
  const result = decodeDocument(bytesOf(value), contentType);
  return result.ok ? `read as ${result.value.kind}` : `${result.reason.kind}: ${result.reason.message}`;
}

describe('the types that are asked for', () => {
  it('are the two of OCI and the two of Docker schema 2', () => {
    expect(ACCEPTED_MANIFEST_TYPES).toEqual([
      'application/vnd.oci.image.index.v1+json',
      'application/vnd.oci.image.manifest.v1+json',
      'application/vnd.docker.distribution.manifest.list.v2+json',
      'application/vnd.docker.distribution.manifest.v2+json',
    ]);
  });

  it.each([
    [OCI_INDEX, true],
    [DOCKER_LIST, true],
    [`${OCI_INDEX.toUpperCase()} ; charset=utf-8`, true],
    [OCI_MANIFEST, false],
    [DOCKER_MANIFEST, false],
    ['', false],
  ])('%s is an index: %s', (mediaType, expected) => {
    expect(isIndexMediaType(mediaType)).toBe(expected);
  });
});

describe('a manifest', () => {
  it('has its parts', () => {
    const annotations = { 'org.opencontainers.image.base.name': 'docker.io/library/debian:12', broken: 1 };
    expect(read(makeManifest({ annotations, unknown: 'ignored' }))).toEqual({
      kind: 'manifest',
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: DIGEST,
        size: 7,
        platform: null,
        artifactType: null,
        annotations: new Map(),
      },
      layers: [
        {
          mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
          digest: OTHER_DIGEST,
          size: 9,
          platform: null,
          artifactType: null,
          annotations: new Map(),
        },
      ],
      subject: null,
      annotations: new Map([['org.opencontainers.image.base.name', 'docker.io/library/debian:12']]),
    });
  });

  it.each([
    ['the digest of its subject', { mediaType: OCI_MANIFEST, digest: DIGEST, size: 1 }, DIGEST],
    ['none for a subject without a digest', { mediaType: OCI_MANIFEST }, null],
    ['none for a subject that is no descriptor', 'sha256', null],
  ])('tells %s', (_, subject, expected) => {
    expect(read(makeManifest({ subject }))).toMatchObject({ kind: 'manifest', subject: expected });
  });
});

describe('an index', () => {
  it('has its entries, of unknown media types too, with normalised platforms', () => {
    const index = readIndex(
      makeIndex({
        annotations: { a: 'b' },
        manifests: [
          makeEntry({ platform: { os: 'Linux', architecture: 'aarch64', variant: 'v8' }, annotations: { c: 'd' }, artifactType: 'x/y' }),
          makeEntry({ platform: { os: 'windows', architecture: 'amd64', 'os.version': '10.0.20348.1', 'os.features': ['win32k', 7] } }),
          makeEntry({ mediaType: 'application/vnd.example.v9', platform: undefined }),
          makeEntry({ platform: { os: 'linux' } }),
        ],
      }),
    );
    expect(index.annotations).toEqual(new Map([['a', 'b']]));
    expect(index.manifests.map(({ mediaType, platform }) => [mediaType, platform && renderPlatform(platform)])).toEqual([
      [OCI_MANIFEST, 'linux/arm64'],
      [OCI_MANIFEST, 'windows/amd64'],
      ['application/vnd.example.v9', null],
      [OCI_MANIFEST, null],
    ]);
    expect(index.manifests[0]).toMatchObject({ annotations: new Map([['c', 'd']]), artifactType: 'x/y', size: 100 });
    expect(index.manifests[1]?.platform).toMatchObject({ osVersion: '10.0.20348.1', osFeatures: ['win32k'] });
  });

  it.each([[[]], [null]])('may be empty: manifests %j', (manifests) => {
    expect(readIndex(makeIndex({ manifests })).manifests).toEqual([]);
  });

  it('has at most 1000 entries', () => {
    const many = (count: number) => makeIndex({ manifests: Array.from({ length: count }, () => makeEntry()) });
    expect(readIndex(many(1000)).manifests.length).toBe(1000);
    expect(refusalOf(many(1001))).toBe('bad-response: expected at most 1000 entries in the index, got 1001');
  });

  it('loses an attestation that cannot be read, and nothing else', () => {
    const attestation = {
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    };
    const index = makeIndex({
      manifests: [makeEntry(), makeEntry({ ...attestation, size: undefined }), makeEntry({ ...attestation, digest: 'blake3:00' })],
    });
    expect(readIndex(index).manifests.length).toBe(1);
  });

  it.each([
    ['nothing', null, 'expected a descriptor'],
    ['a text', 'x', 'expected a descriptor'],
    ['no media type', makeEntry({ mediaType: undefined }), 'expected a descriptor with a mediaType'],
    ['no digest', makeEntry({ digest: undefined }), 'expected a descriptor with a sha256 or sha512 digest'],
    ['another digest', makeEntry({ digest: 'blake3:00' }), 'expected a descriptor with a sha256 or sha512 digest'],
    ['a path for a digest', makeEntry({ digest: '../../etc/passwd' }), 'expected a descriptor with a sha256 or sha512 digest'],
    ['no size', makeEntry({ size: undefined }), 'expected a descriptor with a size in bytes'],
    ['a negative size', makeEntry({ size: -1 }), 'expected a descriptor with a size in bytes'],
    ['half a byte', makeEntry({ size: 0.5 }), 'expected a descriptor with a size in bytes'],
    ['a text for a size', makeEntry({ size: '100' }), 'expected a descriptor with a size in bytes'],
  ])('is refused when an offer in it has %s, lest the offer be missed', (_, entry, flaw) => {
    expect(refusalOf(makeIndex({ manifests: [makeEntry(), entry] }))).toBe(`bad-response: manifests[1] of the index: ${flaw}`);
  });
});

describe('the kind of a document', () => {
  const typeless = { mediaType: undefined };
  it.each([
    ['its own type', makeIndex(), null, 'index'],
    ['its own type', makeManifest(), null, 'manifest'],
    ['its own type', makeIndex({ mediaType: DOCKER_LIST }), DOCKER_LIST, 'index'],
    ['its own type', makeManifest({ mediaType: DOCKER_MANIFEST }), DOCKER_MANIFEST, 'manifest'],
    ['the Content-Type', makeIndex(typeless), OCI_INDEX, 'index'],
    ['the Content-Type with parameters', makeIndex(typeless), 'Application/Vnd.OCI.Image.Index.v1+JSON; charset=utf-8', 'index'],
    ['the same type with parameters', makeIndex(), `${OCI_INDEX};charset=utf-8`, 'index'],
    ['its fields', makeIndex(typeless), null, 'index'],
    ['its fields', makeManifest(typeless), null, 'manifest'],
    ['its fields, a null type', makeManifest({ mediaType: null }), null, 'manifest'],
    ['its fields, a meaningless Content-Type', makeIndex(typeless), 'application/octet-stream', 'index'],
    ['its own type, a meaningless Content-Type', makeIndex(), 'application/json', 'index'],
    ['its own type, an empty Content-Type', makeIndex(), '', 'index'],
    ['its own type without a schema version', makeManifest({ schemaVersion: undefined }), null, 'manifest'],
    ['its own type beside an empty other half', makeManifest({ manifests: null }), null, 'manifest'],
    ['its own type beside an empty other half', makeIndex({ config: null, layers: null }), null, 'index'],
  ])('shows in %s', (_, document, contentType, expected) => {
    expect(read(document, contentType).kind).toBe(expected);
  });
});

describe('what is not supported is refused by name', () => {
  it.each([
    ['schema 1 by its type', { schemaVersion: 1, mediaType: SCHEMA1, fsLayers: [] }, SCHEMA1, 'schema 1 manifests are not supported'],
    ['signed schema 1 by the Content-Type', { fsLayers: [] }, `${SCHEMA1_SIGNED}; charset=utf-8`, 'schema 1 manifests are not supported'],
    ['schema 1 by its version', { schemaVersion: 1, fsLayers: [], history: [] }, 'text/plain', 'schema 1 manifests are not supported'],
    ['the artifact manifest', { mediaType: ARTIFACT, blobs: [] }, ARTIFACT, 'artifact manifests are not supported'],
    ['another type', makeManifest({ mediaType: 'application/x' }), null, 'documents of type application/x are not supported'],
  ])('%s', (_, document, contentType, message) => {
    expect(refusalOf(document, contentType)).toBe(`unsupported: ${message}`);
  });
});

describe('what is no document is refused as a bad response', () => {
  const notJson = 'expected a manifest in JSON, got something else';
  it.each([
    ['a web page', '<html>', 'text/html; charset=utf-8', `${notJson} (text/html)`],
    ['nothing', '', null, notJson],
    ['cut JSON', '{"schemaVersion":2,', OCI_INDEX, `${notJson} (${OCI_INDEX})`],
    ['a list', '[]', null, notJson],
    ['null', 'null', null, notJson],
    ['an escape sequence for a type', '', '\u001b[2J', `${notJson} (\ufffd[2j)`],
    ['a registry error', { errors: [{ code: 'DENIED' }] }, 'application/json', 'expected either "manifests" or "config" and "layers"'],
    [
      'a registry error called an index',
      { errors: [] },
      OCI_INDEX,
      `expected either "manifests" or "config" and "layers", as in ${OCI_INDEX}`,
    ],
    [
      'both kinds at once',
      makeManifest({ manifests: [] }),
      null,
      `expected either "manifests" or "config" and "layers", as in ${OCI_MANIFEST}`,
    ],
    ['an index with layers', makeIndex({ layers: [] }), null, `expected either "manifests" or "config" and "layers", as in ${OCI_INDEX}`],
    [
      'an index called a manifest',
      makeIndex({ mediaType: OCI_MANIFEST }),
      null,
      `expected either "manifests" or "config" and "layers", as in ${OCI_MANIFEST}`,
    ],
    [
      'a manifest called an index',
      makeManifest({ mediaType: null }),
      OCI_INDEX,
      `expected either "manifests" or "config" and "layers", as in ${OCI_INDEX}`,
    ],
    ['a contradiction', makeIndex(), DOCKER_LIST, `the Content-Type is ${DOCKER_LIST}, the document calls itself ${OCI_INDEX}`],
    ['a contradiction in kind', makeIndex(), SCHEMA1, `the Content-Type is ${SCHEMA1}, the document calls itself ${OCI_INDEX}`],
    ['a later schema', makeManifest({ schemaVersion: 3 }), null, 'expected schemaVersion 2, got 3'],
    ['a schema in text', makeManifest({ schemaVersion: '2' }), null, 'expected schemaVersion 2, got something else'],
    ['entries that are no list', makeIndex({ manifests: {} }), null, 'expected "manifests" to be a list'],
    ['no config', makeManifest({ config: 'x' }), null, 'config of the manifest: expected a descriptor'],
    ['a bad layer', makeManifest({ layers: [{}] }), null, 'layers[0] of the manifest: expected a descriptor with a mediaType'],
    ['layers that are no list', makeManifest({ layers: {} }), null, 'expected "layers" to be a list'],
  ])('%s', (_, document, contentType, message) => {
    expect(refusalOf(document, contentType)).toBe(`bad-response: ${message}`);
  });

  it('bytes that are not UTF-8', () => {
    const bytes = bytesOf(makeManifest({ annotations: { a: '~' } }));
    expect(decodeDocument(bytes, null).ok).toBe(true);
    bytes[bytes.indexOf('~'.charCodeAt(0))] = 0xff;
    expect(decodeDocument(bytes, null)).toMatchObject({ ok: false, reason: { kind: 'bad-response' } });
  });

  it('JSON as deep as it is long', () => {
    const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000);
    expect(refusalOf(deep)).toBe(`bad-response: ${notJson}`);
    expect(refusalOf(`{"schemaVersion":${deep}}`)).toBe('bad-response: expected schemaVersion 2, got something else');
    expect(refusalOf(`{"manifests":${deep}}`)).toBe('bad-response: manifests[0] of the index: expected a descriptor');
    expect(refusalOf('['.repeat(4_000_000))).toBe(`bad-response: ${notJson}`);
    expect(refusalOf(`{"config":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).toBe(
      'bad-response: config of the manifest: expected a descriptor',
    );
  });
});

describe('a config', () => {
  const config = (value: unknown) => {
    const result = decodeConfig(bytesOf(value));
    if (!result.ok) throw new Error(result.reason.message);
    return result.value;
  };

  it('has its parts', () => {
    const decoded = config({
      architecture: 'arm',
      os: 'linux',
      variant: 'v6',
      created: '2026-05-01T02:03:04.123456789Z',
      rootfs: { type: 'layers', diff_ids: [DIGEST, OTHER_DIGEST] },
      history: [
        { created: '2026-05-01T02:03:04Z', created_by: 'ADD file', comment: 'FROM debian', author: 'Ann' },
        { created_by: 'CMD', empty_layer: true },
      ],
      config: { Labels: { n: 1, maintainer: 'me' }, Env: ['A=b'], Cmd: null, Entrypoint: [] },
    });
    expect(decoded).toEqual({
      platform: { os: 'linux', architecture: 'arm', variant: 'v6', osVersion: null, osFeatures: [] },
      created: '2026-05-01T02:03:04.123456789Z',
      diffIds: [DIGEST, OTHER_DIGEST],
      history: [
        { created: '2026-05-01T02:03:04Z', createdBy: 'ADD file', comment: 'FROM debian', author: 'Ann', emptyLayer: false },
        { created: null, createdBy: 'CMD', comment: null, author: null, emptyLayer: true },
      ],
      labels: new Map([['maintainer', 'me']]),
      settings: new Map([
        ['Env', '["A=b"]'],
        ['Labels', '{"maintainer":"me","n":1}'],
      ]),
    });
  });

  it.each([
    [{}],
    [{ config: null, history: null, rootfs: null }],
    [{ config: { Labels: null }, rootfs: { diff_ids: null }, os: '', architecture: '' }],
  ])('may have nothing: %j', (wire) => {
    expect(config(wire)).toEqual({ platform: null, created: null, diffIds: [], history: [], labels: new Map(), settings: new Map() });
  });

  it('knows the Windows version', () => {
    expect(config({ os: 'windows', architecture: 'amd64', 'os.version': '10.0.20348.1' }).platform?.osVersion).toBe('10.0.20348.1');
  });

  it.each([
    ['no JSON', 'x', 'expected an image config in JSON, got something else'],
    [
      'layers that are no digests',
      { rootfs: { diff_ids: [DIGEST, 'x'] } },
      'expected rootfs.diff_ids of the image config to be a list of digests',
    ],
    ['layers that are no list', { rootfs: { diff_ids: 'x' } }, 'expected rootfs.diff_ids of the image config to be a list of digests'],
    ['a history that is no list', { history: {} }, 'expected history of the image config to be a list of objects'],
    ['a history of texts', { history: ['x'] }, 'expected history of the image config to be a list of objects'],
  ])('is refused for %s', (_, wire, message) => {
    expect(decodeConfig(bytesOf(wire))).toEqual({ ok: false, reason: { kind: 'bad-response', message, retryAt: null } });
  });
});

describe('a key called __proto__', () => {
  const hostile = '{"__proto__":{"mediaType":"evil","manifests":[]},"constructor":"x"}';

  it('is a label like any other', () => {
    const result = decodeConfig(
      bytesOf(`{"config":{"Labels":{"__proto__":"a","constructor":"b","toString":"c"}},"__proto__":{"os":"linux"}}`),
    );
    expect(result.ok && [...result.value.labels]).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
    ]);
    expect(result.ok && result.value.platform).toBeNull();
  });

  it('makes no document', () => {
    expect(refusalOf(hostile)).toBe('bad-response: expected either "manifests" or "config" and "layers"');
    expect(Object.hasOwn(Object.prototype, 'manifests')).toBe(false);
  });
});

describe('what can be run', () => {
  const describeEntry = (more: Partial<Descriptor>): Descriptor => {
    const [entry] = readIndex(makeIndex()).manifests;
    return { ...entry!, ...more };
  };
  const unknownPlatform = { os: 'unknown', architecture: 'unknown', variant: null, osVersion: null, osFeatures: [] };
  const mark = new Map([['vnd.docker.reference.type', 'attestation-manifest']]);

  it.each([
    ['an image', {}, false, true],
    ['an image without a platform', { platform: null }, false, true],
    ['an attestation', { platform: unknownPlatform, annotations: mark }, true, false],
    ['an attestation without the annotation', { platform: unknownPlatform }, true, false],
    ['an attestation with a platform', { annotations: mark }, true, false],
    ['a nested index', { mediaType: OCI_INDEX, platform: null }, false, true],
    ['a signature', { platform: null, artifactType: 'application/vnd.dev.cosign.artifact.sig.v1+json' }, false, false],
    ['an image that says it is one', { artifactType: 'application/vnd.oci.image.config.v1+json' }, false, true],
    ['something unknown', { mediaType: 'application/x', platform: null }, false, false],
    ['something unknown for a platform', { mediaType: 'application/x' }, false, true],
    ['an image for an unknown system alone', { platform: { ...unknownPlatform, architecture: 'amd64' } }, false, true],
  ])('%s', (_, more, attestation, runnable) => {
    const entry = describeEntry(more);
    expect(isAttestation(entry)).toBe(attestation);
    expect(runnableEntries({ kind: 'index', manifests: [entry], annotations: new Map() })).toEqual(runnable ? [entry] : []);
  });
});

describe('whatever the bytes', () => {
  it('they are read or refused with a reason', () => {
    const key = fc.constantFrom(
      'schemaVersion',
      'mediaType',
      'manifests',
      'config',
      'layers',
      'digest',
      'size',
      'platform',
      'os',
      'annotations',
      '__proto__',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<unknown>(null, 2, 1, OCI_INDEX, OCI_MANIFEST, DIGEST, 'linux', true, -1),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 5 }),
      ),
    }));
    const contentType = fc.option(fc.constantFrom(...ACCEPTED_MANIFEST_TYPES, SCHEMA1, 'text/html', ';'));
    fc.assert(
      fc.property(fc.oneof(value.map(bytesOf), fc.uint8Array({ maxLength: 50 })), contentType, (bytes, type) => {
        for (const result of [decodeDocument(bytes, type), decodeConfig(bytes)]) {
          if (!result.ok) expect(result.reason.message).toMatch(/^[a-z][^\u0000-\u001f]+[^.]$/);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
