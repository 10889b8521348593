import type { Document, ImageEntry } from '../../../src/core/document.ts';
import type { Attention, Done, HeldBack, MovedBase, Pending, Rebuild, Report, Subject } from '../../../src/core/report/report.ts';

/** Reports as `composeReport` would make them, on a fixed clock. */

/** Monday, 2026-11-16 07:00 UTC. */
export const NOW = Date.UTC(2026, 10, 16, 7);
const DAY = 24 * 3_600_000;
const LAST = NOW - 7 * DAY;

export const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

export function subject(name: string, parts: Partial<Subject> = {}): Subject {
  const reference = /^[^/]*[.:][^/]*\//.test(name) ? name : `docker.io/${name.includes('/') ? name : `library/${name}`}`;
  return {
    reference,
    name,
    platform: 'linux/amd64',
    hosts: ['build01'],
    users: [],
    places: [{ kind: 'docker-daemon', location: 'unix:///var/run/docker.sock' }],
    ...parts,
  };
}

export function pending(name: string, parts: Partial<Pending> = {}): Pending {
  return { ...subject(name), updates: [], since: LAST, isMore: false, isStaleAnswer: false, layers: null, ...parts };
}

const API = pending('ghcr.io/acme/api:2.3.1', {
  users: ['api', 'compose.yaml:12'],
  since: NOW,
  updates: [{ axis: 'newer', kind: 'version', tag: '2.4.0', level: 'minor', digest: null }],
});
const NGINX = pending('nginx:1.27', {
  users: ['web*', 'proxy', 'Dockerfile:3'],
  since: NOW,
  updates: [
    { axis: 'tag', kind: 'rebuilt', installed: digest('3'), candidate: digest('9'), created: '2026-11-04T10:00:00Z' },
    { axis: 'newer', kind: 'version', tag: '1.29.3', level: 'minor', digest: digest('b') },
  ],
});
const REDIS = pending('redis:7.2.4', {
  users: ['cache'],
  since: NOW - 88 * DAY,
  isMore: true,
  updates: [
    { axis: 'newer', kind: 'version', tag: '7.2.11', level: 'patch', digest: null },
    { axis: 'newer', kind: 'version', tag: '8.2.2', level: 'major', digest: null },
  ],
});
const WEB = pending('acme/web:dev', {
  users: ['web-dev'],
  since: NOW - 41 * DAY,
  updates: [
    {
      axis: 'base',
      kind: 'moved',
      base: 'node:20-slim',
      movement: 'layers-differ',
      installed: digest('7'),
      candidate: digest('8'),
      confidence: 'high',
      versionsBehind: 3,
    },
  ],
  layers: {
    shared: 1,
    installed: [
      { diffId: digest('1'), createdBy: 'ADD rootfs.tar.xz / # buildkit' },
      { diffId: digest('2'), createdBy: 'RUN /bin/sh -c apt-get install -y nodejs=20.11.0 # buildkit' },
      { diffId: digest('3'), createdBy: 'COPY . /app # buildkit' },
    ],
    candidate: [
      { diffId: digest('1'), createdBy: 'ADD rootfs.tar.xz / # buildkit' },
      { diffId: digest('4'), createdBy: 'RUN /bin/sh -c apt-get install -y nodejs=20.19.5 # buildkit' },
      { diffId: digest('5'), createdBy: null },
    ],
  },
});
const GRAFANA = pending('grafana/grafana:11.2.0', {
  since: NOW - 14 * DAY,
  isStaleAnswer: true,
  updates: [{ axis: 'newer', kind: 'version', tag: '12.0.1', level: 'major', digest: null }],
});

