import { expect, it } from 'vitest';
import { describeHeadline } from '../../../src/formats/check/headline.ts';
import { makeFinding, makeOutcome } from './outcomes.ts';
import { makeRow } from '../reports.ts';

const row = makeRow('nginx:1.27', 'rebuilt');
const held = { ...row, held: { reason: null, until: null } };

it.each([
  ['nothing was found', makeOutcome([], { images: [row] }), 'nothing stale'],
  ['there are only warnings', makeOutcome([makeFinding('stale/minor', { report: row })]), 'nothing fails, 1 warning'],
  ['all is held', makeOutcome([makeFinding('stale/rebuilt', { level: 'note', report: held })]), 'nothing fails, 1 held'],
  [
    'a question stayed open and may',
    { ...makeOutcome([makeFinding('unknown/auth', { report: row })]), result: 'passed' as const },
    'nothing known to be stale, but 1 image could not be checked',
  ],
])('a check passes where %s: its headline says so', (_case, outcome, sentence) => {
  expect(describeHeadline(outcome)).toMatchObject({ word: 'passed', sentence });
});

it.each([
  [
    { result: 'incomplete' as const, images: [] },
    { tone: 'open', word: 'incomplete', sentence: 'no images found' },
  ],
  [
    { result: 'incomplete' as const, images: [row] },
    { tone: 'open', word: 'incomplete', sentence: 'some questions stayed open' },
  ],
  [
    { result: 'untrusted' as const, images: [row] },
    { tone: 'bad', word: 'failed', sentence: 'no image could be checked' },
  ],
])('a check that is %j says what came of it', (parts, headline) => {
  expect(describeHeadline(makeOutcome([], parts))).toEqual(headline);
});
