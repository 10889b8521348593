import type { Report } from '../../core/report/report.ts';
import type { ReportAbout } from './index.ts';
import { listHostMetrics } from './prom-hosts.ts';
import { listImageMetrics } from './prom-images.ts';
import { type Metric, renderMetrics } from './prom-text.ts';

/**
 * Renders a report as gauges for node_exporter's textfile collector: every state of every question, 0 included, whatever only-new leaves out elsewhere.
 *
 * Source: Prometheus, Metric and label naming.
 */
export function renderReportProm(report: Report, { version, perImage }: ReportAbout): string {
  return renderMetrics([
    ...listHostMetrics(report),
    ...listRegistryMetrics(report),
    ...(perImage ? listImageMetrics(report) : []),
    build(version),
  ]);
}

/** More registries than anybody has; a file of references may name any. */
const MOST_REGISTRIES = 500;

function listRegistryMetrics({ registries }: Report): readonly Metric[] {
  const uses = registries.slice(0, MOST_REGISTRIES);
  const metric = (name: string, help: string, read: (use: (typeof uses)[number]) => number | null): Metric => ({
    name: `imgupdate_registry_${name}`,
    help,
    alike: 'sum',
    samples: uses.flatMap((use) => {
      const value = read(use);
      return value === null ? [] : [{ labels: [['registry', use.registry]], value }];
    }),
  });
  return [
    metric('requests', 'Requests that the last check sent to a registry.', (use) => use.requests),
    metric('counted_requests', 'Requests of the last check that count against the quota of a registry.', (use) => use.counted),
    { ...metric('quota_limit', 'Requests that a registry allows in a window, where it tells.', (use) => use.limit), alike: 'least' },
    {
      ...metric(
        'quota_remaining',
        'Requests that were left in the window after the last check, where the registry tells.',
        (use) => use.remaining,
      ),
      alike: 'least',
    },
  ];
}

function build(version: string): Metric {
  return {
    name: 'imgupdate_build_info',
    help: 'Always 1; the version of imgupdate that wrote this.',
    alike: 'most',
    samples: [{ labels: [['version', version]], value: 1 }],
  };
}
