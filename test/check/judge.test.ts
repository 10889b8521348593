import { describe, expect, it } from 'vitest';
import { judge, type Policy } from '../../src/check/judge.ts';
import type { CheckReport, ImageReport } from '../../src/check/report.ts';
import { DEFAULT_FAIL_ON } from '../../src/core/fail-on.ts';
import type { FileProblem } from '../../src/core/file-reference.ts';
import { reason } from '../../src/core/reason.ts';
import { type BaseFacts, type BaseVerdict, type Confidence, type NewerVerdict, untoldBase } from '../../src/core/verdict.ts';
import { makeFileSource, makePlace } from '../formats/check/outcomes.ts';
import { HERE, makeBaseReport, makeReport, makeRow, NOW, THERE, unknown } from '../formats/reports.ts';
import { makeReference } from '../helpers/makers.ts';

const POLICY: Policy = { failOn: DEFAULT_FAIL_ON, strict: false, onUnknown: 'fail', allowEmpty: false, missing: [] };

function look(images: readonly ImageReport[], policy: Partial<Policy> = {}, parts: Partial<CheckReport> = {}) {
  const { findings, result, counts } = judge(makeReport(images, parts), { ...POLICY, ...policy });
  return { result, counts, lines: findings.map(({ rule, level, message }) => `${level} ${message} [${rule}]`), findings };
}

const facts = (confidence: Confidence): BaseFacts => ({
  ...untoldBase('a layer is another one'),
  reference: makeReference('node:20-slim'),
  candidate: THERE,
  confidence,
});
const moved = (confidence: Confidence = 'certain'): BaseVerdict => ({
  kind: 'moved',
  movement: 'layers-differ',
  difference: null,
  ...facts(confidence),
});
const onBase = (verdict: BaseVerdict, parts: Partial<ImageReport> = {}): ImageReport =>
  makeRow('acme/app:1', 'current', { base: { ...makeBaseReport(verdict), checkedAt: NOW }, ...parts });
const newer = (verdict: NewerVerdict): ImageReport =>
  makeRow('postgres:15.4', 'current', {
    newer: { verdict, variant: null, sibling: null, notes: [], trail: [], table: null, checkedAt: NOW },
  });
const version = (tag: string, level: 'patch' | 'minor' | 'major') => ({ tag, level, digest: null });
const held = { reason: 'wait for the fix', until: '2026-12-15' };

