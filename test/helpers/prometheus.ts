/** `labels` in their order, written as they stand: `axis="tag",status="gone"`. */
export type Series = { readonly metric: string; readonly labels: ReadonlyMap<string, string>; readonly value: number };

const HELP = /^# HELP ([a-z_]+) (\S.*)$/;
const TYPE = /^# TYPE ([a-z_]+) (gauge)$/;
const SAMPLE = /^([a-z_]+)(?:\{(.*)\})? (-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/;
const LABEL = /([a-z_]+)="((?:[^"\\]|\\[\\"n])*)"(,|$)/y;

/**
 * Reads the text format 0.0.4 as strictly as a file for node_exporter has to be: HELP and TYPE once before the samples of a metric, all of them together, no
 * series twice, no times, only gauges, no label without a value, an end of line at the end.
 *
 * Source: Prometheus, Exposition formats, "Text format details".
 */
export function readMetrics(text: string): readonly Series[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const found: Series[] = [];
  const seen = new Set<string>();
  const keys = new Set<string>();
  const lines = text.slice(0, -1).split('\n');
  for (let at = 0; at < lines.length;) {
    const help = HELP.exec(lines[at++]!);
    const type = TYPE.exec(lines[at++] ?? '');
    const metric = help?.[1] ?? '';
    if (metric === '' || type?.[1] !== metric) throw new Error(`no HELP and TYPE of one metric before line ${at}`);
    if (seen.has(metric)) throw new Error(`${metric} is there twice`);
    seen.add(metric);
    const first = found.length;
    for (; at < lines.length && !lines[at]!.startsWith('#'); at++) {
      const sample = SAMPLE.exec(lines[at]!);
      if (sample?.[1] !== metric) throw new Error(`line ${at + 1} is no sample of ${metric}: ${lines[at]!}`);
      if (keys.has(`${metric}{${sample[2] ?? ''}}`)) throw new Error(`series twice: ${lines[at]!}`);
      keys.add(`${metric}{${sample[2] ?? ''}}`);
      found.push({ metric, labels: readLabels(sample[2] ?? ''), value: Number(sample[3]) });
    }
    if (found.length === first) throw new Error(`${metric} has no samples`);
  }
  return found;
}

function readLabels(text: string): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (LABEL.lastIndex = 0; LABEL.lastIndex < text.length;) {
    const from = LABEL.lastIndex;
    const match = LABEL.exec(text);
    if (match === null) throw new Error(`no label at ${from}: ${text}`);
    if (labels.has(match[1]!)) throw new Error(`label twice: ${text}`);
    labels.set(
      match[1]!,
      match[2]!.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character)),
    );
  }
  return labels;
}
