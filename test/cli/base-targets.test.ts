import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startEngine } from '../../src/demo/engine-server.ts';
import { type ImageDocument, type ImageOrIndex, makeIndex } from '../../src/demo/images.ts';
import { type EmbeddedRegistry, startRegistry } from '../../src/demo/registry-server.ts';
import { runCli } from '../helpers/run-cli.ts';
import {
  APP_STEPS,
  ARM64,
  artifact,
  attest,
  BASE_STEPS,
  BEFORE,
  build,
  builtHere,
  type Image,
  MOVES,
  named,
  normalize,
  NO_ENGINE,
  onlyImage,
  pulled,
  purl,
  readJson,
  validate,
} from './base-world.ts';

/** What an image in a registry is built on, asked with no engine at all. */
let registry: EmbeddedRegistry;
let baseName: string;
const base = build(BASE_STEPS, { at: BEFORE });
const app = (steps: readonly string[] = APP_STEPS): ImageDocument => build(steps, { from: base });

beforeAll(async () => {
  registry = await startRegistry({ auth: { kind: 'token', users: [], service: 'test' } });
  baseName = `${registry.host}/base/node:20`;
});
afterAll(() => registry.close());
beforeEach(() => {
  registry.put('base/node', '20', base);
  registry.forget();
});

const target = (name: string): string => `docker://${registry.host}/${name}`;
const put = (image: ImageOrIndex): string => {
  registry.put('acme/app', '1', image);
  return target('acme/app:1');
};
const run = async (...args: string[]) => normalize(await runCli(args, NO_ENGINE), { [registry.host]: 'R' });
const look = async (...args: string[]): Promise<Image> => onlyImage(await readJson(['list', ...args], NO_ENGINE));

describe('what names the base of an image in a registry', () => {
  it.each<[string, () => ImageOrIndex, string[], object]>([
    [
      'annotations of its manifest',
      () => build(APP_STEPS, { from: base, annotations: named(baseName, base.digest) }),
      [],
      { evidence: ['annotation'], confidence: 'certain' },
    ],
    [
      'annotations of the descriptor in its index',
      () => makeIndex({ children: [app()], entryAnnotations: new Map([[app().digest, named(baseName, base.digest)]]) }),
      [],
      { evidence: ['annotation'], confidence: 'certain' },
    ],
    [
      'annotations of its index',
      () => makeIndex({ children: [app()], annotations: named(baseName, base.digest) }),
      [],
      { evidence: ['annotation'], confidence: 'certain' },
    ],
    [
      'an annotation without a digest',
      () => build(APP_STEPS, { from: base, annotations: named(baseName) }),
      [],
      { evidence: ['annotation'], confidence: 'medium' },
    ],
    ...(['v0.2', 'v1'] as const).flatMap((slsa) =>
      (['image', 'artifact'] as const).map(
        (shape) =>
          [
            `provenance ${slsa} in the shape of an ${shape}`,
            () => attest(app(), [{ uri: purl(baseName), digest: base.digest }], { slsa, shape }),
            [],
            { evidence: ['provenance'], confidence: 'certain' },
          ] as [string, () => ImageOrIndex, string[], object],
      ),
    ),
    [
      'provenance of a build in several stages',
      () => {
        const tool = build(['ADD golang /', 'CMD ["go"]'], { at: BEFORE });
        registry.put('base/golang', '1', tool);
        return attest(app(), [
          { uri: purl(`${registry.host}/base/golang:1`), digest: tool.digest },
          { uri: purl(baseName), digest: base.digest },
        ]);
      },
      [],
      { evidence: ['provenance'], confidence: 'certain' },
    ],
    ['a label', () => build(['COPY app /srv'], { from: base, labels: named(baseName) }), [], { evidence: ['label'], confidence: 'low' }],
    [
      "the comment of buildah's first step",
      () => build(APP_STEPS, { from: base, comment: `FROM ${baseName}` }),
      [],
      { evidence: ['from-comment'] },
    ],
    ['--base', () => app(), ['--base', 'BASE'], { evidence: ['flag'], confidence: 'medium' }],
  ])('%s', async (_, image, args, base) => {
    const told = args.map((each) => each.replace('BASE', baseName));
    expect((await look(put(image()), ...told)).base).toMatchObject({ status: 'current', reference: baseName, ...base });
  });

  it('nothing, then the answer is open and no base is asked for', async () => {
    const image = await look(put(app()));
    expect(image).toMatchObject({
      verdict: 'fresh',
      tag: { status: 'none' },
      base: { status: 'unknown', reason: { kind: 'no-evidence' } },
    });
    expect(registry.requests.filter(({ path }) => path.includes('base/node'))).toEqual([]);
  });

  it('scratch, then it has none', async () => {
    const scratch = build(['ADD all /'], { annotations: named('scratch') });
    expect((await look(put(scratch))).base).toMatchObject({ status: 'none', reference: null });
  });
});

