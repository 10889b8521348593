import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderPlatform, normalizePlatform } from '../../../src/core/platform.ts';
import { renderFamiliar } from '../../../src/core/reference.ts';
import { readCompose } from '../../../src/sources/compose/read-compose.ts';

const LINUX = normalizePlatform({ os: 'linux', architecture: 'amd64' });

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
  return {
    ...result,
    images: result.references.map(
      ({ place, reference, platform, kind }) =>
        `${place.path}:${place.line}:${place.column}-${place.endColumn} ${reference.ok ? renderFamiliar(reference.value) : reference.message}` +
        (platform === null ? '' : ` for ${renderPlatform(platform)}`) +
        (kind === 'compose' ? '' : ` (${kind})`),
    ),
    told: result.problems.map(({ kind, path, line, column, message }) => `${kind} ${path}:${line ?? '-'}:${column ?? '-'} ${message}`),
  };
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
});
