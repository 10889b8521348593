import type { Report } from '../../core/report/report.ts';
import { labelHost, type Label, type Metric } from './prom-text.ts';

/** Series of a metric: more would be a burden for whoever stores them, and are rather counted than kept. */
const MOST_IMAGES = 10_000;

/**
 * Says of each image how it stands, and since when something newer is pending; not for how long, which is wrong until the next report.
 *
 * An image that is known by its digest alone is told by its repository: digests would make new series for ever.
 * Source: Prometheus, Instrumentation, "Timestamps, not time since".
 */
export function listImageMetrics(report: Report): readonly Metric[] {
  const pending = [...report.pending, ...report.news];
  const told = pending.flatMap(({ name, platform, hosts, since }) =>
    hosts.map((host) => ({ labels: labelsOf(name, platform, labelHost(host, report)), value: since / 1000 })),
  );
  const stale = report.hosts.flatMap(({ name: host, document }) =>
    document.images.map(({ name, platform, verdict }) => ({
      labels: labelsOf(name, platform, labelHost(host, report)),
      value: verdict === 'stale' ? 1 : 0,
    })),
  );
  const left = Math.max(0, told.length - MOST_IMAGES) + Math.max(0, stale.length - MOST_IMAGES);
  return [
    {
      name: 'imgupdate_image_pending_timestamp_seconds',
      help: 'When a report first told of something newer for an image; of images with nothing newer there is none.',
      alike: 'least',
      samples: told.slice(0, MOST_IMAGES),
    },
    {
      name: 'imgupdate_image_stale',
      help: 'Whether something newer is there for an image, or its tag or base is gone.',
      alike: 'most',
      samples: stale.slice(0, MOST_IMAGES),
    },
    {
      name: 'imgupdate_image_series_left_out',
      help: 'Series of single images that are not here, as there are too many.',
      alike: 'sum',
      samples: [{ labels: [], value: left }],
    },
  ];
}

function labelsOf(name: string, platform: string, host: Label): readonly Label[] {
  const at = name.lastIndexOf('@');
  return [['image', at > 0 ? name.slice(0, at) : name], ['platform', platform], host];
}
