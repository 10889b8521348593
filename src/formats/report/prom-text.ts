import type { Report } from '../../core/report/report.ts';
import { sanitizeText } from '../../core/text.ts';

/** A gauge. `help` is one sentence. Of samples with the same labels the sum counts, or the least or the most. */
export type Metric = {
  readonly name: string;
  readonly help: string;
  readonly alike: 'sum' | 'least' | 'most';
  readonly samples: readonly Sample[];
};

/** Labels in the order in which they are written; those that are null are left out. */
export type Sample = { readonly labels: readonly Label[]; readonly value: number };

export type Label = readonly [name: string, value: string | null];

/** Longer than any name that parses. */
const LONGEST_VALUE = 300;

/**
 * Renders gauges in the text format 0.0.4: each once, with what it means; one without samples is left out.
 *
 * No times stand in it: node_exporter refuses files with some. No two series are alike.
 * Source: Prometheus, Exposition formats, "Text-based format"; node_exporter, textfile collector.
 */
export function renderMetrics(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(renderMetric)
    .join('');
}

function renderMetric({ name, help, alike, samples }: Metric): string {
  const series = new Map<string, number>();
  for (const { labels, value } of samples) {
    const key = renderLabels(labels);
    const before = series.get(key);
    series.set(key, before === undefined ? value : MERGES[alike](before, value));
  }
  const lines = Array.from(series, ([labels, value]) => `${name}${labels} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

const MERGES: Readonly<Record<Metric['alike'], (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  least: Math.min,
  most: Math.max,
};

function renderLabels(labels: readonly Label[]): string {
  const parts = labels.flatMap(([name, value]) => (value === null ? [] : [`${name}="${escapeValue(value)}"`]));
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

/** A line feed is none any more when the text is safe to print. */
function escapeValue(value: string): string {
  return sanitizeText(value, LONGEST_VALUE).replace(/[\\"]/g, '\\$&');
}

/** Which host it is of; null where the report is of one only, as Prometheus knows by itself where that comes from. */
export function labelHost(name: string, { hosts }: Pick<Report, 'hosts'>): Label {
  return ['host', hosts.length > 1 ? name : null];
}

/** A label of one name, for each of its values. */
export function labelEach(name: string, values: readonly string[]): readonly (readonly Label[])[] {
  return values.map((value) => [[name, value]]);
}

/** Makes a sample. */
export function sample(labels: readonly Label[], value: number): Sample {
  return { labels, value };
}
