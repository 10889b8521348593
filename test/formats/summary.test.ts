import { describe, expect, it } from 'vitest';
import { renderHints } from '../../src/formats/hints.ts';
import { summarize } from '../../src/formats/summary.ts';
import { makeDigest } from '../helpers/makers.ts';
import { BASES, moved, MOVED, onBase, open, settled } from './base-reports.ts';
import { makeReport, makeRow, NOW, unknown, WORLD } from './reports.ts';

const current = makeRow('node:20', 'current');
const rebuilt = makeRow('nginx:1.27', 'rebuilt');
const gone = makeRow('bitnami/kafka:3.7', 'gone');
const local = makeRow('my-app:dev', 'local');
const failed = makeRow('ghcr.io/acme/api:2', unknown('timeout', 'ghcr.io did not answer within 10 s'));

describe('the summary of list', () => {
  it.each([
    ['nothing', [], 'No images found.'],
    ['one current', [current], '1 image: 1 current. All images are up to date. Checked 3 min ago.'],
    ['some of all', [current, rebuilt, local, failed], '4 images: 1 rebuilt, 1 current, 1 local, 1 unknown. Checked 3 min ago.'],
    [
      'current and unknown',
      [current, failed],
      '2 images: 1 current, 1 unknown. No updates found, but 1 image could not be checked. Checked 3 min ago.',
    ],
    ['only unknown', [failed, failed], '2 images: 2 unknown. No updates found, but 2 images could not be checked.'],
    ['only local', [local], '1 image: 1 local. No updates found.'],
  ])('of %s', (_, images, sentence) => {
    expect(summarize(makeReport(images)).sentence).toBe(sentence);
  });

  it.each([
    [[current, rebuilt], "Run 'imgupdate list --upgradable' to see it."],
    [[current, rebuilt, rebuilt], "Run 'imgupdate list --upgradable' to see them."],
    [[rebuilt], "Run 'imgupdate show nginx:1.27' to see what changed and how to upgrade."],
    [[gone, rebuilt], "Run 'imgupdate show nginx:1.27' to see what changed and how to upgrade."],
    [[gone], "Run 'imgupdate show bitnami/kafka:3.7' to see what is known about it."],
    [[current, failed], null],
  ])('names the next command', (images, next) => {
    expect(summarize(makeReport(images)).next).toBe(next);
  });

  it('tells what pulls would fetch, names of one candidate once', () => {
    const withDownload = { ...rebuilt, tag: { ...rebuilt.tag, download: { bytes: 132_659, layers: 2, totalLayers: 3 } } };
    const other = makeRow('ghcr.io/acme/api:2', 'rebuilt');
    const otherCandidate = { ...other.tag.verdict, candidate: makeDigest('another candidate') };
    const otherRow = {
      ...other,
      tag: { ...other.tag, verdict: otherCandidate, download: { bytes: 1_000_000, layers: 1, totalLayers: 1 } },
    };
    const images = [withDownload, { ...withDownload, name: 'nginx:stable' }, otherRow];
    expect(summarize(makeReport(images)).sentence).toBe('3 images: 3 rebuilt. Need to get 1.1 MB of layers. Checked 3 min ago.');
    expect(summarize(makeReport(images), { upgradable: true }).sentence).toBe(
      '3 upgradable: 3 rebuilt. Need to get 1.1 MB of layers. Checked 3 min ago.',
    );
  });

  it('names only commands that know the images of the demo', () => {
    const { next } = summarize(makeReport([current, rebuilt]), { upgradable: false, verb: 'demo' });
    expect(next).toBe("Run 'imgupdate demo --upgradable' to see it.");
    const { sentence, next: after } = summarize(WORLD, { upgradable: true, verb: 'demo' });
    expect(sentence).toContain('(see: imgupdate demo --filter status=unknown)');
    expect(after).toBe("Run 'imgupdate list' to check the images of this machine.");
  });

  it('says nothing of all images when only some were looked at', () => {
    for (const upgradable of [true, false])
      expect(summarize(makeReport([current]), { upgradable, narrowed: true }).sentence).toContain('No updates found. Checked 3 min ago.');
  });

  it('tells the age of the oldest answer', () => {
    const old = { ...rebuilt, tag: { ...rebuilt.tag, checkedAt: NOW - 55 * 60_000 } };
    expect(summarize(makeReport([current, old])).sentence).toContain('Checked 55 min ago.');
  });

  it('explains the mark of containers that run an older image', () => {
    expect(summarize(WORLD).notes).toEqual([
      'N: 1 container marked * runs an older image than its reference names here; recreate to use the newer one.',
    ]);
    const two = { ...current, containers: ['a', 'b'].map((name) => ({ name, running: true, outdated: true })) };
    expect(summarize(makeReport([two])).notes[0]).toContain('2 containers marked * run an older image than their reference names here');
  });

  it('never says that all is up to date while a question is open', () => {
    for (const images of [[failed], [current, failed], [local, failed], [rebuilt, failed]])
      for (const upgradable of [true, false]) expect(summarize(makeReport(images), { upgradable }).sentence).not.toContain('up to date');
  });
});

