import { compareText } from '../reference.ts';
import type { BaselineRow } from './baseline.ts';
import type { Subject } from './report.ts';
import type { Row } from './rows.ts';

/** What a subject is made of: an image on one host. `containers` and `lines`: what uses it. */
export type Mention = Pick<Subject, 'reference' | 'name' | 'platform' | 'places'> & {
  readonly host: string;
  readonly containers: readonly string[];
  readonly lines: readonly string[];
};

/** Mentions an image with what uses it. */
export function mentionRow({ host, reference, name, platform, entries }: Row): Mention {
  const sources = entries.flatMap((entry) => entry.sources);
  const containers = entries.flatMap((entry) => entry.containers);
  return {
    host,
    reference,
    name,
    platform,
    containers: containers.map((container) => `${container.name}${container.outdated ? '*' : ''}`),
    lines: sources.flatMap(({ location, line }) => (line === null ? [] : [`${location}:${line}`])),
    places: sources.map(({ kind, location }) => ({ kind, location })),
  };
}

/** Mentions one that is not there, or was not seen. */
export function mentionAbsent({ host, reference, name, platform }: BaselineRow): Mention {
  return { host, reference, name, platform, containers: [], lines: [], places: [] };
}

/** Makes one subject of one image on several hosts. `isFleet`: the report is of several hosts, then each user is told with its host. */
export function joinMentions(mentions: readonly [Mention, ...Mention[]], isFleet: boolean): Subject {
  const [{ reference, name, platform }] = mentions;
  const sorted = mentions.length === 1 ? mentions : [...mentions].sort((a, b) => compareText(a.host, b.host));
  const tell = (host: string, users: readonly string[]): readonly string[] => (isFleet ? users.map((user) => `${host}: ${user}`) : users);
  const users = [
    ...sorted.flatMap(({ host, containers }) => tell(host, containers)),
    ...sorted.flatMap(({ host, lines }) => tell(host, lines)),
  ];
  const places = sorted.flatMap((mention) => mention.places);
  return {
    reference,
    name,
    platform,
    hosts: [...new Set(sorted.map(({ host }) => host))],
    users: [...new Set(users)],
    places: [...new Map(places.map((place) => [`${place.kind}\n${place.location}`, place])).values()],
  };
}
