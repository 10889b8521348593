import { describe, expect, it } from 'vitest';
import { renderLimits } from '../../src/formats/limits.ts';
import { createPaint } from '../../src/formats/paint.ts';
import { renderShow } from '../../src/formats/show.ts';
import { renderUpdate } from '../../src/formats/update.ts';
import { makePlatform } from '../helpers/makers.ts';
import { BASES, moved, MOVED, onBase, open, PRESENT, RECORDED, settled } from './base-reports.ts';
import { HERE, makeReadableDigest, makeReport, makeRow, NOW, THERE, unknown, WORLD } from './reports.ts';

const PLAIN = createPaint(false);
const show = (row: Parameters<typeof renderShow>[0], noTrunc = false) => renderShow(row, { paint: PLAIN, noTrunc, now: NOW });
const fieldOf = (text: string, name: string) => new RegExp(`^${name}: ((?:.*)(?:\\n .*)*)`, 'm').exec(text)?.[1] ?? null;

describe('show', () => {
  it('tells all that is known about a rebuilt image', () => {
    expect(show(WORLD.images[2]!)).toMatchInlineSnapshot(`
      "Image: docker.io/library/nginx:1.27
      Status: upgradable (rebuilt)
      Why: the tag names another image for linux/amd64
      Platform: linux/amd64
      Current: sha256:3f2a9c0b7d1e
      Current-Created: 2026-10-27 (24 days ago)
      Candidate: sha256:9d1e4a55c0ff
      Candidate-Created: 2026-11-08 (12 days ago)
      Download: 12.3 MB (2 of 7 layers)
      Image-Id: sha256:c0ffee000000
      Newer-Tags: untracked: versions are not followed
      Base: unknown: nothing names a base; name it: imgupdate show --base REF nginx:1.27
      Used-By: container web (runs an older image), container blog, container proxy (stopped)
      Size: 71.2 MB
      Source: https://github.com/nginxinc/docker-nginx
      Found-In: docker-daemon unix:///var/run/docker.sock
      Checked: 2026-11-20T12:41:06Z (3 min ago)
      How: HEAD docker.io/library/nginx:1.27 -> sha256:9d1e4a55c0ff [free]
       GET docker.io/library/nginx@sha256:9d1e4a55c0ff -> index of 8 platforms [counted]
      Upgrade: docker pull nginx:1.27
       recreate web, blog, proxy: a container keeps the image it was created from
      "
    `);
  });

  it('tells why an image could not be checked', () => {
    const row = makeRow('ghcr.io/acme/api:2.3.1', {
      ...unknown('rate-limited', 'ghcr.io allows no more requests', '2026-11-20T18:00:00Z'),
      why: 'the registry did not say what the tag names',
    });
    expect(show(row)).toMatchInlineSnapshot(`
      "Image: ghcr.io/acme/api:2.3.1
      Status: unknown (rate-limited)
      Why: the registry did not say what the tag names
      Reason: ghcr.io allows no more requests
      Retry-At: 2026-11-20T18:00:00Z
      Platform: linux/amd64
      Current: sha256:3f2a9c0b7d1e
      Current-Created: 2026-10-27 (24 days ago)
      Image-Id: sha256:c0ffee000000
      Newer-Tags: untracked: versions are not followed
      Base: unknown: nothing names a base; name it: imgupdate show --base REF ghcr.io/acme/api:2.3.1
      Size: 71.2 MB
      Found-In: docker-daemon unix:///var/run/docker.sock
      "
    `);
  });

  it('leaves out what is not known, and says how to name a base that nothing names', () => {
    const bare = { ...makeRow('my-app:dev', 'local'), created: null, size: null, sources: [] };
    expect(show(bare)).toMatchInlineSnapshot(`
      "Image: docker.io/library/my-app:dev
      Status: local
      Why: built here
      Platform: linux/amd64
      Image-Id: sha256:c0ffee000000
      Newer-Tags: untracked: versions are not followed
      Base: unknown: nothing names a base; name it: imgupdate show --base REF my-app:dev
      "
    `);
  });

  it('prints whole digests with --no-trunc', () => {
    expect(fieldOf(show(WORLD.images[2]!, true), 'Candidate')).toBe(THERE);
    expect(fieldOf(show(WORLD.images[2]!), 'Candidate')).toBe('sha256:9d1e4a55c0ff');
  });

  it('has bold field names on a terminal', () => {
    expect(renderShow(WORLD.images[2]!, { paint: createPaint(true), noTrunc: false, now: NOW })).toContain(
      '\u001b[1mImage:\u001b[22m docker.io',
    );
  });

  it('lists every digest on a line of its own', () => {
    const row = makeRow('nginx:1.27', 'current', { tag: { digests: [HERE, makeReadableDigest('abc')] } });
    expect(fieldOf(show(row), 'Known-Digests')).toBe('sha256:3f2a9c0b7d1e\n sha256:abc000000000');
  });

  it('says that an answer was remembered', () => {
    const row = makeRow('nginx:1.27', 'current', {
      tag: { trail: [{ asked: 'HEAD docker.io/library/nginx:1.27', answer: HERE, cost: 'remembered' }] },
    });
    expect(fieldOf(show(row), 'Checked')).toBe('2026-11-20T12:41:06Z (remembered, 3 min ago)');
  });

  it('names newer versions, a hold and a line of a file', () => {
    const row = makeRow('node:20.11.1', 'current', {
      verdict: 'stale',
      newer: {
        verdict: {
          kind: 'available',
          line: { tag: '20.19.5', level: 'minor', digest: null },
          newest: { tag: '24.11.0', level: 'major', digest: null },
          why: '',
        },
        variant: null,
        sibling: null,
        notes: [],
        trail: [],
        table: null,
        checkedAt: null,
      },
      held: { reason: 'wait', until: '2026-12-15' },
      sources: [{ kind: 'dockerfile', location: 'Dockerfile', line: 3, column: 6, file: null }],
    });
    const text = show(row);
    expect(fieldOf(text, 'Status')).toBe('upgradable (current, newer tags)');
    expect(fieldOf(text, 'Newer-Tags')).toBe('20.19.5 (minor), 24.11.0 (major)');
    expect(fieldOf(text, 'Hold')).toBe('yes, until 2026-12-15: wait');
    expect(fieldOf(text, 'Used-By')).toBe('Dockerfile:3');
  });
});

