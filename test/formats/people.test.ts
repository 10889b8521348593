import { describe, expect, it } from 'vitest';
import { renderLimits } from '../../src/formats/limits.ts';
import { createPaint } from '../../src/formats/paint.ts';
import { renderShow } from '../../src/formats/show.ts';
import { renderUpdate } from '../../src/formats/update.ts';
import { makePlatform } from '../helpers/makers.ts';
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
        checkedAt: null,
      },
      held: { reason: 'wait', until: '2026-12-15' },
      sources: [{ kind: 'dockerfile', location: 'Dockerfile', line: 3, column: 6 }],
    });
    const text = show(row);
    expect(fieldOf(text, 'Status')).toBe('upgradable (current, newer tags)');
    expect(fieldOf(text, 'Newer-Tags')).toBe('20.19.5 (minor), 24.11.0 (major)');
    expect(fieldOf(text, 'Hold')).toBe('yes, until 2026-12-15: wait');
    expect(fieldOf(text, 'Used-By')).toBe('Dockerfile:3');
  });
});

describe('the upgrade that show proposes', () => {
  const upgrade = (row: Parameters<typeof renderShow>[0]) => fieldOf(show(row), 'Upgrade');

  it('is podman for an image of podman', () => {
    const podman = [{ kind: 'docker-daemon', location: 'unix:///run/podman/podman.sock', line: null, column: null }];
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

  it.each([
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
