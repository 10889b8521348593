import type { ImageEntry } from '../../core/document.ts';
import { REASON_KINDS } from '../../core/reason.ts';
import { openReasonsOf } from '../../core/report/problems.ts';
import type { Report } from '../../core/report/report.ts';
import { BASE_STATUSES, NEWER_STATUSES, OVERALLS, TAG_STATUSES, VERSION_LEVELS } from '../../core/verdict.ts';
import { labelEach, type Label, labelHost, type Metric, sample } from './prom-text.ts';

/** That nothing names a base is the usual case, and no error. */
const ERRORS = REASON_KINDS.filter((kind) => kind !== 'no-evidence');

/**
 * Counts the images of each host by how they stand. Each is in one state of each question, so that a sum over the states of one counts it once.
 *
 * Source: Prometheus, Metric and label naming: a sum over all dimensions of a metric should mean something.
 */
export function listStates(report: Report): readonly Metric[] {
  const count = (metric: CountOfImages): Metric => countImages(report, metric);
  return [
    count({
      name: 'imgupdate_images',
      help: 'Images by the answer over all questions.',
      all: labelEach('verdict', OVERALLS),
      of: ({ verdict }) => labelEach('verdict', [verdict]),
    }),
    count({
      name: 'imgupdate_images_tag',
      help: 'Images by whether the tag still names the same image.',
      all: labelEach('status', TAG_STATUSES),
      of: ({ tag }) => labelEach('status', [tag.status]),
    }),
    count({
      name: 'imgupdate_images_newer',
      help: 'Images by whether there is a newer version.',
      all: labelEach('status', NEWER_STATUSES),
      of: ({ newer }) => labelEach('status', [newer.status]),
    }),
    count({
      name: 'imgupdate_images_base',
      help: 'Images by whether the base is still the same.',
      all: labelEach('status', BASE_STATUSES),
      of: ({ base }) => labelEach('status', [base.status]),
    }),
    count({
      name: 'imgupdate_newer_versions',
      help: 'Images with a newer version, by how much would change; one may have a newer patch and a newer major.',
      all: labelEach('level', VERSION_LEVELS),
      of: ({ newer: { line, newest } }) =>
        labelEach('level', distinct([line, newest].flatMap((version) => (version === null ? [] : [version.level])))),
    }),
    count({
      name: 'imgupdate_images_held',
      help: 'Images that are held back on purpose.',
      all: [[]],
      of: ({ held }) => (held === null ? [] : [[]]),
    }),
    count({
      name: 'imgupdate_images_hold_expired',
      help: 'Images that were held back until a day that has come.',
      all: [[]],
      of: ({ expired = [] }) => (expired.length === 0 ? [] : [[]]),
    }),
    count({
      name: 'imgupdate_check_errors',
      help: 'Images with a question that could not be answered, by the reason.',
      all: labelEach('reason', ERRORS),
      of: (image) => labelEach('reason', distinct(openReasonsOf(image).map(({ reason }) => reason.kind))),
    }),
  ];
}

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

/** `all`: the labels there can be. `of`: those that an image counts in. */
type CountOfImages = {
  readonly name: string;
  readonly help: string;
  readonly all: readonly (readonly Label[])[];
  readonly of: (image: ImageEntry) => readonly (readonly Label[])[];
};

function countImages(report: Report, { name, help, all, of }: CountOfImages): Metric {
  const samples = report.hosts.flatMap((host) => {
    const label = labelHost(host.name, report);
    const ones = host.document.images.flatMap(of);
    return [...all.map((labels) => sample([...labels, label], 0)), ...ones.map((labels) => sample([...labels, label], 1))];
  });
  return { name, help, alike: 'sum', samples };
}