describe('a base that moved', () => {
  const apps: readonly [string, () => ImageOrIndex, string[]][] = [
    ['by its digest', () => build(APP_STEPS, { from: base, annotations: named(baseName, base.digest) }), []],
    ['by its name', () => build(APP_STEPS, { from: base, annotations: named(baseName) }), []],
    ['by provenance', () => attest(app(), [{ uri: purl(baseName), digest: base.digest }]), []],
    ['by --base', () => app(), ['--base', 'BASE']],
  ];
  const cases = Object.entries(MOVES).flatMap(([kind, now]) => apps.map(([how, image, args]) => ({ kind, now, how, image, args })));

  it.each(cases)('$kind is seen $how', async ({ kind, now, image, args, how }) => {
    const told = args.map((each) => each.replace('BASE', baseName));
    registry.put('base/node', '20', now);
    const found = await look(put(image()), ...told);
    expect(found).toMatchObject({ verdict: 'stale', tag: { status: 'none' }, base: { status: 'moved', kind, candidate: now.digest } });
    if (how !== 'by its name' && how !== 'by --base') expect(found.base).toMatchObject({ confidence: 'certain', recorded: base.digest });
  });

  it('that only lost its upper layers is told by the recorded digest alone, and said to be undecidable without', async () => {
    const now = build(BASE_STEPS.slice(0, 2), { at: BEFORE });
    registry.put('base/node', '20', now);
    const digest = await look(put(build(APP_STEPS, { from: base, annotations: named(baseName, base.digest) })));
    expect(digest.base).toMatchObject({ status: 'moved', kind: 'upper-layers-removed', confidence: 'certain' });
    const flag = await look(put(app()), '--base', baseName);
    expect(flag.base.status).toBe('current');
    expect(flag.base.confidence).not.toBe('certain');
    expect(flag.base.notes.join()).toContain('only lost its uppermost layers');
  });

  it('on another platform only has not moved', async () => {
    const ofArm = (word: string) => build([`ADD ${word} /`], { at: BEFORE, platform: ARM64 });
    const before = makeIndex({ children: [base, ofArm('old')] });
    registry.put('base/node', '20', makeIndex({ children: [base, ofArm('new')] }));
    const recorded = await look(put(build(APP_STEPS, { from: base, annotations: named(baseName, base.digest) })));
    expect(recorded.base).toMatchObject({ status: 'current', confidence: 'certain' });
    registry.put('base/node', null, before);
    const ofIndex = await look(put(build(APP_STEPS, { from: base, annotations: named(baseName, before.digest) })));
    expect(ofIndex.base).toMatchObject({ status: 'current' });
  });

  it('is gone when its tag is, or its platform', async () => {
    const image = put(build(APP_STEPS, { from: base, annotations: named(baseName, base.digest) }));
    registry.put('base/node', '20', build(['ADD arm /'], { platform: ARM64 }));
    expect(await look(image)).toMatchObject({ verdict: 'stale', base: { status: 'gone', reason: null } });
    registry.remove('base/node', '20');
    expect(await look(image)).toMatchObject({ verdict: 'stale', base: { status: 'gone', reason: null, candidate: null } });
  });
});

