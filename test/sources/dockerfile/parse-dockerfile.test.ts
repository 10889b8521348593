import { describe, expect, it } from 'vitest';
import { baseIn, describeReference, namesIn, problemsIn, read } from './read.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const HUB = 'docker.io/library';

describe('FROM', () => {
  it.each([
    ['FROM node', [`${HUB}/node:latest`]],
    ['from node:20 as Build', [`${HUB}/node:20`]],
    [`FROM node@${DIGEST}`, [`${HUB}/node@${DIGEST}`]],
    [`FROM node:20@${DIGEST}`, [`${HUB}/node:20@${DIGEST}`]],
    ['FROM localhost:5000/a/b', ['localhost:5000/a/b:latest']],
    ['FROM "node:20"', [`${HUB}/node:20`]],
    ['FROM\tnode:20\tAS\tx', [`${HUB}/node:20`]],
    ['FROM node:20\nFROM node:20', [`${HUB}/node:20`, `${HUB}/node:20`]],
    ['FROM scratch', []],
    ['FROM a AS b\nFROM B', [`${HUB}/a:latest`]],
    ['FROM b\nFROM a AS b\nFROM b', [`${HUB}/b:latest`, `${HUB}/a:latest`]],
    ['FROM x AS x', [`${HUB}/x:latest`]],
    ['FROM a AS b\nFROM 0', [`${HUB}/a:latest`, `${HUB}/0:latest`]],
    ['ARG B=b\nFROM a AS b\nFROM $B', [`${HUB}/a:latest`]],
    ['RUN echo "\\\nFROM x"\nFROM a', [`${HUB}/a:latest`]],
    ['FROM a\nCMD echo \\\nFROM x', [`${HUB}/a:latest`]],
    ['# FROM x\nFROM a\n  # FROM y', [`${HUB}/a:latest`]],
  ])('%j names %j', (text, expected) => expect(namesIn(text)).toEqual(expected));

  it.each([
    ['FROM --platform=linux/arm64 node:20', '1:29-1:36 node:20 -> docker.io/library/node:20 (linux/arm64)'],
    ['FROM --platform=$BUILDPLATFORM node:20', '1:32-1:39 node:20 -> docker.io/library/node:20 (linux/amd64)'],
    ['FROM --platform="${TARGETOS}/$TARGETARCH" node:20', '1:43-1:50 node:20 -> docker.io/library/node:20 (linux/arm64)'],
    ['FROM --platform=arm64 node:20', '1:23-1:30 node:20 -> docker.io/library/node:20 (linux/arm64)'],
    ...['386', 'arm', 'mips64le', 'ppc64le', 'riscv64', 's390x', 'loong64', 'wasm', 'sparc64'].map((name) => [
      `FROM --platform=${name} node:20`,
      `1:${18 + name.length}-1:${25 + name.length} node:20 -> docker.io/library/node:20 (linux/${name === 'arm' ? 'arm/v7' : name})`,
    ]),
    ['FROM --platform=windows node:20', '1:25-1:32 node:20 -> docker.io/library/node:20 (windows/amd64)'],
    ['ARG P=linux/s390x\nFROM --platform=$P node:20', '2:20-2:27 node:20 -> docker.io/library/node:20 (linux/s390x)'],
    ['FROM --platform=$P node', '1:20-1:24 node -> --platform: P has no value: no ARG P stands before the first FROM'],
    ['FROM --platform=lnux/amd64 node', '1:28-1:32 node -> --platform: there is no platform "lnux/amd64" (did you mean "linux/amd64"?)'],
    ['FROM --platform=lnux node', '1:22-1:26 node -> --platform: there is no platform "lnux/amd64" (did you mean "linux/amd64"?)'],
    ['FROM --platform=amd46 node', '1:23-1:27 node -> --platform: there is no platform "linux/amd46" (did you mean "linux/amd64"?)'],
    [
      'FROM --platform=a/b/c/d node',
      '1:25-1:29 node -> --platform: platform "a/b/c/d": expected os/architecture[/variant], for example linux/arm64',
    ],
  ])('%j is for a platform', (text, expected) => expect(read(text).references.map(describeReference)).toEqual([expected]));

  it.each([
    ['FROM a b', 'expected FROM IMAGE or FROM IMAGE AS NAME, and nothing else on the line'],
    ['FROM a AS', 'expected FROM IMAGE or FROM IMAGE AS NAME, and nothing else on the line'],
    ['FROM a # b', 'expected FROM IMAGE or FROM IMAGE AS NAME, and nothing else on the line'],
    [
      'FROM https://a/b',
      'invalid reference format "https://a/b": registry "https:" has no port; a reference begins with the registry, without a scheme',
    ],
    ['FROM Node', 'invalid reference format "Node": repository name (library/Node) must be lowercase'],
    ['FROM ""', 'invalid reference format "": repository name must have at least one component'],
    [
      'FROM \u{202e}a',
      'invalid reference format "\u{fffd}a": component "\u{fffd}a" is not lowercase letters and digits with single separators between them',
    ],
  ])('%j is a reference that says what is wrong', (text, message) => expect(namesIn(text)).toEqual([message]));
});

