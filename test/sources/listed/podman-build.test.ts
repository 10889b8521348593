import { describe, expect, it } from 'vitest';
import { decodePodmanImage } from '../../../src/sources/listed/podman-build.ts';

const id = (digit: string) => `sha256:${digit.repeat(64)}`;

describe("podman's inspection", () => {
  const history = [
    { created: '2026-11-20T16:19:11.825727785Z', created_by: 'COPY a /', comment: 'FROM base', author: 'ada' },
    { created_by: 'CMD x', empty_layer: true },
  ];

  it('has the history of the config, the annotations of the manifest, and parents that are a step shorter each', () => {
    const document = { History: history, Annotations: { 'org.opencontainers.image.base.name': 'quay.io/acme/base:1', odd: 7 } };
    expect(decodePodmanImage(document, [id('b'), id('c')])).toEqual({
      history: {
        entries: [
          { created: '2026-11-20T16:19:11.825727785Z', createdBy: 'COPY a /', comment: 'FROM base', author: 'ada', emptyLayer: false },
          { created: null, createdBy: 'CMD x', comment: null, author: null, emptyLayer: true },
        ],
        precision: 'exact',
      },
      annotations: new Map([['org.opencontainers.image.base.name', 'quay.io/acme/base:1']]),
      ancestors: [{ imageId: id('b'), steps: 1 }],
    });
  });

  it('without a history is none', () => {
    expect(decodePodmanImage({ Id: 'x' }, [])).toBeNull();
    expect(decodePodmanImage({ History: null }, [])!.history!.entries).toEqual([]);
  });

  it('with annotations of five million characters has none', () => {
    expect(decodePodmanImage({ History: history, Annotations: { a: 'x'.repeat(5_000_000) } }, [])!.annotations.size).toBe(0);
  });
});