describe('the summary of list --upgradable', () => {
  it.each([
    ['none', [current], 'All images are up to date. Checked 3 min ago.'],
    ['none, some unknown', [current, failed], 'No updates found, but 1 image could not be checked. Checked 3 min ago.'],
    ['one', [current, rebuilt], '1 upgradable: 1 rebuilt. Checked 3 min ago.'],
  ])('%s', (_, images, sentence) => {
    expect(summarize(makeReport(images), { upgradable: true }).sentence).toBe(sentence);
  });

  it('counts held and unknown images', () => {
    expect(summarize(WORLD, { upgradable: true }).sentence).toBe(
      '3 upgradable (1 held): 2 rebuilt, 1 gone. 1 unknown (see: imgupdate list --filter status=unknown). Checked 3 min ago.',
    );
    expect(summarize(WORLD, { upgradable: true }).next).toBe("Run 'imgupdate show nginx:1.27' to see what changed and how to upgrade.");
  });
});

describe('the hints', () => {
  it.each([
    [unknown('not-found-or-private', 'not known'), "W: ghcr.io/acme/api:2: not found or private; run 'docker login ghcr.io'"],
    [unknown('unauthorized', '401'), "W: ghcr.io/acme/api:2: the credentials were refused; run 'docker login ghcr.io'"],
    [unknown('rate-limited', '429'), 'W: ghcr.io/acme/api:2: rate limited'],
    [
      unknown('rate-limited', '429', '2026-11-20T18:00:00Z'),
      'W: ghcr.io/acme/api:2: rate limited; ghcr.io will answer again at 2026-11-20T18:00:00Z',
    ],
    [unknown('unreachable', 'ghcr.io: connection refused'), 'W: ghcr.io/acme/api:2: ghcr.io: connection refused'],
    [
      unknown('tls', 'ghcr.io: self-signed certificate'),
      'W: ghcr.io/acme/api:2: ghcr.io: self-signed certificate; if you trust it, put its CA into /etc/docker/certs.d/ghcr.io/ca.crt',
    ],
    [unknown('offline', 'offline'), 'W: ghcr.io/acme/api:2: not remembered from an earlier run; run without --offline'],
    [
      unknown('budget', 'floor'),
      "W: ghcr.io/acme/api:2: its tag moved, and too little of the registry's quota is left to see for which platforms; run 'imgupdate limits'",
    ],
    [unknown('timeout', 'no answer; try a longer --timeout'), 'W: ghcr.io/acme/api:2: no answer; try a longer --timeout'],
  ])('say why and what to do (%#)', (verdict, line) => {
    expect(renderHints([makeRow('ghcr.io/acme/api:2', verdict)])).toEqual([line]);
  });

  it('of Docker Hub name no registry to log in to', () => {
    expect(renderHints([makeRow('acme/api:2', unknown('unauthorized', '401'))])).toEqual([
      "W: docker.io/acme/api:2: the credentials were refused; run 'docker login'",
    ]);
  });

  it('join images that failed for the same reason at the same registry', () => {
    const images = [1, 2, 3].map((tag) => makeRow(`ghcr.io/acme/api:${tag}`, unknown('not-found-or-private', `no ${tag}`)));
    expect(renderHints([...images, failed])).toEqual([
      "W: ghcr.io: 3 images not checked: not found or private; run 'docker login ghcr.io'",
      'W: ghcr.io/acme/api:2: ghcr.io did not answer within 10 s; try a longer --timeout',
    ]);
  });

  it('end after five lines with the number of the rest', () => {
    const images = Array.from({ length: 9 }, (_, at) => makeRow(`r${at}.example/a:1`, unknown('unreachable', 'connection refused')));
    const hints = renderHints([...images, makeRow('r0.example/b:1', unknown('unreachable', 'connection refused'))]);
    expect(hints).toHaveLength(6);
    expect(hints[0]).toBe('W: r0.example: 2 images not checked: connection refused');
    expect(hints[5]).toBe('W: and 4 more (imgupdate list --filter status=unknown)');
  });

  it('are silent about images that were checked', () => {
    expect(renderHints([current, rebuilt, local])).toEqual([]);
  });
});

