import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DockerfileParser } from 'dockerfile-ast';
import { describe, expect, it } from 'vitest';
import { baseIn, describeReference, problemsIn, read } from './read.ts';

const FOLDER = fileURLToPath(new URL('../../../fixtures/files/dockerfile', import.meta.url));
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith('.Dockerfile'));
const textOf = (name: string): string => readFileSync(`${FOLDER}/${name}`, 'utf8');
const ONES = `sha256:${'1'.repeat(64)}`;
const BS = `sha256:${'b'.repeat(64)}`;
const HUB = 'docker.io/library';
const NOT_ALONE = 'expected FROM IMAGE or FROM IMAGE AS NAME, and nothing else on the line';

type Expected = { readonly references: readonly string[]; readonly base: string; readonly problems?: readonly string[] };

const EXPECTED: Readonly<Record<string, Expected>> = {
  'node.Dockerfile': {
    references: [
      '1:10-1:31 docker/dockerfile:1.7 => docker.io/docker/dockerfile:1.7',
      `5:6-5:37 node:\${NODE_VERSION}-\${VARIANT} -> ${HUB}/node:20.11.1-alpine`,
      `14:6-14:37 node:\${NODE_VERSION}-\${VARIANT} -> ${HUB}/node:20.11.1-alpine`,
      '20:13-20:37 ghcr.io/acme/tini:0.19.0 -> ghcr.io/acme/tini:0.19.0',
    ],
    base: `${HUB}/node:20.11.1-alpine`,
  },
  'go-cross.Dockerfile': {
    references: [
      '1:10-1:29 docker/dockerfile:1 => docker.io/docker/dockerfile:1',
      '2:32-2:51 tonistiigi/xx:1.4.0 -> docker.io/tonistiigi/xx:1.4.0 (linux/amd64)',
      `4:32-4:115 golang:1.22@${ONES} -> ${HUB}/golang:1.22@${ONES} (linux/amd64)`,
      `16:6-16:119 gcr.io/distroless/static-debian12:nonroot@${BS} -> gcr.io/distroless/static-debian12:nonroot@${BS}`,
    ],
    base: `gcr.io/distroless/static-debian12:nonroot@${BS}`,
  },
  'rust.Dockerfile': {
    references: [
      '1:6-1:48 lukemathwalker/cargo-chef:latest-rust-1.77 -> docker.io/lukemathwalker/cargo-chef:latest-rust-1.77',
      `14:6-14:26 debian:bookworm-slim -> ${HUB}/debian:bookworm-slim`,
    ],
    base: `${HUB}/debian:bookworm-slim`,
  },
  'monorepo.Dockerfile': {
    references: [
      '5:6-5:40 ghcr.io/astral-sh/uv:${UV_VERSION} -> ghcr.io/astral-sh/uv:0.4.20',
      '7:6-7:13 ${BASE} -> registry.example.com/mirror/base/python:3.12',
      `15:43-15:55 busybox:1.36 -> ${HUB}/busybox:1.36`,
      '16:29-16:62 registry.example.com/tools/lint:7 -> registry.example.com/tools/lint:7',
    ],
    base: 'scratch at 20:6',
  },
  'heredoc.Dockerfile': {
    references: [
      '1:10-1:29 docker/dockerfile:1 => docker.io/docker/dockerfile:1',
      `2:6-2:17 debian:12.5 -> ${HUB}/debian:12.5`,
      `18:13-18:25 busybox:1.36 -> ${HUB}/busybox:1.36`,
    ],
    base: `${HUB}/debian:12.5`,
  },
  'windows.Dockerfile': {
    references: [
      '2:6-2:51 mcr.microsoft.com/windows/servercore:ltsc2022 -> mcr.microsoft.com/windows/servercore:ltsc2022',
      '11:3-12:20 mcr.microsoft.com/windows/nanoserver:ltsc2022 -> mcr.microsoft.com/windows/nanoserver:ltsc2022',
    ],
    base: 'mcr.microsoft.com/windows/nanoserver:ltsc2022',
  },
  'onbuild.Dockerfile': {
    references: [
      `1:6-1:13 node:20 -> ${HUB}/node:20`,
      `3:21-3:33 composer:2.7 -> ${HUB}/composer:2.7`,
      '4:36-4:51 alpine/git:2.43 -> docker.io/alpine/git:2.43',
    ],
    base: `${HUB}/node:20`,
  },
  'crlf-bom.Dockerfile': {
    references: [`6:3-6:19 python:3.12-slim -> ${HUB}/python:3.12-slim`, `8:13-8:25 busybox:1.36 -> ${HUB}/busybox:1.36`],
    base: `${HUB}/python:3.12-slim`,
  },
  'unresolved.Dockerfile': {
    references: [
      '4:6-4:36 node:${NODE_VERSION}${FLAVOUR} -> ARG NODE_VERSION has no value: give it with --build-arg NODE_VERSION=...',
      '6:6-6:20 alpine:${LATE} -> LATE has no value: no ARG LATE stands before the first FROM, and one behind it is not seen by FROM',
      '7:6-7:21 debian:${EMPTY} -> invalid reference format "debian:": tag "" is not 1 to 128 letters, digits, "_", "." or "-", the first no "." or "-"; ARG EMPTY is empty',
      `8:6-8:29 ubuntu:\${UBUNTU:-24.04} -> ${HUB}/ubuntu:24.04`,
      `9:6-9:22 \${NOWHERE:?needs -> ${NOT_ALONE}`,
      '10:13-10:28 busybox:${LATE} -> variables are not expanded here: name a stage FROM that image, and take it from the stage',
    ],
    base: `untold: ${NOT_ALONE}`,
  },
  'broken.Dockerfile': {
    references: [
      '4:6-4:13 Node:20 -> invalid reference format "Node:20": repository name (library/Node) must be lowercase',
      `5:6-5:17 alpine:3.19 -> ${NOT_ALONE}`,
      `7:6-7:18 busybox:1.36 -> ${HUB}/busybox:1.36`,
      `11:6-11:15 debian:12 -> ${HUB}/debian:12`,
    ],
    base: `${HUB}/debian:12`,
    problems: [
      'unread 2:1 FROM without an image',
      'unread 3:1 unknown instruction "FORM" (did you mean "FROM"?)',
      'ignored 1:1 RUN stands before the first FROM',
      'ignored 6:1 cannot read "hold forever": expected hold, with until=DATE and reason="TEXT" if wanted',
      'ignored 9:1 a hold has to stand directly above the instruction that names the image',
    ],
  },
};

