import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCompose } from '../../../src/sources/compose/read-compose.ts';
import { LINUX, show } from './show.ts';

type Case = Readonly<Record<string, string>>;

/** Reads a project whose files are all in memory; those named are merged, the others can be led to. */
async function read(files: Case, named: readonly string[] = ['compose.yaml'], env: Record<string, string> = {}) {
  const result = await readCompose(
    named.map((path) => ({ path, text: files[path]! })),
    {
      env,
      platforms: { build: LINUX, target: LINUX },
      readText: (path) => {
        const text = files[posix.normalize(path)];
        return Promise.resolve(
          text === undefined ? { ok: false, message: 'cannot be read: no such file or folder' } : { ok: true, value: text },
        );
      },
    },
  );
  return show(result);
}

describe('the services of a compose file', () => {
  it('name images, each at its place, without its quotes', async () => {
    const { images, told } = await read({
      'compose.yaml': 'services:\n  db:\n    image: "mysql:8.4"\n    platform: linux/arm64\n  web:\n    image:   wordpress\n',
    });
    expect(images).toEqual(['compose.yaml:3:13-22 mysql:8.4 for linux/arm64', 'compose.yaml:6:14-23 wordpress:latest']);
    expect(told).toEqual([]);
  });

  it('lead to what they are built from, and then name nothing themselves', async () => {
    const { images, told, files } = await read(
      {
        'compose.yaml': 'services:\n  web:\n    image: acme/web\n    build:\n      context: ./web\n      args: [V]\n',
        'web/Dockerfile': 'ARG V=20\nFROM node:${V}\n',
      },
      ['compose.yaml'],
      { V: '22' },
    );
    expect(images).toEqual(['web/Dockerfile:2:6-15 node:22 (dockerfile)']);
    expect(files).toEqual(['compose.yaml', 'web/Dockerfile']);
    expect(told).toEqual([]);
  });

  it.each([
    ['by the same name', 'acme/web:dev', 'acme/web:dev'],
    ['by another spelling of it', 'acme/web', 'docker.io/acme/web:latest'],
    ['by a variable that nobody sets', '${WEB_IMAGE}', '${WEB_IMAGE}'],
    ['by a default of the same value', '"${WEB_IMAGE:-acme/web}"', 'acme/web'],
    ['by one of its further tags', 'acme/other', 'acme/tagged:1'],
  ])('name nothing when they run what another service builds, %s', async (_, built, run) => {
    const { images, told } = await read({
      'compose.yaml': `services:\n  worker: {image: "${run}"}\n  web:\n    image: ${built}\n    build: {context: ., tags: ["acme/tagged:1"]}\n  db: {image: acme/web-db}\n`,
      Dockerfile: 'FROM node:22\n',
    });
    expect(images).toEqual(['Dockerfile:1:6-13 node:22 (dockerfile)', 'compose.yaml:6:15-26 acme/web-db:latest']);
    expect(told).toEqual([]);
  });

  it('say of a template what it is', async () => {
    const { images } = await read({ 'compose.yaml': 'services:\n  a: {image: "acme/web:{{ tag }}"}\n' });
    expect(images).toEqual(['compose.yaml:2:15-33 a template fills it in: check what the template makes']);
    const { told } = await read({ 'compose.yaml': 'services:\n{% if x %}\n  a: {image: a}\n{% endif %}\n' });
    expect(told).toEqual([expect.stringMatching(/^unread compose.yaml:2:\d+ .* \(it is a template: check what it makes\)$/)]);
  });

  it('name an image that is pinned, though another service builds one of that name', async () => {
    const { images } = await read({
      'compose.yaml': 'services:\n  a: {image: "acme/web:1@sha256:' + 'a'.repeat(64) + '"}\n  b: {image: acme/web, build: .}\n',
      Dockerfile: 'FROM scratch\n',
    });
    expect(images).toHaveLength(1);
  });

  it('count in every profile, and not where a provider makes them or nothing is said', async () => {
    const { images, told } = await read({
      'compose.yaml':
        'x-a: {image: no}\nservices:\n  x-b: {image: no}\n  a: {image: a, profiles: [p]}\n  b: {image: b, provider: {type: c}}\n  c: {}\n  d:\nconfigs: {image: no}\n',
    });
    expect(images).toEqual(['compose.yaml:4:14-15 a:latest']);
    expect(told).toEqual([
      'ignored compose.yaml:6:3 service "c" has neither an image nor a build',
      'ignored compose.yaml:7:3 service "d" has neither an image nor a build',
    ]);
  });

  it('say that their Dockerfile cannot be read, where they are built', async () => {
    const { images, told } = await read({ 'compose.yaml': 'services:\n  web:\n    image: w\n    build: ../web\n' });
    expect(images).toEqual([]);
    expect(told).toEqual(['unread compose.yaml:4:5 Dockerfile ../web/Dockerfile cannot be read: no such file or folder']);
  });

  it('name the Dockerfile of two of them once when it is built alike, and twice when not', async () => {
    const service = (value: string) => `{build: {context: ., args: {V: "${value}"}}}`;
    const { images } = await read({
      'compose.yaml': `services: {a: ${service('1')}, b: ${service('1')}, c: ${service('2')}}`,
      Dockerfile: 'ARG V\nFROM node:$V\nCOPY --from=busybox:1 / /\n',
    });
    expect(images).toEqual([
      'Dockerfile:2:6-13 node:1 (dockerfile)',
      'Dockerfile:3:13-22 busybox:1 (dockerfile)',
      'Dockerfile:2:6-13 node:2 (dockerfile)',
    ]);
  });

  it.each(['https://example.com/a.git', 'git@github.com:a/b.git', 'git://example.com/a', 'ssh://git@example.com/a', 'github.com/a/b'])(
    'are not read where they are built from %s',
    async (context) => {
      const { told } = await read({ 'compose.yaml': `services:\n  a:\n    build: ${context}\n` });
      expect(told).toEqual(['unread compose.yaml:3:5 is built from a remote context, which is not read']);
    },
  );

  it('give their platform to what they are built from', async () => {
    const { images } = await read({
      'compose.yaml': 'services:\n  a: {build: ., platform: linux/arm64}\n  b: {build: {context: ., platforms: [linux/s390x]}}\n',
      Dockerfile: 'FROM --platform=$TARGETPLATFORM alpine\n',
    });
    expect(images).toEqual([
      'Dockerfile:1:33-39 alpine:latest for linux/arm64 (dockerfile)',
      'Dockerfile:1:33-39 alpine:latest for linux/s390x (dockerfile)',
    ]);
  });

  it('are held by the comment above the image or above the service, and a comment that is wrong is said', async () => {
    const { references, told } = await read({
      'compose.yaml':
        'services:\n  # imgupdate: hold reason="a"\n  a:\n    image: a\n  b:\n    # imgupdate: hold until=2030-01-01\n    image: b\n' +
        '  c:\n    # imgupdate: hold till=2030\n    image: c\n  d: # imgupdate: hold\n    image: d\n',
    });
    expect(references.map(({ hold }) => hold)).toEqual([{ reason: 'a', until: null }, { reason: null, until: '2030-01-01' }, null, null]);
    expect(told).toEqual([
      'ignored compose.yaml:10:5 annotation above: cannot read "hold till=2030": expected hold, with until=DATE and reason="TEXT" if wanted',
    ]);
  });

  it('are held as the annotation says that is nearest above the image', async () => {
    const { references } = await read({
      'compose.yaml':
        'services:\n  # imgupdate: hold reason=service\n  a:\n    # imgupdate: hold reason=upper\n    # imgupdate: hold reason=lower\n    image: a\n' +
        '    platform: linux/amd64\n',
    });
    expect(references.map(({ hold }) => hold?.reason)).toEqual(['lower']);
  });

  it('mount images, of which the later one with a target counts', async () => {
    const { images } = await read(
      {
        'compose.yaml':
          'services:\n  a:\n    image: a\n    volumes:\n      - {type: image, source: data:1, target: /data}\n      - {type: image, source: more:1, target: /more}\n',
        'b.yaml': 'services:\n  a:\n    volumes:\n      - ./data:/data:ro\n      - {type: image, source: more:2, target: /more}\n',
      },
      ['compose.yaml', 'b.yaml'],
    );
    expect(images).toEqual(['compose.yaml:3:12-13 a:latest', 'b.yaml:5:31-37 more:2']);
  });
});

