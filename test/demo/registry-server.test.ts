import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestOf } from '../../src/core/digest.ts';
import { makeImage, makeIndex, makeLayer } from '../../src/demo/images.ts';
import { startRegistry, type EmbeddedRegistry } from '../../src/demo/registry-server.ts';
import { ask } from '../helpers/ask.ts';
import { makeCertificate } from '../helpers/certificate.ts';
import { systemTest } from '../helpers/system.ts';

const created = '2026-11-01T08:00:00Z';
const layer = makeLayer({ files: { a: 'b' }, created });
const arm = makeImage({ layers: [layer], created, platform: { os: 'linux', architecture: 'arm64' } });
const amd = makeImage({ layers: [layer], created });
const index = makeIndex({ children: [arm, amd] });
const dockerAmd = makeImage({ layers: [layer], created, format: 'docker' });
const dockerList = makeIndex({ children: [dockerAmd], format: 'docker' });
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const everything = { accept: [OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST].join(', ') };
const absent = `sha256:${'0'.repeat(64)}`;

let registry: EmbeddedRegistry;
beforeEach(async () => {
  registry = await startRegistry();
  registry.put('library/web', '1.0', index);
  registry.put('library/web', 'docker', dockerList);
});
afterEach(() => registry.close());

const manifests = (reference: string): string => `${registry.url}/v2/library/web/manifests/${reference}`;

describe('manifests', () => {
  test.each([
    ['tag', '1.0'],
    ['digest', index.digest],
    ['escaped digest', index.digest.replace(':', '%3A')],
  ])('GET and HEAD by %s tell digest, length and type', async (_what, reference) => {
    const headers = {
      'content-type': OCI_INDEX,
      'content-length': `${index.bytes.length}`,
      'docker-content-digest': index.digest,
      etag: `"${index.digest}"`,
    };
    const got = await ask(manifests(reference), { headers: everything });
    expect(got).toMatchObject({ status: 200, headers: { ...headers, 'docker-distribution-api-version': 'registry/2.0' } });
    expect(got.body).toBe(Buffer.from(index.bytes).toString());
    expect(await ask(manifests(reference), { method: 'HEAD', headers: everything })).toMatchObject({ status: 200, headers, body: '' });
  });

  test('the images of an index are found by digest', async () => {
    expect(await ask(manifests(arm.digest), { headers: everything })).toMatchObject({
      status: 200,
      body: Buffer.from(arm.bytes).toString(),
    });
  });

  test.each([
    ['a tag that is not there', 'library/web/manifests/2.0', 404, 'MANIFEST_UNKNOWN'],
    ['a digest that is not there', `library/web/manifests/${absent}`, 404, 'MANIFEST_UNKNOWN'],
    ['a repository that is not there', 'library/nothing/manifests/1.0', 404, 'NAME_UNKNOWN'],
    ['a name in capitals', 'library/WEB/manifests/1.0', 400, 'NAME_INVALID'],
    ['a blob that is not there', `library/web/blobs/${absent}`, 404, 'BLOB_UNKNOWN'],
    ['a blob by no digest', 'library/web/blobs/latest', 400, 'DIGEST_INVALID'],
  ])('%s is answered with the error of the specification', async (_what, path, status, code) => {
    const answered = await ask(`${registry.url}/v2/${path}`, { headers: everything });
    expect(answered.status).toBe(status);
    expect(answered.json().errors).toEqual([expect.objectContaining({ code, message: expect.any(String) })]);
  });

  test('a repository may be named like the parts of a path', async () => {
    registry.put('blobs/manifests/tags', 'list', index);
    const found = await ask(`${registry.url}/v2/blobs/manifests/tags/manifests/list`, { headers: everything });
    expect(found.headers['docker-content-digest']).toBe(index.digest);
  });

  test('a client that does not accept OCI documents is told so', async () => {
    const answered = await ask(manifests('1.0'), { headers: { accept: DOCKER_MANIFEST } });
    expect(answered.status).toBe(404);
    expect(answered.json().errors[0].detail).toBe('OCI index found, but accept header does not support OCI indexes');
  });

  test('a Docker manifest list becomes its linux/amd64 image for a client that does not accept lists', async () => {
    const answered = await ask(manifests('docker'), { headers: { accept: DOCKER_MANIFEST } });
    expect(answered.headers).toMatchObject({ 'docker-content-digest': dockerAmd.digest, 'content-type': DOCKER_MANIFEST });
    const byDigest = await ask(manifests(dockerList.digest), { headers: { accept: DOCKER_MANIFEST } });
    expect(byDigest.headers).toMatchObject({ 'docker-content-digest': dockerList.digest, 'content-type': DOCKER_LIST });
  });

  test('what the client has already is not sent again', async () => {
    const again = await ask(manifests('1.0'), { headers: { ...everything, 'if-none-match': `"${index.digest}"` } });
    expect(again).toMatchObject({ status: 304, body: '' });
    expect(await ask(manifests('1.0'), { headers: { ...everything, 'if-none-match': `"${absent}"` } })).toMatchObject({ status: 200 });
  });

  test('a tag that is put again names the new image, and the old one stays under its digest', async () => {
    registry.put('library/web', '1.0', amd);
    expect(await ask(manifests('1.0'), { method: 'HEAD', headers: everything })).toMatchObject({
      headers: { 'docker-content-digest': amd.digest },
    });
    expect(await ask(manifests(index.digest), { method: 'HEAD', headers: everything })).toMatchObject({ status: 200 });
    registry.move('library/web', '1.0', index.digest);
    expect(await ask(manifests('1.0'), { method: 'HEAD', headers: everything })).toMatchObject({
      headers: { 'docker-content-digest': index.digest },
    });
    registry.remove('library/web', '1.0');
    expect(await ask(manifests('1.0'), { method: 'HEAD', headers: everything })).toMatchObject({ status: 404 });
  });

  test('DELETE of a digest takes its tags with it', async () => {
    expect(await ask(manifests(index.digest), { method: 'DELETE' })).toMatchObject({ status: 202 });
    expect(await ask(manifests('1.0'), { headers: everything })).toMatchObject({ status: 404 });
  });

  test('a method that makes no sense is refused', async () => {
    expect(await ask(manifests('1.0'), { method: 'PATCH' })).toMatchObject({ status: 405 });
  });
});