describe('the base that show tells of', () => {
  it('is told with all that the answer rests on', () => {
    expect(show(MOVED)).toMatchInlineSnapshot(`
      "Image: docker.io/library/my-app:dev
      Status: local, base moved
      Why: built here
      Platform: linux/amd64
      Current-Created: 2026-10-27 (24 days ago)
      Image-Id: sha256:c0ffee000000
      Newer-Tags: untracked: versions are not followed
      Base: docker.io/library/node:20-slim
      Base-Status: moved (upper-layers-removed), high confidence
      Base-Why: node:20-slim dropped its top layer; this image still carries it
      Base-Recorded: sha256:01dba5e00000
      Base-Candidate: sha256:7e3ba5e00000
      Versions-Behind: 2
      First-Difference: layer 5
       here: RUN apt-get update && apt-get install -y curl
       now: no such layer
      Base-Notes: debian:bookworm-slim, on which node:20-slim is built, moved too
      Base-Evidence: annotation org.opencontainers.image.base.name of the manifest -> docker.io/library/node:20-slim, sha256:01dba5e00000 [annotation]
       comment of step 10 -> docker.io/library/node:20-slim, its first 9 steps and 5 layers (strong) [from-comment]
      Base-Rejected: label org.opencontainers.image.base.name: its LABEL step belongs to the base [label]
      Base-Checked: 2026-11-20T12:41:06Z (3 min ago)
      Used-By: container app
      Size: 71.2 MB
      Found-In: docker-daemon unix:///var/run/docker.sock
      Base-How: HEAD docker.io/library/node:20-slim -> sha256:7e3ba5e00000 [free]
       GET docker.io/library/node@sha256:7e3ba5e00000 -> index of 5 platforms [counted]
       GET docker.io/library/node@sha256:01dba5e00000 -> a base seen before [remembered]
      Upgrade: docker build --pull -t my-app:dev .
       in the folder of its Dockerfile, to have the present docker.io/library/node:20-slim
       recreate app: a container keeps the image it was created from
      "
    `);
  });

  it.each([
    [BASES.images[0]!, 'scratch', 'none, high confidence'],
    [BASES.images[1]!, 'docker.io/library/node:20-slim', 'moved (metadata-only), certain'],
    [BASES.images[2]!, 'docker.io/library/debian:bookworm-slim', 'gone, high confidence'],
    [BASES.images[4]!, 'docker.io/library/python:3.12', 'moved (undetermined), low confidence'],
    [BASES.images[6]!, 'docker.io/library/ruby:3.3-slim', 'unknown (rate-limited)'],
    [BASES.images[7]!, `docker.io/library/node@${RECORDED}`, 'pinned, high confidence'],
    [BASES.images[8]!, 'docker.io/library/nginx:1.27', 'current, certain'],
    [onBase('a:1', 'local', moved(null)), 'not named', 'moved (layers-differ), high confidence'],
  ])('has a status (%#)', (row, base, status) => {
    const text = show(row);
    expect([fieldOf(text, 'Base'), fieldOf(text, 'Base-Status')]).toEqual([base, status]);
  });

  it('is told how to name where nothing names it, and only that', () => {
    const text = show(makeRow('my-app:dev', 'local'));
    expect(fieldOf(text, 'Base')).toBe('unknown: nothing names a base; name it: imgupdate show --base REF my-app:dev');
    expect(text.match(/^\S*Base/gm)).toEqual(['Base']);
    const unquotable = { ...makeRow('my-app:dev', 'local'), name: 'x; rm -rf /' };
    expect(fieldOf(show(unquotable), 'Base')).toMatch(/ --base REF IMAGE$/);
  });

  it('is told how to name where it has several names, and not where a registry failed', () => {
    const ambiguous = onBase('my-app:dev', 'local', open('ambiguous-tag', 'its base has several names', null));
    expect(fieldOf(show(ambiguous), 'Base')).toBe('not named; name it: imgupdate show --base REF my-app:dev');
    const failed = onBase('my-app:dev', 'local', open('rate-limited', 'what may name its base could not be read', null));
    expect(fieldOf(show(failed), 'Base')).toBe('not named');
  });

  it('is told by the version that was seen, not by what its tag names', () => {
    const row = onBase('my-app:dev', 'local', moved('node:20-slim', { recorded: RECORDED, evidence: ['parent-chain'] }), {
      base: { found: [] },
    });
    expect(fieldOf(show(row), 'Base-Evidence')).toMatch(
      /^its builder made it of an image that is here -> docker\.io\/library\/node@sha256:\w+ \[parent-chain\]$/,
    );
  });

  it('is told with what was rejected though nothing counts', () => {
    const rejected = [{ source: 'label', where: 'label org.opencontainers.image.base.name', why: 'it belongs to the base' }] as const;
    const row = onBase('my-app:dev', 'local', open('no-evidence', 'nothing names a base', null), { base: { rejected } });
    expect(fieldOf(show(row), 'Base-Rejected')).toBe('label org.opencontainers.image.base.name: it belongs to the base [label]');
  });

  it('tells why there is no answer, and until when', () => {
    const verdict = open('rate-limited', 'docker.io allows no more requests', 'ruby:3.3');
    const retry = verdict.kind === 'unknown' ? { ...verdict.reason, retryAt: '2026-11-20T18:00:00Z' } : null;
    const row = onBase('a:1', 'local', { ...verdict, kind: 'unknown', reason: retry!, why: 'the registry did not say what it names' });
    expect(fieldOf(show(row), 'Base-Why')).toBe('the registry did not say what it names');
    expect(fieldOf(show(row), 'Base-Reason')).toBe('docker.io allows no more requests');
    expect(fieldOf(show(row), 'Base-Retry-At')).toBe('2026-11-20T18:00:00Z');
  });

  it('names digests of a claim once, ids and a weak boundary', () => {
    const claim = MOVED.base.found[0]!;
    const found = [
      { ...claim, reference: { ...claim.reference!, digest: RECORDED }, digests: [RECORDED, PRESENT] },
      { ...claim, source: 'squash-mark', where: 'comment of step 3', reference: null, digests: [], imageId: PRESENT },
      {
        ...claim,
        source: 'history',
        where: 'steps',
        reference: null,
        digests: [],
        boundary: { history: 1, layers: null, strength: 'weak' },
      },
      { ...claim, says: 'scratch', reference: null, digests: [] },
      { ...claim, reference: null, digests: [] },
    ] as const;
    expect(fieldOf(show({ ...MOVED, base: { ...MOVED.base, found } }), 'Base-Evidence')?.split('\n ')).toEqual([
      `${claim.where} -> docker.io/library/node:20-slim@sha256:01dba5e00000, sha256:7e3ba5e00000 [annotation]`,
      'comment of step 3 -> image 7e3ba5e00000 [squash-mark]',
      'steps -> its first 1 step (weak) [history]',
      `${claim.where} -> scratch [annotation]`,
      `${claim.where} -> a base, not which [annotation]`,
    ]);
  });

  it('shows twenty of a thousand claims, and most of them where nothing is to be cut', () => {
    const rejected = Array.from(
      { length: 1000 },
      (_, at) => ({ source: 'provenance', where: `material ${at}`, why: 'it is no prefix' }) as const,
    );
    const row = { ...MOVED, base: { ...MOVED.base, rejected } };
    const lines = fieldOf(show(row), 'Base-Rejected')!.split('\n');
    expect([lines.length, lines.at(-1)]).toEqual([21, ' and 980 more']);
    expect(fieldOf(show(row, true), 'Base-Rejected')!.split('\n')).toHaveLength(501);
  });

  it('is told with whole digests with --no-trunc', () => {
    const text = show(MOVED, true);
    expect(fieldOf(text, 'Base-Recorded')).toBe(RECORDED);
    expect(fieldOf(text, 'Base-How')).toContain(`GET docker.io/library/node@${PRESENT}`);
  });
});

