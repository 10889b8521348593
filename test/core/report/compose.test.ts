import { describe, expect, it } from 'vitest';
import { decideStanding } from '../../../src/core/report/standing.ts';
import { readRows } from '../../../src/core/report/rows.ts';
import { toBaseline } from '../../../src/core/report/to-baseline.ts';
import { canonical, makeDocument, makeEntry } from '../../helpers/documents.ts';
import { compose, FIRST_WEEK, reportFleet, reportWeeks, tell, type Week, week } from './history.ts';

const HOLD = { reason: 'wait', until: null };
const warn = (code: string, message: string) => ({ code, message, image: null });
const AWAY = { warnings: [warn('engine-unavailable', 'no container engine answers at unix:///run/docker.sock')] };
const e = makeEntry;
const nginx = (parts = {}) => e('nginx:1.27.4', { newer: { patch: '1.27.5' }, ...parts });
const web = (parts = {}) => e('acme/web:dev', { base: 'moved', tag: 'local', ...parts });

describe('what is unchanged', () => {
  it.each<readonly [string, readonly Week[], readonly boolean[]]>([
    ['nothing pending in a first report', [[e('nginx:1')]], [true]],
    ['something pending in a first report', [[nginx()]], [false]],
    ['something to look at in a first report', [[e('nginx:1', { tag: 'gone' })]], [false]],
    ['only held in a first report', [[nginx({ held: HOLD })]], [true]],
    [
      'the same again, whatever is pending',
      [
        [nginx(), web(), e('a/b:1', { tag: 'gone' })],
        [nginx(), web(), e('a/b:1', { tag: 'gone' })],
      ],
      [false, true],
    ],
    [
      'a tag that is rebuilt again',
      [[e('nginx:1', { tag: 'rebuilt', candidate: 'a' })], [e('nginx:1', { tag: 'rebuilt', candidate: 'b' })]],
      [false, true],
    ],
    ['a newer version', [[nginx()], [nginx({ newer: { patch: '1.27.6' } })]], [false, false]],
    ['something done', [[nginx()], []], [false, false]],
    ['a registry that is away, and is back', [[e('a/b:1')], [e('a/b:1', { tag: 'unknown' })], [e('a/b:1')]], [true, false, false]],
    ['a tag that is gone, and is back', [[e('a/b:1', { tag: 'gone' })], [e('a/b:1')]], [false, false]],
    ['a deleted tag whose image was removed', [[e('a/b:1', { tag: 'gone' })], []], [false, false]],
    ['a place that cannot be read, and can', [[], makeDocument([], AWAY), makeDocument([], AWAY), []], [true, false, true, false]],
    ['a base that an image does not tell any more', [[web()], [web({ base: 'unknown', image: 'new' })]], [false, false]],
    ['more images that are fresh', [[e('a/b:1')], [e('a/b:1'), e('a/c:1')]], [true, true]],
  ])('%s', (_, weeks, expected) => {
    expect(reportWeeks(...weeks).map(({ report }) => report.isUnchanged)).toEqual(expected);
  });
});