describe('compose files that are merged', () => {
  it('replace texts, join lists and mappings, and take paths from the folder of the first', async () => {
    const { images, told } = await read(
      {
        'a/compose.yaml': 'services:\n  web:\n    build: ./web\n  db: {image: "db:1", platform: linux/arm64}\n',
        'b/override.yaml': 'services:\n  web:\n    build: {args: [V=2]}\n  db: {image: "db:2"}\n  new: {build: ./new}\n',
        'a/web/Dockerfile': 'ARG V=1\nFROM web:$V\n',
        'a/new/Dockerfile': 'FROM new\n',
      },
      ['a/compose.yaml', 'b/override.yaml'],
    );
    expect(images).toEqual([
      'a/web/Dockerfile:2:6-12 web:2 (dockerfile)',
      'b/override.yaml:4:16-20 db:2 for linux/arm64',
      'a/new/Dockerfile:1:6-9 new:latest (dockerfile)',
    ]);
    expect(told).toEqual([]);
  });

  it('remove what is reset and replace what is overridden', async () => {
    const { images, told } = await read(
      {
        'compose.yaml':
          'services:\n  a: {image: "a:1", build: .}\n  b: {image: "b:1"}\n  c: {image: "c:1", platform: linux/arm64}\n  d: {build: {context: ., args: {V: "1"}}}\n',
        'b.yaml':
          'services:\n  a: {build: !reset null}\n  b: !reset null\n  c: !override {image: "c:2"}\n  d: {build: {args: !override [W=2]}}\n',
        Dockerfile: 'ARG V=0\nARG W=0\nFROM x:$V.$W\n',
      },
      ['compose.yaml', 'b.yaml'],
    );
    expect(images).toEqual(['compose.yaml:2:15-18 a:1', 'b.yaml:4:25-28 c:2', 'Dockerfile:3:6-13 x:0.2 (dockerfile)']);
    expect(told).toEqual([]);
  });

  it('may be documents of one file', async () => {
    const { images } = await read({ 'compose.yaml': 'services: {a: {image: "a:1"}}\n---\nservices: {a: {image: "a:2"}}\n' });
    expect(images).toEqual(['compose.yaml:3:24-27 a:2']);
  });

  it.each([
    ['', 'ignored compose.yaml:-:- has no services'],
    ['name: x\n', 'ignored compose.yaml:-:- has no services'],
    ['services:\n', 'ignored compose.yaml:-:- has no services'],
    ['x-a: {image: a}\n', 'ignored compose.yaml:-:- has no services'],
    [
      'web:\n  build: .\ndb:\n  image: postgres\n',
      'unread compose.yaml:1:1 is of compose\'s first format, which is not read: put the services below "services:"',
    ],
    ['- a\n', 'unread compose.yaml:1:1 expected a mapping with services, got a sequence'],
    ['services: [a]\n', 'unread compose.yaml:1:1 expected services to be a mapping, got a sequence'],
    ['services:\n  a: {image: [a]}\n', 'unread compose.yaml:2:7 expected an image, got a list'],
    ['services:\n  a:\n    image: a\n   b: c\n', 'unread compose.yaml:4:1 all mapping items must start at the same column'],
    ['services: {a: {image: a}, a: {image: b}}\n', 'unread compose.yaml:1:27 key "a" stands twice in one mapping'],
    [
      'services: {a: {image: a, platform: amd64}}\n',
      'ignored compose.yaml:1:26 platform "amd64": expected os/architecture[/variant], for example linux/arm64',
    ],
  ])('say what is wrong with %j', async (text, problem) => {
    const { told } = await read({ 'compose.yaml': text });
    expect(told).toEqual([problem]);
  });

  it.each([
    ['services:\n  a:\n    image: a # imgupdate: hold\n', '3:14'],
    ['services:\n  a:\n    image: "a"  # imgupdate: hold until=2026-12-15\r\n', '3:17'],
    ['services: {a: {image: a}} # imgupdate: hold\n', '1:27'],
  ])('tell of a hold that stands behind an image, where it has no effect: %j', async (text, at) => {
    const { told, references } = await read({ 'compose.yaml': text });
    expect(references.map(({ hold }) => hold)).toEqual([null]);
    expect(told).toEqual([`ignored compose.yaml:${at} a hold behind the image has no effect: put it on a line of its own, directly above`]);
  });

  it('have no image that can be told where their platform is mistyped', async () => {
    const { images, told } = await read({
      'compose.yaml':
        'services:\n  a: {image: a, platform: lnux/amd64}\n  b: {build: ., platform: linux/amd46}\n  c: {build: {context: ., platforms: [linux/arm46]}}\n',
      Dockerfile: 'FROM node:20\n',
    });
    expect(images).toEqual(['compose.yaml:2:14-15 platform: there is no platform "lnux/amd64" (did you mean "linux/amd64"?)']);
    expect(told).toEqual([
      'unread compose.yaml:3:7 platform: there is no platform "linux/amd46" (did you mean "linux/amd64"?)',
      'unread compose.yaml:4:7 platforms: there is no platform "linux/arm46" (did you mean "linux/arm64"?)',
    ]);
  });
});

