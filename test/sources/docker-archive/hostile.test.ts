import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImgupdateError } from '../../../src/errors.ts';
import { END, makeEntry, makeTar, type Written } from '../archive/make-tar.ts';
import { packZstd } from '../archive/make-zstd.ts';
import { listArchive, makeImage, makeLayer, oldEntries } from './make-archive.ts';

const [base, upper] = [makeLayer('base'), makeLayer('upper')];
const app = { ...makeImage([base, upper]), tags: ['acme/app:1'] };
const web = { ...makeImage([base], { os: 'windows' }), tags: ['web:1'] };
const entries = oldEntries([app, web]);
const good = makeTar(entries);
const digests = new Set([app.configDigest, web.configDigest]);

/** What was listed, or the code of the error that is expected of anything wrong; whatever else is thrown fails the test. */
async function outcomeOf(bytes: Uint8Array, verify = false): Promise<readonly string[] | string> {
  try {
    const { images, failures } = await listArchive({ bytes }, { verify });
    for (const { message } of failures) expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    return images.map(({ imageId }) => imageId);
  } catch (error) {
    if (!(error instanceof ImgupdateError)) throw error;
    expect(error.message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    return error.code;
  }
}

const change = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });

function changed(bytes: Buffer, changes: readonly { at: number; byte: number }[]): Buffer {
  const copy = Buffer.from(bytes);
  for (const { at, byte } of changes) copy[at % copy.length] = byte;
  return copy;
}

describe('an archive with any bytes changed', () => {
  it.each([
    ['plain', (bytes: Buffer) => bytes],
    ['in gzip that says the right sum', (bytes: Buffer) => gzipSync(bytes)],
  ])('%s never lists another image', async (_what, pack) => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), fc.boolean(), async (changes, verify) => {
        const listed = await outcomeOf(pack(changed(good, changes)), verify);
        const wrong = typeof listed === 'string' ? [] : listed.filter((imageId) => !digests.has(imageId));
        expect(wrong).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    ['gzip', gzipSync(good)],
    ['zstd', packZstd(good)],
  ])('of its %s never lists another image', async (_what, packed) => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const listed = await outcomeOf(changed(packed, changes));
        expect(typeof listed === 'string' ? [] : listed.filter((imageId) => !digests.has(imageId))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('of a layer never passes for what it should be', async () => {
    const layerAt = good.indexOf(upper.contents);
    await fc.assert(
      fc.asyncProperty(fc.nat(upper.contents.length - 1), async (at) => {
        const copy = Buffer.from(good);
        copy[layerAt + at] = (copy[layerAt + at] ?? 0) ^ 0xff;
        expect(await outcomeOf(copy, true)).toEqual([web.configDigest]);
        expect(await outcomeOf(copy, false)).toEqual([app.configDigest, web.configDigest]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('any cut of an archive', () => {
  it('is an error, or the same images', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), async (length) => {
        const isEndCut = length === good.length - END.length / 2;
        expect(await outcomeOf(good.subarray(0, length))).toEqual(isEndCut ? [...digests] : 'unreadable');
      }),
      { numRuns: 300 },
    );
  });

  it('behind its end says the same', async () => {
    for (const more of [1, 512, 9000]) expect(await outcomeOf(Buffer.concat([good, Buffer.alloc(more)]))).toEqual([...digests]);
  });
});

const anyEntry: fc.Arbitrary<Written> = fc.record(
  {
    path: fc.oneof(
      fc.constantFrom('manifest.json', './manifest.json', '../x', '/', '', 'index.json', 'oci-layout'),
      fc.string({ maxLength: 99 }),
    ),
    contents: fc.oneof(fc.json(), fc.string(), fc.constantFrom('[', '[{}]', '{"schemaVersion":2,"manifests":[{}]}')),
    type: fc.constantFrom('0', '1', '2', '3', '5', 'x', 'g', 'L', 'K', 'S', '7', 'Z', '\0'),
    link: fc.constantFrom('', 'manifest.json', '../../etc/passwd', '/etc/passwd', '.'),
  },
  { requiredKeys: ['path'] },
);

describe('an archive of anything', () => {
  it('is an error that can be read, or lists what is in it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyEntry, { maxLength: 6 }), fc.boolean(), async (strange, verify) => {
        const listed = await outcomeOf(makeTar([...strange, ...entries]), verify);
        if (typeof listed !== 'string') expect(listed.every((imageId) => digests.has(imageId))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('as bytes is an error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (bytes) => {
        for (const start of [[], [0x1f, 0x8b, 8, 0], [0x28, 0xb5, 0x2f, 0xfd]]) {
          expect(await outcomeOf(Buffer.concat([Buffer.from(start), bytes]))).toBe('unreadable');
        }
      }),
      { numRuns: 200 },
    );
  });

  it('as documents in the right places is an error, or a failure', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), fc.json(), fc.json(), async (config, row, index) => {
        const manifest = `[{"Config":"c.json","RepoTags":["a:1"],"Layers":[]},${row}]`;
        const written = [
          { path: 'c.json', contents: config },
          { path: 'manifest.json', contents: manifest },
          { path: 'index.json', contents: index },
        ];
        expect(await outcomeOf(makeTar(written))).not.toBe('unreadable');
      }),
      { numRuns: 200 },
    );
  });
});

describe('an archive that asks for much', () => {
  it('by links that lead to each other twenty thousand times is read', async () => {
    const links = Array.from({ length: 20_000 }, (_, index) => makeEntry({ path: `l${index}`, type: '2', link: `l${index + 1}` }));
    expect(await outcomeOf(Buffer.concat([...links, good]))).toEqual([...digests]);
  }, 60_000);

  it('by an index that names itself is read', async () => {
    const descriptor = { mediaType: 'application/vnd.oci.image.index.v1+json', digest: `sha256:${'0'.repeat(64)}`, size: 300 };
    const index = JSON.stringify({ schemaVersion: 2, manifests: Array.from({ length: 1000 }, () => descriptor) });
    expect(await outcomeOf(makeTar([...entries, { path: 'index.json', contents: index }]))).toEqual([...digests]);
  });
});
