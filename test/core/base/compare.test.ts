import { describe, expect, it } from 'vitest';
import type { Boundary } from '../../../src/core/base/claim.ts';
import { compare } from '../../../src/core/base/compare.ts';
import { parseDigest } from '../../../src/core/digest.ts';
import { EMPTY_LAYER, type ImageContents } from '../../../src/core/image-contents.ts';
import { asEngineTells, compared, endAfter, layer, makeContents } from './cases.ts';

const BASE = ['+ADD rootfs@0', 'ENV LANG=C@1', '+RUN make@2', 'CMD sh@3'];
const OWN = ['+COPY app@10', 'ENV APP=1@11', 'CMD app@12'];
const APP = makeContents([...BASE, ...OWN]);
const NOW = makeContents(BASE);
const NAME = 'node:20';
const EMPTY = parseDigest(EMPTY_LAYER)!;
const untimed = (steps: readonly string[]): string[] => steps.map((step) => step.replace(/@.*/, '@-'));
const at = (minute: number, steps: readonly string[]): string[] => steps.map((step) => step.replace(/@.*/, `@${minute}`));
const later = (contents: ImageContents, created: string): ImageContents => ({ ...contents, created });
const withoutHistory = (contents: ImageContents): ImageContents => ({ ...contents, history: null });

const buildkit = (contents: ImageContents): ImageContents => ({
  ...contents,
  history: { entries: contents.history!.entries.map((entry) => ({ ...entry, comment: 'buildkit.dockerfile.v0' })), precision: 'exact' },
});

const UNSEEN =
  'had node:20 only lost its uppermost layers, this would look the same; right after the next build, record the base: imgupdate base record IMAGE';

describe('an image that has all layers and steps of its base', () => {
  it('may be on it as it is now, and the answer says what cannot be seen', () => {
    expect(compare(compared(APP), NOW, NAME)).toEqual({
      kind: 'current',
      confidence: 'medium',
      why: 'its 2 layers and 4 steps are those node:20 has now',
      notes: [UNSEEN],
    });
  });

  it('is on it as it is now, when its builder recorded that the base ends there', () => {
    const image = compared(APP, { boundaries: [endAfter(4, 'exact')] });
    expect(compare(image, NOW, NAME)).toMatchObject({ kind: 'current', confidence: 'high', notes: [] });
  });

  it('is the base itself, but for nothing', () => {
    expect(compare(compared(NOW), NOW, NAME)).toMatchObject({ kind: 'current', confidence: 'high', notes: [] });
  });

  it('added settings only: no layer can have been dropped', () => {
    expect(compare(compared(makeContents([...BASE, 'ENV APP=1@10'])), NOW, NAME)).toMatchObject({
      kind: 'current',
      confidence: 'medium',
      notes: [],
    });
  });

  it('may be on more than the base, when a guess says so', () => {
    const image = compared(APP, { boundaries: [endAfter(5, 'weak')], claim: 'weak' });
    expect(compare(image, NOW, NAME)).toMatchObject({
      kind: 'current',
      confidence: 'low',
      notes: ["this image may be built on more than node:20: the next layer may be its base's too", UNSEEN],
    });
  });

  it.each([
    ['its times are all 1970', BASE, 'epoch'],
    ['its times are not told', untimed(BASE), 'untimed'],
    ['its two layers were made at one time', at(5, BASE), 'constant'],
  ])('proves little when %s', (_, steps, how) => {
    // as some tools date an image itself, though not its steps
    const epoch = (contents: ImageContents): ImageContents =>
      how === 'epoch'
        ? {
            ...contents,
            history: {
              entries: contents.history!.entries.map((entry) => ({ ...entry, created: '1970-01-01T00:00:00Z' })),
              precision: 'exact',
            },
          }
        : contents;
    expect(compare(compared(epoch(makeContents([...steps, ...OWN]))), epoch(makeContents(steps)), NAME)).toMatchObject({
      kind: 'current',
      confidence: 'low',
      notes: ['the steps bear no real times, so versions of node:20 may look alike', UNSEEN],
    });
  });

  it('proves little when the times of its own steps were taken from the image', () => {
    expect(compare(compared(makeContents(untimed([...BASE, ...OWN]))), NOW, NAME)).toMatchObject({ kind: 'current', confidence: 'low' });
  });

  it('proves as much as ever when BuildKit gave its only layer and its settings one time', () => {
    const steps = at(5, ['+ADD rootfs@', 'CMD sh@']);
    expect(compare(compared(makeContents([...steps, ...OWN])), makeContents(steps), NAME)).toMatchObject({
      kind: 'current',
      confidence: 'medium',
    });
  });

  it.each([
    ['an engine, which tells seconds,', asEngineTells],
    ['its config', (contents: ImageContents) => contents],
  ])('proves less when %s tells one time for the last step of the base and the next', (_, told) => {
    const image = compared(told(makeContents([...BASE.slice(0, 3), '+COPY app@2'])));
    expect(compare(image, makeContents(BASE.slice(0, 3)), NAME)).toMatchObject({ kind: 'current', confidence: 'low' });
  });

  it('is on an older one, when the base is younger than the step on top of it', () => {
    expect(compare(compared(APP), later(NOW, '2026-01-01T00:15:01Z'), NAME)).toMatchObject({
      kind: 'moved',
      movement: 'undetermined',
      confidence: 'high',
      why: 'node:20 was made anew after this image was built on it; its layers are the same',
    });
  });

  it('is on an older one with the same layers, when it has no others', () => {
    const image = compared(makeContents([...BASE, 'ENV APP=1@10']));
    expect(compare(image, later(NOW, '2026-01-01T00:15:01Z'), NAME)).toMatchObject({ movement: 'metadata-only', confidence: 'high' });
  });

  it.each([
    ['clocks differ by less than five minutes', APP, '2026-01-01T00:14:59Z'],
    ['the image bears the times of a reproducible build', makeContents([...BASE, ...untimed(OWN)]), '2026-01-02T00:00:00Z'],
    ['its own steps are dated before those of the base', makeContents([...BASE, ...at(1, OWN)]), '2026-01-02T00:00:00Z'],
  ])('is not called moved for its date when %s', (_, contents, created) => {
    expect(compare(compared(contents), later(NOW, created), NAME)).toMatchObject({ kind: 'current', confidence: 'medium' });
  });
});

