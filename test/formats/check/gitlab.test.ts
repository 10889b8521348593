import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { FINDING_RULES, type Finding } from '../../../src/check/finding.ts';
import { renderGitlab } from '../../../src/formats/check/gitlab.ts';
import { HOSTILE, makeCrowd, makeFinding, makeOutcome, makePlace, OUTCOME } from './outcomes.ts';

/** What GitLab's documentation asks of an entry, and no other property. */
const isReport = new Ajv().compile({
  type: 'array',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
    properties: {
      description: { type: 'string', minLength: 1 },
      check_name: { type: 'string', minLength: 1 },
      fingerprint: { type: 'string', pattern: '^[0-9a-f]{32}$' },
      severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
      location: {
        type: 'object',
        additionalProperties: false,
        required: ['path', 'lines'],
        properties: {
          path: { type: 'string', pattern: '^(?!\\./|/)' },
          lines: {
            type: 'object',
            required: ['begin'],
            properties: { begin: { type: 'integer', minimum: 1 }, end: { type: 'integer', minimum: 1 } },
          },
        },
      },
    },
  },
});

type Entry = { description: string; check_name: string; fingerprint: string; severity: string; location: { path: string } };

const entriesOf = (findings: readonly Finding[]): readonly Entry[] => JSON.parse(renderGitlab(makeOutcome(findings))) as Entry[];

describe('the code quality report of a check', () => {
  it.each([
    ['many rules', OUTCOME],
    ['hostile texts', HOSTILE],
    ['nothing found', makeOutcome([])],
  ])('of %s is as GitLab documents it, without a byte order mark', (_, outcome) => {
    const text = renderGitlab(outcome);
    expect(text.startsWith('[')).toBe(true);
    isReport(JSON.parse(text));
    expect(isReport.errors ?? []).toEqual([]);
  });

  it('has an entry for each finding in a file', () => {
    const entries: readonly Entry[] = JSON.parse(renderGitlab(OUTCOME));
    expect(entries.map(({ check_name, severity, location }) => `${location.path} ${check_name} ${severity}`)).toEqual([
      'Dockerfile hold/expired minor',
      'Dockerfile hold/expired minor',
      'broken/compose.yaml unknown/file major',
      'compose.yaml stale/rebuilt major',
      'compose.yaml stale/rebuilt info',
      'compose.yaml stale/patch minor',
      'compose.yaml stale/major major',
      'deploy/app.yaml unknown/network minor',
      'deploy/app.yaml unknown/auth minor',
      'services/api/Dockerfile stale/gone critical',
    ]);
  });

  it('says what is wrong, and what to do', () => {
    const [entry] = entriesOf([
      makeFinding('stale/rebuilt', {
        image: 'node:20',
        message: 'node:20 was rebuilt',
        advice: 'pull it',
        place: makePlace('a/Dockerfile', 3, 6),
      }),
    ]);
    expect(entry).toEqual({
      description: 'node:20 was rebuilt; pull it',
      check_name: 'stale/rebuilt',
      fingerprint: '9ffdf6435d347a28ff94b970d5407cec',
      severity: 'major',
      location: { path: 'a/Dockerfile', lines: { begin: 3, end: 3 } },
    });
  });

  it.each(FINDING_RULES)('makes information of a held %s', (rule) => {
    expect(entriesOf([makeFinding(rule, { level: 'note' })])[0]!.severity).toBe('info');
    expect(entriesOf([makeFinding(rule)])[0]!.severity).not.toBe('info');
  });

  it('gives each entry a fingerprint of its own, since GitLab shows equal ones once', () => {
    const entries: readonly Entry[] = JSON.parse(renderGitlab(makeCrowd(30_000)));
    expect(entries).toHaveLength(30_000);
    expect(new Set(entries.map(({ fingerprint }) => fingerprint)).size).toBe(30_000);
  });

  it('keeps a fingerprint when lines are added above', () => {
    const at = (line: number) => entriesOf([makeFinding('stale/gone', { place: makePlace('Dockerfile', line, 6) })])[0]!.fingerprint;
    expect(at(1)).toBe(at(20));
  });
});