describe('which image a target means', () => {
  const both = (): ImageOrIndex =>
    makeIndex({
      children: [app(), build(APP_STEPS, { from: build(BASE_STEPS, { at: BEFORE, platform: ARM64 }), platform: ARM64 })],
    });

  it('is that of the platform asked for', async () => {
    const arm = await look(put(both()), '--platform', 'linux/arm64');
    expect(arm).toMatchObject({ platform: 'linux/arm64', tag: { status: 'none' } });
    const none = await look(put(both()), '--platform', 'linux/s390x');
    const message = `${registry.host}/acme/app:1 does not offer linux/s390x, but linux/amd64, linux/arm64: name another with --platform`;
    expect(none).toMatchObject({
      imageId: null,
      tag: { status: 'unknown', reason: { kind: 'unsupported', message } },
      base: { status: 'unknown', reason: { kind: 'unsupported' } },
    });
  });

  it('is the only one there is where no platform is asked for', async () => {
    const arm = build(APP_STEPS, { platform: ARM64 });
    expect(await look(put(arm))).toMatchObject({ platform: 'linux/arm64', imageId: arm.config.digest, tag: { status: 'none' } });
    expect((await look(put(arm), '--platform', 'linux/amd64')).tag).toMatchObject({ status: 'unknown', reason: { kind: 'unsupported' } });
  });

  it('is that of the digest, which is pinned without a tag and compared with it', async () => {
    const pinned = app();
    put(pinned);
    const byDigest = target(`acme/app@${pinned.digest}`);
    expect(await look(byDigest)).toMatchObject({ imageId: pinned.config.digest, tag: { status: 'pinned' } });
    const both = target(`acme/app:1@${pinned.digest}`);
    expect(await look(both)).toMatchObject({ tag: { status: 'current', candidate: pinned.digest } });
    const now = build(['COPY newer app /srv'], { from: base });
    put(now);
    expect(await look(both)).toMatchObject({
      imageId: pinned.config.digest,
      verdict: 'stale',
      tag: { status: 'rebuilt', digests: [pinned.digest], candidate: now.digest },
    });
  });

  it.each([
    ['v2', '/manifests/1', 'application/vnd.cncf.helm.config.v1+json'],
    ['v3', '/manifests/1', 'application/vnd.oci.empty.v1+json'],
  ])('is no artifact, such as a Helm chart (%s)', async (_, path, type) => {
    registry.put('acme/app', '1', artifact(type));
    const found = await look(target('acme/app:1'));
    expect(found).toMatchObject({ tag: { status: 'unknown', reason: { kind: 'unsupported' } }, base: { status: 'unknown' } });
    expect(registry.requests.filter((request) => request.path.includes(path)).length).toBeGreaterThan(0);
  });
});

const NAMES = ['acme/app:none', 'acme/nothing:1'] as const;