describe('the summary of bases', () => {
  const onCurrent = onBase('my-site:dev', 'local', settled('current', 'nginx:1.27'));
  const unchecked = onBase('my-job:dev', 'local', open('rate-limited', 'no more requests', 'ruby:3.3'));
  const squashed = onBase('my-flat:dev', 'local', open('squashed', 'its layers are merged', 'java:21'));
  const both = onBase('ghcr.io/acme/api:2', 'rebuilt', moved('node:20-slim'));

  it('counts images once by their tags, and once by their bases', () => {
    expect(summarize(BASES).sentence).toBe(
      '10 images: 1 rebuilt, 2 current, 7 local; base: 3 moved, 1 gone, 1 current, 1 pinned, 1 none, 2 unknown. ' +
        'Need to get 12.3 MB of layers. Checked 3 min ago.',
    );
    expect(summarize(BASES, { upgradable: true }).sentence).toBe(
      '4 upgradable: 1 rebuilt; base: 3 moved, 1 gone. 2 unknown (see: imgupdate list --filter verdict=unknown). ' +
        'Need to get 12.3 MB of layers. Checked 3 min ago.',
    );
  });

  it.each([
    ['local images on a moved base', [MOVED, MOVED], '2 upgradable; base: 2 moved. Checked 3 min ago.'],
    ['an image that was rebuilt and whose base moved', [both], '1 upgradable: 1 rebuilt; base: 1 moved. Checked 3 min ago.'],
    ['some of each', [both, rebuilt, MOVED, current], '3 upgradable: 2 rebuilt; base: 2 moved. Checked 3 min ago.'],
    ['a base that is current', [onCurrent], 'All images are up to date. Checked 3 min ago.'],
  ])('of --upgradable tells of %s', (_, images, sentence) => {
    expect(summarize(makeReport(images), { upgradable: true }).sentence).toBe(sentence);
  });

  it.each([
    ['one base', [current, unchecked], 'the base of 1 image'],
    ['bases', [current, unchecked, squashed], 'the bases of 2 images'],
    ['an image and a base', [failed, unchecked], '1 image and the base of 1 other'],
    ['images and bases', [failed, failed, unchecked, unchecked], '2 images and the bases of 2 others'],
    [
      'an image of which neither the tag nor the base is known',
      [onBase('a:1', unknown('timeout', 'no answer'), open('timeout', 'no answer', 'node:20'))],
      '1 image',
    ],
  ])('never says up to date while %s could not be checked', (_, images, who) => {
    for (const upgradable of [true, false])
      expect(summarize(makeReport(images), { upgradable }).sentence).toContain(`No updates found, but ${who} could not be checked.`);
  });

  it('does not say up to date on an answer of low confidence', () => {
    const doubtful = onBase('my-site:dev', 'local', settled('current', 'nginx:1.27', { confidence: 'low' }));
    const { sentence, notes } = summarize(makeReport([current, doubtful]));
    expect(sentence).toBe('2 images: 1 current, 1 local; base: 1 current. No updates found. Checked 3 min ago.');
    expect(notes).toEqual(["N: 1 answer marked ? is of low confidence; 'imgupdate show IMAGE' tells what it rests on."]);
    expect(summarize(makeReport([doubtful, doubtful]), { upgradable: false, verb: 'demo' }).notes).toEqual([
      'N: 2 answers marked ? are of low confidence.',
    ]);
  });

  it('says why a base with several names is unknown, and what settles it', () => {
    const ambiguous = onBase('my-site:dev', 'local', open('ambiguous-tag', 'its base has several names', null));
    expect(summarize(makeReport([ambiguous])).notes).toEqual([
      "N: the base of 1 image has several names, and not all of them moved; 'imgupdate show IMAGE' lists them, --base or --config tells which is meant.",
    ]);
    expect(summarize(makeReport([ambiguous, ambiguous]), { upgradable: false, verb: 'demo' }).notes).toEqual([
      'N: the bases of 2 images have several names each, and not all of them moved.',
    ]);
    expect(summarize(makeReport([ambiguous]), { upgradable: true }).notes).toEqual([]);
  });

  it('names the command that shows what to do', () => {
    expect(summarize(makeReport([MOVED])).next).toBe("Run 'imgupdate show my-app:dev' to see what changed and how to upgrade.");
    const onGone = onBase('my-site:dev', 'local', settled('gone', 'debian:stretch'));
    expect(summarize(makeReport([onGone])).next).toBe("Run 'imgupdate show my-site:dev' to see what is known about it.");
    expect(summarize(makeReport([onGone, MOVED])).next).toContain('show my-app:dev');
  });

  it('tells the age of the oldest answer, whatever it was about', () => {
    const old = onBase('my-site:dev', 'local', settled('current', 'nginx:1.27'), { base: { checkedAt: NOW - 50 * 60_000 } });
    expect(summarize(makeReport([current, old])).sentence).toContain('Checked 50 min ago.');
  });
});

