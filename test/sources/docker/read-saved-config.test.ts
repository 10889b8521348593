import { createReadStream, readFileSync } from 'node:fs';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { digestOf, parseDigest, type Digest } from '../../../src/core/digest.ts';
import { packTar } from '../../../src/demo/tar.ts';
import { ImgupdateError } from '../../../src/errors.ts';
import { readSavedConfig, type WantedConfig } from '../../../src/sources/docker/read-saved-config.ts';
import { makeDigest } from '../../helpers/makers.ts';

const archive = (name: string): URL => new URL(`../../../fixtures/archives/${name}.tar`, import.meta.url);
const sha256 = (hex: string): Digest => parseDigest(`sha256:${hex}`)!;
const config = (hex: string): WantedConfig => ({ kind: 'config', digest: sha256(hex) });
const manifest = (hex: string): WantedConfig => ({ kind: 'manifest', digest: sha256(hex) });

const WEB = '0b6713ddf20fffd3e9db75958b55ee1acd09564dbcdf89b7b99a973b46cc1538';
const JOB = '3be340264ffb4f9281e45f1ae3f3d665947029f09847a264171517d187799e66';
const INDEXED = '72ef9c0a1450ae013ab0c541f97118fbb3f2ce909be7a07321b5648c42f8bf44';

/** In pieces of these lengths, in turn; what was read of it. */
function stream(bytes: Uint8Array, lengths: readonly number[] = [4096]) {
  const state = { read: 0, isEnded: false };
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (let turn = 0; state.read < bytes.length; turn += 1) {
        const part = bytes.subarray(state.read, state.read + (lengths[turn % lengths.length] ?? 1));
        state.read += part.length;
        yield await Promise.resolve(part);
      }
    } finally {
      state.isEnded = true;
    }
  };
  return { chunks: chunks(), state };
}

describe('what real engines save', () => {
  it.each([
    ['docker-20.10', config(WEB), WEB],
    ['docker-20.10-unnamed', config(JOB), JOB],
    ['docker-20.10-index', config(INDEXED), INDEXED],
    ['docker-29-classic', config(JOB), JOB],
    ['docker-29-classic-unnamed', config(JOB), JOB],
    ['docker-29-containerd', manifest('853a8e1696ab281b8db36f58f2b6b023b5a48025d3403187f4e74c6975069d42'), WEB],
    ['docker-29-containerd-unnamed', manifest('99463cadb1666101fac43d083c3a7f372d2beaa3bcfff5d7c534edb653ba30cc'), JOB],
    ['docker-29-containerd-index', manifest('16cf53e86164419aa826db781d2a3a2bb99ae9576c12c32c71c0419cfba205d0'), INDEXED],
  ])('%s: the config is found', async (name, wanted, hex) => {
    const saved = await readSavedConfig(createReadStream(archive(name)), wanted);
    expect(saved?.configDigest).toBe(sha256(hex));
    expect(saved?.config.history.length).toBeGreaterThan(0);
    expect(saved?.config.history.every(({ created }) => created !== null && /\.\d{6,9}Z$/.test(created))).toBe(true);
  });

  it('it is read no further than to the config', async () => {
    const bytes = readFileSync(archive('docker-20.10'));
    const { chunks, state } = stream(bytes, [512]);
    await readSavedConfig(chunks, config(WEB));
    expect(state).toMatchObject({ isEnded: true });
    expect(state.read).toBeLessThan(bytes.length / 4);
  });

  it.each([
    ['a config that is not in it', config('f'.repeat(64))],
    ['an index where a manifest is expected', manifest('0ca41be78489990cd425a5b7953c0967abda522f10dd78569f05ddbed8c0cd45')],
  ])('%s: nothing is found', async (_, wanted) => {
    expect(await readSavedConfig(createReadStream(archive('docker-29-containerd-index')), wanted)).toBeNull();
  });

  it('cut anywhere, it tells the config or nothing', async () => {
    const bytes = readFileSync(archive('docker-29-containerd'));
    const wanted = manifest('853a8e1696ab281b8db36f58f2b6b023b5a48025d3403187f4e74c6975069d42');
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: bytes.length }),
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }),
        async (end, lengths) => {
          const saved = await readSavedConfig(stream(bytes.subarray(0, end), lengths).chunks, wanted).catch(codeOf);
          expect(saved === 'unreadable' || (typeof saved === 'object' && saved?.configDigest === sha256(WEB))).toBe(true);
        },
      ),
      { numRuns: 60, seed: 20_261_120 },
    );
  });

  it('with any byte of a document changed, it never tells another config', async () => {
    const bytes = readFileSync(archive('docker-20.10'));
    const whole = await readSavedConfig(stream(bytes).chunks, config(WEB));
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 512 + 2062 }), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ change;
        const saved = await readSavedConfig(stream(changed).chunks, config(WEB)).catch(codeOf);
        if (saved !== 'unreadable' && saved !== null) expect(saved).toEqual(whole);
      }),
      { numRuns: 150, seed: 20_261_120 },
    );
  });
});

describe('what nobody honest saves', () => {
  const files = (...entries: readonly (readonly [string, string])[]): Uint8Array =>
    packTar(
      entries.map(([path, text]) => ({ path, content: Buffer.from(text), mode: 0o644 })),
      0,
    );
  const read = (bytes: Uint8Array, wanted: WantedConfig) => readSavedConfig(stream(bytes).chunks, wanted).catch(codeOf);

  it('a config that has the name and not the digest is none', async () => {
    expect(await read(files([`${WEB}.json`, '{"rootfs":{"diff_ids":[]},"history":[{}]}']), config(WEB))).toBeNull();
  });

  it('a path that leads out of the archive is no name of a config', async () => {
    const text = '{"history":[{}]}';
    const digest = digestOf(Buffer.from(text));
    expect(await read(files([`../${digest.slice(7)}.json`, text]), { kind: 'config', digest })).toBeNull();
    expect(await read(files([`${digest.slice(7)}.json`, text]), { kind: 'config', digest })).toMatchObject({ configDigest: digest });
  });

  it('a size with nothing behind it is an archive that breaks off', async () => {
    const header = Buffer.from(files([`${WEB}.json`, '{}']).subarray(0, 512));
    header.write('17777777777\0', 124);
    header.fill(' ', 148, 156);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    );
    expect(await read(header, config(WEB))).toBe('unreadable');
  });

  it('more small documents than any image has end the reading', async () => {
    const filler = `{"a":"${'x'.repeat(4_000_000)}"}`;
    const made = stream(
      files(
        ...Array.from({ length: 8 }, (_, turn) => {
          const text = filler.replace('a', `a${turn}`);
          return [`blobs/sha256/${digestOf(Buffer.from(text)).slice(7)}`, text] as const;
        }),
      ),
      [1 << 20],
    );
    expect(await readSavedConfig(made.chunks, { kind: 'manifest', digest: makeDigest('manifest') })).toBeNull();
    expect(made.state.read).toBeLessThan(22 * 1024 * 1024);
  });
});

function codeOf(error: unknown): string {
  if (!(error instanceof ImgupdateError)) throw error;
  return error.code;
}
