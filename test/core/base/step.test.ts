import { describe, expect, it } from 'vitest';
import { builderOf, instructionOf, isConfigOnly } from '../../../src/core/base/step.ts';
import type { HistoryEntry } from '../../../src/core/history.ts';
import { layer } from './steps.ts';

describe('a step of a history', () => {
  it.each<[string | null, Partial<HistoryEntry>, string | null, string | null]>([
    ['/bin/sh -c #(nop)  CMD ["/app"]', {}, 'classic', 'CMD'],
    ['/bin/busybox sh -c #(nop)  SHELL [/bin/busybox sh -c]', {}, 'classic', 'SHELL'],
    ['/bin/sh -c #(nop)  ONBUILD RUN x', {}, 'classic', 'ONBUILD'],
    ['/bin/sh -c #(nop) COPY file:34dd in /x ', {}, 'nop', 'COPY'],
    ['/bin/sh -c #(nop) WORKDIR /w', {}, 'nop', 'WORKDIR'],
    ['/bin/sh -c #(nop) ENV LANG=C', {}, 'buildah', 'ENV'],
    ['/bin/sh -c #(nop) COPY file:34dd in /x ', { comment: 'FROM b8b3a16a0e76' }, 'buildah', 'COPY'],
    ['/bin/sh', { comment: 'FROM localhost/app:1' }, 'buildah', null],
    ['COPY app /app # buildkit', { comment: 'buildkit.dockerfile.v0' }, 'buildkit', 'COPY'],
    ['ENV LANG=C', { comment: 'buildkit.dockerfile.v0' }, 'buildkit', 'ENV'],
    ['COPY app /app', { author: 'kaniko' }, 'kaniko', 'COPY'],
    ['jib-gradle-plugin:3.4.0', { author: 'Jib', comment: 'classes' }, 'jib', null],
    ['apko', { author: 'apko' }, 'apko', null],
    ['/bin/sh -c apt-get update', {}, null, null],
    ['|1 q=1 /bin/sh -c echo hi', {}, null, null],
    ['CMD', {}, null, 'CMD'],
    ['Command', {}, null, null],
    [null, {}, null, null],
    [`${'x'.repeat(1_000_000)}#(nop)  CMD`, {}, null, null],
  ])('%.60j %j is of builder %s and instruction %s', (createdBy, more, builder, instruction) => {
    const entry = layer(createdBy, more);
    expect([builderOf(entry), instructionOf(entry)]).toEqual([builder, instruction]);
  });

  it.each([
    ['ENV A=1', true],
    ['/bin/sh -c #(nop)  MAINTAINER me', true],
    ['WORKDIR /app', false],
    ['ADD a /', false],
    ['RUN x', false],
    ['/bin/sh -c x', false],
  ])('%j only changes the config: %s', (createdBy, expected) => {
    expect(isConfigOnly(layer(createdBy))).toBe(expected);
  });
});