describe('the upgrade that show proposes', () => {
  const upgrade = (row: Parameters<typeof renderShow>[0]) => fieldOf(show(row), 'Upgrade');

  it('is podman for an image of podman', () => {
    const podman = [{ kind: 'docker-daemon', location: 'unix:///run/podman/podman.sock', line: null, column: null, file: null }];
    expect(upgrade(makeRow('nginx:1.27', 'rebuilt', { sources: podman }))).toBe('podman pull docker.io/library/nginx:1.27');
    expect(upgrade(makeRow('nginx:1.27', 'rebuilt'))).toBe('docker pull nginx:1.27');
  });

  it('changes the digest of a pinned tag', () => {
    expect(upgrade(makeRow(`nginx:1.27@${HERE}`, 'rebuilt'))).toBe(
      `docker pull nginx:1.27@${THERE}\n and put the new digest where the old one is written`,
    );
  });

  it('is only to recreate a container that was left behind', () => {
    const row = makeRow('nginx:1.27', 'current', {
      containers: [
        { name: 'web', running: true, outdated: true },
        { name: 'new', running: true, outdated: false },
      ],
    });
    expect(upgrade(row)).toBe('recreate web: a container keeps the image it was created from');
  });

  it('is to build again what was built here on a base that moved', () => {
    expect(upgrade(MOVED)).toBe(
      'docker build --pull -t my-app:dev .\n in the folder of its Dockerfile, to have the present docker.io/library/node:20-slim\n' +
        ' recreate app: a container keeps the image it was created from',
    );
    const podman = [{ kind: 'containers-storage', location: '', line: null, column: null, file: null }];
    expect(upgrade(onBase('localhost/app:1', 'local', moved('node:20'), { sources: podman }))).toMatch(
      /^podman build --pull -t localhost\/app:1 /,
    );
  });

  it('names the digest to change where the Dockerfile pins the base', () => {
    expect(upgrade(onBase('my-app:dev', 'local', moved(`node:20@${RECORDED}`)))).toContain(
      ` with the new digest of docker.io/library/node:20@${RECORDED} in its Dockerfile`,
    );
  });

  it.each([
    [
      'one that may be the reader’s',
      onBase('ghcr.io/acme/api:2', 'current', moved('node:20')),
      /^if it is yours: docker build --pull .*\n if not: wait /,
    ],
    [
      'an official one',
      onBase('wordpress:6', 'current', moved('php:8')),
      /^wait for its publisher .* the present docker\.io\/library\/php:8, or ask/,
    ],
    ['one by digest', onBase(`ghcr.io/acme/api@${HERE}`, 'pinned', moved('node:20')), /^wait for its publisher/],
    [
      'one whose base is gone',
      onBase('ghcr.io/acme/api:2', 'current', settled('gone', 'debian:9')),
      /^ask its publisher .*debian:9 is not published any more for linux\/amd64$/,
    ],
    [
      'a local one whose base is gone',
      onBase('app:2', 'local', settled('gone', 'debian:9')),
      /^build it on another base: docker\.io\/library\/debian:9 is not/,
    ],
    ['one that was rebuilt already', onBase('ghcr.io/acme/api:2', 'rebuilt', moved('node:20')), /^docker pull ghcr\.io\/acme\/api:2$/],
  ])('on a base that moved depends on who builds it: %s', (_, row, expected) => {
    expect(upgrade(row)).toMatch(expected);
  });

  it.each([
    ['a current base', onBase('my-app:dev', 'local', settled('current', 'node:20'))],
    ['a tag that is gone, whatever its base did', onBase('ghcr.io/acme/api:2', 'gone', moved('node:20'))],
    ['a current image', makeRow('nginx:1.27', 'current')],
    ['a tag that is gone', makeRow('nginx:1.27', 'gone')],
    ['a name that a shell would not take as one word', { ...makeRow('nginx:1.27', 'rebuilt'), name: 'nginx:1.27; rm -rf /' }],
  ])('is nothing for %s', (_, row) => {
    expect(upgrade(row)).toBeNull();
  });
});

