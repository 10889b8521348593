import { parseDigest, type Digest } from '../../../src/core/digest.ts';
import type { History, HistoryEntry } from '../../../src/core/history.ts';
import type { ImageContents } from '../../../src/core/image-contents.ts';

/** A well-formed digest that is easy to tell apart: `digest('a')`. */
export function digest(seed: string): Digest {
  const hex = Buffer.from(seed).toString('hex').padEnd(64, '0').slice(0, 64);
  const parsed = parseDigest(`sha256:${hex}`);
  if (parsed === null) throw new Error(seed);
  return parsed;
}

/** A step that made a layer. */
export const layer = (createdBy: string | null, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  ...step(createdBy),
  emptyLayer: false,
  ...more,
});

/** A step that made none. */
export const empty = (createdBy: string | null, more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  ...step(createdBy),
  emptyLayer: true,
  ...more,
});

/** The same steps as an engine tells them: without saying which made layers. */
export const asEngine = (entries: readonly HistoryEntry[]): HistoryEntry[] =>
  entries.map((entry) => ({ ...entry, emptyLayer: null, author: null }));

export const exact = (...entries: readonly HistoryEntry[]): History => ({ entries, precision: 'exact' });

/** An image of `layers` layers and these steps. */
export function contentsOf(
  layers: number,
  entries: readonly HistoryEntry[] | null,
  created: string | null = '2026-11-20T16:20:00Z',
): ImageContents {
  const diffIds = Array.from({ length: layers }, (_, position) => digest(`layer ${position}`));
  return { diffIds, history: entries === null ? null : exact(...entries), created, settings: null };
}

function step(createdBy: string | null): HistoryEntry {
  return { created: '2026-11-20T16:00:00Z', createdBy, comment: null, author: null, emptyLayer: null };
}

const from = (comment: string): Partial<HistoryEntry> => ({ comment: `FROM ${comment}` });
const buildkit = (created: string): Partial<HistoryEntry> => ({ created, comment: 'buildkit.dockerfile.v0' });

/**
 * `FROM scratch`, `COPY busybox /bin/busybox`, `ENV LANG=C`, `CMD ["/bin/busybox","sh"]` as three builders write it: docker 20.10's classic builder and its BuildKit,
 * buildah 1.28 with and without `--layers`.
 */
export const BASES = {
  classic: [
    layer('/bin/sh -c #(nop) COPY file:7027c77992f5b5a06465828d75ae4ff9adcec5f94bc05d3f683eb205e0ec1ac0 in /bin/busybox '),
    empty('/bin/sh -c #(nop)  ENV LANG=C'),
    empty('/bin/sh -c #(nop)  CMD ["/bin/busybox" "sh"]'),
  ],
  buildkit: [
    layer('COPY busybox /bin/busybox # buildkit', buildkit('2026-11-20T16:16:52.785616554Z')),
    empty('ENV LANG=C', buildkit('2026-11-20T16:16:52.785616554Z')),
    empty('CMD ["/bin/busybox" "sh"]', buildkit('2026-11-20T16:16:52.785616554Z')),
  ],
  layers: [
    layer('/bin/sh -c #(nop) COPY file:01b0553b128d4b3874da2687f49510d7a1f9882a69db52690c33df2a986d2d7f in /bin/busybox '),
    empty('/bin/sh -c #(nop) ENV LANG=C', from('b8b3a16a0e76')),
    empty('/bin/sh -c #(nop) CMD ["/bin/busybox","sh"]', from('ac401a4e3523')),
  ],
  noLayers: [
    empty('/bin/sh -c #(nop) COPY file:01b0553b128d4b3874da2687f49510d7a1f9882a69db52690c33df2a986d2d7f in /bin/busybox '),
    empty('/bin/sh -c #(nop) ENV LANG=C'),
    layer('/bin/sh -c #(nop) CMD ["/bin/busybox","sh"]'),
  ],
} as const;

/** `LABEL`, `ENV FOO=1`, `COPY`, `RUN`, `CMD` on top of such a base. */
export const APPS = {
  classic: [
    empty('/bin/sh -c #(nop)  LABEL org.opencontainers.image.base.name=debian:12'),
    empty('/bin/sh -c #(nop)  ENV FOO=1'),
    layer('/bin/sh -c #(nop) COPY file:34dddefd42a1f669664ae6e4e690c641797d200a86a234868bb63995373e2f5f in /app '),
    layer('/bin/busybox touch /t'),
    empty('/bin/sh -c #(nop)  CMD ["/app"]'),
  ],
  buildkit: [
    empty('LABEL org.opencontainers.image.base.name=debian:12', buildkit('2026-11-20T16:16:52.882467468Z')),
    empty('ENV FOO=1', buildkit('2026-11-20T16:16:52.882467468Z')),
    layer('COPY app /app # buildkit', buildkit('2026-11-20T16:16:52.882467468Z')),
    layer('RUN /bin/busybox touch /t # buildkit', buildkit('2026-11-20T16:16:52.932193945Z')),
    empty('CMD ["/app"]', buildkit('2026-11-20T16:16:52.932193945Z')),
  ],
  layers: [
    empty('/bin/sh -c #(nop) LABEL org.opencontainers.image.base.name=debian:12', from('localhost/base:1')),
    empty('/bin/sh -c #(nop) ENV FOO=1', from('590016553fb5')),
    layer('/bin/sh -c #(nop) COPY file:9e04a3327ab7ab87b04b34bdf286a4addb3728d32608d43b25390fd6febacf97 in /app ', from('0b5d28b6b3ad')),
    layer('/bin/sh -c ["/bin/busybox","touch","/t"]', from('c55333854018')),
    empty('/bin/sh -c #(nop) CMD ["/app"]', from('159ff2556e37')),
  ],
  noLayers: [
    empty('/bin/sh -c #(nop) LABEL org.opencontainers.image.base.name=debian:12'),
    empty('/bin/sh -c #(nop) ENV FOO=1'),
    empty('/bin/sh -c #(nop) COPY file:9e04a3327ab7ab87b04b34bdf286a4addb3728d32608d43b25390fd6febacf97 in /app '),
    empty('/bin/sh -c ["/bin/busybox","touch","/t"]'),
    layer('/bin/sh -c #(nop) CMD ["/app"]', from('localhost/base:1')),
  ],
} as const;
