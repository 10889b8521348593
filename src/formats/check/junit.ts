import type { Finding, Outcome } from '../../check/finding.ts';
import { groupBy } from '../../core/group.ts';
import { renderTime } from '../age.ts';
import { sortByLevel } from './by-level.ts';
import { type JunitCase, type JunitStatus, listCases } from './junit-cases.ts';
import { messageOf, renderPlace, sentenceOf } from './words.ts';
import { renderXml, type XmlElement } from './xml.ts';

/**
 * Renders a JUnit report: a suite for each file, a case for each image in it.
 *
 * `classname` repeats the suite, since GitLab shows that as suite; the element's text repeats its message, since GitLab shows the text and Jenkins both.
 * `file` and `line` of a case, and `skipped` of the whole, go beyond Jenkins' schema: GitLab and the reporters of GitHub read them.
 * Source: there is no standard; xunit-plugin of Jenkins, junit-10.xsd; GitLab, lib/gitlab/ci/parsers/test/junit.rb.
 */
export function renderJunit(outcome: Outcome): string {
  const cases = listCases(outcome);
  const suites = groupBy(cases, ({ suite }) => suite);
  // without its zone, as Ant's schema wants it; it is UTC
  const timestamp = renderTime(outcome.report.generatedAt).slice(0, -1);
  return renderXml({
    name: 'testsuites',
    attributes: [['name', 'imgupdate'], ...countCases(cases)],
    content: [...suites].map(([name, members]) => ({
      name: 'testsuite',
      attributes: [['name', name], ...countCases(members), ['timestamp', timestamp]],
      content: members.map(toElement),
    })),
  });
}

function countCases(cases: readonly JunitCase[]): readonly (readonly [string, number])[] {
  const count = (wanted: JunitStatus) => cases.filter(({ status }) => status === wanted).length;
  return [
    ['tests', cases.length],
    ['failures', count('failure')],
    ['errors', count('error')],
    ['skipped', count('skipped')],
    ['time', 0],
  ];
}

function toElement({ suite, name, place, findings, status }: JunitCase): XmlElement {
  return {
    name: 'testcase',
    attributes: [
      ['classname', suite],
      ['name', name],
      ['file', place?.path ?? null],
      ['line', place?.line ?? null],
      ['time', 0],
    ],
    content: toContent(status, sortByLevel(findings)),
  };
}

function toContent(status: JunitStatus, findings: readonly Finding[]): readonly XmlElement[] {
  const text = findings.map(renderFinding).join('\n');
  const [first] = findings;
  if (first === undefined) return [];
  const message: readonly [string, string] = ['message', messageOf(first)];
  switch (status) {
    case 'failure':
    case 'error':
      return [{ name: status, attributes: [['type', first.rule], message], content: text }];
    case 'skipped':
      return [{ name: status, attributes: [message], content: text }];
    case 'passed':
      // `[[ATTACHMENT|PATH]]` in the output of a case makes GitLab link, and a plugin of Jenkins copy, a file
      return [{ name: 'system-out', attributes: [], content: text.replaceAll('[[', '[ [') }];
  }
}

function renderFinding(finding: Finding): string {
  return `${renderPlace(finding) ?? 'imgupdate'}: ${finding.level}: ${sentenceOf(finding)} [${finding.rule}]`;
}
