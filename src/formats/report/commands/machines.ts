import type { Document, ImageEntry } from '../../../core/document.ts';
import type { Report, Subject } from '../../../core/report/report.ts';
import { isOneWord, quoteWord } from '../../one-word.ts';

/** What the machines of a report are asked about an image, so that what is to be typed there fits. */
export type Machines = {
  /** What the document of a machine says of an image; null: it has none of it. */
  readonly entryOf: (host: string, subject: Pick<Subject, 'reference' | 'platform'>) => ImageEntry | null;
  /** ` --platform linux/arm64`, where most images of the machine are of another platform; ''. */
  readonly platformOption: (host: string, subject: Pick<Subject, 'platform'>) => string;
};

/** Where an image is: `docker-daemon`, `unix:///var/run/docker.sock`. */
export type Place = { readonly kind: string; readonly location: string };

/** Looks into the documents of a report. Each is gone through once, when it is asked for the first time. */
export function createMachines({ hosts }: Pick<Report, 'hosts'>): Machines {
  const documents = new Map(hosts.map(({ name, document }) => [name, document]));
  const known = new Map<string, Machine>();
  const machineOf = (host: string): Machine => {
    const machine = known.get(host) ?? describeMachine(documents.get(host) ?? null);
    known.set(host, machine);
    return machine;
  };
  return {
    entryOf: (host, subject) => machineOf(host).entries.get(keyOf(subject)) ?? null,
    platformOption: (host, { platform }) => {
      const { own } = machineOf(host);
      return own === null || own === platform || !isOneWord(platform) ? '' : ` --platform ${platform}`;
    },
  };
}

/** `own`: the platform that most of its images are of. */
type Machine = { readonly entries: ReadonlyMap<string, ImageEntry>; readonly own: string | null };

function keyOf({ reference, platform }: Pick<Subject, 'reference' | 'platform'>): string {
  return `${reference} ${platform}`;
}

function describeMachine(document: Document | null): Machine {
  const entries = new Map<string, ImageEntry>();
  const counts = new Map<string, number>();
  for (const image of document?.images ?? []) {
    entries.set(keyOf(image), image);
    counts.set(image.platform, (counts.get(image.platform) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return { entries, own: most?.[0] ?? null };
}

/** The places where an image lies, each once; what a file names lies nowhere. A machine without an entry of it has what the report itself says. */
export function placesOf(subject: Subject, entry: ImageEntry | null): readonly Place[] {
  const places = entry === null ? subject.places : entry.sources.filter(({ line }) => line === null);
  const each = new Map(places.map(({ kind, location }) => [`${kind} ${location}`, { kind, location }]));
  return [...each.values()];
}

/** What reaches a place: `docker`, `docker -H ssh://build01`, `podman --root /srv/storage`; null for what is no store of an engine, and what no shell would take. */
export function programOf(place: Place): string | null {
  if (place.kind !== 'docker-daemon' && place.kind !== 'containers-storage') return null;
  const program = isOfPodman(place) ? 'podman' : 'docker';
  if (USUAL[place.kind].test(place.location)) return program;
  const location = quoteWord(place.location);
  if (location === null) return null;
  if (place.kind === 'containers-storage') return `podman --root ${location}`;
  return program === 'podman' ? `podman --url ${location}` : `docker -H ${location}`;
}

/** Whether podman keeps what is at a place. It completes short names by its own settings, so it is given whole ones. Source: containers-registries.conf(5). */
export function isOfPodman({ kind, location }: Place): boolean {
  return kind === 'containers-storage' || location.includes('podman');
}

/** Where an engine is found unless it is told otherwise. Source: dockerd(8); podman-system-service(1); containers-storage.conf(5). */
const USUAL = {
  'docker-daemon': /^(?:unix:\/\/)?(?:\/var)?\/run\/(?:docker\.sock|podman\/podman\.sock|user\/\d+\/podman\/podman\.sock)$/,
  'containers-storage': /^\/var\/lib\/containers\/storage$|\/\.local\/share\/containers\/storage$/,
} as const;
