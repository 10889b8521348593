import { groupBy } from '../../../core/group.ts';
import type { HostStore, Report, Subject } from '../../../core/report/report.ts';
import type { UnneededImage } from '../../../core/unneeded.ts';
import { isOneWord } from '../../one-word.ts';
import type { HostLine, Line } from './lines.ts';
import { isOfPodman, type Machines, programOf } from './machines.ts';

/** Words of a line: more are not looked through before they are removed. */
const MOST_WORDS = 4;
const LONGEST_LINE = 68;

/** From so many on, images without a name are removed all at once. */
const MANY = 4 * MOST_WORDS;

/**
 * What removes the images that nothing needs; never what may exist nowhere else: it is named only where its registry has its tag.
 *
 * An image that lost its name is removed by its id, so that no other is removed with it; and so is one whose name a build takes, or pulls, before that.
 */
export function listRemovals({ stores, rebuilds }: Pick<Report, 'stores' | 'rebuilds'>, machines: Machines): readonly HostLine[] {
  const brought = new Set(rebuilds.flatMap(({ name, base }) => [name, base]));
  return stores.flatMap((store) => {
    const byPlace = groupBy(store.unneeded, ({ kindOfPlace, location }) => `${kindOfPlace} ${location}`);
    return [...byPlace.values()].flatMap((images) => renderPlace(store, images, { machines, brought }));
  });
}

/** The images that are removed under a name. */
export function listRemoved({
  stores,
}: Pick<Report, 'stores'>): readonly (Pick<Subject, 'reference' | 'platform'> & { readonly hosts: readonly string[] })[] {
  return stores.flatMap(({ host, unneeded }) =>
    unneeded.flatMap(({ reference, platform }) => (reference === null ? [] : [{ reference, platform, hosts: [host] }])),
  );
}

/** `brought`: names that are of other images when it comes to removing. */
type Around = { readonly machines: Machines; readonly brought: ReadonlySet<string> };

function renderPlace({ host }: HostStore, images: readonly UnneededImage[], { machines, brought }: Around): readonly HostLine[] {
  const [first] = images;
  const place = first === undefined ? null : { kind: first.kindOfPlace, location: first.location };
  const program = place === null ? null : programOf(place);
  if (place === null || program === null) return [];
  const isMany = images.filter(({ reference }) => reference === null).length >= MANY;
  const named = images.filter(({ reference }) => reference !== null);
  const kept = named.filter((image) => !isElsewhere(image, host, machines)).length;
  const remove = (those: readonly UnneededImage[]): readonly Line[] => {
    const elsewhere = those.filter((image) => isElsewhere(image, host, machines));
    const nameless = isMany ? [] : those.filter(({ reference }) => reference === null);
    const wordOf = (image: UnneededImage): string | null =>
      image.name !== null && brought.has(image.name) ? idOf(image) : nameOf(image, isOfPodman(place));
    const words = [elsewhere.map(wordOf), nameless.map(idOf)];
    return words.flatMap((each) => pack(`${program} rmi`, each)).map((text) => ({ text, remark: null }));
  };
  return [
    ...remove(images.filter(({ bytes }) => bytes !== 0)),
    ...(isMany ? [{ text: `${program} image prune -f`, remark: 'removes all without a name that no container uses' }] : []),
    // others may stand on these, and before those are gone no store removes them
    ...remove(images.filter(({ bytes }) => bytes === 0)),
    ...(kept === 0 ? [] : [{ text: '', remark: `${kept} more may exist nowhere else: look at ${kept === 1 ? 'it' : 'them'} first` }]),
  ].map((line) => ({ ...line, hosts: [host] }));
}

/** The first digits of an id, as docker shows it; podman's have no algorithm before them. */
const ID = /^(?:sha256:)?([a-f0-9]{12})[a-f0-9]{52}$/;

function idOf({ id }: UnneededImage): string | null {
  return ID.exec(id)?.[1] ?? null;
}

/** Whether its registry has its tag, so that it can be had again. */
function isElsewhere({ reference, platform }: UnneededImage, host: string, machines: Machines): boolean {
  const status = reference === null ? null : (machines.entryOf(host, { reference, platform })?.tag.status ?? null);
  return status === 'current' || status === 'rebuilt';
}

function nameOf({ name, reference }: UnneededImage, isWhole: boolean): string | null {
  const text = isWhole ? reference : name;
  return text !== null && isOneWord(text) ? text : null;
}

/** Puts words behind a command, so many on a line that each line can be read. */
function pack(command: string, words: readonly (string | null)[]): readonly string[] {
  const lines: string[] = [];
  let line = command;
  let count = 0;
  for (const word of words) {
    if (word === null) continue;
    if (count > 0 && (count === MOST_WORDS || line.length + 1 + word.length > LONGEST_LINE)) {
      lines.push(line);
      line = command;
      count = 0;
    }
    line = `${line} ${word}`;
    count += 1;
  }
  return count === 0 ? lines : [...lines, line];
}