describe('a base that lost its end, where the old end is recorded in the image', () => {
  const dropped = makeContents(BASE.slice(0, 2));

  it.each(['exact', 'strong'] as const)('with a layer (%s)', (strength) => {
    expect(compare(compared(APP, { boundaries: [endAfter(4, strength)], claim: 'weak' }), dropped, NAME)).toEqual({
      kind: 'moved',
      movement: 'upper-layers-removed',
      confidence: 'high',
      difference: { position: 1, installedBy: 'RUN make', candidateBy: null },
      why: 'node:20 dropped its top layer; this image still carries it',
      notes: [],
    });
  });

  it('with two layers, as buildpacks metadata counts them', () => {
    const image = compared(APP, { boundaries: [{ history: null, layers: 3, strength: 'exact' }] });
    expect(compare(image, dropped, NAME)).toMatchObject({ why: 'node:20 dropped its top 2 layers; this image still carries them' });
  });

  it('with a step that made no layer', () => {
    const image = compared(APP, { boundaries: [endAfter(4, 'exact')] });
    expect(compare(image, makeContents(BASE.slice(0, 3)), NAME)).toMatchObject({
      movement: 'metadata-only',
      confidence: 'high',
      why: 'node:20 lost its last step, which made no layer; its layers are the same',
    });
  });

  it.each<[string, Boundary]>([
    ['in steps and layers', endAfter(1, 'exact')],
    ['in steps', endAfter(3, 'exact')],
    ['in layers', { history: null, layers: 1, strength: 'exact' }],
  ])('but not by an end below its present one, which is wrong: %s', (_, boundary) => {
    expect(compare(compared(APP, { boundaries: [boundary] }), NOW, NAME)).toMatchObject({
      kind: 'current',
      confidence: 'medium',
    });
  });

  it('with a layer, when an engine does not tell which steps made layers', () => {
    const image = compared(asEngineTells(APP), { boundaries: [endAfter(4, 'exact')] });
    expect(compare(image, dropped, NAME)).toMatchObject({ movement: 'upper-layers-removed', confidence: 'high' });
  });

  it('with or without a layer, when that does not follow from what an engine tells', () => {
    const steps = [...BASE.slice(0, 2), 'RUN true@2', ...OWN];
    const image = compared(asEngineTells(makeContents(steps)), { boundaries: [endAfter(3, 'exact')] });
    expect(compare(image, dropped, NAME)).toMatchObject({ kind: 'moved', movement: 'undetermined', confidence: 'high' });
  });
});

