import type { ImageEntry, WarningEntry } from '../../core/document.ts';
import { openReasonsOf } from '../../core/report/problems.ts';
import { ATTENTION_KINDS, type Pending, type Report, type ReportHost } from '../../core/report/report.ts';
import { UNNEEDED_KINDS } from '../../core/unneeded.ts';
import { listStates } from './prom-states.ts';
import { labelEach, type Label, labelHost, type Metric, type Sample, sample } from './prom-text.ts';

/** Says of each host of a report how its images stand: each state has a series, be it 0. */
export function listHostMetrics(report: Report): readonly Metric[] {
  return [...listStates(report), ...listLists(report), ...listStores(report), ...listTimes(report)];
}

const UPDATES = ['new', 'pending', 'held'] as const;

function listLists(report: Report): readonly Metric[] {
  const lists = { new: report.news, pending: report.pending, held: report.held };
  const updates = UPDATES.flatMap((state) => [
    ...zeros(report, labelEach('state', [state])),
    ...lists[state].flatMap(({ hosts }) => hosts.map((host) => sample([['state', state], labelHost(host, report)], 1))),
  ]);
  const attention = report.attention.flatMap(({ kind, images, hosts }) => {
    // of several images nobody knows which host has how many
    const count = hosts.length > 1 ? 1 : Math.max(1, images.length);
    return hosts.map((host) => sample([['kind', kind], labelHost(host, report)], count));
  });
  return [
    {
      name: 'imgupdate_updates',
      help: 'Images with something newer, by what the report says of it: new since the report before, told before, or held back.',
      alike: 'sum',
      samples: updates,
    },
    {
      name: 'imgupdate_updates_done',
      help: 'Images that had something newer in the report before, and of which it is done.',
      alike: 'sum',
      samples: [...zeros(report, [[]]), ...report.done.flatMap(({ hosts }) => hosts.map((host) => sample([labelHost(host, report)], 1)))],
    },
    {
      name: 'imgupdate_attention',
      help: 'What a person has to look at, by kind.',
      alike: 'sum',
      samples: [...zeros(report, labelEach('kind', ATTENTION_KINDS)), ...attention],
    },
  ];
}

function zeros(report: Report, all: readonly (readonly Label[])[]): readonly Sample[] {
  return report.hosts.flatMap(({ name }) => all.map((labels) => sample([...labels, labelHost(name, report)], 0)));
}

/** Of hosts whose stores were looked at: of the others nobody knows that there is nothing. */
function listStores(report: Report): readonly Metric[] {
  const { stores } = report;
  const gauge = (name: string, help: string, read: (store: (typeof stores)[number]) => number | null): Metric => ({
    name,
    help,
    alike: 'sum',
    samples: stores.flatMap((store) => {
      const value = read(store);
      return value === null ? [] : [sample([labelHost(store.host, report)], value)];
    }),
  });
  const unneeded = stores.flatMap((store) => {
    const label = labelHost(store.host, report);
    return [
      ...UNNEEDED_KINDS.map((kind) => sample([['kind', kind], label], 0)),
      ...store.unneeded.map(({ kind }) => sample([['kind', kind], label], 1)),
    ];
  });
  return [
    { name: 'imgupdate_images_unneeded', help: 'Images in the image stores that nothing needs, by kind.', alike: 'sum', samples: unneeded },
    gauge('imgupdate_unneeded_bytes', 'What is freed when all images are removed that nothing needs.', ({ freedBytes }) => freedBytes),
    gauge('imgupdate_store_images', 'Images in the image stores, also those without a name.', ({ images }) => images),
    gauge('imgupdate_store_bytes', 'What the image stores hold; a layer that several images have counts once.', ({ bytes }) => bytes),
  ];
}

function listTimes(report: Report): readonly Metric[] {
  const pending = [...report.news, ...report.pending];
  const oldest = report.hosts.map((host) => sample([labelHost(host.name, report)], 0));
  const since = sinceByHost(pending);
  const data = report.data === null ? [] : [sample([], report.data.oldest / 1000)];
  return [
    {
      name: 'imgupdate_oldest_pending_update_timestamp_seconds',
      help: 'When a report first told of the update that is pending longest; 0 when none is.',
      alike: 'most',
      samples: [...oldest, ...Array.from(since, ([host, time]) => sample([labelHost(host, report)], time / 1000))],
    },
    {
      name: 'imgupdate_oldest_answer_timestamp_seconds',
      help: 'When a registry gave the oldest of the answers that the last check rests on.',
      alike: 'least',
      samples: data,
    },
    {
      name: 'imgupdate_last_check_timestamp_seconds',
      help: 'When the images were checked last.',
      alike: 'least',
      samples: report.hosts.map((host) => sample([labelHost(host.name, report)], host.generatedAt / 1000)),
    },
    {
      name: 'imgupdate_last_check_success',
      help: 'Whether the last check can be trusted: it read each place with images, and got an answer where it asked for some.',
      alike: 'least',
      samples: report.hosts.map((host) => sample([labelHost(host.name, report)], isTrusted(host) ? 1 : 0)),
    },
  ];
}

function sinceByHost(pending: readonly Pending[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { hosts, since } of pending) {
    for (const host of hosts) found.set(host, Math.min(found.get(host) ?? since, since));
  }
  return found;
}

/** Of a place with images, see PlaceFailure. */
const UNREAD: ReadonlySet<WarningEntry['code']> = new Set(['engine-unavailable', 'unreadable']);

function isTrusted({ document: { images, warnings } }: ReportHost): boolean {
  if (warnings.some(({ code }) => UNREAD.has(code))) return false;
  const isAnswered = ({ tag, newer, base }: ImageEntry): boolean => [tag, newer, base].some(({ checkedAt }) => checkedAt !== null);
  return images.some(isAnswered) || images.every((image) => openReasonsOf(image).length === 0);
}