describe('a service that extends another', () => {
  it('does not extend itself, over however many files', async () => {
    const { images, told } = await read({
      'compose.yaml':
        'services:\n  a: {extends: b}\n  b: {extends: {service: c, file: o.yaml}, image: b}\n  self: {extends: self, image: s}\n',
      'o.yaml': 'services:\n  c: {extends: {service: b, file: compose.yaml}}\n',
    });
    expect(images).toEqual(['compose.yaml:3:51-52 b:latest', 'compose.yaml:4:32-33 s:latest']);
    expect(told).toEqual(['unread o.yaml:2:7 service "b" extends itself', 'unread compose.yaml:4:10 service "self" extends itself']);
  });

  it.each([
    ['extends: gone', 'service "gone", which is extended, is not in compose.yaml'],
    ['extends: {service: x, file: gone.yaml}', 'gone.yaml cannot be read: no such file or folder'],
    ['extends: {service: x, file: "https://example.com/x.yaml"}', 'https://example.com/x.yaml is remote and not read'],
    ['extends: {service: $NO}', 'cannot tell which service is extended: NO is not set: set it in the environment or in .env'],
    ['extends: [x]', 'cannot tell which service is extended: expected text, got a list'],
  ])('with %s says what cannot be found, and keeps its own', async (line, message) => {
    const { images, told } = await read({ 'compose.yaml': `services:\n  a:\n    image: a\n    ${line}\n` });
    expect(images).toEqual(['compose.yaml:3:12-13 a:latest']);
    expect(told).toEqual([`unread compose.yaml:4:5 ${message}`]);
  });

  it('may do so in a long chain, but not in an endless one', async () => {
    const services = Array.from({ length: 10_000 }, (_, index) => `  s${index + 1}: {extends: s${index}}`);
    const { images, told } = await read({ 'compose.yaml': `services:\n  s0: {image: a}\n${services.join('\n')}\n` });
    expect(images).toEqual(['compose.yaml:2:15-16 a:latest']);
    expect(told[0]).toBe('unread compose.yaml:52:3 expected at most 50 services that extend one another');
  });
});