describe('a Dockerfile as people write them', () => {
  it('is here for each expectation', () => {
    expect(Object.keys(EXPECTED).sort()).toEqual(NAMES.toSorted());
  });

  it.each(NAMES)('%s', (name) => {
    const text = textOf(name);
    const { references, base, problems = [] } = EXPECTED[name] ?? { references: [], base: '' };
    expect(read(text).references.map(describeReference)).toEqual(references);
    expect(baseIn(text)).toBe(base);
    expect(problemsIn(text)).toEqual(problems);
  });

  it.each(NAMES)('%s with CRLF names the same', (name) => {
    const text = textOf(name).replaceAll('\r', '');
    expect(read(text.replaceAll('\n', '\r\n')).references).toEqual(read(text).references);
  });

  it.each(NAMES.filter((name) => !['heredoc.Dockerfile', 'broken.Dockerfile', 'crlf-bom.Dockerfile'].includes(name)))(
    '%s has the FROMs another parser finds, where it finds them',
    (name) => {
      const text = textOf(name);
      const places = new Set(read(text).references.map(({ place }) => `${place.line}:${place.column}-${place.endLine}:${place.endColumn}`));
      const written = read(text).references.map((reference) => reference.written);
      const theirs = DockerfileParser.parse(text)
        .getFROMs()
        .map((from) => ({ image: from.getImage(), range: from.getImageRange() }))
        .filter(({ image }) => image !== null && written.includes(image));
      expect(theirs.length).toBeGreaterThan(0);
      for (const { range } of theirs) {
        expect(places).toContain(
          `${range!.start.line + 1}:${range!.start.character + 1}-${range!.end.line + 1}:${range!.end.character + 1}`,
        );
      }
    },
  );
});