describe('a check', () => {
  it('passes when nothing is stale, and finds nothing', () => {
    expect(look([makeRow('nginx:1.27', 'current'), makeRow('my-app:dev', 'local')])).toMatchObject({ result: 'passed', lines: [] });
  });

  it('fails on what was rebuilt, is gone, or stands on an outdated base', () => {
    const images = [makeRow('nginx:1.27', 'rebuilt'), makeRow('old:1', 'gone'), onBase(moved())];
    expect(look(images)).toMatchObject({
      result: 'stale',
      lines: [
        'error acme/app:1 stands on an outdated base: node:20-slim moved (layers-differ) [stale/base]',
        'error nginx:1.27 was rebuilt for linux/amd64 (3f2a9c0b7d1e -> 9d1e4a55c0ff) [stale/rebuilt]',
        'error old:1 is gone: the registry has no such tag [stale/gone]',
      ],
      counts: { images: 3, errors: 3, failing: 3, warnings: 0 },
    });
  });

  it.each([
    ['base', 'stale', ['error', 'warning', 'warning']],
    ['rebuilt', 'stale', ['warning', 'error', 'warning']],
    ['gone', 'stale', ['warning', 'warning', 'error']],
    ['major', 'passed', ['warning', 'warning', 'warning']],
  ] as const)('with --fail-on %s alone is %s, and warns of the rest', (word, result, levels) => {
    const images = [onBase(moved()), makeRow('nginx:1.27', 'rebuilt'), makeRow('old:1', 'gone')];
    const looked = look(images, { failOn: [word] });
    expect({ result: looked.result, levels: looked.findings.map(({ level }) => level) }).toEqual({ result, levels });
  });

  it('fails on nothing with --fail-on none', () => {
    expect(look([makeRow('nginx:1.27', 'rebuilt')], { failOn: [] })).toMatchObject({ result: 'passed', counts: { warnings: 1 } });
  });

  it('heeds what the configuration says of one image before what it says of all', () => {
    const image = makeRow('nginx:1.27', 'rebuilt', { failOn: [] });
    expect(look([image, makeRow('redis:7', 'rebuilt')]).findings.map(({ level }) => level)).toEqual(['warning', 'error']);
    expect(look([makeRow('redis:7', 'rebuilt', { failOn: ['rebuilt'] })], { failOn: [] }).result).toBe('stale');
  });

  it('does not fail on an answer of low confidence, unless it is strict', () => {
    expect(look([onBase(moved('low'))])).toMatchObject({
      result: 'passed',
      lines: ['warning acme/app:1 stands on an outdated base: node:20-slim moved (layers-differ, of low confidence) [stale/base]'],
    });
    expect(look([onBase(moved('low'))], { strict: true }).result).toBe('stale');
    expect(look([onBase(moved('medium'))]).result).toBe('stale');
  });

  it('fails on a base that is gone as on one that moved', () => {
    const gone: BaseVerdict = { kind: 'gone', ...facts('certain'), why: 'docker.io/library/node has no tag 20-slim' };
    expect(look([onBase(gone)], { failOn: ['base'] })).toMatchObject({
      result: 'stale',
      lines: ['error acme/app:1 stands on a base that is gone: docker.io/library/node has no tag 20-slim [stale/base]'],
    });
  });

  it.each([
    [['patch'], 'stale'],
    [['minor'], 'stale'],
    [['major'], 'passed'],
  ] as const)('with --fail-on %j reaches a newer minor version: %s', (failOn, result) => {
    const image = newer({ kind: 'available', line: version('15.14', 'minor'), newest: null, why: '' });
    expect(look([image], { failOn }).result).toBe(result);
  });

  it('names the newer versions, in the line and above it', () => {
    const image = newer({ kind: 'available', line: version('15.14', 'patch'), newest: version('18.1', 'major'), why: '' });
    expect(look([image], { failOn: ['major'] }).lines).toEqual([
      'error postgres:15.4 has a newer version: 18.1 (major) [stale/major]',
      'warning postgres:15.4 has a newer version: 15.14 (patch) [stale/patch]',
    ]);
  });

  it.each(['minor', 'base'] as const)('names the one in the line first, so that no major one hides it, with --fail-on %s', (failOn) => {
    const image = newer({ kind: 'available', line: version('15.14', 'minor'), newest: version('18.1', 'major'), why: '' });
    expect(look([image], { failOn: [failOn] }).findings.map(({ rule }) => rule)).toEqual(['stale/minor', 'stale/major']);
  });

  it('names at each place what to write there, and nothing where it is held', () => {
    const written = ['node:20.11.1-alpine', 'node:${VERSION}-alpine', `node:20.11.1-alpine@${THERE}`];
    const verdict = { kind: 'available', line: version('20.19.5-alpine', 'minor'), newest: null, why: '' } as const;
    const row = makeRow('node:20.11.1-alpine', 'current', {
      newer: { verdict, variant: null, sibling: null, notes: [], trail: [], table: null, checkedAt: NOW },
      sources: written.map((text, at) => makeFileSource('dockerfile', makePlace('Dockerfile', at + 1, 6, text), text)),
    });
    expect(look([row]).findings.map(({ message, advice, replacement }) => [message, advice, replacement?.text ?? null])).toEqual([
      ['node:20.11.1-alpine has a newer version: 20.19.5-alpine (minor)', 'write node:20.19.5-alpine', 'node:20.19.5-alpine'],
      [
        'node:20.11.1-alpine has a newer version: 20.19.5-alpine (minor)',
        'set VERSION to 20.19.5: its tag must become 20.19.5-alpine',
        null,
      ],
      [
        'node:20.11.1-alpine has a newer version: 20.19.5-alpine (minor)',
        'write node:20.19.5-alpine, pinned to the digest of that tag',
        null,
      ],
    ]);
    for (const finding of look([{ ...row, held }]).findings) expect(finding).toMatchObject({ advice: null, replacement: null });
  });

  it('tells of an image that is in no file which tag it is to have', () => {
    const image = newer({ kind: 'available', line: version('15.14', 'minor'), newest: null, why: '' });
    expect(look([image]).findings).toMatchObject([{ advice: 'change the tag to 15.14', replacement: null }]);
  });

  it('puts the new digest where the old one is pinned', () => {
    const written = `node:\${V}@${HERE}`;
    const source = makeFileSource('dockerfile', makePlace('Dockerfile', 1, 6, written), written);
    const image = makeRow(`node:20@${HERE}`, 'rebuilt', { sources: [source] });
    expect(look([image]).findings).toMatchObject([{ replacement: { text: `node:\${V}@${THERE}` } }]);
  });
});

