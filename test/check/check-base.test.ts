import { describe, expect, it } from 'vitest';
import { createAnswers } from '../../src/check/answers.ts';
import { checkBase } from '../../src/check/check-base.ts';
import type { Memory, Registry } from '../../src/check/ports.ts';
import type { BaseReport } from '../../src/check/report.ts';
import { type Findings, makeClaim, NOTHING_FOUND } from '../../src/core/base/claim.ts';
import type { Digest } from '../../src/core/digest.ts';
import { decodeConfig } from '../../src/core/image-config.ts';
import { contentsOf, type ImageContents } from '../../src/core/image-contents.ts';
import { reason } from '../../src/core/reason.ts';
import type { Reference } from '../../src/core/reference.ts';
import type { Blob, ImageDocument, ImageOrIndex } from '../../src/demo/images.ts';
import { createNullMemory } from '../../src/store/open-memory.ts';
import { build } from '../cli/base-world.ts';
import { AMD64, makeDigest, makeReference } from '../helpers/makers.ts';

const HOUR = 3_600_000;
const BASE = build(['ADD rootfs /', 'ENV LANG=C', 'RUN install', 'CMD ["sh"]'], { at: '2026-10-01T08:00:00Z' });
const NEXT = build(['ADD rootfs /', 'ENV LANG=C', 'RUN install more', 'CMD ["sh"]'], { at: '2026-11-01T08:00:00Z' });
const APP = build(['COPY app /srv', 'CMD ["/srv/app"]'], { from: BASE });
const FLAG = claim('flag', 'registry.example/base:1');

/** A registry whose tags the test moves, and what it was asked: `HEAD 1`, `GET manifest`, `GET config`. */
function openShop(tags: Record<string, ImageOrIndex>, more: readonly ImageDocument[] = []) {
  let asked: string[] = [];
  let clock = Date.parse('2026-11-20T10:00:00Z');
  const memory = createNullMemory(() => clock);
  const documents = (): readonly Blob[] =>
    [...Object.values(tags), ...more].flatMap((image) => (image.kind === 'image' ? [image, image.config] : [image]));
  const find = (digest: string): Blob | undefined => documents().find((blob) => blob.digest === digest);
  const give = (what: string, digest: Digest) => {
    asked.push(what);
    const blob = find(digest);
    return Promise.resolve(
      blob === undefined
        ? { ok: false as const, reason: reason('not-found-or-private', `no ${digest}`) }
        : { ok: true as const, value: blob.bytes },
    );
  };
  const registry: Registry = {
    announce: () => undefined,
    listTags: () => Promise.resolve({ kind: 'unknown', reason: reason('offline', 'no list of tags') }),
    resolveTag: (_repository, tag) => {
      asked.push(`HEAD ${tag}`);
      const blob = tags[tag] ?? find(tag);
      return Promise.resolve(
        blob === undefined ? { kind: 'gone' } : { kind: 'found', digest: blob.digest, mediaType: blob.mediaType, body: null },
      );
    },
    fetchManifest: (_repository, { digest }) => give('GET manifest', digest),
    fetchConfig: (_repository, { digest }) => give('GET config', digest),
    usage: () => [],
    warnings: () => [],
    close: () => Promise.resolve(),
  };
  return {
    tags,
    wait: (ms: number): void => void (clock += ms),
    /** Everything that was asked since the last look, in order. */
    takeAsked: (): readonly string[] => asked.splice(0),
    /** Checks images in one run, as many as asked for. */
    run: (images: readonly ImageDocument[], told: Findings, comparesLayers = false): Promise<readonly BaseReport[]> => {
      asked = [];
      const signal = new AbortController().signal;
      const answers = createAnswers(
        { memory, openRegistry: () => Promise.resolve(registry), now: () => clock, signal },
        { maxAgeMs: HOUR, offline: false },
      );
      return Promise.all(images.map((image) => check(image, { told, comparesLayers }, { answers, memory, now: () => clock })));
    },
  };
}