test('blobs come as they are, with their digest', async () => {
  const got = await ask(`${registry.url}/v2/library/web/blobs/${amd.config.digest}`);
  expect(got).toMatchObject({
    status: 200,
    body: Buffer.from(amd.config.bytes).toString(),
    headers: { 'docker-content-digest': amd.config.digest },
  });
});

describe('tags', () => {
  const tags = async (query: string) => {
    const answered = await ask(`${registry.url}/v2/many/tags/list${query}`);
    return { tags: answered.json().tags, link: answered.headers.link };
  };
  beforeEach(() => {
    for (const tag of ['b', 'a', 'B', '10', '9']) registry.put('many', tag, amd);
  });

  test('are listed in the order of their bytes', async () => {
    expect(await tags('')).toEqual({ tags: ['10', '9', 'B', 'a', 'b'], link: undefined });
  });

  test('come in pages that a client walks by following the link', async () => {
    expect(await tags('?n=2')).toEqual({ tags: ['10', '9'], link: '</v2/many/tags/list?last=9&n=2>; rel="next"' });
    expect(await tags('?last=9&n=2')).toEqual({ tags: ['B', 'a'], link: '</v2/many/tags/list?last=a&n=2>; rel="next"' });
    expect(await tags('?last=a&n=2')).toEqual({ tags: ['b'], link: undefined });
  });

  test('n=0 asks for none, and a word for nothing at all', async () => {
    expect(await tags('?n=0')).toEqual({ tags: [], link: undefined });
    expect(await ask(`${registry.url}/v2/many/tags/list?n=x`)).toMatchObject({ status: 400 });
  });
});

