import type { ReasonKind } from '../core/reason.ts';
import type { FindingRule } from './finding.ts';

/** The rule of a question that stayed open for a reason. */
export function ruleOfReason(kind: ReasonKind): FindingRule {
  return RULE_OF_REASON[kind];
}

const RULE_OF_REASON: Readonly<Record<ReasonKind, FindingRule>> = {
  unauthorized: 'unknown/auth',
  'not-found-or-private': 'unknown/notfound',
  'rate-limited': 'unknown/ratelimit',
  budget: 'unknown/ratelimit',
  unreachable: 'unknown/network',
  timeout: 'unknown/network',
  tls: 'unknown/network',
  'bad-response': 'unknown/response',
  'digest-mismatch': 'unknown/response',
  unsupported: 'unknown/unsupported',
  offline: 'unknown/offline',
  policy: 'unknown/policy',
  'no-evidence': 'unknown/base',
  squashed: 'unknown/base',
  'ambiguous-tag': 'unknown/base',
};
