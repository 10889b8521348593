import { describe, expect, it } from 'vitest';
import { renderReference } from '../../../src/core/reference.ts';
import { joinNames, readNames } from '../../../src/sources/oci-layout/names.ts';
import { makeDigest } from '../../helpers/makers.ts';

const digest = makeDigest('a manifest');

function namesOf(annotations: { readonly ref?: string; readonly name?: string }): readonly string[] {
  return read(annotations).tags.map(renderReference);
}

function read({ ref, name }: { readonly ref?: string; readonly name?: string }) {
  const texts = [
    ['org.opencontainers.image.ref.name', ref],
    ['io.containerd.image.name', name],
  ] as const;
  return readNames(new Map(texts.flatMap(([key, text]) => (text === undefined ? [] : [[key, text] as const]))));
}

describe('the names in a layout', () => {
  it.each([
    ['podman save', { ref: 'docker.io/library/nginx:1.27' }, ['docker.io/library/nginx:1.27']],
    ['podman save of what was built here', { ref: 'localhost/app:1' }, ['localhost/app:1']],
    ['skopeo copy to oci:DIR:nginx:1.27', { ref: 'nginx:1.27' }, ['docker.io/library/nginx:1.27']],
    ['skopeo copy to oci:DIR:acme/app', { ref: 'acme/app' }, ['docker.io/acme/app:latest']],
    ['docker save, buildx and ctr', { ref: '1.27', name: 'docker.io/library/nginx:1.27' }, ['docker.io/library/nginx:1.27']],
    ['a tool that writes the reference twice', { ref: 'ghcr.io/acme/api:2', name: 'ghcr.io/acme/api:2' }, ['ghcr.io/acme/api:2']],
    [
      'a tool that writes two references',
      { ref: 'ghcr.io/acme/api:3', name: 'ghcr.io/acme/api:2' },
      ['ghcr.io/acme/api:2', 'ghcr.io/acme/api:3'],
    ],
    ['a name that containerd did not normalise', { ref: 'kit', name: 'foo/bar:kit' }, ['docker.io/foo/bar:kit']],
    ['a tag with a digest', { name: `ghcr.io/acme/api:2@${digest}` }, ['ghcr.io/acme/api:2']],
    ['a registry with a port', { ref: '127.0.0.1:5000/acme/kit:1' }, ['127.0.0.1:5000/acme/kit:1']],
  ])('are whole references as %s writes them', (_tool, annotations, expected) => {
    expect(namesOf(annotations)).toEqual(expected);
  });

  it.each(['1.27', 'latest', 'nginx', 'v1_2-rc.1'])('are none where only %s is written: no repository is known', (ref) => {
    expect(read({ ref })).toEqual({ written: ref, tags: [], flaws: [] });
  });

  it('are none without annotations, or with empty ones', () => {
    expect(read({})).toEqual({ written: null, tags: [], flaws: [] });
    expect(read({ ref: '', name: '' })).toEqual({ written: null, tags: [], flaws: [] });
  });

  it.each([
    ['a digest', { ref: digest }],
    ['a repository with a digest', { name: `ghcr.io/acme/api@${digest}` }],
    ['no reference', { name: 'Not A Reference' }],
    ['a reference with control characters', { ref: 'acme/\u001b[31mapp:1' }],
  ])('leave a sentence where one is %s', (_what, annotations) => {
    const { tags, flaws } = read(annotations);
    expect(tags).toEqual([]);
    expect(flaws).toHaveLength(1);
    expect(flaws[0]).not.toMatch(/[\u0000-\u001f]/);
  });

  it('of a megabyte are told in a few words', () => {
    expect(read({ name: 'a/'.repeat(500_000) }).flaws.join('').length).toBeLessThan(1000);
  });

  it('of several entries of one image are joined, each once', () => {
    const joined = joinNames([read({ ref: '1', name: 'acme/api:1' }), read({ ref: 'acme/api:1' }), read({ ref: 'acme/api:2' }), read({})]);
    expect(joined.written).toBe('1');
    expect(joined.tags.map(renderReference)).toEqual(['docker.io/acme/api:1', 'docker.io/acme/api:2']);
  });
});
