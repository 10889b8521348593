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

/** Rows of one image each; there are seldom more of one reference than places. */
function cluster(rows: readonly Subject[]): readonly (readonly [Subject, ...Subject[]])[] {
  const clusters: [Subject, ...Subject[]][] = [];
  for (const row of rows) {
    const own = clusters.find(([other]) => isSameImage(other.image, row.image));
    if (own === undefined) clusters.push([row]);
    else own.push(row);
  }
  return clusters;
}