describe('ARG', () => {
  it.each([
    ['ARG V=20\nFROM node:$V', `${HUB}/node:20`],
    ['ARG V="20"\nFROM node:${V}-alpine', `${HUB}/node:20-alpine`],
    ['ARG A=1 B=$A.2\nFROM node:$B', `${HUB}/node:1.2`],
    ['ARG A=1\nARG A=2\nFROM node:$A', `${HUB}/node:2`],
    ['ARG A=1\nARG A\nFROM node:$A', `${HUB}/node:1`],
    ['arg V=20\nFROM node:$V', `${HUB}/node:20`],
    ['ARG V=${MAJOR:-18}.1\nFROM node:$V', `${HUB}/node:18.1`],
    ['FROM node:${V:-20}', `${HUB}/node:20`],
    ['FROM --platform=$BUILDPLATFORM a:$TARGETPLATFORM', 'invalid reference format'],
    ['FROM a:$BUILDOS-$BUILDARCH-$TARGETARCH$TARGETVARIANT', `${HUB}/a:linux-amd64-arm64`],
    ['FROM a:$TARGETSTAGE AS end', `${HUB}/a:end`],
  ])('%j', (text, expected) => expect(namesIn(text)).toEqual([expect.stringContaining(expected)]));

  it('is overridden by what the command line says, where it is declared', () => {
    const buildArgs = new Map([
      ['V', '22'],
      ['TARGETARCH', 'riscv64'],
    ]);
    expect(namesIn('ARG V=20\nFROM node:$V', { buildArgs })).toEqual([`${HUB}/node:22`]);
    expect(namesIn('ARG V\nFROM node:$V', { buildArgs })).toEqual([`${HUB}/node:22`]);
    expect(namesIn('ARG W=$V\nARG V\nFROM node:$V', { buildArgs })).toEqual([`${HUB}/node:22`]);
    expect(namesIn('FROM node:$V', { buildArgs })).toEqual(['V has no value: no ARG V stands before the first FROM']);
    expect(namesIn('FROM a:$TARGETARCH', { buildArgs })).toEqual([`${HUB}/a:riscv64`]);
  });

  it.each([
    ['ARG V\nFROM node:$V', 'ARG V has no value: give it with --build-arg V=...'],
    ['ARG V\nARG T=$V-alpine\nFROM node:$T', 'ARG V has no value: give it with --build-arg V=...'],
    ['ARG V\nFROM node${V}', 'ARG V has no value: give it with --build-arg V=...'],
    ['FROM a\nARG V=1\nFROM node:$V', 'V has no value: no ARG V stands before the first FROM, and one behind it is not seen by FROM'],
    ['ARG V=\nFROM node:$V', 'expected'],
    ['ARG V="${X:?tell X}"\nFROM node:$V', 'X: tell X'],
    ['ARG V=${X\nFROM node:$V', 'bad substitution: missing "}"'],
    ['ARG V=1\nFROM node:${V^}', 'unsupported modifier "^" in the substitution of V'],
  ])('%j leaves a FROM untold', (text, message) => {
    const names = namesIn(text);
    expect(names.at(-1)).toContain(message === 'expected' ? '; ARG V is empty' : message);
    expect(baseIn(text)).toBe(`untold: ${names.at(-1)}`);
  });
});

