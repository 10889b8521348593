import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedEngine, startEngine } from '../../src/demo/engine-server.ts';
import { type EmbeddedRegistry, startRegistry } from '../../src/demo/registry-server.ts';
import { runCli } from '../helpers/run-cli.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import {
  AFTER,
  APP_STEPS,
  BASE_STEPS,
  BEFORE,
  build,
  builtHere,
  type Image,
  MOVES,
  named,
  normalize,
  pulled,
  readJson,
} from './base-world.ts';

/** How bases show in every output, and what the options say of them: one app on a base that moved, one on a base that did not, one on none. */
const moved = build(BASE_STEPS, { at: BEFORE });
const same = build(['ADD same rootfs /', 'ENV LANG=C', 'CMD ["sh"]'], { at: BEFORE });
const alone = build(['ADD all /'], { at: BEFORE });

let registry: EmbeddedRegistry;
let engine: EmbeddedEngine;
let home: TemporaryDirectory;

beforeEach(async () => {
  [registry, home] = await Promise.all([startRegistry(), makeTemporaryDirectory()]);
  registry.put('base/moved', '1', MOVES['upper-layers-removed']);
  registry.put('base/same', '1', same);
  engine = await startEngine({
    images: [
      pulled(`${registry.host}/base/moved:1`, moved),
      pulled(`${registry.host}/base/same:1`, same),
      builtHere('on-moved:1', build(APP_STEPS, { from: moved })),
      builtHere('on-same:1', build(['COPY two /', 'CMD ["two"]'], { from: same })),
      builtHere('on-none:1', alone),
    ],
  });
});
afterEach(() => Promise.all([registry.close(), engine.close(), home.remove()]));

const run = async (verb: string, ...args: string[]) => {
  registry.forget();
  const ran = await runCli([verb, '-H', engine.host, ...args], { home: home.path });
  return normalize(ran, { [registry.host]: 'R', [engine.host]: 'ENGINE' });
};
const look = async (...args: string[]): Promise<readonly Image[]> => {
  registry.forget();
  return (await readJson(['list', '-H', engine.host, ...args], { home: home.path })).images;
};
const basesOf = (images: readonly Image[]) =>
  images.map(({ name, base }) => [name.split('/').at(-1), base.status, base.reason?.kind ?? null]);

