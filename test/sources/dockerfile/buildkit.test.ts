import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningEngine, startDockerd } from '../../helpers/engines.ts';
import { run } from '../../helpers/processes.ts';
import { nameOf, platform, read } from './read.ts';

/** Where `@` stands in a Dockerfile below: a registry that has every image there may be, and notes which ones are asked for. */
let registry: { readonly address: string; readonly asked: string[]; readonly server: Server };
let engine: RunningEngine;

beforeAll(async () => {
  [registry, engine] = await Promise.all([startRegistry(), startDockerd()]);
}, 120_000);

afterAll(async () => {
  await engine.stop();
  registry.server.close();
});

beforeEach(() => (registry.asked.length = 0));

describe('the images a build needs are those that BuildKit asks a registry for', () => {
  it.each([
    'FROM @/a',
    'from @/a:1 as Build',
    'FROM "@/a:1"',
    'FROM @/a AS b\nFROM b',
    'FROM @/b\nFROM @/a AS @/b',
    'FROM @/x AS x\nFROM @/y AS x\nFROM x',
    'FROM scratch\nCOPY --from=@/a / /',
    'ARG R=@ V=20\nFROM $R/a:$V',
    'ARG R=@\nARG N="${R}/a" V=\'1\'\nFROM ${N}:${V}-x',
    'ARG R=@\nARG V=1\nARG V=2\nFROM "$R/a:${V}"',
    'ARG R=@\nFROM ${R}/a:${V:-d}${R:+s}${V:+n}',
    'ARG R=@\nFROM $R/a:$BUILDOS-$BUILDARCH-$TARGETARCH$TARGETVARIANT',
    'ARG R=@ S=one\nFROM $R/a AS one\nFROM $S',
    '# escape=`\nARG R=@\nFROM `\n${R}/a:1\nENV P=C:\\\nCOPY --from=@/b / /',
    'FROM @/a\nENV x=y\\\\\nCOPY --from=@/b / /',
    'FROM @/a\nENV x="\\\n FROM @/b"',
    'FROM @/a\n# x \\\nCOPY --from=@/b / /',
    '\u{feff}FROM @/\\\r\n# c\r\n\r\na:1\r\n  # c\r\ncopy --from=@/b / /\r\n',
    'FROM --platform=$BUILDPLATFORM @/a',
    'FROM --platform=linux @/a',
    'FROM --platform=amd64 @/a',
    'FROM @/a AS one\nFROM @/b\nCOPY --from=One / /\nCOPY --from=0 / /\nCOPY --from=+0 / /',
    'FROM @/a AS one\nFROM @/unneeded\nFROM @/b\nCOPY --from=one / /',
    'FROM @/a AS one\nFROM one AS two\nCOPY --from=@/c / /\nFROM scratch\nCOPY --from=two / /',
    'FROM @/a\nCOPY --from=later / /\nFROM @/unneeded\nFROM @/b AS later',
    'FROM @/a\nCOPY --chown=1:1 --from="@/b:1" / /\nCOPY --from=@/c ["/", "/"]\nCOPY --fr\\\nom=@/d / /',
    "FROM @/a\nCOPY --from='@'/b / /\nCOPY --from=\\@/c / /",
    'FROM @/a\nCOPY --from= / /\nCOPY --from=scratch / /',
    'FROM @/a AS one\nRUN --mount=from=@/b,target=/b --mount=target=/c,type=bind,FROM=@/c true',
    'FROM @/a AS one\nFROM @/b\nRUN --mount=type=cache,target=/x,from=One --mount="type=bind,from=@/c,target=/c" true',
    "FROM @/a\nRUN --mount=type=bind,'from=@/b',target=/b --mount=from=@/unneeded,from=@/c,target=/c true",
    'FROM @/a\nRUN --mount=type=bind,\\"from=@/b:1\\",target=/b true',
    'FROM @/a\nRUN --mount=from=scratch,target=/b true --mount=from=@/unneeded',
    'FROM @/a\nONBUILD RUN true\nADD --chown=1 x /\n# FROM @/b',
  ])('%j', async (template) => {
    const dockerfile = template.replaceAll('AS @/', 'AS ').replaceAll('@', registry.address);
    const env = { ...engine.env, PATH: `/usr/bin:${engine.env.PATH ?? ''}`, DOCKER_BUILDKIT: '1' };
    const built = await run('docker', ['build', '--pull', '--no-cache', '--progress=plain', '-'], { env, stdin: dockerfile });
    // It finds nothing to copy, as the images are empty; what it does not understand is another error.
    expect(built.stderr).not.toContain('failed to create LLB definition');
    expect([...new Set(registry.asked)].sort()).toEqual(neededBy(dockerfile));
  });
});

function neededBy(dockerfile: string): readonly string[] {
  const here = platform(process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64');
  const options = { platforms: { build: here, target: here } };
  const stages = dockerfile.match(/^\u{feff}?from\s/gimu) ?? [];
  const { references, problems } = read(dockerfile, { ...options, target: String(stages.length - 1) });
  expect(problems).toEqual([]);
  return [...new Set(references.map(nameOf))].sort();
}

/** Every manifest is that of one image with an empty layer; BuildKit 0.8 breaks down at one without any. */
async function startRegistry(): Promise<typeof registry> {
  const files = Buffer.alloc(1024);
  const layer = gzipSync(files);
  const rootfs = { type: 'layers', diff_ids: [digestOf(files)] };
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs }));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', size: config.length, digest: digestOf(config) },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', size: layer.length, digest: digestOf(layer) }],
    }),
  );
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const [, name, tag = ''] = /^\/v2\/(.+)\/manifests\/([^?]+)/.exec(request.url ?? '') ?? [];
    if (name !== undefined && !tag.startsWith('sha256:')) asked.push(`${request.headers.host ?? ''}/${name}:${tag}`);
    const blob = request.url?.includes(digestOf(layer)) === true ? layer : config;
    const body = name === undefined ? blob : manifest;
    const type = name === undefined ? 'application/octet-stream' : mediaType;
    response.writeHead(200, { 'content-type': type, 'content-length': body.length, 'docker-content-digest': digestOf(body) });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { address: `127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`, asked, server };
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