describe('a transcript', () => {
  it('of list, with a base that dropped a layer', async () => {
    const image = put(build(APP_STEPS, { from: base, annotations: named(baseName, base.digest) }));
    registry.put('base/node', '20', MOVES['upper-layers-removed']);
    registry.put('acme/app', 'latest', app());
    expect(await run('list', image, '--format', 'plain')).toMatchInlineSnapshot(`
      {
        "exitCode": 0,
        "stderr": "1 image: 1 not installed; base: 1 moved. Checked just now.
      Run 'imgupdate show docker://R/acme/app:1' to see what changed and how to upgrade.
      ",
        "stdout": "R/acme/app:1	-	sha256:DIGEST	none	stale	linux/amd64	-	-	TIME	-	R/acme/app:1	R/base/node:20	moved,upper-layers-removed	certain	registry	-	-	none
      ",
      }
    `);
    expect(await run('list', image)).toMatchInlineSnapshot(`
      {
        "exitCode": 0,
        "stderr": "1 image: 1 not installed; base: 1 moved. Checked just now.
      Run 'imgupdate show docker://R/acme/app:1' to see what changed and how to upgrade.
      ",
        "stdout": "IMAGE                       CURRENT  CANDIDATE     UPDATE  BASE                          DRIFT  USED BY
      R/acme/app:1  -        SHORT  none    R/base/node:20  moved  -
      ",
      }
    `);
    expect(await run('show', image)).toMatchInlineSnapshot(`
      {
        "exitCode": 0,
        "stderr": "",
        "stdout": "Image: R/acme/app:1
      Status: none, base moved
      Why: it was read from its registry, so nothing is installed that its tag could be compared with
      Platform: linux/amd64
      Current-Created: 2026-10-08 (DAYS ago)
      Candidate: sha256:DIGEST
      Image-Id: sha256:DIGEST
      Newer-Tags: none
      Newer-Why: nothing newer is tagged as 1 is
      Newer-Checked: TIME (just now)
      Base: R/base/node:20
      Base-Status: moved (upper-layers-removed), certain
      Base-Why: R/base/node:20 dropped its top layer; this image still carries it
      Base-Recorded: sha256:DIGEST
      Base-Candidate: sha256:DIGEST
      First-Difference: layer 2
       here: RUN install tools
       now: no such layer
      Base-Evidence: annotation org.opencontainers.image.base.name of the manifest -> R/base/node:20, sha256:DIGEST [annotation]
      Base-Checked: TIME (just now)
      Found-In: docker://R/acme/app:1
      Checked: TIME (just now)
      How: HEAD R/acme/app:1 -> sha256:DIGEST [free]
       GET R/acme/app@sha256:DIGEST -> manifest [counted]
       GET blob R/acme/app@sha256:DIGEST -> config, created TIME [free]
      Newer-How: GET R/acme/app tags/list -> 2 tags [free]
      Base-How: GET R/acme/app@sha256:DIGEST -> manifest [remembered]
       HEAD R/base/node:20 -> sha256:DIGEST [free]
       GET R/base/node@sha256:DIGEST -> manifest [counted]
       GET blob R/base/node@sha256:DIGEST -> config, created TIME [free]
       HEAD R/base/node@sha256:DIGEST -> still there [free]
       GET R/base/node@sha256:DIGEST -> manifest [counted]
       GET blob R/base/node@sha256:DIGEST -> config, created TIME [free]
      Upgrade: if it is yours: docker build --pull -t R/acme/app:1 . && docker push R/acme/app:1
       if not: wait for its publisher to build it on the present R/base/node:20, or ask for it
      ",
      }
    `);
  });

  it('of an image that is not there, or not ours to see', async () => {
    put(app());
    expect(await run('list', ...NAMES.map(target))).toMatchInlineSnapshot(`
      {
        "exitCode": 0,
        "stderr": "W: R/acme/nothing:1: not found or private; run 'docker login R'
      2 images: 1 gone, 1 unknown; newer: 1 unknown; base: 1 unknown. Checked just now.
      Run 'imgupdate show docker://R/acme/app:none' to see what is known about it.
      ",
        "stdout": "IMAGE                           CURRENT  CANDIDATE  UPDATE   NEWER  BASE  DRIFT    USED BY
      R/acme/app:none   -        -          gone     -      -     -        -
      R/acme/nothing:1  -        -          unknown  ?      -     unknown  -
      ",
      }
    `);
    expect(await run('show', target(NAMES[0]))).toMatchInlineSnapshot(`
      {
        "exitCode": 0,
        "stderr": "",
        "stdout": "Image: R/acme/app:none
      Status: gone
      Why: R/acme/app has no tag none
      Platform: linux/amd64
      Newer-Tags: untracked: its tag none is no version
      Base: unknown: there is no image of which a base could be told
      Found-In: docker://R/acme/app:none
      Checked: TIME (just now)
      How: HEAD R/acme/app:none -> no such tag [free]
      ",
      }
    `);
    expect(await run('show', target(NAMES[1]))).toMatchInlineSnapshot(`
      {
        "exitCode": 1,
        "stderr": "",
        "stdout": "Image: R/acme/nothing:1
      Status: unknown (not-found-or-private)
      Why: R/acme/nothing:1 is missing or private, answered 401: docker login R
      Platform: linux/amd64
      Newer-Tags: unknown (not-found-or-private)
      Newer-Why: R/acme/nothing:1 is missing or private, answered 401: docker login R
      Base: not named
      Base-Status: unknown (not-found-or-private)
      Base-Why: R/acme/nothing:1 is missing or private, answered 401: docker login R
      Found-In: docker://R/acme/nothing:1
      How: HEAD R/acme/nothing:1 -> R/acme/nothing:1 is missing or private, answered 401: docker login R [free]
      ",
      }
    `);
  });

  it('of targets that cannot be read', async () => {
    expect(await run('list', 'dir:/srv/x')).toEqual({
      exitCode: 64,
      stdout: '',
      stderr:
        'E: cannot look into dir:/srv/x: a dir: keeps no name of its image\n' +
        'N: copy it into a layout with one: skopeo copy dir:/srv/x oci:FOLDER:acme/app:1\n',
    });
    expect(await run('show', 'docker://acme/UPPER')).toMatchInlineSnapshot(`
      {
        "exitCode": 64,
        "stderr": "E: cannot read docker://acme/UPPER: invalid reference format "acme/UPPER": repository name (acme/UPPER) must be lowercase
      N: write it as docker would take it: docker://node:20-slim
      ",
        "stdout": "",
      }
    `);
    expect(await run('list', 'docker://')).toMatchInlineSnapshot(`
      {
        "exitCode": 64,
        "stderr": "E: cannot read docker://: invalid reference format "": repository name must have at least one component
      N: write it as docker would take it: docker://node:20-slim
      ",
        "stdout": "",
      }
    `);
    expect(await run('show', target('acme/app:1'), '--base', 'node@@')).toMatchInlineSnapshot(`
      {
        "exitCode": 64,
        "stderr": "E: cannot read --base node@@: invalid reference format "node@@": invalid checksum digest format "@"
      N: write it as docker would take it: node:20-slim
      ",
        "stdout": "",
      }
    `);
    const several = [put(app()), target('base/node:20'), '--base', 'node:20'];
    expect(await run('list', ...several)).toMatchInlineSnapshot(`
      {
        "exitCode": 64,
        "stderr": "E: --base node:20 names the base of one image, and 2 images match
      N: name the one image it is the base of, or say it of many in --config: {"images": [{"match": "acme/*", "base": "node:20-slim"}]}
      ",
        "stdout": "",
      }
    `);
  });
});