describe('pushes', () => {
  const bytes = Buffer.from('some blob');
  const digest = digestOf(bytes);
  const uploads = (): string => `${registry.url}/v2/new/app/blobs/uploads/`;

  test('a blob can be sent in pieces', async () => {
    const begun = await ask(uploads(), { method: 'POST' });
    expect(begun).toMatchObject({ status: 202, headers: { range: '0-0' } });
    const location = `${registry.url}${String(begun.headers.location)}`;
    expect(await ask(location, { method: 'PATCH', body: bytes.subarray(0, 4), headers: { 'content-range': '0-3' } })).toMatchObject({
      status: 202,
      headers: { range: '0-3' },
    });
    expect(await ask(location, { method: 'PATCH', body: bytes.subarray(0, 4), headers: { 'content-range': '0-3' } })).toMatchObject({
      status: 416,
    });
    expect(await ask(location)).toMatchObject({ status: 204, headers: { range: '0-3' } });
    expect(await ask(`${location}?digest=${digest}`, { method: 'PUT', body: bytes.subarray(4) })).toMatchObject({ status: 201 });
    expect(await ask(`${registry.url}/v2/new/app/blobs/${digest}`)).toMatchObject({ body: 'some blob' });
    expect(await ask(location)).toMatchObject({ status: 404 });
  });

  test('a blob can be sent whole, or taken over from another repository', async () => {
    expect(await ask(`${uploads()}?digest=${digest}`, { method: 'POST', body: bytes })).toMatchObject({ status: 201 });
    const mounted = await ask(`${registry.url}/v2/other/blobs/uploads/?mount=${digest}&from=new/app`, { method: 'POST' });
    expect(mounted).toMatchObject({ status: 201, headers: { location: `/v2/other/blobs/${digest}` } });
  });

  test('a blob that does not have its digest is refused', async () => {
    const refused = await ask(`${uploads()}?digest=${absent}`, { method: 'POST', body: bytes });
    expect(refused.status).toBe(400);
    expect(refused.json().errors[0].code).toBe('DIGEST_INVALID');
  });

  test('a manifest is refused until its blobs are there', async () => {
    const url = `${registry.url}/v2/new/app/manifests/1.0`;
    const put = () => ask(url, { method: 'PUT', body: amd.bytes, headers: { 'content-type': amd.mediaType } });
    expect((await put()).json().errors[0].code).toBe('MANIFEST_BLOB_UNKNOWN');
    for (const blob of [amd.config, layer]) await ask(`${uploads()}?digest=${blob.digest}`, { method: 'POST', body: blob.bytes });
    expect(await put()).toMatchObject({ status: 201, headers: { 'docker-content-digest': amd.digest } });
    expect(await ask(url, { headers: everything })).toMatchObject({ headers: { 'docker-content-digest': amd.digest } });
  });

  test('a manifest that is not one is refused', async () => {
    const refused = await ask(`${registry.url}/v2/new/app/manifests/1.0`, {
      method: 'PUT',
      body: '[]',
      headers: { 'content-type': OCI_MANIFEST },
    });
    expect(refused.json().errors[0].code).toBe('MANIFEST_INVALID');
  });
});

describe('referrers', () => {
  test('are listed by the manifest they refer to, and filtered by type', async () => {
    const config = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(Buffer.from('{}')), size: 2 };
    await ask(`${registry.url}/v2/library/web/blobs/uploads/?digest=${config.digest}`, { method: 'POST', body: '{}' });
    const signature = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      artifactType: 'test/signature',
      config,
      layers: [],
      subject: { digest: amd.digest },
      annotations: { by: 'ada' },
    });
    const pushed = await ask(manifests(digestOf(Buffer.from(signature))), {
      method: 'PUT',
      body: signature,
      headers: { 'content-type': OCI_MANIFEST },
    });
    expect(pushed.headers['oci-subject']).toBe(amd.digest);

    const referrers = `${registry.url}/v2/library/web/referrers/${amd.digest}`;
    expect((await ask(referrers)).json().manifests).toEqual([
      expect.objectContaining({ artifactType: 'test/signature', size: signature.length, annotations: { by: 'ada' } }),
    ]);
    const filtered = await ask(`${referrers}?artifactType=test/other`);
    expect(filtered.headers['oci-filters-applied']).toBe('artifactType');
    expect(filtered.json().manifests).toEqual([]);
  });

  test('of a manifest without any are an empty index', async () => {
    expect(await ask(`${registry.url}/v2/library/web/referrers/${arm.digest}`)).toMatchObject({
      status: 200,
      headers: { 'content-type': OCI_INDEX },
    });
  });
});

test('every request is counted by what it asked', async () => {
  await ask(`${registry.url}/v2/`);
  await ask(manifests('1.0'), { method: 'HEAD', headers: everything });
  await ask(manifests('1.0'), { headers: everything });
  await ask(`${registry.url}/v2/library/web/blobs/${layer.digest}`);
  await ask(`${registry.url}/v2/library/web/tags/list?n=1`);
  expect(registry.counts()).toEqual({
    total: 5,
    root: 1,
    tokens: 0,
    manifestHeads: 1,
    manifestGets: 1,
    blobs: 1,
    tags: 1,
    challenges: 0,
    peak: 1,
  });
  expect(registry.requests.at(-1)).toMatchObject({ method: 'GET', path: '/v2/library/web/tags/list?n=1', status: 200 });
  registry.forget();
  expect(registry.counts().total).toBe(0);
});

systemTest('a registry with TLS', ['openssl'], () => {
  test('answers whoever trusts its certificate', async () => {
    const { key, cert } = await makeCertificate();
    const secure = await startRegistry({ tls: { key, cert } });
    try {
      expect(secure.url).toBe(`https://${secure.host}`);
      expect(await ask(`${secure.url}/v2/`, { ca: cert })).toMatchObject({ status: 200 });
      await expect(ask(`${secure.url}/v2/`)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    } finally {
      await secure.close();
    }
  });

  test('can show a certificate that has expired', async () => {
    const { key, cert } = await makeCertificate({ expired: true });
    const secure = await startRegistry({ tls: { key, cert } });
    try {
      await expect(ask(`${secure.url}/v2/`, { ca: cert })).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' });
    } finally {
      await secure.close();
    }
  });
});