describe('an image that has all layers of its base, but not its steps', () => {
  it('a layer and steps above it are gone: the last ones are found again further up', () => {
    const now = makeContents([...BASE.slice(0, 2), 'CMD sh@20']);
    expect(compare(compared(APP), now, NAME)).toMatchObject({
      movement: 'upper-layers-removed',
      confidence: 'medium',
      difference: { position: 1, installedBy: 'RUN make', candidateBy: null },
    });
  });

  it("the last ones are not taken for the image's own of that kind", () => {
    const now = makeContents([...BASE.slice(0, 3), 'CMD app@20']);
    expect(compare(compared(APP), now, NAME)).toMatchObject({ movement: 'undetermined', confidence: 'high' });
  });

  it('all steps were done again later', () => {
    expect(compare(compared(APP), makeContents(at(30, BASE)), NAME)).toMatchObject({
      movement: 'metadata-only',
      confidence: 'medium',
      why: 'node:20 was made anew with the same layers and the same steps',
    });
  });

  it.each([
    ['is guessed', endAfter(4, 'weak'), 'medium'],
    ['is recorded', endAfter(4, 'exact'), 'high'],
  ])('another CMD, and where the old base ended %s', (_, boundary, confidence) => {
    const now = makeContents([...BASE.slice(0, 3), 'CMD ash@20']);
    expect(compare(compared(APP, { boundaries: [boundary] }), now, NAME)).toMatchObject({
      movement: 'metadata-only',
      confidence,
      why: 'node:20 changed only its CMD; its layers are the same',
    });
  });

  it('another CMD, and nothing tells where the old base ended', () => {
    const now = makeContents([...BASE.slice(0, 3), 'CMD ash@20']);
    expect(compare(compared(APP), now, NAME)).toEqual({
      kind: 'moved',
      movement: 'undetermined',
      confidence: 'high',
      difference: null,
      why: 'node:20 was made anew: its 2 layers are the same, its step 4 is not',
      notes: ['whether it dropped layers this image still carries cannot be told'],
    });
  });

  it('another CMD, and the old base is guessed to have ended below a step that was its own', () => {
    const image = compared(makeContents(['+ADD rootfs@0', 'ENV A=1@1', 'CMD sh@2', '+COPY app@10']), { boundaries: [endAfter(1, 'weak')] });
    expect(compare(image, makeContents(['+ADD rootfs@0', 'ENV A=1@20', 'CMD ash@21']), NAME)).toMatchObject({ movement: 'undetermined' });
  });

  it('another CMD, and the image has no further layers that could have been dropped', () => {
    const image = compared(makeContents([...BASE, 'ENV APP=1@10']));
    expect(compare(image, makeContents([...BASE.slice(0, 3), 'CMD ash@20']), NAME)).toMatchObject({
      movement: 'metadata-only',
      confidence: 'high',
    });
  });

  it('steps of one time are one build only where BuildKit made them', () => {
    const [image, now] = [
      makeContents(['+ADD rootfs@0', 'ENV A=1@5', '+RUN make@5', '+COPY app@10']),
      makeContents(['+ADD rootfs@0', 'ENV A=1@3']),
    ];
    expect(compare(compared(image), now, NAME)).toMatchObject({ movement: 'metadata-only' });
    expect(compare(compared(buildkit(image)), buildkit(now), NAME)).toMatchObject({
      movement: 'upper-layers-removed',
      confidence: 'medium',
    });
  });

  it('steps of one time are no group when all of the image bear it', () => {
    const image = buildkit(makeContents(at(5, ['+ADD rootfs@', '+RUN make@', 'CMD sh@', ...OWN])));
    const now = buildkit(makeContents(at(5, ['+ADD rootfs@', 'CMD sh@'])));
    expect(compare(compared(image), now, NAME)).toMatchObject({ movement: 'upper-layers-removed', confidence: 'medium' });
  });

  it('one second, in which an engine says it was made, is no sign of rewritten times', () => {
    const image = compared(asEngineTells(makeContents(at(10, [...BASE, ...OWN]))));
    expect(compare(image, makeContents(at(30, BASE)), NAME)).toMatchObject({ movement: 'metadata-only', confidence: 'medium' });
  });

  it('a recorded end counts for more than a guess from times', () => {
    const image = buildkit(makeContents(['+ADD rootfs@0', 'ENV TZ=UTC@10', '+COPY app@10', '+COPY more@11']));
    const now = buildkit(makeContents(['+ADD rootfs@0', 'ENV TZ=UTC@0']));
    expect(compare(compared(image), now, NAME)).toMatchObject({ movement: 'upper-layers-removed', confidence: 'medium' });
    expect(compare(compared(image, { boundaries: [endAfter(1, 'exact')] }), now, NAME)).toMatchObject({
      movement: 'metadata-only',
      confidence: 'high',
    });
  });

  it.each([
    ['all its steps bear one time', at(0, [...BASE, ...OWN]), at(30, BASE)],
    ['all from there on do', [...BASE.slice(0, 3), ...at(10, ['CMD sh@3', ...OWN])], [...BASE.slice(0, 3), 'CMD sh@30']],
  ])('its times were rewritten, so the difference proves little: %s', (_, image, now) => {
    expect(compare(compared(makeContents(image)), makeContents(now), NAME)).toMatchObject({ kind: 'moved', confidence: 'low' });
  });

  it('a difference that is no matter of time counts, though all its own steps bear one', () => {
    const contents = makeContents([...BASE, ...at(10, OWN)]);
    expect(compare(compared(contents), makeContents([...BASE, 'LABEL a=b@30']), NAME)).toMatchObject({ kind: 'moved', confidence: 'high' });
  });

  it('its steps do not account for its layers', () => {
    const image = compared({ ...APP, diffIds: [...APP.diffIds, layer('unsaid')] });
    expect(compare(image, makeContents([...BASE.slice(0, 3), 'CMD ash@20']), NAME)).toMatchObject({
      movement: 'undetermined',
      confidence: 'low',
      notes: [
        'the steps of this image do not account for all its layers',
        'whether it dropped layers this image still carries cannot be told',
      ],
    });
  });
});