describe('a project that includes others', () => {
  it('keeps what it names itself', async () => {
    const { images, told } = await read({
      'compose.yaml': 'include: [other/compose.yaml]\nservices: {a: {image: "a:1"}}\n',
      'other/compose.yaml': 'services: {a: {image: "a:2"}, b: {image: b}}\n',
    });
    expect(images).toEqual(['compose.yaml:2:24-27 a:1', 'other/compose.yaml:1:42-43 b:latest']);
    expect(told).toEqual(['ignored compose.yaml:2:12 service "a" is in an included file too: this one counts']);
  });

  it('merges the files of one include, and gives its own values before those of the included folder', async () => {
    const { images } = await read({
      'compose.yaml': 'include:\n  - path: [sub/a.yaml, sub/b.yaml]\n',
      '.env': 'V=outer\n',
      'sub/.env': 'V=inner\nW=inner\n',
      'sub/a.yaml': 'services: {a: {image: "a:1"}, b: {image: "b:$V"}}\n',
      'sub/b.yaml': 'services: {a: {image: "a:$W"}}\n',
    });
    expect(images).toEqual(['sub/b.yaml:1:24-28 a:inner', 'sub/a.yaml:1:43-47 b:outer']);
  });

  it.each([
    [{ 'compose.yaml': 'include: [compose.yaml]' }, 'unread compose.yaml:1:11 compose.yaml includes itself: compose.yaml'],
    [
      { 'compose.yaml': 'include: [a.yaml]', 'a.yaml': 'include: [compose.yaml]' },
      'unread a.yaml:1:11 compose.yaml includes itself: compose.yaml -> a.yaml',
    ],
    [{ 'compose.yaml': 'include: [gone.yaml]' }, 'unread compose.yaml:1:11 gone.yaml cannot be read: no such file or folder'],
    [{ 'compose.yaml': 'include: ["oci://example.com/x:1"]' }, 'unread compose.yaml:1:12 oci://example.com/x:1 is remote and not read'],
    [{ 'compose.yaml': 'include: x.yaml' }, 'unread compose.yaml:1:1 expected include to be a list'],
  ])('says what cannot be included: %j', async (files, problem) => {
    const { told } = await read(files);
    expect(told).toEqual([problem]);
  });

  it('is not read without end when its files include one another in twos', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`${index}.yaml`, `include: [${index + 1}.yaml, {path: [${index + 1}.yaml]}]\n`]),
    );
    const { told } = await read({ ...files, '30.yaml': 'services: {a: {image: a}}\n' }, ['0.yaml']);
    expect(told[0]).toMatch(/is not read: expected at most 1000 files$/);
  });
});