describe('a list of tags that could not be had', () => {
  const timeout = reason('timeout', 'docker.io/library/postgres did not list its tags within 30s');
  const image = newer({ kind: 'unknown', reason: timeout, why: 'its tags are not known' });

  it.each([['patch'], ['minor'], ['major']] as const)('makes a check incomplete that is to fail on %s', (word) => {
    expect(look([image], { failOn: [word] })).toMatchObject({
      result: 'incomplete',
      counts: { unchecked: 1 },
      lines: [
        'warning postgres:15.4: newer versions of it were not found out: docker.io/library/postgres did not list its tags within 30s [unknown/network]',
      ],
    });
  });

  it('is no finding where nothing is to fail on versions', () => {
    expect(look([image])).toMatchObject({ result: 'passed', lines: [] });
  });

  it('is one for the image alone that is to fail on versions', () => {
    const other = { ...image, failOn: ['minor'] as const };
    expect(look([image, other]).findings).toHaveLength(1);
    expect(look([{ ...image, failOn: ['base'] as const }], { failOn: ['minor'] }).lines).toEqual([]);
  });

  it('keeps nothing from passing where the image is held', () => {
    const looked = look([{ ...image, held }], { failOn: ['minor'] });
    expect(looked.result).toBe('passed');
    expect(looked.findings.map(({ level }) => level)).toEqual(['note']);
  });

  it('is not told a second time where the tag stayed open for the same reason', () => {
    const both = { ...image, tag: { ...image.tag, verdict: unknown('timeout', 'no answer') } };
    const fine = makeRow('nginx:1', 'current');
    expect(look([both, fine], { failOn: ['minor'] }).lines).toEqual(['warning postgres:15.4 was not checked: no answer [unknown/network]']);
    const other = { ...image, tag: { ...image.tag, verdict: unknown('rate-limited', 'no more requests') } };
    expect(look([other, fine], { failOn: ['minor'] }).findings).toHaveLength(2);
  });
});