describe('update', () => {
  it('prints a numbered line per tag as apt does, and sums up', () => {
    const text = renderUpdate(WORLD, { elapsedMs: 1900 });
    expect([...text.records, '--', ...text.closing, '--', ...text.warnings].join('\n')).toMatchInlineSnapshot(`
      "Err:1 ghcr.io/acme/api 2.3.1
        ghcr.io says that it knows no such repository
      Ign:2 my-app dev (local)
      Get:3 docker.io/library/nginx 1.27 [1 document]
      Hit:4 docker.io/library/node 20-alpine
      Hit:5 docker.io/library/postgres 15.4
      Hit:6 docker.io/library/python 3.8-slim (gone)
      Ign:7 docker.io/library/redis sha256:3f2a9c0b7d1e0000000000000000000000000000000000000000000000000000 (pinned)
      --
      Checked 4 of 5 images in 1.9s (11 requests; docker.io limit 87/100)
      3 images can be upgraded. Run 'imgupdate list --upgradable' to see them.
      --
      W: 1 image could not be checked.
      W: ghcr.io/acme/api:2.3.1: not found or private; run 'docker login ghcr.io'"
    `);
  });

  it.each([
    [[makeRow('nginx:1.27', 'rebuilt')], "1 image can be upgraded. Run 'imgupdate list --upgradable' to see it."],
    [
      [makeRow('nginx:1.27', 'rebuilt'), makeRow('nginx:1', 'rebuilt')],
      "2 images can be upgraded. Run 'imgupdate list --upgradable' to see them.",
    ],
    [[makeRow('nginx:1.27', 'current')], 'All images are up to date.'],
    [
      [makeRow('nginx:1.27', 'current'), makeRow('a:1', unknown('timeout', 'no answer'))],
      'No updates found, but 1 image could not be checked.',
    ],
  ])('closes with what can be done (%#)', (images, sentence) => {
    expect(renderUpdate(makeReport(images), { elapsedMs: 0 }).closing.at(-1)).toBe(sentence);
  });

  it('prints a line for each base that was asked about, after the images', () => {
    const text = renderUpdate(BASES, { elapsedMs: 1900 });
    expect([...text.records.slice(9), '--', ...text.closing, '--', ...text.warnings].join('\n')).toMatchInlineSnapshot(`
      "Hit:10 docker.io/library/nginx 1.27
      Get:11 docker.io/library/node 20-slim (base of 2 images) [1 document]
      Hit:12 docker.io/library/debian bookworm-slim (base of 1 image) (gone)
      Hit:13 docker.io/library/python 3.12 (base of 1 image)
      Err:14 docker.io/library/ruby 3.3-slim (base of 1 image)
        docker.io allows no more requests
      --
      Checked 3 images and 3 bases in 1.9s (0 requests)
      4 images can be upgraded. Run 'imgupdate list --upgradable' to see them.
      --
      W: the bases of 2 images could not be checked.
      W: docker.io/library/ruby:3.3-slim (base of 1 image): rate limited"
    `);
  });

  it('says nothing twice of a base that is among the images', () => {
    const row = onBase('my-site:dev', 'local', settled('current', 'nginx:1.27'));
    expect(renderUpdate(makeReport([row, makeRow('nginx:1.27', 'current')]), { elapsedMs: 0 }).records).toEqual([
      'Ign:1 my-site dev (local)',
      'Hit:2 docker.io/library/nginx 1.27',
    ]);
  });

  it('tells of a base that was asked about though another image of its name was built here', () => {
    const row = onBase('my-site:dev', 'local', settled('current', 'acme/base:1'));
    expect(renderUpdate(makeReport([makeRow('acme/base:1', 'local'), row]), { elapsedMs: 0 }).records).toEqual([
      'Ign:1 acme/base 1 (local)',
      'Ign:2 my-site dev (local)',
      'Hit:3 docker.io/acme/base 1 (base of 1 image)',
    ]);
  });

  it('prints one line for a tag that is here for two platforms', () => {
    const row = makeRow('nginx:1.27', 'current');
    const report = makeReport([row, { ...row, platform: makePlatform('linux/arm64') }]);
    expect(renderUpdate(report, { elapsedMs: 0 }).records).toEqual(['Hit:1 docker.io/library/nginx 1.27']);
  });
});

