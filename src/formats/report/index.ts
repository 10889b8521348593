import type { Parsed } from '../../core/parsed.ts';
import { malformed, parsed } from '../../core/parsed.ts';
import type { Report } from '../../core/report/report.ts';

/** What a format needs beside the report. */
export type ReportAbout = {
  readonly version: string;
  /** `prom`: also a series for each image. */
  readonly perImage: boolean;
  /** `eml`: whom it is to and from, each an address (`ops@example.org`, `root`) or `Name <address>`. `to` is never empty where that format is asked for. */
  readonly mail: { readonly to: readonly string[]; readonly from: string | null };
};

/** Makes the whole text of a report, with its last end of line. Colour is in none of it. */
export type ReportFormat = (report: Report, about: ReportAbout) => string;

export const REPORT_FORMATS = ['text', 'markdown', 'html', 'eml', 'atom', 'json', 'prom', 'slack'] as const;

export type ReportFormatName = (typeof REPORT_FORMATS)[number];

/** Chooses a format by its name. */
export function readReportFormat(name: string): Parsed<ReportFormatName> {
  const found = REPORT_FORMATS.find((format) => format === name);
  return found === undefined ? malformed(`unknown format "${name}": expected one of ${REPORT_FORMATS.join(', ')}`) : parsed(found);
}

/** Each is loaded when it is asked for. */
export async function loadReportFormat(name: ReportFormatName): Promise<ReportFormat> {
  switch (name) {
    case 'text':
      return (await import('./text.ts')).renderReportText;
    case 'markdown':
      return (await import('./markdown.ts')).renderReportMarkdown;
    case 'html':
      return (await import('./html.ts')).renderReportHtml;
    case 'eml':
      return (await import('./eml.ts')).renderReportEml;
    case 'atom':
      return (await import('./atom.ts')).renderReportAtom;
    case 'json':
      return (await import('./json.ts')).renderReportJson;
    case 'prom':
      return (await import('./prom.ts')).renderReportProm;
    case 'slack':
      return (await import('./slack.ts')).renderReportSlack;
  }
}