describe('a hostile compose file', () => {
  it('has at most 10,000 references', async () => {
    const services = Array.from({ length: 10_050 }, (_, index) => `  s${index}: {image: "a:${index}"}`);
    const { references, told } = await read({ 'compose.yaml': `services:\n${services.join('\n')}\n` });
    expect(references).toHaveLength(10_000);
    expect(told).toEqual(['unread compose.yaml:10002:20 expected at most 10000 references: the others are not checked']);
  });

  it('is not read as often as it is included, nor as large as its aliases make it', async () => {
    const list = Array.from({ length: 1000 }, () => '{a: b}').join(', ');
    const services = Array.from({ length: 100 }, (_, index) => `  s${index}: {image: "a:1", volumes: *v}`);
    const { told } = await read({
      'compose.yaml': `include: [${Array.from({ length: 500 }, () => 'big.yaml').join(', ')}]\n`,
      'big.yaml': `x-v: &v [${list}]\nservices:\n${services.join('\n')}\n`,
    });
    expect(new Set(told)).toContain(
      'unread big.yaml:101:3 expected at most 1000000 parts in all services, with what aliases, includes and extends repeat',
    );
  });

  it('may not extend something large very often', async () => {
    const volumes = Array.from({ length: 5000 }, () => '"a:/b"').join(', ');
    const services = Array.from({ length: 2000 }, (_, index) => `  s${index}: {extends: big, volumes: [x]}`);
    const { told } = await read({ 'compose.yaml': `services:\n  big: {image: a, volumes: [${volumes}]}\n${services.join('\n')}\n` });
    expect(told[0]).toMatch(/^unread compose.yaml:\d+:3 expected at most 1000000 parts in all services/);
  });

  it('has at most 100 documents', async () => {
    const { images, told } = await read({
      'compose.yaml': Array.from({ length: 101 }, (_, index) => `services: {a: {image: "a:${index}"}}`).join('\n---\n'),
    });
    expect(images).toEqual(['compose.yaml:199:24-28 a:99']);
    expect(told).toEqual(['unread compose.yaml:-:- expected at most 100 documents, got 101']);
  });

  it('may have names and paths that no terminal should see', async () => {
    const { told } = await read({ 'compose.yaml': 'services:\n  "a\\e[2J":\n    build: "x\\u202ey"\n  "\\e": {}\n' });
    expect(told.join('')).not.toMatch(/[\u001b\u202e]/);
    expect(told).toHaveLength(2);
  });

  it('may give its images very long names', async () => {
    const { references } = await read({ 'compose.yaml': `services: {a: {image: "${'a'.repeat(100_000)}"}}` });
    expect(references[0]?.written).toHaveLength(4096);
    expect(references[0]?.reference).toEqual({ ok: false, message: 'expected at most 4096 characters, got 100000' });
  });
});