describe('attention', () => {
  const dead = (name: string) => e(`ghcr.io/${name}:1`, { tag: 'unknown', message: 'ghcr.io refused the connection (ECONNREFUSED)' });

  it('tells one dead registry once, however many images it has', () => {
    const names = Array.from({ length: 500 }, (_, at) => `acme/app${String(at).padStart(3, '0')}`);
    const [{ report }] = [compose([{ name: 'build01', document: makeDocument(names.map(dead)) }])];
    expect(report.attention).toHaveLength(1);
    expect(report.attention[0]).toMatchObject({
      kind: 'unchecked',
      registry: 'ghcr.io',
      reason: 'unreachable',
      message: 'ghcr.io refused the connection (ECONNREFUSED)',
      isNew: true,
    });
    expect(report.attention[0]!.images).toHaveLength(500);
  });

  it('tells images that are newly unchecked apart from those that were told', () => {
    const [, second] = reportWeeks([dead('a/a')], [dead('a/a'), dead('a/b')]);
    expect(tell(second!).attention).toEqual(['unchecked ghcr.io/a/b:1 new', 'unchecked ghcr.io/a/a:1 week 1']);
    expect(second!.report.isUnchanged).toBe(false);
  });

  it('says in words what several refusals of one registry have in common', () => {
    const refused = (name: string) => e(name, { tag: 'unknown', reason: 'unauthorized', message: `${name} wants a login` });
    const { report } = compose([{ name: 'build01', document: makeDocument([refused('ghcr.io/a/a:1'), refused('ghcr.io/a/b:1')]) }]);
    expect(report.attention.map(({ message, images }) => [message, images])).toEqual([
      ['ghcr.io: credentials are missing or refused', ['ghcr.io/a/a:1', 'ghcr.io/a/b:1']],
    ]);
  });

  it('names the registry of the base where that is away, and not the one of the image', () => {
    const image = web({ base: 'unknown', baseReason: 'timeout', baseName: 'quay.io/acme/base:1', message: 'quay.io did not answer' });
    const { report } = compose([{ name: 'build01', document: makeDocument([image]) }]);
    expect(report.attention.map(({ registry, reason }) => [registry, reason])).toEqual([['quay.io', 'timeout']]);
  });

  it('comes by urgency, and what is new first', () => {
    const images = (isMore: boolean) => [
      e('a/e:1', { expired: [{ reason: null, until: '2026-11-01' }] }),
      e('a/u:1', { tag: 'unknown' }),
      e('a/l:1', { base: 'moved', confidence: 'low' }),
      e('a/z:1', { tag: 'gone' }),
      ...(isMore ? [e('a/y:1', { tag: 'gone' }), e('a/b:1', { base: 'gone' })] : []),
    ];
    const [, second] = reportWeeks(makeDocument(images(false), AWAY), makeDocument(images(true), AWAY));
    expect(second!.report.attention.map(({ kind, isNew }) => `${kind}${isNew ? ' new' : ''}`)).toEqual([
      'gone new',
      'gone',
      'base-gone new',
      'unchecked',
      'unread',
      'expired-hold',
      'unsure',
    ]);
  });

  it('says nothing of bases that nothing names', () => {
    expect(tell(compose([{ name: 'build01', document: makeDocument([e('a/b:1', { base: 'unknown' })]) }]))).toEqual({});
  });

  it('tells one hold over many images once', () => {
    const expired = [{ reason: 'plugin', until: '2026-11-01' }];
    const { report } = compose([{ name: 'build01', document: makeDocument([e('a/a:1', { expired }), e('a/b:1', { expired })]) }]);
    expect(report.attention.map(({ images, hold, message }) => ({ images, hold, message }))).toEqual([
      { images: ['a/a:1', 'a/b:1'], hold: expired[0], message: 'was held until 2026-11-01' },
    ]);
  });
});

