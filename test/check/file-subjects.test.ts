import { describe, expect, it } from 'vitest';
import { listFileSubjects } from '../../src/check/file-subjects.ts';
import type { FileReference } from '../../src/core/file-reference.ts';
import { malformed, parsed } from '../../src/core/parsed.ts';
import { renderPlatform } from '../../src/core/platform.ts';
import { makePlace } from '../formats/check/outcomes.ts';
import { AMD64, makeDigest, makePlatform, makeReference } from '../helpers/makers.ts';

const named = (written: string, path = 'Dockerfile', parts: Partial<FileReference> = {}): FileReference => ({
  kind: 'dockerfile',
  place: makePlace(path, 1, 6, written),
  written,
  within: null,
  reference: parsed(makeReference(written)),
  platform: null,
  running: null,
  hold: null,
  ...parts,
});
const list = (references: readonly FileReference[]) => listFileSubjects(references, ({ platform }) => platform ?? AMD64);
const rows = (references: readonly FileReference[]) =>
  list(references).map(
    ({ subject }) => `${subject.text} ${renderPlatform(subject.platform)} ${subject.sources.map((each) => each.location).join()}`,
  );

describe('what files name', () => {
  it('is one row for all places that name the same', () => {
    expect(
      rows([named('node:20', 'a/Dockerfile'), named('docker.io/library/node:20', 'b/Dockerfile'), named('node:22', 'c/Dockerfile')]),
    ).toEqual(['docker.io/library/node:20 linux/amd64 a/Dockerfile,b/Dockerfile', 'docker.io/library/node:22 linux/amd64 c/Dockerfile']);
  });

  it('is a row of its own for each platform, and for what is held', () => {
    const arm = makePlatform('linux/arm64');
    const hold = { reason: 'wait', until: null };
    expect(list([named('node:20'), named('node:20', 'arm', { platform: arm }), named('node:20', 'held', { hold })])).toHaveLength(3);
  });

  it('has as installed what it is pinned to, and nothing without a digest', () => {
    const digest = makeDigest('pinned');
    const [pinned] = list([named(`node:20@${digest}`)]);
    const [floating] = list([named('node:20')]);
    expect(pinned?.subject.image.repoDigests).toEqual([{ registry: 'docker.io', repository: 'library/node', digest }]);
    expect(floating?.subject.image).toMatchObject({ repoDigests: [], contentDigests: [], configDigest: null, origin: { kind: 'named' } });
  });

  it('has as installed what runs of it, so that two pods of one tag may be two rows', () => {
    const running = (text: string): FileReference['running'] => ({
      by: 'digest',
      registry: 'mirror.example',
      repository: 'hub/nginx',
      digest: makeDigest(text),
    });
    const found = list([
      named('nginx:1.27', 'pods', { kind: 'kubernetes', running: running('old') }),
      named('nginx:1.27', 'pods', { kind: 'kubernetes', running: running('new') }),
      named('nginx:1.27', 'pods', { kind: 'kubernetes', running: running('new') }),
      named('nginx:1.27', 'pods', { kind: 'kubernetes', running: { by: 'config', digest: makeDigest('config') } }),
    ]);
    expect(
      found.map(({ subject }) => [subject.image.contentDigests[0] ?? null, subject.image.configDigest, subject.sources.length]),
    ).toEqual([
      [makeDigest('old'), null, 1],
      [makeDigest('new'), null, 2],
      [null, makeDigest('config'), 1],
    ]);
  });

  it('has nothing installed where a container runs what was imported on its node, which no registry can know', () => {
    const running: FileReference['running'] = {
      by: 'digest',
      registry: 'docker.io',
      repository: 'library/import-2026-11-20',
      digest: makeDigest('local manifest'),
    };
    const [row] = list([named('nginx:1.27', 'pods', { kind: 'kubernetes', running })]);
    expect(row?.subject.image).toMatchObject({ contentDigests: [], repoDigests: [], configDigest: null });
  });

  it('and cannot be told is a row that is unknown, which nobody is asked about', () => {
    const [row] = list([named('node:20', 'Dockerfile', { written: 'node:${V}', reference: malformed('ARG V has no value') })]);
    expect(row?.subject).toMatchObject({ reference: null, text: 'node:${V}', name: 'node:${V}' });
    expect(row?.settled?.check.verdict).toMatchObject({
      kind: 'unknown',
      reason: { kind: 'unsupported', message: 'node:${V} cannot be told: ARG V has no value' },
    });
  });
});
