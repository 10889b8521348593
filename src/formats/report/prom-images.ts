import type { Report } from '../../core/report/report.ts';
import { labelHost, type Label, type Metric } from './prom-text.ts';

/** Series of a metric: more would be a burden for whoever stores them, and are rather counted than kept. */
const MOST_IMAGES = 10_000;

/** Says of each image how it stands. An image that is known by its digest alone is told by its repository: digests would make new series for ever. */
export function listImageMetrics(report: Report): readonly Metric[] {
  const pending = [...report.pending, ...report.news];
  const behind = pending.flatMap(({ name, platform, hosts, since }) => {
    const value = Math.max(0, report.generatedAt - since) / 1000;
    return hosts.map((host) => ({ labels: labelsOf(name, platform, labelHost(host, report)), value }));
  });
  const stale = report.hosts.flatMap(({ name: host, document }) =>
    document.images.map(({ name, platform, verdict }) => ({
      labels: labelsOf(name, platform, labelHost(host, report)),
      value: verdict === 'stale' ? 1 : 0,
    })),
  );
  const left = Math.max(0, behind.length - MOST_IMAGES) + Math.max(0, stale.length - MOST_IMAGES);
  return [
    {
      name: 'imgupdate_image_behind_seconds',
      help: 'How long before this report it was first told that something newer is there for an image.',
      alike: 'most',
      samples: behind.slice(0, MOST_IMAGES),
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