describe('several hosts', () => {
  it('have an image on one line where it is alike', () => {
    const [first] = reportFleet({
      web1: makeDocument([nginx()]),
      web2: makeDocument([nginx()]),
      db: makeDocument([nginx({ newer: { patch: '1.27.6' } })]),
    });
    expect(tell(first!).news).toEqual(['nginx:1.27.4 on db 1.27.6', 'nginx:1.27.4 on web1+web2 1.27.5']);
    expect(first!.report.counts).toMatchObject({ images: 3, stale: 3, news: 2 });
  });

  it('tell what was installed only where all have the same', () => {
    const tagged = (digests: string[]) => ({
      ...e('nginx:1', { tag: 'rebuilt' }),
      tag: { ...e('nginx:1', { tag: 'rebuilt' }).tag, digests },
    });
    const [first] = reportFleet({ a: makeDocument([tagged(['sha256:1'])]), b: makeDocument([tagged(['sha256:2'])]) });
    expect(first!.report.news).toMatchObject([{ hosts: ['a', 'b'], updates: [{ axis: 'tag', installed: null }] }]);
  });

  it('tell once what is newer for different images that places of one of them have under one name', () => {
    const image = (id: string) => {
      const entry = e('acme/app:1', { image: id, tag: 'rebuilt', base: 'moved' });
      return { ...entry, tag: { ...entry.tag, digests: [`sha256:${id}`] }, base: { ...entry.base, recorded: `sha256:base of ${id}` } };
    };
    const [first] = reportFleet({ a: makeDocument([image('1'), image('2')]), b: makeDocument([image('1')]) });
    expect(tell(first!).news).toEqual(['acme/app:1 on a+b rebuilt base node:20-slim']);
    expect(first!.report.news[0]!.updates).toMatchObject([{ installed: null }, { installed: null, movement: 'layers-differ' }]);
  });

  it('keep what is new on one apart from what is pending on another', () => {
    const fleet = reportFleet(
      { a: makeDocument([nginx()]), b: makeDocument([]) },
      { a: makeDocument([nginx()]), b: makeDocument([nginx()]) },
    );
    expect(tell(fleet[1]!)).toEqual({ news: ['nginx:1.27.4 on b 1.27.5'], pending: ['nginx:1.27.4 on a 1.27.5 since week 1'] });
  });

  it('say once that one is not there, leave it as it was, and are not done with it', () => {
    const a = makeDocument([nginx()]);
    const fleet = reportFleet({ a, b: makeDocument([web()], AWAY) }, { a }, { a }, { a, b: makeDocument([web()], AWAY) });
    expect(fleet.map(tell)).toEqual([
      { attention: [expect.stringContaining('new')], news: ['acme/web:dev on b base node:20-slim', 'nginx:1.27.4 on a 1.27.5'] },
      { attention: ['unread there is no document of b any more new'], pending: ['nginx:1.27.4 1.27.5 since week 1'] },
      { pending: ['nginx:1.27.4 1.27.5 since week 1'] },
      {
        attention: [expect.stringContaining('week 1')],
        pending: ['acme/web:dev on b base node:20-slim since week 1', 'nginx:1.27.4 on a 1.27.5 since week 1'],
      },
    ]);
    expect(fleet.map(({ report }) => report.isUnchanged)).toEqual([false, false, true, false]);
    expect(fleet[2]!.baseline.hosts).toEqual(['a', 'b']);
  });

  it('may be as many as a document has room for', () => {
    const image = makeEntry('nginx:1', { tag: 'rebuilt' });
    const hosts = Array.from({ length: 200_000 }, (_, at) => ({ name: `h${at}`, document: makeDocument([image]) }));
    const [{ report, baseline }] = [compose(hosts)];
    expect(report.news.map((each) => each.hosts.length)).toEqual([200_000]);
    expect(baseline.rows).toHaveLength(200_000);
  });

  it('count the newest document of one name', () => {
    const [old, now] = ['2026-11-15T07:00:00Z', '2026-11-16T07:00:00Z'].map((generatedAt, at) =>
      makeDocument([e(`a/b:${at}`, { tag: 'rebuilt' })], { generatedAt }),
    );
    for (const documents of [
      [old!, now!],
      [now!, old!],
    ]) {
      expect(tell(compose(documents.map((document) => ({ name: 'x', document }))))).toEqual({ news: ['a/b:1 rebuilt'] });
    }
  });

  it('are named beside their containers and lines of files', () => {
    const image = nginx({
      containers: [
        { name: 'web', running: true, outdated: true },
        { name: 'proxy', running: false, outdated: false },
      ],
      sources: [
        { kind: 'docker-daemon', location: 'unix:///run/docker.sock', line: null, column: null, within: null },
        { kind: 'compose', location: 'compose.yaml', line: 12, column: 5, within: 'web' },
        { kind: 'compose', location: 'compose.yaml', line: 12, column: 9, within: 'web' },
      ],
    });
    const alone = compose([{ name: 'a', document: makeDocument([image]) }]);
    const fleet = compose(['b', 'a'].map((name) => ({ name, document: makeDocument([image]) })));
    expect(alone.report.news[0]).toMatchObject({
      users: ['web*', 'proxy', 'compose.yaml:12'],
      places: [
        { kind: 'docker-daemon', location: 'unix:///run/docker.sock' },
        { kind: 'compose', location: 'compose.yaml' },
      ],
    });
    expect(fleet.report.news[0]).toMatchObject({
      hosts: ['a', 'b'],
      users: ['a: web*', 'a: proxy', 'b: web*', 'b: proxy', 'a: compose.yaml:12', 'b: compose.yaml:12'],
    });
  });
});

