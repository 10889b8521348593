import { describe, expect, it } from 'vitest';
import { describeDifference, shortenStep } from '../../src/formats/layer-step.ts';
import { moved, settled } from './base-reports.ts';

const DIGEST = 'b5f5a5d8b1b9c7d6e5f4a3b2c1d0e9f8b5f5a5d8b1b9c7d6e5f4a3b2c1d0e9f8';

describe('a step of a build reads as its instruction', () => {
  it.each([
    ['of the classic builder', '/bin/sh -c #(nop) ADD file:b5f5a5d8b1b9 in / ', 'ADD file:b5f5a5d8b1b9 in /'],
    ['that sets something there', '/bin/sh -c #(nop)  CMD ["bash"]', 'CMD ["bash"]'],
    ['that runs something there', '/bin/sh -c apt-get update', 'RUN apt-get update'],
    ['with arguments of the build', '|2 TOKEN=s3cret V=1 /bin/sh -c make', 'RUN make'],
    ['of BuildKit', 'RUN /bin/sh -c apk add curl # buildkit', 'RUN apk add curl'],
    ['of BuildKit with arguments of the build', 'RUN |1 V=20 /bin/sh -c make # buildkit', 'RUN make'],
    ['that copies', 'COPY . /app # buildkit', 'COPY . /app'],
    ['of another shell', 'RUN /bin/bash -o pipefail -c make # buildkit', 'RUN /bin/bash -o pipefail -c make'],
    ['that only mentions a shell', 'ENTRYPOINT ["tini" "--" "/bin/sh -c x"]', 'ENTRYPOINT ["tini" "--" "/bin/sh -c x"]'],
    ['over several lines', 'RUN /bin/sh -c set -eux;\t\n  make;\n\tmake install', 'RUN set -eux; make; make install'],
    ['with a digest', `/bin/sh -c #(nop) COPY dir:${DIGEST} in /app `, 'COPY dir:b5f5a5d8b1b9 in /app'],
    ['of another builder', 'bazel build ...', 'bazel build ...'],
    ['without a word', '', ''],
  ])('%s', (_, step, expected) => {
    expect(shortenStep(step)).toBe(expected);
  });

  it('cuts a script, and more of it for a person than for a file', () => {
    const script = `RUN /bin/sh -c ${'x'.repeat(50_000)}`;
    expect(shortenStep(script)).toHaveLength(120);
    expect(shortenStep(script)).toMatch(/x…$/);
    expect(shortenStep(script, true).length).toBeLessThan(2100);
    expect(shortenStep(script, true)).toMatch(/x…$/);
  });

  it('takes time in proportion to its length', () => {
    for (const part of ['|1 ', 'RUN ', '/bin/sh -c ', ' \n', ' # buildkit', 'a'.repeat(11)])
      expect(shortenStep(part.repeat(200_000)).length).toBeLessThanOrEqual(120);
  });
});

describe('the first layer that differs', () => {
  const told = (installedBy: string | null, candidateBy: string | null) =>
    describeDifference(moved('node:20', { difference: { position: 0, installedBy, candidateBy } }), false);

  it.each([
    ['two steps', told('RUN a', 'RUN b'), ['layer 1', 'here: RUN a', 'now: RUN b']],
    ['one step that made two layers', told('RUN a', 'RUN a'), ['layer 1, made by the same step: RUN a']],
    ['a step that is not known', told(null, 'RUN b'), ['layer 1', 'here: none of its base, or not told', 'now: RUN b']],
    ['no step at all', told(null, null), ['layer 1']],
    ['a base that did not move', describeDifference(settled('current', 'node:20'), false), []],
    ['a base whose layers did not change', describeDifference(moved('node:20'), false), []],
  ])('is told of %s', (_, lines, expected) => {
    expect(lines).toEqual(expected);
  });

  it('is no layer any more where the base lost it', () => {
    const difference = { position: 4, installedBy: 'RUN a', candidateBy: null };
    expect(describeDifference(moved('node:20', { movement: 'upper-layers-removed', difference }), false)).toEqual([
      'layer 5',
      'here: RUN a',
      'now: no such layer',
    ]);
  });
});