describe('a question that stayed open', () => {
  const open = makeRow('ghcr.io/acme/api:1', unknown('unauthorized', 'ghcr.io refused the credentials'));
  const fine = makeRow('nginx:1.27', 'current');

  it('makes a check incomplete, by its reason', () => {
    expect(look([open, fine])).toMatchObject({
      result: 'incomplete',
      lines: ['warning ghcr.io/acme/api:1 was not checked: ghcr.io refused the credentials [unknown/auth]'],
      counts: { unchecked: 1 },
    });
  });

  it('is only warned of with --on-unknown=warn', () => {
    expect(look([open, fine], { onUnknown: 'warn' })).toMatchObject({ result: 'passed', counts: { warnings: 1 } });
  });

  it('comes after what is known to be stale', () => {
    expect(look([open, makeRow('redis:7', 'rebuilt')]).result).toBe('stale');
  });

  it('and no answer to any makes the result untrustworthy, whatever is let pass', () => {
    expect(look([open], { onUnknown: 'warn' }).result).toBe('untrusted');
  });

  it('is incomplete, not untrusted, when a registry told what a tag names but not whether this platform has it', () => {
    const why = { reason: reason('unsupported', 'it does not offer linux/s390x'), why: 'it does not offer linux/s390x' };
    const row = makeRow('app:1', 'current');
    const open = { ...row, tag: { ...row.tag, verdict: { kind: 'unknown', candidate: THERE, ...why } as const } };
    expect(look([open]).result).toBe('incomplete');
    expect(look([{ ...open, tag: { ...open.tag, verdict: { ...open.tag.verdict, candidate: null } } }]).result).toBe('untrusted');
  });

  it('about what was never asked is no look-up that failed', () => {
    expect(look([makeRow('evil.example/x:1', unknown('policy', 'it may not be contacted'))]).result).toBe('incomplete');
  });

  it('about a base is told of the image, or at the line that names the base', () => {
    const verdict: BaseVerdict = { kind: 'unknown', reason: reason('timeout', 'docker.io took too long'), ...facts('low') };
    const line = makeFileSource('dockerfile', makePlace('Dockerfile', 3, 6, 'node:20-slim'), 'node:20-slim');
    expect(look([onBase(verdict), fine])).toMatchObject({
      result: 'incomplete',
      lines: ['warning acme/app:1: its base node:20-slim was not checked: docker.io took too long [unknown/network]'],
    });
    expect(look([onBase(verdict, { builtFrom: line }), fine]).findings[0]?.place).toMatchObject({ path: 'Dockerfile', line: 3 });
  });

  it('that nothing names a base is none', () => {
    const verdict: BaseVerdict = { kind: 'unknown', reason: reason('no-evidence', 'nothing names a base'), ...untoldBase('') };
    expect(look([onBase(verdict)])).toMatchObject({ result: 'passed', lines: [] });
  });

  it('is a file that could not be read, where it could not', () => {
    const problems: readonly FileProblem[] = [
      { kind: 'unread', path: 'compose.yaml', line: 3, column: 7, message: 'expected a mapping' },
      { kind: 'ignored', path: 'Dockerfile', line: 1, column: 1, message: 'an annotation that is none' },
    ];
    const looked = look([fine], {}, { files: { read: 2, problems } });
    expect(looked).toMatchObject({ result: 'incomplete', counts: { unchecked: 1, files: 2 } });
    expect(looked.findings).toMatchObject([
      { rule: 'unknown/file', message: 'not checked: expected a mapping', place: { path: 'compose.yaml', line: 3, column: 7 } },
    ]);
  });

  it.each([
    ['is empty: expected a Dockerfile', 'not checked: it is empty: expected a Dockerfile'],
    ['is not read: a bracket is not closed', 'not checked: a bracket is not closed'],
    ['has 3 lines', 'not checked: it has 3 lines'],
    ['names more than 9 images', 'not checked: it names more than 9 images'],
    ['isolated', 'not checked: isolated'],
  ])('says of a file that %s what a person would', (message, said) => {
    const problems: readonly FileProblem[] = [{ kind: 'unread', path: 'a', line: null, column: null, message }];
    expect(look([fine], {}, { files: { read: 1, problems } }).findings).toMatchObject([{ message: said }]);
  });
});

describe('an image that is held', () => {
  it('is told, and fails nothing', () => {
    expect(look([makeRow('redis:7', 'rebuilt', { held })])).toMatchObject({
      result: 'passed',
      lines: [
        'note redis:7 was rebuilt for linux/amd64 (3f2a9c0b7d1e -> 9d1e4a55c0ff); held until 2026-12-15: wait for the fix [stale/rebuilt]',
      ],
      counts: { notes: 1, held: 1, errors: 0 },
    });
  });

  it('leaves nothing open', () => {
    const open = makeRow('ghcr.io/acme/api:1', unknown('timeout', 'it took too long'), { held });
    expect(look([open, makeRow('nginx:1.27', 'current')])).toMatchObject({ result: 'passed', counts: { unchecked: 0 } });
  });

  it('too long is told to be held no longer, and fails again', () => {
    const ended = { reason: 'wait', until: '2026-10-01' };
    expect(look([makeRow('redis:7', 'rebuilt', { expired: [ended] })])).toMatchObject({
      result: 'stale',
      lines: [
        'error redis:7 was rebuilt for linux/amd64 (3f2a9c0b7d1e -> 9d1e4a55c0ff) [stale/rebuilt]',
        'warning redis:7 is no longer held: its hold ended 2026-10-01: wait [hold/expired]',
      ],
    });
  });
});