describe('bases and what to build', () => {
  it('lists each base once for its platform, those with most images first', () => {
    const { report } = compose([
      {
        name: 'build01',
        document: makeDocument([
          web(),
          e('acme/api:1', { base: 'moved' }),
          e('acme/api:1', { base: 'moved', platform: 'linux/arm64' }),
          e('acme/old:1', { base: 'gone', baseName: 'debian:buster' }),
          e('acme/held:1', { base: 'moved', held: HOLD }),
          e('acme/unsure:1', { base: 'moved', confidence: 'low' }),
        ]),
      },
    ]);
    expect(
      report.bases.map(({ name, kind, movements, images }) => [
        name,
        kind,
        movements,
        images.map((image) => `${image.name} ${image.platform}`),
      ]),
    ).toEqual([
      ['node:20-slim', 'moved', ['layers-differ'], ['acme/api:1 linux/amd64', 'acme/web:dev linux/amd64']],
      ['debian:buster', 'gone', [], ['acme/old:1 linux/amd64']],
      ['node:20-slim', 'moved', ['layers-differ'], ['acme/api:1 linux/arm64']],
    ]);
    expect(report.rebuilds.map(({ name }) => name)).toEqual(['acme/api:1', 'acme/api:1', 'acme/web:dev']);
  });

  it('builds a base of ours first, official images never, and each image once for all hosts', () => {
    const document = makeDocument([
      e('acme/app:1', { base: 'current', baseName: 'acme/base:1' }),
      e('acme/base:1', { base: 'moved' }),
      e('acme/a-tool:1', { base: 'moved' }),
      e('nginx:1', { base: 'moved', baseName: 'debian:12' }),
    ]);
    const { report } = compose(['a', 'b'].map((name) => ({ name, document })));
    expect(report.rebuilds.map(({ name, because, base, hosts }) => `${name} ${because} ${base} ${hosts.join('+')}`)).toEqual([
      'acme/a-tool:1 moved node:20-slim a+b',
      'acme/base:1 moved node:20-slim a+b',
      'acme/app:1 follows acme/base:1 a+b',
    ]);
    expect(report.bases.map(({ name }) => name)).toEqual(['node:20-slim', 'debian:12']);
  });

  it('builds what was built here under a name without a slash, though an official image might be called so', () => {
    const document = makeDocument([
      e('acme/app:1', { base: 'moved' }),
      e('worker:dev', { tag: 'local', base: 'current', baseName: 'acme/app:1' }),
      e('shell:dev', { tag: 'local', base: 'moved', baseName: 'debian:12' }),
    ]);
    const { report } = compose([{ name: 'build01', document }]);
    expect(report.rebuilds.map(({ name, because }) => `${name} ${because}`)).toEqual([
      'acme/app:1 moved',
      'shell:dev moved',
      'worker:dev follows',
    ]);
  });

  it('builds no image that lost its tag to the next one, unless something still uses it', () => {
    const pinned = (name: string) => `${name}@sha256:${'a'.repeat(64)}`;
    const document = makeDocument([
      e(pinned('acme/left'), { tag: 'pinned', base: 'moved' }),
      e(pinned('acme/run'), { tag: 'pinned', base: 'moved', containers: [{ name: 'run', running: true, outdated: false }] }),
    ]);
    const { report } = compose([{ name: 'build01', document }]);
    expect(report.rebuilds.map(({ reference }) => reference)).toEqual([canonical(pinned('acme/run'))]);
  });
});