describe('targets beside patterns', () => {
  it('are listed together, and each row says where it is from', async () => {
    const remote = put(build(APP_STEPS, { from: base, annotations: named(baseName, base.digest) }));
    const local = `${registry.host}/acme/local:1`;
    registry.put('acme/local', '1', app(['COPY local /srv']));
    const engine = await startEngine({ images: [pulled(local, app(['COPY local /srv'])), builtHere('other:1', app(['COPY other /']))] });
    const ran = await runCli(['list', '--json', '-H', engine.host, 'docker-daemon:*/acme/local', remote]);
    await engine.close();
    const document = validate(ran.stdout);
    expect(document.images.map(({ reference, sources: [source] }) => [reference, source?.kind])).toEqual([
      [`${registry.host}/acme/app:1`, 'docker'],
      [local, 'docker-daemon'],
    ]);
  });

  it('need the engine for the patterns only', async () => {
    const ran = await run('list', 'nginx', put(app()), '-q');
    expect(ran).toMatchObject({ exitCode: 1, stdout: 'R/acme/app:1\n' });
    expect(ran.stderr).toMatch(/^E: no container engine answers at tcp:\/\/127\.0\.0\.1:1\n/);
    expect((await run('list', put(app()))).exitCode).toBe(0);
  });
});

describe('one image in two places', () => {
  it('is told by each place for itself, and named by --base as one', async () => {
    const image = app();
    registry.put('acme/plain', '1', image);
    registry.put('acme/told', '1', makeIndex({ children: [image], annotations: named(baseName, base.digest) }));
    const targets = [target('acme/plain:1'), target('acme/told:1')];
    const { images } = await readJson(['list', ...targets], NO_ENGINE);
    expect(images.map(({ base: { status, reason } }) => reason?.kind ?? status)).toEqual(['no-evidence', 'current']);
    const flagged = await readJson(['list', ...targets, '--base', baseName], NO_ENGINE);
    expect(flagged.images.map((each) => each.base.status)).toEqual(['current', 'current']);
  });
});

describe('the exit code', () => {
  it('is 1 when no look-up gave an answer, 0 when one did', async () => {
    put(app());
    expect((await run('list', '-qq', target('acme/nothing:1'))).exitCode).toBe(1);
    expect((await run('show', '-qq', target('acme/nothing:1'))).exitCode).toBe(1);
    expect((await run('list', '-qq', target('acme/nothing:1'), target('acme/app:1'))).exitCode).toBe(0);
    expect((await run('list', '-qq', target('acme/app:none'))).exitCode).toBe(0);
  });
});
