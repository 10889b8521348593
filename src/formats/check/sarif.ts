import type { ArtifactLocation, Log, Notification, Region, ReportingDescriptor, Result, Run } from 'sarif';
import { FINDING_RULES, type FindingLevel, type FindingRule, type Outcome } from '../../check/finding.ts';
import type { FilePlace } from '../../core/file-reference.ts';
import { sanitizeText } from '../../core/text.ts';
import { renderTime } from '../age.ts';
import { candidateOf, plural, platformOf } from '../facts.ts';
import { stringify } from '../stringify.ts';
import { sortByLevel } from './by-level.ts';
import { fingerprint, type KnownFinding } from './fingerprint.ts';
import { type PlacedFinding, splitPlaced } from './placed.ts';
import { RULE_TEXTS } from './rule-texts.ts';
import { adviceOf, imageOf, messageOf } from './words.ts';

/** What GitHub keeps of an upload; it refuses one of more than 25,000. */
const MOST_RESULTS = 5000;

/**
 * Renders a SARIF log: one run, every rule, and a result for each finding in a file of the working directory, errors first; none is a result, too, so that alerts end.
 *
 * What is held is a suppressed note. GitHub shows it as an open alert of level note, since it reads no suppressions.
 * Source: OASIS SARIF 2.1.0 with Errata 01; GitHub documentation, "SARIF support for code scanning".
 */
export function renderSarif(outcome: Outcome, about: { readonly version: string }): string {
  const log: Log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [toRun(outcome, about.version)] };
  return `${stringify(log, 2)}\n`;
}

function toRun({ findings, report, result, exitCode }: Outcome, version: string): Run {
  const { placed, unplaced } = splitPlaced(findings);
  const shown = sortByLevel(fingerprint(placed)).slice(0, MOST_RESULTS);
  return {
    tool: { driver: { name: 'imgupdate', semanticVersion: version, rules: FINDING_RULES.map(toRule) } },
    automationDetails: { id: 'imgupdate/' },
    columnKind: 'utf16CodeUnits',
    originalUriBaseIds: { [ROOT]: { description: { text: 'The directory the check was run in.' } } },
    invocations: [
      {
        executionSuccessful: result !== 'untrusted',
        exitCode,
        endTimeUtc: renderTime(report.generatedAt),
        toolExecutionNotifications: [
          ...notify(placed.length - shown.length, `left out: more than ${MOST_RESULTS}`),
          ...notify(unplaced.length, 'left out: in no file below the working directory'),
        ],
      },
    ],
    results: shown.map(toResult),
  };
}

/** Where relative paths begin; viewers put the root of the checkout in its place. */
const ROOT = '%SRCROOT%';

function toRule(id: FindingRule): ReportingDescriptor {
  const { name, title, description, help, level } = RULE_TEXTS[id];
  return {
    id,
    name,
    shortDescription: { text: `${title}.` },
    fullDescription: { text: description },
    help: { text: help.replaceAll('`', ''), markdown: help },
    defaultConfiguration: { level },
    properties: { tags: ['containers', id.slice(0, id.indexOf('/'))], precision: 'very-high', 'problem.severity': SEVERITIES[level] },
  };
}

const SEVERITIES: Readonly<Record<FindingLevel, string>> = { error: 'error', warning: 'warning', note: 'recommendation' };

function notify(count: number, why: string): readonly Notification[] {
  return count === 0 ? [] : [{ level: 'warning', message: { text: `${plural(count, 'finding')} ${why}.` } }];
}

function toResult(finding: KnownFinding): Result {
  const { rule, level, place, report, hash, occurrence } = finding;
  const justification = report?.held?.reason ?? null;
  return {
    ruleId: rule,
    ruleIndex: FINDING_RULES.indexOf(rule),
    level,
    message: { text: renderMessage(finding) },
    locations: [
      {
        physicalLocation: { artifactLocation: toArtifact(place), region: toRegion(place) },
      },
    ],
    ...toFixes(finding),
    partialFingerprints: { primaryLocationLineHash: `${hash.slice(0, 16)}:${occurrence}` },
    ...(level === 'note'
      ? { suppressions: [{ kind: 'external', status: 'accepted', ...(justification === null ? {} : { justification }) }] }
      : {}),
    properties: {
      image: imageOf(finding),
      reference: report?.reference ?? null,
      platform: report === null ? null : platformOf(report),
      candidate: report === null ? null : candidateOf(report),
      baseCandidate: report?.base.verdict.candidate ?? null,
    },
  };
}

function toArtifact({ path }: FilePlace): ArtifactLocation {
  return { uri: toUri(path), uriBaseId: ROOT };
}

function toRegion({ line, column, endLine, endColumn }: FilePlace): Region {
  return { startLine: line, startColumn: column, endLine, endColumn: line === endLine ? Math.max(column, endColumn) : endColumn };
}

/** What to write there, for viewers that can do it. Source: SARIF 2.1.0, sections 3.55 to 3.57. */
function toFixes({ replacement }: PlacedFinding): Pick<Result, 'fixes'> {
  if (replacement === null) return {};
  const { place, text } = replacement;
  const change = {
    artifactLocation: toArtifact(place),
    replacements: [{ deletedRegion: toRegion(place), insertedContent: { text } }],
  };
  return {
    fixes: [{ description: { text: `Write ${sanitizeText(text, LONGEST_FIX).replaceAll('](', '] (')}.` }, artifactChanges: [change] }],
  };
}

const LONGEST_FIX = 800;

/**
 * Sentences with their full stops. Nothing in them reads as a link; braces stand as they are, since there are no arguments to put into them and viewers show both
 * of two.
 *
 * Source: SARIF 2.1.0, sections 3.11.5 and 3.11.6.
 */
function renderMessage(finding: PlacedFinding): string {
  const advice = adviceOf(finding);
  const sentences = advice === null ? [messageOf(finding)] : [messageOf(finding), `${advice.charAt(0).toUpperCase()}${advice.slice(1)}`];
  return sentences.map((sentence) => `${sentence.replaceAll('](', '] (')}.`).join(' ');
}

/** A relative reference: `services/my%20api/Dockerfile`. Source: RFC 3986, section 4.2; SARIF 2.1.0, section 3.10. */
function toUri(path: string): string {
  return path
    .split('/')
    .map((part) => encodeURIComponent(part.replace(/\p{Cs}/gu, '\u{fffd}')))
    .join('/');
}