describe('an image whose steps are not told', () => {
  it('has the layers of its base: no more can be said', () => {
    expect(compare(compared(withoutHistory(APP)), withoutHistory(NOW), NAME)).toMatchObject({
      kind: 'current',
      confidence: 'low',
      notes: ['how the two were made is not told, so only layers could be compared', UNSEEN],
    });
  });

  it('has the layers of its base, and its maker recorded as many', () => {
    const image = compared(withoutHistory(APP), { boundaries: [{ history: null, layers: 2, strength: 'exact' }] });
    expect(compare(image, NOW, NAME)).toMatchObject({ kind: 'current', confidence: 'medium' });
  });

  it('has the layers of its base, and its maker recorded more', () => {
    const image = compared(withoutHistory(APP), { boundaries: [{ history: null, layers: 3, strength: 'exact' }] });
    expect(compare(image, NOW, NAME)).toMatchObject({
      movement: 'upper-layers-removed',
      confidence: 'high',
      difference: { installedBy: null },
    });
  });

  it('is older than its base', () => {
    expect(compare(compared(withoutHistory(APP)), later(NOW, '2026-01-01T01:00:00Z'), NAME)).toMatchObject({
      movement: 'undetermined',
      confidence: 'high',
    });
  });
});

describe('an image that has some layers of its base', () => {
  const now = makeContents(['+ADD rootfs@0', 'ENV LANG=C@1', '+RUN make all@20', 'CMD sh@21']);

  it.each([
    ['strong', 'high'],
    ['weak', 'medium'],
  ] as const)('is on an older one, more surely when its base was named (%s)', (claim, confidence) => {
    expect(compare(compared(APP, { claim }), now, NAME)).toEqual({
      kind: 'moved',
      movement: 'layers-differ',
      confidence,
      difference: { position: 1, installedBy: 'RUN make', candidateBy: 'RUN make all' },
      why: 'node:20 was rebuilt: layer 2 of 2 differs',
      notes: [],
    });
  });

  it('is on an older one that had one layer less, as its maker recorded', () => {
    const image = compared(APP, { boundaries: [endAfter(4, 'strong')], claim: 'weak' });
    expect(compare(image, makeContents([...BASE, '+RUN more@20']), NAME)).toMatchObject({
      movement: 'layers-differ',
      confidence: 'high',
      difference: { position: 2, installedBy: null, candidateBy: 'RUN more' },
      why: 'node:20 has 1 new layer on top',
    });
  });

  it.each([
    ['strong', 'high'],
    ['weak', 'low'],
  ] as const)('may itself be below that base, when it adds none (%s)', (claim, confidence) => {
    expect(compare(compared(NOW, { claim }), makeContents([...BASE, '+RUN more@20']), NAME)).toMatchObject({
      movement: 'layers-differ',
      confidence,
      why: 'node:20 has 1 layer on top of all that this image has',
    });
  });

  it('has its steps, but without times that is no sign of packing', () => {
    const [image, packed] = [makeContents([...untimed(BASE), ...OWN]), makeContents(untimed(BASE), { layers: ['ADD rootfs', 'packed'] })];
    expect(compare(compared(image), packed, NAME)).toMatchObject({ movement: 'layers-differ', notes: [] });
  });

  it('has its steps, so that only the packing changed', () => {
    const packed = makeContents(BASE, { layers: ['ADD rootfs', 'packed'] });
    expect(compare(compared(APP), packed, NAME)).toMatchObject({
      movement: 'layers-differ',
      notes: ['the steps that made it are the same: its layers were packed anew, as a conversion to eStargz does'],
    });
  });
});