describe('limits', () => {
  it('shows the quota of each registry, and what this run used of it', () => {
    const low = { registry: 'quay.io', requests: 1, counted: 0, limit: 100, remaining: 20, windowSeconds: 3600 };
    const empty = { ...low, registry: 'registry.example:5000', remaining: 0 };
    const text = renderLimits([...WORLD.registries, low, empty], { width: null, paint: PLAIN });
    expect(text).toMatchInlineSnapshot(`
      "REGISTRY               LIMIT  LEFT  WINDOW  REQUESTS  COUNTED  NOTE
      docker.io              100    87    6h      9         1        -
      ghcr.io                -      -     -       2         0        none announced
      quay.io                100    20    1h      1         0        nearly used up
      registry.example:5000  100    0     1h      1         0        used up
      "
    `);
  });

  it('fits the terminal and warns in red', () => {
    const low = {
      registry: 'a-very-long-registry-name.corp.example:5000',
      requests: 1,
      counted: 0,
      limit: 100,
      remaining: 20,
      windowSeconds: 3600,
    };
    for (const width of [80, 60])
      for (const line of renderLimits([low], { width, paint: PLAIN }).trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(width);
    expect(renderLimits([low], { width: 120, paint: createPaint(true) })).toContain('\u001b[31m20\u001b[39m');
  });
});