describe('the footer', () => {
  it('counts rows as list does, and what was answered', () => {
    const document = makeDocument([
      e('a/a:1'),
      e('a/b:1', { tag: 'unknown' }),
      nginx({ base: 'unknown', baseReason: 'squashed' }),
      e('a/c:1', { newer: 'unknown' }),
      e('a/d:1', { tag: 'rebuilt', held: HOLD }),
    ]);
    const { report } = compose([{ name: 'build01', document }]);
    expect(report.counts).toEqual({ images: 5, checked: 2, fresh: 2, stale: 2, unknown: 1, news: 1, older: 0, held: 1, done: 0 });
    expect(report.trend).toEqual([{ at: FIRST_WEEK, images: 5, fresh: 2, stale: 2, unknown: 1 }]);
  });

  it('adds up what was asked, and tells the quota that is nearest to its end', () => {
    const use = (parts: object) => ({
      registry: 'docker.io',
      requests: 3,
      counted: 1,
      limit: null,
      remaining: null,
      windowSeconds: null,
      ...parts,
    });
    const hosts = [
      use({ limit: 100, remaining: 87, windowSeconds: 21_600 }),
      use({ limit: 200, remaining: 9, windowSeconds: 21_600 }),
      use({}),
    ].map((each, at) => ({ name: `host${at}`, document: makeDocument([], { registries: [each, { ...each, registry: 'a.example' }] }) }));
    expect(compose(hosts).report.registries).toEqual([
      { registry: 'a.example', requests: 9, counted: 3, limit: 200, remaining: 9, windowSeconds: 21_600 },
      { registry: 'docker.io', requests: 9, counted: 3, limit: 200, remaining: 9, windowSeconds: 21_600 },
    ]);
  });

  it('tells the ages of the answers', () => {
    const document = makeDocument([e('a/a:1', { checkedAt: '2026-11-16T05:00:00Z' }), e('a/b:1', { checkedAt: '2026-11-16T06:30:00.5Z' })]);
    const none = makeDocument([e('a/a:1', { checkedAt: null })]);
    expect(compose([{ name: 'x', document }]).report.data).toEqual({
      oldest: Date.UTC(2026, 10, 16, 5),
      newest: Date.UTC(2026, 10, 16, 6, 30, 0, 500),
    });
    expect(compose([{ name: 'x', document: none }]).report.data).toBeNull();
  });

  it('has the stores of those hosts that looked at them', () => {
    const store = { images: 3, bytes: 10, unneeded: [], freedBytes: 0 };
    const hosts = [{ store }, { store: null }, {}].map((parts, at) => ({ name: `host${at}`, document: makeDocument([], parts) }));
    expect(compose(hosts).report.stores).toEqual([{ host: 'host0', images: 3, bytes: 10, freedBytes: 0, unneeded: [] }]);
  });
});