describe('COPY --from', () => {
  const BUILD = 'FROM a AS build\nFROM c\n';
  it.each([
    ['COPY --from=node:20 /a /b', ['node:20']],
    ['copy --chown=1:1 --from=node /a /b', ['node:latest']],
    ['COPY --from="node:20" /a /b', ['node:20']],
    ['COPY --from=node:20 ["/a", "/b"]', ['node:20']],
    ['COPY --from=Build /a /b', []],
    ['COPY --from=0 /a /b', []],
    ['COPY --from=later /a /b\nFROM d AS later', ['d:latest']],
    ['COPY --from=scratch /a /b', []],
    ['COPY --from= /a /b', []],
    ['COPY /a --from=node:20 /b', []],
    ['ADD --from=node:20 /a /b', []],
    ['ONBUILD COPY --from=node:20 /a /b', ['node:20']],
    ['ONBUILD ONBUILD COPY --from=node:20 /a /b', []],
  ])('%j names %j', (line, expected) => {
    expect(namesIn(`${BUILD}${line}`)).toEqual(['a:latest', 'c:latest', ...expected].map((name) => `${HUB}/${name}`));
  });

  it.each([
    ['COPY --from=node:$V /a /b', 'variables are not expanded here: name a stage FROM that image, and take it from the stage'],
    ['COPY --from=7 /a /b', 'invalid stage index 7: expected 0'],
    ['COPY --from=-1 /a /b', 'invalid stage index -1: expected 0'],
    ['RUN --mount=from=$V,target=/a x', 'variables are not expanded here: name a stage FROM that image, and take it from the stage'],
  ])('%j is a reference that says what is wrong', (line, message) => {
    expect(namesIn(`ARG V=1\nFROM a\n${line}`)).toEqual([`${HUB}/a:latest`, message]);
  });
});

describe('RUN --mount', () => {
  it.each([
    ['--mount=type=bind,from=node:20,target=/x', ['node:20']],
    ['--mount=from=node,target=/x', ['node:latest']],
    ['--mount=target=/x,FROM=node', ['node:latest']],
    ['--mount="type=bind,from=node:20"', ['node:20']],
    ["--mount=type=bind,'from=node:20'", ['node:20']],
    ['--mount=type=cache,target=/x --mount=type=bind,from=n1 --network=none --mount=from=n2', ['n1:latest', 'n2:latest']],
    ['--mount=from=n1,from=n2', ['n2:latest']],
    ['--mount=type=bind,\\\n  source=a', []],
    ['--mount=type=cache,target=/x', []],
    ['--mount=from=a,target=/x', []],
    ['--mount=from=scratch', []],
    ['--mount=type=bind,target=/x true --mount=from=node', []],
    ['--mount=from=0', ['0:latest']],
  ])('%s names %j', (flags, expected) => {
    expect(namesIn(`FROM x AS a\nRUN ${flags} true`)).toEqual(['x:latest', ...expected].map((name) => `${HUB}/${name}`));
  });

  it('tells the place of the image alone', () => {
    const text = 'FROM x\nRUN --mount=type=bind,from=node:20,target=/a \\\n  --mount=target=/b,"from=a/b:1" true';
    expect(read(text).references.slice(1).map(describeReference)).toEqual([
      '2:28-2:35 node:20 -> docker.io/library/node:20',
      '3:27-3:32 a/b:1 -> docker.io/a/b:1',
    ]);
  });
});

describe('the place of a reference', () => {
  it.each([
    ['FROM --platform=linux/amd64 node:20@' + DIGEST + ' AS x', `1:29-1:108 node:20@${DIGEST} ->`],
    ['FROM no\\\nde:20', '1:6-2:6 node:20 ->'],
    ['FROM no\\\r\n# c\r\n\r\nde:20\r\n', '1:6-4:6 node:20 ->'],
    ['\u{feff}FROM node', '1:6-1:10 node ->'],
    ['\n\n  FROM   node  ', '3:10-3:14 node ->'],
    ['ARG 名=1\nFROM a:${名}', '2:6-2:12 a:${名} ->'],
  ])('%j', (text, expected) => expect(read(text).references.map(describeReference)[0]).toContain(expected));

  it('is moved for a file inside another one', () => {
    const { references, problems, base } = read('FROM scratch\nFORM x\nCOPY --from=node:20 a b', {
      at: (place) => ({ ...place, path: 'compose.yaml', line: place.line + 10, endLine: place.endLine + 10, column: place.column + 4 }),
    });
    expect(references[0]?.place).toMatchObject({ path: 'compose.yaml', line: 13, column: 17 });
    expect(problems[0]).toMatchObject({ path: 'compose.yaml', line: 12, column: 5 });
    expect(base).toMatchObject({ kind: 'scratch', place: { path: 'compose.yaml', line: 11, column: 10 } });
  });
});