describe('the hints about bases', () => {
  const limited = (name: string, base: string | null) => onBase(name, 'local', open('rate-limited', 'no more requests', base));

  it.each([
    ['of one image', [limited('a:1', 'node:20')], 'W: docker.io/library/node:20 (base of 1 image): rate limited'],
    [
      'of several images',
      [limited('a:1', 'node:20'), limited('b:1', 'node:20')],
      'W: docker.io/library/node:20 (base of 2 images): rate limited',
    ],
    [
      'of one registry',
      [limited('a:1', 'node:20'), limited('b:1', 'node:20'), limited('c:1', 'ruby:3')],
      'W: docker.io: 2 bases of 3 images not checked: rate limited',
    ],
    [
      'in a private registry',
      [onBase('a:1', 'local', open('not-found-or-private', '404', 'ghcr.io/acme/base:1'))],
      "W: ghcr.io/acme/base:1 (base of 1 image): not found or private; run 'docker login ghcr.io'",
    ],
    [
      'at a host that may not be contacted',
      [onBase('a:1', 'local', open('policy', '10.0.0.1:5000 is named by the image only; allow it with --base', '10.0.0.1:5000/base:1'))],
      'W: 10.0.0.1:5000/base:1 (base of 1 image): 10.0.0.1:5000 is named by the image only; allow it with --base',
    ],
    [
      'beyond the quota',
      [onBase('a:1', 'local', open('budget', 'floor', 'node:20'))],
      "W: docker.io/library/node:20 (base of 1 image): too little of the registry's quota is left to see what it names now; run 'imgupdate limits'",
    ],
    [
      'which could not be found out',
      [onBase('ghcr.io/acme/api:2', 'current', open('timeout', 'ghcr.io did not answer', null))],
      'W: ghcr.io/acme/api:2 (its base): ghcr.io did not answer; try a longer --timeout',
    ],
    [
      'which could not be found out of several',
      ['a', 'b'].map((name) => onBase(`ghcr.io/acme/${name}:2`, 'current', open('timeout', 'ghcr.io did not answer', null))),
      'W: ghcr.io: bases of 2 images not checked: ghcr.io did not answer; try a longer --timeout',
    ],
  ])('name the base %s', (_, images, line) => {
    expect(renderHints(images)).toEqual([line]);
  });

  it.each([
    ['nothing failed', open('squashed', 'its layers are merged', 'node:20')],
    ['nothing failed', open('ambiguous-tag', 'node:20 and node:lts disagree', 'node:20')],
    ['nothing names one', open('no-evidence', 'nothing names a base', null)],
  ])('are silent where %s', (_, verdict) => {
    expect(renderHints([onBase('a:1', 'local', verdict)])).toEqual([]);
  });

  it('say once what kept an image and its base from being checked', () => {
    const row = onBase('ghcr.io/acme/api:2', unknown('timeout', 'no answer'), open('timeout', 'no answer', null));
    expect(renderHints([row])).toEqual(['W: ghcr.io/acme/api:2: no answer; try a longer --timeout']);
  });

  it('end after five lines with the number of the rest', () => {
    const images = Array.from({ length: 7 }, (_, at) =>
      onBase(`a:${at}`, 'local', open('unreachable', 'refused', `r${at}.example/base:1`)),
    );
    expect(renderHints(images).at(-1)).toBe('W: and 2 more (imgupdate list --filter verdict=unknown)');
  });
});