describe('a secret', () => {
  const env = { CI_JOB_TOKEN: 'hunter2', REGISTRY_PASSWORD: 'hunter2', AWS_ACCESS_KEY_ID: 'hunter2', TOKEN_SERVICE_TAG: '7', AUTHOR: 'me' };

  it.each(['CI_JOB_TOKEN', 'REGISTRY_PASSWORD', 'AWS_ACCESS_KEY_ID'])('is put into no reference: %s', async (name) => {
    const files = {
      'compose.yaml': `services:\n  a:\n    image: evil.example/x:\${${name}}\n  b:\n    build: {context: b, args: [${name}]}\n`,
      'b/Dockerfile': `ARG ${name}\nFROM evil.example/y:\${${name}}\n`,
    };
    const { images, told } = await read(files, ['compose.yaml'], env);
    expect(JSON.stringify([images, told])).not.toContain('hunter2');
    expect(images[0]).toContain(`${name} is put into no reference, as its name is that of a secret`);
  });

  it('is one by the end of its name', async () => {
    const files = { 'compose.yaml': 'services:\n  a: {image: "${AUTHOR}/token:${TOKEN_SERVICE_TAG}"}\n' };
    expect((await read(files, ['compose.yaml'], env)).images).toEqual([expect.stringContaining('me/token:7') as string]);
  });

  it('is put into no reference where a file of variables has it, whatever name it gets there', async () => {
    const files = {
      'compose.yaml': 'include:\n  - path: inc.yaml\n    env_file: [/home/ci/secrets, mine]\n',
      'inc.yaml': 'services:\n  a: {image: "evil.example/x:${DB_PASSWORD}"}\n  b: {image: "evil.example/x:${TAG}"}\n',
      '/home/ci/secrets': 'DB_PASSWORD=hunter2\n',
      mine: 'TAG=${DB_PASSWORD}\n',
    };
    const { images, told } = await read(files);
    expect(images).toHaveLength(2);
    expect(JSON.stringify([images, told])).not.toContain('hunter2');
  });
});