describe('an image that shares no layer with what is said to be its base', () => {
  const foreign = makeContents(['+ADD alpine@0', 'CMD ash@1']);

  it.each([
    ['strong', 'medium'],
    ['weak', 'low'],
  ] as const)('may be on an older one or on another, more surely when its base was named (%s)', (claim, confidence) => {
    expect(compare(compared(APP, { claim }), foreign, 'alpine')).toMatchObject({
      movement: 'layers-differ',
      confidence,
      why: 'this image shares no layer with alpine, which was rebuilt from its first layer on, or is not its base',
    });
  });

  it('cannot be compared when its layers were merged', () => {
    const merged = compared(makeContents(['+merge@10']), { layersLost: true });
    expect(compare(merged, NOW, NAME)).toEqual({
      kind: 'undecided',
      reason: 'squashed',
      why: "this image's layers were merged into others when it was made, so they cannot be compared with those of node:20",
      notes: [],
    });
  });

  it('is on an older one, when the steps are the same but for the files that went in', () => {
    const [old, now] = ['1', '2'].map((digit) => [`+ADD file:${digit.repeat(64)} in /@0`, 'CMD sh@1']);
    const renamed = makeContents(now!, { layers: ['other rootfs'] });
    expect(compare(compared(makeContents([...old!, ...OWN]), { claim: 'weak' }), renamed, NAME)).toMatchObject({
      confidence: 'medium',
      why: 'node:20 was rebuilt: the steps are the same, and all its layers differ',
    });
  });

  it('may have had its layers rewritten, when none of its steps has a time', () => {
    const rewritten = makeContents(untimed([...BASE, ...OWN]), { layers: ['a', 'b', 'c'] });
    const other = makeContents([...BASE.slice(0, 3), 'CMD ash@3']);
    expect(compare(compared(rewritten), other, NAME)).toMatchObject({ movement: 'layers-differ', confidence: 'low' });
  });

  it('is not suspected of rewritten layers when its base bears one time too', () => {
    const [image, other] = [makeContents(at(5, [...BASE, ...OWN])), makeContents(at(6, ['+ADD alpine@', 'CMD ash@']))];
    expect(compare(compared(image), other, NAME)).toMatchObject({ movement: 'layers-differ', confidence: 'medium' });
  });

  it('shares the empty layer with it, which proves nothing', () => {
    const image = { ...APP, diffIds: [EMPTY, ...APP.diffIds] };
    const now = { ...foreign, diffIds: [EMPTY, ...foreign.diffIds] };
    expect(compare(compared(image, { claim: 'weak' }), now, NAME)).toMatchObject({ movement: 'layers-differ', confidence: 'low' });
  });
});

describe('a base that cannot be compared', () => {
  it.each([
    ['has no layers', []],
    ['has the empty layer only', [EMPTY]],
  ])('because it %s', (_, diffIds) => {
    const image = compared({ ...APP, diffIds: [...diffIds, ...APP.diffIds] });
    expect(compare(image, { ...NOW, diffIds }, NAME)).toEqual({
      kind: 'undecided',
      reason: 'no-evidence',
      why: 'node:20 has no layer that could be compared',
      notes: [],
    });
  });
});