describe('a hold', () => {
  const HOLD = { reason: 'wait', until: '2026-12-15' };
  const NOTE = '# imgupdate: hold until=2026-12-15 reason="wait"';
  it.each([
    ['directly above FROM', `${NOTE}\nFROM a`, HOLD],
    ['in the block above', `${NOTE}\n# and why\n  FROM a`, HOLD],
    ['the nearest of two', `# imgupdate: hold\n${NOTE}\nFROM a`, HOLD],
    ['on COPY', `FROM scratch\n${NOTE}\nCOPY --from=a x y`, HOLD],
    ['on RUN', `FROM scratch\n${NOTE}\nRUN --mount=from=a x`, HOLD],
    ['not over a blank line', `${NOTE}\n\nFROM a`, null],
    ['not over another instruction', `${NOTE}\nARG A\nFROM a`, null],
    ['not a broken one', `# imgupdate: hold until=tomorrow\nFROM a`, null],
  ])('%s', (_, text, expected) => expect(read(text).references[0]?.hold).toEqual(expected));

  it.each([
    ['# imgupdate: hold until=tomorrow\nFROM a', 'ignored 1:1 expected "until" to be a date such as 2026-12-15, got "tomorrow"'],
    ['FROM a\n  # imgupdate: pin\nFROM b', 'ignored 2:3 cannot read "pin": expected hold, with until=DATE and reason="TEXT" if wanted'],
    [`${NOTE}\n\nFROM a`, 'ignored 1:1 a hold has to stand directly above the instruction that names the image'],
    [`FROM a\n${NOTE}\nRUN x`, 'ignored 2:1 a hold has to stand directly above the instruction that names the image'],
  ])('%j has no effect, and that is said', (text, message) => expect(problemsIn(text)).toEqual([message]));

  it('is no other comment', () => {
    expect(problemsIn('# see imgupdate for this\nFROM a')).toEqual([]);
  });
});

describe('what a Dockerfile builds on', () => {
  it.each([
    ['FROM a AS x\nFROM b', `${HUB}/b:latest`],
    ['FROM a AS x\nFROM x AS y\nFROM y', `${HUB}/a:latest`],
    ['FROM scratch AS x\nFROM x', 'scratch at 1:6'],
    ['FROM a AS x\nFROM b\nFROM x', `${HUB}/a:latest`],
    ['', 'untold: no FROM: the file has no stage to build'],
    ['FROM', 'untold: FROM without an image'],
    ['FROM A', expect.stringContaining('untold: invalid reference format "A"')],
  ])('%j: %s', (text, expected) => expect(baseIn(text)).toEqual(expected));
});

describe('the target', () => {
  const TEXT = [
    '# syntax=docker/dockerfile:1',
    'FROM a AS one',
    'RUN --mount=from=tool x',
    'FROM b AS Two',
    'COPY --from=one x y',
    'FROM c AS three',
    'COPY --from=d x y',
    'FROM two',
    'COPY --from=e x y',
  ].join('\n');
  it.each([
    ['one', ['a', 'tool'], 'a'],
    ['TWO', ['a', 'tool', 'b'], 'b'],
    ['1', ['a', 'tool', 'b'], 'b'],
    ['three', ['c', 'd'], 'c'],
    ['3', ['a', 'tool', 'b', 'e'], 'b'],
    [null, ['a', 'tool', 'b', 'c', 'd', 'e'], 'b'],
    ['', ['a', 'tool', 'b', 'c', 'd', 'e'], 'b'],
  ])('%s needs %j', (target, expected, base) => {
    expect(namesIn(TEXT, { target })).toEqual(['docker.io/docker/dockerfile:1', ...expected.map((name) => `${HUB}/${name}:latest`)]);
    expect(baseIn(TEXT, { target })).toBe(`${HUB}/${base}:latest`);
    expect(problemsIn(TEXT, { target })).toEqual([]);
  });

  it.each(['four', '4', '-1'])('"%s" is no stage: all is read, and those there are are named', (target) => {
    expect(problemsIn(TEXT, { target })).toEqual([`unread 1:1 no stage "${target}": expected one of one, two, three, 3`]);
    expect(namesIn(TEXT, { target })).toHaveLength(7);
    expect(baseIn(TEXT, { target })).toBe(`untold: no stage "${target}"`);
  });
});

describe('named build contexts', () => {
  const [image] = read('FROM other:1', { path: 'compose.yaml' }).references;
  const contexts = new Map([
    ['node', image ?? null],
    ['src', null],
  ]);
  it.each([
    ['FROM node', [], `${HUB}/other:1`],
    ['FROM docker.io/library/node:latest', [], `${HUB}/other:1`],
    ['FROM node:20', ['node:20'], `${HUB}/node:20`],
    ['FROM src', [], 'untold: build context "src" is no image'],
    ['FROM a AS src\nCOPY --from=x y z\nFROM src', [], 'untold: build context "src" is no image'],
    ['FROM a\nCOPY --from=src x y\nRUN --mount=from=node x', ['a:latest'], `${HUB}/a:latest`],
  ])('stand in for what has their name: %j', (text, expected, base) => {
    expect(namesIn(text, { contexts })).toEqual(expected.map((name) => `${HUB}/${name}`));
    expect(baseIn(text, { contexts })).toBe(base);
  });
});

