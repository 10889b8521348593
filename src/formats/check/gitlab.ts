import { createHash } from 'node:crypto';
import type { FindingRule, Outcome } from '../../check/finding.ts';
import { sanitizeText } from '../../core/text.ts';
import { stringify } from '../stringify.ts';
import { fingerprint, type KnownFinding } from './fingerprint.ts';
import { splitPlaced } from './placed.ts';
import { sentenceOf } from './words.ts';

/**
 * Renders a code quality report of GitLab: one array, a degradation for each finding in a file.
 *
 * Example: `{ "description": "node:20 was rebuilt", "check_name": "stale/rebuilt", "fingerprint": "9b1d...", "severity": "major", "location": { "path": "Dockerfile", "lines": { "begin": 1 } } }`.
 * GitLab reads no more of an entry, shows those of equal fingerprint once, and stops at the first that is malformed.
 * Source: GitLab documentation, "Code Quality", report format; GitLab, codequality_reports.rb.
 */
export function renderGitlab({ findings }: Outcome): string {
  const known = fingerprint(splitPlaced(findings).placed);
  return `${stringify(known.map(toDegradation), 2)}\n`;
}

function toDegradation(finding: KnownFinding): object {
  const { rule, level, place } = finding;
  return {
    description: sentenceOf(finding),
    check_name: rule,
    fingerprint: hashOf(finding),
    severity: level === 'note' ? 'info' : SEVERITIES[rule],
    location: { path: sanitizeText(place.path), lines: { begin: place.line, end: place.endLine } },
  };
}

/** 32 digits, as long as the MD5 sums most tools write. */
function hashOf({ hash, occurrence }: KnownFinding): string {
  return createHash('sha256').update(`${hash}:${occurrence}`).digest('hex').slice(0, 32);
}

/** How grave it is where it is not held. */
const SEVERITIES: Readonly<Record<FindingRule, 'info' | 'minor' | 'major' | 'critical'>> = {
  'stale/base': 'major',
  'stale/rebuilt': 'major',
  'stale/gone': 'critical',
  'stale/patch': 'minor',
  'stale/minor': 'major',
  'stale/major': 'major',
  'unknown/auth': 'minor',
  'unknown/notfound': 'minor',
  'unknown/ratelimit': 'minor',
  'unknown/network': 'minor',
  'unknown/response': 'minor',
  'unknown/unsupported': 'minor',
  'unknown/offline': 'minor',
  'unknown/policy': 'minor',
  'unknown/base': 'minor',
  'unknown/reference': 'minor',
  'unknown/file': 'major',
  'unknown/place': 'major',
  'hold/expired': 'minor',
};