function check(
  image: ImageDocument,
  { told, comparesLayers }: { readonly told: Findings; readonly comparesLayers: boolean },
  ports: Parameters<typeof checkBase>[1] & { readonly memory: Memory },
): Promise<BaseReport> {
  const question = {
    image: { contents: readContents(image), labels: new Map(), annotations: new Map() },
    told,
    platform: 'linux/amd64',
    known: [],
    seen: (reference: Reference) => ports.memory.readBases(reference, reference.tag, 'linux/amd64'),
    refusal: () => null,
    tagsHere: () => [],
    own: [],
    candidates: [],
    hasRegistry: false,
  };
  return checkBase(
    {
      question,
      platform: AMD64,
      place: null,
      findLocal: () => Promise.resolve({ kind: 'absent' }),
      thorough: false,
      comparesLayers,
    },
    ports,
  );
}

function readContents(image: ImageDocument): ImageContents {
  const config = decodeConfig(image.config.bytes);
  if (!config.ok) throw new Error(config.reason.message);
  return contentsOf(config.value);
}

function claim(source: 'flag' | 'annotation' | 'provenance', name: string, ...digests: readonly Digest[]): Findings {
  return { ...NOTHING_FOUND, claims: [makeClaim(source, `the ${source}`, { reference: makeReference(name), digests })] };
}

const kinds = (reports: readonly BaseReport[]): readonly string[] => [...new Set(reports.map(({ verdict }) => verdict.kind))];
const FIFTY = Array.from({ length: 50 }, (_, number) => build([`COPY app ${number} /srv`, 'CMD ["/srv/app"]'], { from: BASE }));

describe('fifty images on one base', () => {
  it('ask what its tag names once, and read it once', async () => {
    const shop = openShop({ '1': BASE });
    expect(kinds(await shop.run(FIFTY, FLAG))).toEqual(['current']);
    expect([...shop.takeAsked()].sort()).toEqual(['GET config', 'GET manifest', 'HEAD 1']);
  });

  it('ask nothing within the hour, and then only for the tag', async () => {
    const shop = openShop({ '1': BASE });
    await shop.run(FIFTY, FLAG);
    expect(kinds(await shop.run(FIFTY, FLAG))).toEqual(['current']);
    expect(shop.takeAsked()).toEqual([]);
    shop.wait(2 * HOUR);
    expect(kinds(await shop.run(FIFTY, FLAG))).toEqual(['current']);
    expect(shop.takeAsked()).toEqual(['HEAD 1']);
  });

  it('read the base again once when it moved', async () => {
    const shop = openShop({ '1': BASE });
    await shop.run(FIFTY, FLAG);
    shop.tags['1'] = NEXT;
    shop.wait(2 * HOUR);
    expect(kinds(await shop.run(FIFTY, FLAG))).toEqual(['moved']);
    expect([...shop.takeAsked()].sort()).toEqual(['GET config', 'GET manifest', 'HEAD 1']);
    shop.wait(2 * HOUR);
    expect(kinds(await shop.run(FIFTY, FLAG))).toEqual(['moved']);
    expect(shop.takeAsked()).toEqual(['HEAD 1']);
  });
});