describe('nothing to check', () => {
  it('is not a check that passed, unless that is allowed or all of it is ignored', () => {
    expect([look([]).result, look([], { allowEmpty: true }).result, look([], {}, { ignored: [makeReference('nginx')] }).result]).toEqual([
      'incomplete',
      'passed',
      'passed',
    ]);
  });
});

describe('an image that was named and is not there', () => {
  it('makes a check incomplete, unless what is unknown or not there is let pass', () => {
    const missing = ['my-app:typo'];
    const fine = [makeRow('nginx:1.27', 'current')];
    expect(look(fine, { missing }).result).toBe('incomplete');
    expect(look(fine, { missing, onUnknown: 'warn' }).result).toBe('passed');
    expect(look(fine, { missing, allowEmpty: true }).result).toBe('passed');
    expect(look([makeRow('redis:7', 'rebuilt')], { missing }).result).toBe('stale');
  });
});

describe('a base that is held where a Dockerfile names it', () => {
  const line = makeFileSource('dockerfile', makePlace('Dockerfile', 3, 6, 'node:20-slim'), 'node:20-slim');

  it('is told and fails nothing, though the image itself is not held', () => {
    const told = look([onBase(moved(), { builtFrom: line, baseHeld: held })]);
    expect(told).toMatchObject({ result: 'passed', counts: { notes: 1 } });
    expect(told.lines[0]).toMatch(/^note .*moved \(layers-differ\); held until 2026-12-15: wait for the fix \[stale\/base\]$/);
    const rebuilt = makeRow('acme/app:1', 'rebuilt', { base: makeBaseReport(moved()), builtFrom: line, baseHeld: held });
    expect(look([rebuilt]).findings.map(({ rule, level }) => `${level} ${rule}`)).toEqual(['note stale/base', 'error stale/rebuilt']);
  });
});

describe('what is found in files', () => {
  const written = 'node:${V}-slim@sha256:'.concat('0'.repeat(64));
  const image = makeRow(`node:20-slim@sha256:${'0'.repeat(64)}`, 'rebuilt', {
    sources: [
      makeFileSource('dockerfile', makePlace('b/Dockerfile', 9, 6, written), written),
      makeFileSource('dockerfile', makePlace('a/Dockerfile', 2, 6, written), written),
    ],
  });

  it('is found once at each place, by path, line and column, and before what is in no file', () => {
    const looked = look([makeRow('alpine:3', 'gone'), image]);
    expect(looked.findings.map(({ place, image: name }) => [place?.path ?? null, place?.line ?? null, name])).toEqual([
      ['a/Dockerfile', 2, written],
      ['b/Dockerfile', 9, written],
      [null, null, 'alpine:3'],
    ]);
    expect(looked.counts).toMatchObject({ images: 2, errors: 3, failing: 2 });
  });

  it('is told by the name it has, without the digest nobody reads, and with the pin to put in its place', () => {
    const [finding] = look([image]).findings;
    expect(finding).toMatchObject({
      message: 'node:20-slim was rebuilt for linux/amd64 (3f2a9c0b7d1e -> 9d1e4a55c0ff)',
      advice: `pin it to node:20-slim@${THERE}`,
    });
  });

  it('of a name that could not be told is a rule of its own', () => {
    const source = makeFileSource('dockerfile', makePlace('Dockerfile', 1, 6, 'node:${V}'), 'node:${V}');
    const why = 'ARG V has no value';
    const row = makeRow(
      'x:1',
      { ...unknown('unsupported', `node:\${V} cannot be told: ${why}`), why },
      {
        registry: null,
        name: 'node:${V}',
        reference: 'node:${V}',
        sources: [source],
      },
    );
    expect(look([row])).toMatchObject({
      result: 'incomplete',
      lines: ['warning node:${V} was not checked: ARG V has no value [unknown/reference]'],
    });
  });
});