describe('the output', () => {
  it.each([
    [
      'table',
      [
        'IMAGE       CURRENT  CANDIDATE  UPDATE  BASE                          DRIFT    USED BY',
        'on-moved:1  -        -          local   R/base/moved:1  moved    -',
        'on-none:1   -        -          local   -                             -        -',
        'on-same:1   -        -          local   R/base/same:1   current  -',
      ],
    ],
    [
      'plain',
      [
        'on-moved:1 - - local stale linux/amd64 - - - - docker.io/library/on-moved:1 R/base/moved:1 moved,upper-layers-removed certain SOCKET - - untracked',
        'on-none:1 - - local fresh linux/amd64 - - - - docker.io/library/on-none:1 - unknown,no-evidence - SOCKET - - untracked',
        'on-same:1 - - local fresh linux/amd64 - - - - docker.io/library/on-same:1 R/base/same:1 current medium SOCKET - - untracked',
      ].map((line) => line.replaceAll(' ', '\t')),
    ],
    [
      'apt',
      [
        'docker.io/library/on-moved:1 SHORT amd64 [installed,local,base moved]',
        'docker.io/library/on-none:1 SHORT amd64 [installed,local]',
        'docker.io/library/on-same:1 SHORT amd64 [installed,local]',
      ],
    ],
    ['quiet', ['on-moved:1', 'on-none:1', 'on-same:1']],
    [
      '{{.Image}} {{.Base}} {{.BaseStatus}} {{.BaseKind}} {{.BaseConfidence}} {{.BaseWhy}}',
      [
        'on-moved:1 R/base/moved:1 moved upper-layers-removed certain R/base/moved:1 dropped its top layer; this image still carries it',
        'on-none:1  unknown   nothing says which base it was built on',
        'on-same:1 R/base/same:1 current  medium its 1 layer and 3 steps are those R/base/same:1 has now',
      ],
    ],
  ])('of list --format %s', async (format, lines) => {
    expect(await run('list', 'on-*', '--format', format)).toEqual({
      exitCode: 0,
      stdout: lines.map((line) => `${line}\n`).join(''),
      stderr: `3 images: 3 local; base: 1 moved, 1 current. Checked just now.\nRun 'imgupdate list -H ENGINE "on-*" --upgradable' to see it.\n`,
    });
  });

  it('of list --upgradable and of show', async () => {
    expect(await run('list', '--upgradable')).toMatchInlineSnapshot(`
      {
        "exitCode": 0,
        "stderr": "2 upgradable: 1 rebuilt; base: 1 moved. Checked just now.
      Run 'imgupdate show -H ENGINE R/base/moved:1' to see what changed and how to upgrade.
      ",
        "stdout": "IMAGE                         CURRENT       CANDIDATE     UPDATE   BASE                          DRIFT  DOWNLOAD  USED BY
      R/base/moved:1  SHORT  SHORT  rebuilt  -                             -      0B        -
      on-moved:1                    -             -             local    R/base/moved:1  moved  -         -
      ",
      }
    `);
    expect(await run('show', 'on-moved:1')).toMatchInlineSnapshot(`
      {
        "exitCode": 0,
        "stderr": "",
        "stdout": "Image: docker.io/library/on-moved:1
      Status: local, base moved
      Why: it was never pulled from or pushed to docker.io/library/on-moved
      Platform: linux/amd64
      Current-Created: 2026-10-08 (DAYS ago)
      Image-Id: sha256:DIGEST
      Newer-Tags: untracked: it was never pulled from or pushed to docker.io/library/on-moved
      Base: R/base/moved:1
      Base-Status: moved (upper-layers-removed), certain
      Base-Why: R/base/moved:1 dropped its top layer; this image still carries it
      Base-Recorded: sha256:DIGEST
      Base-Candidate: sha256:DIGEST
      Versions-Behind: 1
      First-Difference: layer 2
       here: RUN install tools
       now: no such layer
      Base-Evidence: the layers of an image that is here are its lowest -> R/base/moved@sha256:DIGEST [local-image]
      Base-Checked: TIME (remembered, just now)
      Size: 6.1 kB
      Found-In: docker-daemon ENGINE
      Base-How: HEAD R/base/moved:1 -> sha256:DIGEST [remembered]
       GET R/base/moved@sha256:DIGEST -> manifest [remembered]
       GET blob R/base/moved@sha256:DIGEST -> config, created TIME [remembered]
      Upgrade: docker -H ENGINE build --pull -t on-moved:1 .
       in the folder of its Dockerfile, to have the present R/base/moved:1
      ",
      }
    `);
    expect(await run('show', 'on-none:1')).toMatchInlineSnapshot(`
      {
        "exitCode": 0,
        "stderr": "",
        "stdout": "Image: docker.io/library/on-none:1
      Status: local
      Why: it was never pulled from or pushed to docker.io/library/on-none
      Platform: linux/amd64
      Current-Created: 2026-10-01 (DAYS ago)
      Image-Id: sha256:DIGEST
      Newer-Tags: untracked: it was never pulled from or pushed to docker.io/library/on-none
      Base: unknown: nothing says which base it was built on; name it: imgupdate show --base REF -H ENGINE on-none:1
      Size: 2.0 kB
      Found-In: docker-daemon ENGINE
      ",
      }
    `);
  });

  it('is names alone with -q, and nothing with -qq', async () => {
    expect(await run('list', '--upgradable', '-q')).toEqual({ exitCode: 0, stdout: 'R/base/moved:1\non-moved:1\n', stderr: '' });
    expect(await run('list', '--upgradable', '-qq')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });
});

describe('what is stale', () => {
  it.each([
    [['on-moved'], 2],
    [['on-same'], 0],
    [['on-none'], 0],
    [['--upgradable'], 2],
    [['--filter', 'base=current'], 0],
    [['on-*', '--filter', 'base=moved'], 2],
  ])('%j ends with %i where --exit-code asks', async (args, exitCode) => {
    expect((await run('list', ...args, '--exit-code', '-qq')).exitCode).toBe(exitCode);
    expect((await run('list', ...args, '-qq')).exitCode).toBe(0);
  });

  it('is not said by the exit code where it is no more than a guess', async () => {
    const guess = ['ADD guess /', 'CMD ["sh"]'];
    registry.put('base/guess', '1', build(guess, { at: AFTER }));
    const labels = named(`${registry.host}/base/guess:1`);
    const app = build(APP_STEPS, { from: build(guess, { at: BEFORE }), labels });
    const guessing = await startEngine({ images: [builtHere('on-guess:1', app)] });
    try {
      const args = ['-H', guessing.host, '--allow-host', registry.host, '--exit-code'];
      const ran = await runCli(['list', ...args, '--format', '{{.BaseStatus}} {{.BaseConfidence}} {{.Verdict}}'], { home: home.path });
      expect(ran).toMatchObject({ exitCode: 0, stdout: 'moved low stale\n' });
    } finally {
      await guessing.close();
    }
  });

  it.each([
    ['base=moved', ['on-moved:1']],
    ['base=current', ['on-same:1']],
    ['base=unknown', ['on-none:1']],
  ])('--filter %s shows %j', async (filter, names) => {
    expect((await run('list', 'on-*', '-q', '--filter', filter)).stdout).toBe(names.map((name) => `${name}\n`).join(''));
  });
});

describe('what is remembered', () => {
  const before = [
    ['on-moved:1', 'moved', null],
    ['on-none:1', 'unknown', 'no-evidence'],
    ['on-same:1', 'current', null],
  ];

  it('answers within --max-age, however old with --offline, and not with --refresh', async () => {
    expect(basesOf(await look('on-*'))).toEqual(before);
    registry.put('base/same', '1', MOVES['layers-differ']);
    expect(basesOf(await look('on-*'))).toEqual(before);
    expect(basesOf(await look('on-*', '--offline', '--max-age', '0'))).toEqual(before);
    expect(registry.requests).toEqual([]);
    const after = before.map(([name, status, kind]) => [name, status === 'current' ? 'moved' : status, kind]);
    expect(basesOf(await look('on-*', '--max-age', '0'))).toEqual(after);
    expect(registry.counts().manifestHeads).toBe(2);
    registry.put('base/same', '1', same);
    expect(basesOf(await look('on-*', '--refresh'))).toEqual(before);
    expect(registry.counts()).toMatchObject({ total: 2, manifestHeads: 2 });
  });

  it('is nothing at first: then --offline leaves bases open, and asks nothing', async () => {
    expect(basesOf(await look('on-*', '--offline'))).toEqual([
      ['on-moved:1', 'unknown', 'offline'],
      ['on-none:1', 'unknown', 'no-evidence'],
      ['on-same:1', 'unknown', 'offline'],
    ]);
    expect(registry.requests).toEqual([]);
    expect(await run('list', 'on-*', '--offline')).toMatchInlineSnapshot(`
      {
        "exitCode": 1,
        "stderr": "W: R: 2 bases of 2 images not checked: not remembered from an earlier run; run without --offline
      3 images: 3 local; base: 2 unknown. No updates found, but the bases of 2 images could not be checked.
      E: no image could be checked
      ",
        "stdout": "IMAGE       CURRENT  CANDIDATE  UPDATE  BASE                          DRIFT    USED BY
      on-moved:1  -        -          local   R/base/moved:1  unknown  -
      on-none:1   -        -          local   -                             -        -
      on-same:1   -        -          local   R/base/same:1   unknown  -
      ",
      }
    `);
  });

  it('of a base that was here names it after it is gone', async () => {
    await look();
    await engine.close();
    engine = await startEngine({ images: [builtHere('on-moved:1', build(APP_STEPS, { from: moved }))] });
    const [image] = await look('--allow-host', registry.host);
    expect(image?.base).toMatchObject({ status: 'moved', kind: 'upper-layers-removed', reference: `${registry.host}/base/moved:1` });
    expect(image?.base.evidence).toEqual(['seen-before']);
  });
});

describe('what the user says of bases', () => {
  const config = async (settings: object): Promise<string> => {
    const path = join(home.path, 'imgupdate.json');
    await writeFile(path, JSON.stringify(settings));
    return path;
  };
  const only = async (...args: string[]) => (await look(...args))[0]?.base;

  it('goes before what is found: --base, then the configuration', async () => {
    const [asked, configured] = [`${registry.host}/base/moved:1`, `${registry.host}/base/same:1`];
    const path = await config({ images: [{ match: 'on-*', base: configured }] });
    expect(await only('on-moved', '--config', path)).toMatchObject({
      reference: configured,
      evidence: expect.arrayContaining(['config']) as string[],
    });
    expect(await only('on-moved', '--config', path, '--base', asked)).toMatchObject({ reference: asked, status: 'moved' });
  });

  it('is one image or a mistake', async () => {
    expect(await run('list', '--base', 'node:20')).toEqual({
      exitCode: 64,
      stdout: '',
      stderr:
        'E: --base node:20 names the base of one image, and 5 images match\n' +
        'N: name the one image it is the base of, or say it of many in --config: {"images": [{"match": "acme/*", "base": "node:20-slim"}]}\n',
    });
    expect(registry.requests).toEqual([]);
  });

  it('may be no more than candidates, of which the one that lies below an image is taken', async () => {
    await engine.close();
    engine = await startEngine({ images: [builtHere('on-same:1', build(['COPY two /', 'CMD ["two"]'], { from: same }))] });
    const path = await config({ bases: [`${registry.host}/base/moved:1`, `${registry.host}/base/same:1`] });
    expect(await only('on-same', '--config', path)).toMatchObject({
      status: 'current',
      reference: `${registry.host}/base/same:1`,
      evidence: ['candidate'],
    });
  });

  it.each([
    [{ image: [] }, 'unknown key "image" at line 1, column 3 (did you mean "images"?)'],
    [{ images: {} }, 'images: expected a list, got a mapping at line 1, column 11'],
    [{ images: [{ base: 'a' }] }, 'images: expected "match", the images it is about at line 1, column 12'],
    [
      { images: [{ match: 'a', base: 'UPPER' }] },
      'images[0].base: invalid reference format "UPPER": repository name (library/UPPER) must be lowercase at line 1, column 33',
    ],
    [{ bases: ['node@@'] }, 'bases: invalid reference format "node@@": invalid checksum digest format "@" at line 1, column 12'],
    [{ bases: {} }, 'bases: expected a text, got a mapping at line 1, column 10'],
    [{ allowHosts: [1] }, 'allowHosts: expected a registry such as ghcr.io or registry.example.com:5000, got "1" at line 1, column 16'],
  ])('is read as a whole or not at all: %j', async (settings, problem) => {
    const path = await config(settings);
    const ran = await run('list', '--config', path);
    expect({ ...ran, stderr: ran.stderr.split('\n')[0] }).toEqual({
      exitCode: 64,
      stdout: '',
      stderr: `E: cannot read ${path}: ${problem}`,
    });
  });

  it.each(['http://a.example', 'a.example/x', 'user@a.example', ''])('--allow-host %s is no host', async (host) => {
    expect(await run('list', '--allow-host', host)).toMatchObject({ exitCode: 64, stdout: '' });
  });
});

describe('a tag that is not there', () => {
  it('is said to be there no longer only of a base that was', async () => {
    const named = await run('list', 'on-same', '--base', `${registry.host}/base/none:9`, '--format', '{{.BaseStatus}} {{.BaseWhy}}');
    expect(named.stdout).toMatch(/^gone .*\/base\/none has no tag 9\n$/);
  });
});

describe('--platform', () => {
  it('takes no image that is here for the base of another platform', async () => {
    expect(basesOf(await look('on-same', '--platform', 'linux/arm64'))).toEqual([['on-same:1', 'unknown', 'no-evidence']]);
    const named = await look('on-same', '--platform', 'linux/arm64', '--base', `${registry.host}/base/same:1`);
    expect(basesOf(named)).toEqual([['on-same:1', 'gone', null]]);
    expect(basesOf(await look('on-same'))).toEqual([['on-same:1', 'current', null]]);
  });
});