const HELD: HeldBack = {
  ...subject('postgres:15.4', { users: ['db'] }),
  updates: [{ axis: 'newer', kind: 'version', tag: '15.14', level: 'patch', digest: null }],
  hold: { reason: 'wait for the maintenance window', until: '2026-12-15' },
};
const DONE: readonly Done[] = [
  { ...subject('traefik:3.1'), how: 'updated', was: ['rebuilt'], successor: null, since: LAST - 7 * DAY },
  { ...subject('mariadb:11.4.1'), how: 'removed', was: ['11.4.8 (patch)'], successor: 'mariadb:11.4.8', since: LAST },
  { ...subject('jaeger:1.60'), how: 'removed', was: ['1.62 (minor)'], successor: null, since: LAST },
];
export const ATTENTION: readonly Attention[] = [
  {
    kind: 'gone',
    images: ['python:3.8-slim'],
    hosts: ['build01'],
    message: 'the tag is deleted in its registry',
    registry: 'docker.io',
    reason: null,
    hold: null,
    since: NOW,
    isNew: true,
  },
  {
    kind: 'unchecked',
    images: ['registry.corp.example:5000/tools/ci:latest'],
    hosts: ['build01'],
    message: '401 Unauthorized',
    registry: 'registry.corp.example:5000',
    reason: 'unauthorized',
    hold: null,
    since: LAST,
    isNew: false,
  },
  {
    kind: 'expired-hold',
    images: ['rabbitmq:3.13'],
    hosts: ['build01'],
    message: 'was held until 2026-11-10',
    registry: null,
    reason: null,
    hold: { reason: 'plugin not ready', until: '2026-11-10' },
    since: NOW,
    isNew: true,
  },
];
const BASES: readonly MovedBase[] = [
  {
    reference: 'docker.io/library/node:20-slim',
    name: 'node:20-slim',
    kind: 'moved',
    movements: ['layers-differ'],
    candidate: digest('8'),
    images: [subject('acme/web:dev'), subject('acme/base:1')],
  },
];
const REBUILDS: readonly Rebuild[] = [
  { ...subject('acme/base:1'), because: 'moved', base: 'node:20-slim', isBaseLocal: false },
  { ...subject('acme/web:dev'), because: 'moved', base: 'node:20-slim', isBaseLocal: false },
  { ...subject('acme/worker:dev'), because: 'follows', base: 'acme/base:1', isBaseLocal: false },
];

export function makeDocument(images: readonly ImageEntry[] = [], parts: Partial<Document> = {}): Document {
  return {
    schemaVersion: 1,
    generatedAt: '2026-11-16T07:00:00Z',
    host: 'build01',
    images,
    registries: [],
    warnings: [],
    store: null,
    ...parts,
  };
}

/** A report that has something in every section. */
export const REPORT: Report = {
  id: 'default',
  title: null,
  generatedAt: NOW,
  onlyNew: false,
  hosts: [{ name: 'build01', generatedAt: NOW, document: makeDocument() }],
  since: { kind: 'mark', at: LAST },
  interrupted: null,
  counts: { images: 14, checked: 12, fresh: 4, stale: 8, unknown: 2, news: 2, older: 3, held: 1, done: 3 },
  attention: ATTENTION,
  news: [API, NGINX],
  pending: [REDIS, WEB, GRAFANA],
  done: DONE,
  held: [HELD],
  bases: BASES,
  rebuilds: REBUILDS,
  stores: [
    {
      host: 'build01',
      images: 31,
      bytes: 9_400_000_000,
      freedBytes: 1_243_000_000,
      unneeded: [
        {
          kind: 'superseded',
          id: digest('a'),
          reference: 'docker.io/library/mariadb:11.4.1',
          name: 'mariadb:11.4.1',
          platform: 'linux/amd64',
          bytes: 410_000_000,
          because: 'mariadb:11.4.8 is here',
          kindOfPlace: 'docker-daemon',
          location: 'unix:///var/run/docker.sock',
        },
        {
          kind: 'dangling',
          id: digest('c'),
          reference: null,
          name: null,
          platform: 'linux/amd64',
          bytes: 780_000_000,
          because: 'a newer build took its name',
          kindOfPlace: 'docker-daemon',
          location: 'unix:///var/run/docker.sock',
        },
        {
          kind: 'unused',
          id: digest('d'),
          reference: 'docker.io/library/httpd:2.4',
          name: 'httpd:2.4',
          platform: 'linux/amd64',
          bytes: null,
          because: 'no container uses it, and httpd:2.4 was rebuilt',
          kindOfPlace: 'docker-daemon',
          location: 'unix:///var/run/docker.sock',
        },
      ],
    },
  ],
  registries: [
    { registry: 'docker.io', requests: 19, counted: 1, limit: 100, remaining: 87, windowSeconds: 21_600 },
    { registry: 'ghcr.io', requests: 3, counted: 0, limit: null, remaining: null, windowSeconds: null },
  ],
  data: { oldest: NOW - 40 * 60_000, newest: NOW },
  trend: [
    { at: NOW - 28 * DAY, images: 12, fresh: 9, stale: 3, unknown: 0 },
    { at: NOW - 21 * DAY, images: 12, fresh: 7, stale: 4, unknown: 1 },
    { at: NOW - 14 * DAY, images: 13, fresh: 5, stale: 7, unknown: 1 },
    { at: LAST, images: 14, fresh: 3, stale: 9, unknown: 2 },
    { at: NOW, images: 14, fresh: 4, stale: 8, unknown: 2 },
  ],
  isUnchanged: false,
};

