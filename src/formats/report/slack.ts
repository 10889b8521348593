import type { Report } from '../../core/report/report.ts';
import type { ReportAbout } from './index.ts';
import { describeHeadline } from './words.ts';

/** Not written yet. */
export function renderReportSlack(report: Report, about: ReportAbout): string {
  return `${describeHeadline(report)} (${about.version})\n`;
}