describe('a report that may not have arrived', () => {
  const then = makeDocument([
    nginx(),
    web(),
    e('a/gone:1', { tag: 'gone' }),
    e('redis:7.2', { tag: 'rebuilt', image: 'old' }),
    e('a/held:1', { tag: 'rebuilt' }),
  ]);
  const later = makeDocument([
    nginx({ newer: { patch: '1.27.6' } }),
    web(),
    e('a/gone:1', { tag: 'gone' }),
    e('redis:7.2', { image: 'new' }),
    e('a/held:1', { tag: 'rebuilt', held: HOLD }),
    e('a/away:1', { tag: 'unknown' }),
  ]);

  it('is told as what it said was new and done', () => {
    const [first, second] = reportWeeks(then, later);
    const third = compose([{ name: 'build01', document: later }], {
      now: week(3),
      earlier: { baseline: second!.baseline, name: null },
      interrupted: { baseline: second!.baseline, before: first!.baseline },
    });
    expect(third.report.interrupted).toEqual({
      at: week(2),
      news: ['a/away:1: not checked: docker.io is away', 'nginx:1.27.4: 1.27.6 (patch)'],
      done: ['a/held:1: rebuilt', 'redis:7.2: rebuilt'],
    });
    expect(third.report.news).toEqual([]);
    expect(third.report.done).toEqual([]);
  });

  it('told nothing of an engine that never was there', () => {
    const [first] = reportWeeks(makeDocument([], { warnings: [warn('no-engine', 'no engine is at unix:///a')] }));
    const { report } = compose([{ name: 'build01', document: then }], {
      now: week(2),
      earlier: { baseline: first!.baseline, name: null },
      interrupted: { baseline: first!.baseline, before: null },
    });
    expect(report.interrupted).toEqual({ at: week(1), news: [], done: [] });
  });

  it('is all news where it was the first one', () => {
    const [first] = reportWeeks(then);
    const { report } = compose([{ name: 'build01', document: then }], {
      now: week(2),
      earlier: { baseline: first!.baseline, name: null },
      interrupted: { baseline: first!.baseline, before: null },
    });
    expect(report.interrupted!.done).toEqual([]);
    expect(report.interrupted!.news).toEqual([
      'a/gone:1: docker.io/a/gone no longer has the tag 1',
      'a/held:1: rebuilt',
      'acme/web:dev: base node:20-slim moved',
      'nginx:1.27.4: 1.27.5 (patch)',
      'redis:7.2: rebuilt',
    ]);
  });
});

describe('a document to compare with', () => {
  it('is as good as a report of its time', () => {
    const document = makeDocument([nginx()], { generatedAt: '2026-10-30T10:00:00Z' });
    const { report } = compose([{ name: 'build01', document: makeDocument([nginx(), web()]) }], {
      earlier: { baseline: toBaseline([{ name: 'build01', document }]), name: 'old.json' },
    });
    expect(report.since).toEqual({ kind: 'file', at: Date.UTC(2026, 9, 30, 10), name: 'old.json' });
    expect(report.news.map(({ name }) => name)).toEqual(['acme/web:dev']);
    expect(report.pending).toMatchObject([{ name: 'nginx:1.27.4', since: Date.UTC(2026, 9, 30, 10) }]);
  });

  it('makes the next report forget neither a day nor a machine of the last one', () => {
    const here = { build01: makeDocument([nginx(), web()]) };
    const [first, second] = reportFleet({ build01: makeDocument([nginx()]) }, { ...here, build02: makeDocument([web()]) });
    const input = { now: week(3), earlier: { baseline: first!.baseline, name: null } };
    const hosts = [{ name: 'build01', document: here.build01 }];
    const third = compose(hosts, { ...input, last: second!.baseline });
    expect(third.report).toEqual(compose(hosts, input).report);
    expect(tell(third)).toEqual({ news: ['acme/web:dev base node:20-slim'], pending: ['nginx:1.27.4 1.27.5 since week 1'] });
    expect(third.baseline.hosts).toEqual(['build01', 'build02']);
    expect(
      third.baseline.rows.map(({ host, name, told }) => `${host} ${name} ${(told[0]!.since - FIRST_WEEK) / (week(2) - FIRST_WEEK)}`),
    ).toEqual(['build01 acme/web:dev 1', 'build01 nginx:1.27.4 0', 'build02 acme/web:dev 1']);
  });

  it('of another verb does not tell holds that have ended', () => {
    const [first] = reportWeeks([e('a/b:1', { expired: [{ reason: null, until: '2026-11-01' }] })]);
    const image = structuredClone(e('a/b:1'));
    Reflect.deleteProperty(image, 'expired');
    const second = compose([{ name: 'build01', document: makeDocument([image]) }], { earlier: { baseline: first!.baseline, name: null } });
    expect(second.report.isUnchanged).toBe(true);
    expect(second.baseline.rows).toHaveLength(1);
  });
});

describe('how things stand with what was told', () => {
  it('is open where the answer tells no version', () => {
    const image = nginx();
    const [row] = readRows('x', makeDocument([{ ...image, newer: { ...image.newer, line: null } }]));
    expect(decideStanding('newer', row!, { before: null, isOutOfSight: false })).toBe('open');
  });
});
