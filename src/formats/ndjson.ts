import type { CheckReport } from '../check/report.ts';
import { toImageEntry } from './json.ts';
import { stringify } from './stringify.ts';

/** Renders each image as one line of JSON: the same object as in the document's `images`. */
export function renderNdjson(report: CheckReport): string {
  return report.images.map((image) => `${stringify(toImageEntry(image))}\n`).join('');
}