/** Nothing is newer, nothing needs attention. */
export const QUIET: Report = {
  ...REPORT,
  counts: { images: 14, checked: 14, fresh: 14, stale: 0, unknown: 0, news: 0, older: 0, held: 0, done: 0 },
  attention: [],
  news: [],
  pending: [],
  done: [],
  held: [],
  bases: [],
  rebuilds: [],
  stores: [],
  isUnchanged: true,
};

/** The first one there is. */
export const FIRST: Report = {
  ...REPORT,
  since: { kind: 'first' },
  counts: { ...REPORT.counts, news: 5, older: 0, done: 0 },
  attention: ATTENTION.map((each) => ({ ...each, since: NOW, isNew: true })),
  news: [...REPORT.news, ...REPORT.pending].map((each) => ({ ...each, since: NOW, isMore: false, isStaleAnswer: false })),
  pending: [],
  done: [],
  trend: REPORT.trend.slice(-1),
};

/** Three machines on one page; not all have every image. */
export const FLEET: Report = {
  ...REPORT,
  id: 'fleet',
  hosts: ['build01', 'build02', 'edge'].map((name) => ({ name, generatedAt: NOW - DAY, document: makeDocument([], { host: name }) })),
  news: [
    { ...API, hosts: ['build01', 'build02', 'edge'] },
    { ...NGINX, hosts: ['edge'] },
  ],
  pending: [{ ...REDIS, hosts: ['build01', 'edge'] }, WEB, GRAFANA],
  stores: REPORT.stores.flatMap((store) => [store, { ...store, host: 'edge' }]),
};

/** The report before this one may not have arrived. */
export const INTERRUPTED: Report = {
  ...REPORT,
  interrupted: { at: LAST, news: ['redis:7.2.4: 7.2.11 (patch)'], done: ['httpd:2.4: rebuilt'] },
};

/** Terminal sequences, line breaks, bidi and zero-width characters; markup of every format: HTML, Markdown, Slack, XML, MIME, Prometheus. */
export const EVIL =
  'x\u001b]52;c;cm0=\u0007\u001b[2J\r\nBcc: evil@example.org\r\n\r\n\u202e\u2066\u200b\u{e0041}\ufeff\u0000\u007f\ud800<script>alert(1)</script>"\'`]]>&amp;<!-- --> | **b** [l](javascript:x) @everyone <!channel> <@U1> {a="b"} \\n # h =?utf-8?q?x?= ${x} {{x}}';

/** Every text that comes from outside is hostile. */
export const HOSTILE: Report = {
  ...FLEET,
  id: EVIL,
  title: EVIL,
  hosts: FLEET.hosts.map((host) => ({ ...host, name: `${host.name}${EVIL}` })),
  attention: ATTENTION.map((each) => ({
    ...each,
    images: [EVIL],
    hosts: [EVIL],
    message: EVIL,
    registry: EVIL,
    hold: { reason: EVIL, until: EVIL },
  })),
  interrupted: { at: LAST, news: [EVIL], done: [EVIL] },
  news: FLEET.news.map(spoil),
  pending: FLEET.pending.map(spoil),
  done: DONE.map((each) => ({ ...each, ...evil(), was: [EVIL], successor: EVIL })),
  held: [{ ...HELD, ...evil(), hold: { reason: EVIL, until: EVIL } }],
  bases: BASES.map((each) => ({ ...each, reference: EVIL, name: EVIL, candidate: EVIL, images: [{ ...subject('x'), ...evil() }] })),
  rebuilds: REBUILDS.map((each) => ({ ...each, ...evil(), base: EVIL })),
  stores: FLEET.stores.map((store) => ({
    ...store,
    host: EVIL,
    unneeded: store.unneeded.map((each) => ({
      ...each,
      id: EVIL,
      reference: EVIL,
      name: EVIL,
      platform: EVIL,
      because: EVIL,
      kindOfPlace: EVIL,
      location: EVIL,
    })),
  })),
  registries: FLEET.registries.map((use) => ({ ...use, registry: EVIL })),
};

function evil(): Subject {
  return {
    reference: EVIL,
    name: EVIL,
    platform: EVIL,
    hosts: [EVIL],
    users: [EVIL, EVIL, EVIL],
    places: [{ kind: EVIL, location: EVIL }],
  };
}

function spoil(each: Pending): Pending {
  const layers =
    each.layers === null ? null : { ...each.layers, installed: each.layers.installed.map(() => ({ diffId: EVIL, createdBy: EVIL })) };
  const updates = each.updates.map((update) => {
    switch (update.axis) {
      case 'tag':
        return { ...update, installed: EVIL, candidate: EVIL, created: EVIL };
      case 'newer':
        return { ...update, tag: EVIL, digest: EVIL };
      case 'base':
        return { ...update, base: EVIL, installed: EVIL, candidate: EVIL };
    }
  });
  return { ...each, ...evil(), updates, layers };
}
