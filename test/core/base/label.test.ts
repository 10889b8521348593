import { describe, expect, it } from 'vitest';
import { BASE_DIGEST, BASE_NAME } from '../../../src/core/base/annotations.ts';
import { findLabels } from '../../../src/core/base/label.ts';
import type { HistoryEntry } from '../../../src/core/history.ts';
import { renderReference } from '../../../src/core/reference.ts';
import { APPS, BASES, digest, empty, exact } from './steps.ts';

const LABELS = new Map([[BASE_NAME, 'debian:12']]);
const INHERITED = { claims: [], rejected: [{ source: 'label', where: `label ${BASE_NAME}`, why: 'its LABEL step belongs to the base' }] };
const OWN = { claims: [expect.objectContaining({ source: 'label', where: `label ${BASE_NAME}` })], rejected: [] };

describe('labels that name a base', () => {
  it.each<[string, readonly HistoryEntry[], number, unknown]>([
    ['count when the image has the step: docker', [...BASES.classic, ...APPS.classic], 3, OWN],
    ['count when the image has the step: BuildKit', [...BASES.buildkit, ...APPS.buildkit], 3, OWN],
    ['count when the image has the step: podman', [...BASES.layers, ...APPS.layers], 3, OWN],
    ['do not count when the base has it: docker', [...BASES.classic, ...APPS.classic, ...APPS.classic.slice(1)], 8, INHERITED],
    ['do not count when the base has it: BuildKit', [...BASES.buildkit, ...APPS.buildkit, ...APPS.buildkit.slice(1)], 8, INHERITED],
    ['do not count when the base has it: podman', [...BASES.layers, ...APPS.layers, ...APPS.layers.slice(1)], 8, INHERITED],
    ['count when the image writes them again', [...BASES.classic, ...APPS.classic, ...APPS.classic], 8, OWN],
    ['count when the base has another value', [empty(`LABEL ${BASE_NAME}=alpine:3`), ...APPS.classic.slice(1)], 1, OWN],
    ['count when no step wrote them, as after docker build --label with BuildKit', [...BASES.buildkit, ...APPS.buildkit.slice(1)], 3, OWN],
    [
      'do not count when buildah wrote them in quotes, in the base',
      [empty(`/bin/sh -c #(nop) LABEL "${BASE_NAME}"="debian:12"`), ...APPS.layers.slice(1)],
      1,
      INHERITED,
    ],
  ])('%s', (_, entries, boundary, expected) => {
    expect(findLabels(LABELS, exact(...entries), boundary)).toEqual(expected);
  });

  it('count when it is not known where the base ends, or how the image was made', () => {
    expect(findLabels(LABELS, exact(...BASES.classic, ...APPS.classic), null)).toEqual(OWN);
    expect(findLabels(LABELS, null, 3)).toEqual(OWN);
  });

  it("are read as .NET's SDK writes them", () => {
    const labels = new Map([
      [BASE_NAME, 'mcr.microsoft.com/dotnet/aspnet:9.0'],
      [BASE_DIGEST, digest('aspnet')],
    ]);
    const [claim] = findLabels(labels, null, null).claims;
    expect(claim?.reference && renderReference(claim.reference)).toBe('mcr.microsoft.com/dotnet/aspnet:9.0');
    expect(claim?.digests).toEqual([digest('aspnet')]);
    expect(claim?.boundary).toBeNull();
  });

  it('may be a digest alone, which the base may have as well', () => {
    const labels = new Map([[BASE_DIGEST, digest('a')]]);
    const history = exact(empty(`LABEL ${BASE_DIGEST}=${digest('a')}`), ...APPS.buildkit);
    expect(findLabels(labels, history, 0).claims).toMatchObject([{ reference: null, digests: [digest('a')] }]);
    expect(findLabels(labels, history, 1)).toMatchObject({ claims: [], rejected: [{ where: `label ${BASE_DIGEST}` }] });
  });

  it('say nothing where there are none, and why they cannot be read', () => {
    expect(findLabels(new Map([['maintainer', 'me']]), null, null)).toEqual({ claims: [], rejected: [] });
    expect(findLabels(new Map([[BASE_NAME, '../x']]), null, null)).toMatchObject({
      claims: [],
      rejected: [{ where: `label ${BASE_NAME}` }],
    });
  });
});
