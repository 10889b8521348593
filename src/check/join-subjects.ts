import { groupBy } from '../core/group.ts';
import type { InstalledImage } from '../core/installed.ts';
import { isSameImage, joinImages } from '../core/join-images.ts';
import { renderPlatform } from '../core/platform.ts';
import { compareText } from '../core/reference.ts';
import type { Subject } from './images-to-check.ts';

/** `joined`: the images that were made of several, with their parts. */
export type JoinedSubjects = {
  readonly subjects: readonly Subject[];
  readonly joined: ReadonlyMap<InstalledImage, readonly InstalledImage[]>;
};

/**
 * Makes one row of the rows that several places have of one image under one reference, sorted by reference, then platform. Different images of one reference keep a
 * row each, in the order of their places.
 */
export function joinSubjects(places: readonly (readonly Subject[])[]): JoinedSubjects {
  const [first = [], ...others] = places;
  if (others.every((rows) => rows.length === 0)) return { subjects: first, joined: new Map() };
  const joined = new Map<InstalledImage, readonly InstalledImage[]>();
  const groups = groupBy(places.flat(), ({ text, image }) => `${text} ${renderPlatform(image.platform)}`);
  const subjects = [...groups.values()].flatMap((rows) =>
    cluster(rows).map(([row, ...same]) => {
      if (same.length === 0) return row;
      const rowsOfImage = [row, ...same];
      const image = joinImages([row.image, ...same.map((each) => each.image)], row.reference);
      joined.set(
        image,
        rowsOfImage.map((each) => each.image),
      );
      return {
        ...row,
        image,
        containers: rowsOfImage.flatMap(({ containers }) => containers).sort((a, b) => compareText(a.name, b.name)),
        sources: rowsOfImage.flatMap(({ sources }) => sources),
      };
    }),
  );
  return {
    subjects: subjects.sort((a, b) => compareText(a.text, b.text) || compareText(renderPlatform(a.platform), renderPlatform(b.platform))),
    joined,
  };
}

type Cluster = readonly [Subject, ...Subject[]];

/** Rows of one image each, in the order of their places; there are seldom more of one reference than places. */
function cluster(rows: readonly Subject[]): readonly Cluster[] {
  const told = groupBy(rows.filter(tellsConfig), ({ image }) => image.configDigest);
  let clusters: readonly Cluster[] = [...told.values()].flatMap(([row, ...more]) => (row === undefined ? [] : [[row, ...more] as const]));
  for (const row of rows.filter((each) => !tellsConfig(each))) {
    const own = clusters.filter((members) => members.some((other) => isSameImage(other.image, row.image)));
    const [first] = own;
    // of two images whose configs differ a row can be one only; where no place told a config, it may show that two rows are one
    const joined = own.filter((members) => members === first || !members.some(tellsConfig));
    clusters = [...clusters.filter((members) => !joined.includes(members)), [row, ...joined.flat()]];
  }
  const positions = new Map(rows.map((row, position) => [row, position]));
  const byPosition = (a: Subject, b: Subject): number => (positions.get(a) ?? 0) - (positions.get(b) ?? 0);
  return clusters.map((members) => inOrder(members, byPosition)).sort(([a], [b]) => byPosition(a, b));
}

const tellsConfig = ({ image }: Subject): boolean => image.configDigest !== null;

function inOrder([row, ...more]: Cluster, compare: (a: Subject, b: Subject) => number): Cluster {
  const [first = row, ...others] = [row, ...more].sort(compare);
  return [first, ...others];
}