describe('problems', () => {
  it.each([
    ['', ['unread 1:1 no FROM: the file has no instructions']],
    ['# only\n\n', ['unread 1:1 no FROM: the file has no instructions']],
    ['ARG A', ['unread 1:1 no FROM: the file has no stage to build']],
    ['RUN x\nFROM a', ['ignored 1:1 RUN stands before the first FROM']],
    ['FROM a\n  FROM --platform=linux/amd64', ['unread 2:3 FROM without an image']],
    ['FROM a\nFORM b', ['unread 2:1 unknown instruction "FORM" (did you mean "FROM"?)']],
    ['FORM a', ['unread 1:1 no FROM: the file has no stage to build', 'unread 1:1 unknown instruction "FORM" (did you mean "FROM"?)']],
    ['s3cret=hunter2\nother', ['unread 1:1 no FROM: the file has no stage to build']],
    ['FROM a\nINCLUDE+ b', ['unread 2:1 unknown instruction "INCLUDE+"']],
    ['FROM a AS 1b', ['ignored 1:1 invalid name for a build stage: "1b"']],
    ['FROM a\nRUN <<EOF\nx', ['unread 2:1 heredoc "EOF" has no end']],
    ['FROM a\n\u{1b}[31mRUN x', ['unread 2:1 unknown instruction "\u{fffd}[31MRUN"']],
  ])('of %j: %j', (text, expected) => expect(problemsIn(text)).toEqual(expected));

  it('leave what is before and after to be read', () => {
    expect(namesIn('COPY --from=a x y\nFROM b\nFROM\nFROM c\nnonsense\nFROM d')).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => `${HUB}/${name}:latest`),
    );
  });

  it('are told up to a hundred, those first that leave something unread', () => {
    const problems = problemsIn(`RUN x\nFROM a\n${'FROM\n'.repeat(150)}`);
    expect(problems).toHaveLength(101);
    expect(problems[0]).toBe('unread 3:1 FROM without an image');
    expect(problems.at(-1)).toBe('unread 103:1 and 51 more problems');
  });

  it('are one problem where many lines are no instructions', () => {
    expect(problemsIn(`FROM a\nFORM b\n${'NONSENSE\n'.repeat(150)}`)).toEqual([
      'unread 2:1 unknown instruction "FORM" (did you mean "FROM"?), and 150 more',
    ]);
  });
});

describe('a template of a Dockerfile', () => {
  const why = 'a template fills it in before the build: check what the template makes';

  it.each([
    ['FROM php:%%PHP_VERSION%%-fpm', why],
    ['FROM node:{{ .version }}-slim AS build', why],
    ['FROM {{image}}', why],
    ['FROM ruby:<%= version %>', why],
    ['FROM @BASE_IMAGE@', why],
    ['FROM gcr.io/acme/ruby:{base_tag}', why],
    ['ARG V\nFROM node:${V}', 'ARG V has no value: give it with --build-arg V=...'],
    ['FROM Node:20', 'invalid reference format "Node:20": repository name (library/Node) must be lowercase'],
  ])('says of %j what it is', (text, expected) => expect(namesIn(text)).toEqual([expected]));

  it('is not seen in what shells and Dockerfiles write themselves', () => {
    const text = `ARG V\nFROM node:\${V%%-*}\n\${V%%.*} x\n\ncurl -w '%{http_code}' @x "{{ y }}"\n`;
    expect(namesIn(text)).toEqual(['ARG V has no value: give it with --build-arg V=...']);
    expect(problemsIn(text)).toEqual(['unread 3:1 unknown instruction "${V%%.*}", and 1 more']);
  });

  it('says it of a stage that is copied from, too', () => {
    expect(namesIn('FROM a\nCOPY --from={{ .tools }} /x /x')).toEqual([`${HUB}/a:latest`, why]);
  });

  it('has lines that are no mistakes, and images that are read all the same', () => {
    const text = '{{\n\tdef is_slim:\n\t\ttrue\n-}}\n{% if slim %}\nFROM debian:12-slim\n{% else %}\nFROM debian:12\n{% endif %}\nRUN x\n';
    expect(namesIn(text)).toEqual([`${HUB}/debian:12-slim`, `${HUB}/debian:12`]);
    expect(problemsIn(text)).toEqual([`ignored 1:1 "{{" is a template's and no instruction, and 6 more: check what the template makes`]);
  });
});
