import type { Document, ImageEntry, WarningEntry } from '../../core/document.ts';
import { compareText } from '../../core/reference.ts';
import type { Report, ReportHost } from '../../core/report/report.ts';
import { renderTime } from '../age.ts';
import { stringify } from '../stringify.ts';
import { type ReportEntry, toReportEntry } from './entry.ts';

/**
 * Renders the same document as `list --json`, with what only a report finds, and a property `report` that says what changed. Outside text is escaped, never changed.
 *
 * Of one machine it can be reported on again, alone or with those of others. Of several it has the images of all, each with its `host`.
 */
export function renderReportJson(report: Report): string {
  const document: Document & { readonly report: ReportEntry } = { ...joinDocuments(report), report: toReportEntry(report) };
  return `${stringify(document, 2)}\n`;
}

function joinDocuments({ hosts, generatedAt, registries }: Report): Document {
  const [only, ...others] = hosts;
  if (only !== undefined && others.length === 0) return { ...only.document, host: only.name };
  return {
    schemaVersion: 1,
    generatedAt: renderTime(generatedAt),
    images: hosts.flatMap(listImages).sort(compareImages),
    registries,
    warnings: hosts.flatMap(listWarnings),
  };
}

function listImages({ name, document }: ReportHost): readonly ImageEntry[] {
  return document.images.map((image) => ({ host: name, ...image }));
}

/** As in every document by reference, then platform; the machines stay in their order. */
function compareImages(a: ImageEntry, b: ImageEntry): number {
  return compareText(a.reference, b.reference) || compareText(a.platform, b.platform);
}

function listWarnings({ name, document }: ReportHost): readonly WarningEntry[] {
  return document.warnings.map(({ code, message, image }) => ({ code, message: `${name}: ${message}`, image }));
}