describe('the layers of an image whose base moved', () => {
  const stepsOf = (report: BaseReport | undefined) => ({
    shared: report?.layers?.shared,
    installed: report?.layers?.installed.map(({ createdBy }) => createdBy),
    candidate: report?.layers?.candidate.map(({ createdBy }) => createdBy),
  });
  const moved = build(['ADD rootfs /', 'ENV LANG=C', 'RUN install more', 'CMD ["sh"]'], { at: '2026-10-01T08:00:00Z' });
  const STACKS = {
    shared: 1,
    installed: ['ADD rootfs /', 'RUN install', 'COPY app /srv'],
    candidate: ['ADD rootfs /', 'RUN install more'],
  };

  it('lie beside those of the base as it is now, and nothing more is asked for that', async () => {
    const [plain, shop] = [openShop({ '1': moved }), openShop({ '1': moved })];
    const [without] = await plain.run([APP], FLAG);
    const [report] = await shop.run([APP], FLAG, true);
    expect(stepsOf(report)).toEqual(STACKS);
    expect(shop.takeAsked()).toEqual(plain.takeAsked());
    expect({ ...report, layers: null }).toEqual(without);
  });

  it('are told again from what is remembered, without asking', async () => {
    const shop = openShop({ '1': moved });
    await shop.run([APP], FLAG);
    expect(stepsOf((await shop.run([APP], FLAG, true))[0])).toEqual(STACKS);
    expect(shop.takeAsked()).toEqual([]);
    shop.wait(2 * HOUR);
    expect(stepsOf((await shop.run([APP], FLAG, true))[0])).toEqual(STACKS);
    expect(shop.takeAsked()).toEqual(['HEAD 1']);
  });

  it('are not told of a base that did not move, nor of one that is gone', async () => {
    const [current] = await openShop({ '1': BASE }).run([APP], FLAG, true);
    const [gone] = await openShop({}).run([APP], FLAG, true);
    expect([current, gone].map((report) => [report?.verdict.kind, report?.layers])).toEqual([
      ['current', null],
      ['gone', null],
    ]);
  });

  it('are not told where nobody wants them', async () => {
    const [report] = await openShop({ '1': moved }).run([APP], FLAG);
    expect([report?.verdict.kind, report?.layers]).toEqual(['moved', null]);
  });

  it('are all still those of the image where only a setting of its base moved', async () => {
    const now = build(['ADD rootfs /', 'ENV LANG=C', 'RUN install', 'CMD ["bash"]'], { at: '2026-10-01T08:00:00Z' });
    const [report] = await openShop({ '1': now }).run([APP], FLAG, true);
    expect(report?.verdict).toMatchObject({ kind: 'moved', movement: 'metadata-only' });
    expect(stepsOf(report)).toMatchObject({ shared: 2, candidate: ['ADD rootfs /', 'RUN install'] });
  });
});

describe('a recorded digest that no registry has', () => {
  const told = claim('annotation', 'registry.example/base:1', makeDigest('never pushed'));
  const bogus = `HEAD ${makeDigest('never pushed')}`;

  it('is asked for once a week, free of charge, and never read', async () => {
    const shop = openShop({ '1': BASE });
    const [first] = await shop.run([APP], told);
    expect(first?.verdict.kind).toBe('current');
    expect(shop.takeAsked()).toEqual(['HEAD 1', 'GET manifest', 'GET config', bogus]);
    shop.wait(25 * HOUR);
    await shop.run([APP], told);
    expect(shop.takeAsked()).toEqual(['HEAD 1']);
    shop.wait(7 * 24 * HOUR);
    await shop.run([APP], told);
    expect(shop.takeAsked()).toEqual(['HEAD 1', bogus]);
  });

  it('is told in the notes at every run', async () => {
    const shop = openShop({ '1': BASE });
    for (const run of [1, 2]) {
      const [report] = await shop.run([APP], told);
      expect([run, report?.verdict.notes.join()]).toEqual([
        run,
        expect.stringContaining('could not be used: registry.example/base does not have it'),
      ]);
    }
  });
});

describe('provenance with several images', () => {
  const go = build(['ADD go /', 'CMD ["go"]'], { at: '2026-10-01T08:00:00Z' });
  const told: Findings = {
    ...NOTHING_FOUND,
    claims: [
      ...claim('provenance', 'registry.example/go:1', go.digest).claims,
      ...claim('provenance', 'registry.example/base:1', BASE.digest).claims,
    ],
  };

  it('reads each of them once, and in the next run only asks for the tag of the base', async () => {
    const shop = openShop({ '1': BASE }, [go]);
    const [first] = await shop.run([APP], told);
    expect([first?.verdict.kind, first?.verdict.confidence]).toEqual(['current', 'certain']);
    expect(shop.takeAsked().filter((what) => what === 'GET manifest')).toHaveLength(2);
    shop.wait(2 * HOUR);
    await shop.run([APP], told);
    expect(shop.takeAsked()).toEqual(['HEAD 1']);
  });

  it('ends also for thousands of them, none of which exists', async () => {
    const many = Array.from({ length: 2_000 }, (_, number) =>
      claim('provenance', `registry.example/x${number}:1`, makeDigest(`x${number}`)),
    );
    const shop = openShop({});
    const [report] = await shop.run([APP], { ...NOTHING_FOUND, claims: many.flatMap(({ claims }) => claims) });
    expect(report?.verdict.kind).toBe('unknown');
    const asked = shop.takeAsked();
    expect(asked.filter((what) => what.startsWith('GET'))).toEqual([]);
    expect(asked.length).toBeLessThan(30);
  });
});
