import { parseDigest } from '../../../core/digest.ts';
import type { ImageEntry } from '../../../core/document.ts';
import type { Pending, Update } from '../../../core/report/report.ts';
import { sanitizeText } from '../../../core/text.ts';
import { isOneWord } from '../../one-word.ts';
import { joinNames } from './join-names.ts';
import { type HostLine, joinHosts, type Line } from './lines.ts';
import { isOfPodman, type Machines, type Place, placesOf, programOf } from './machines.ts';

/** Whether a pull brings anything: not where only its base moved, or another tag is newer; nor what could not be checked this time. */
export function isPulled({ updates, isStaleAnswer }: Pending): boolean {
  return !isStaleAnswer && updates.some(({ axis }) => axis === 'tag');
}

/** What brings the image that the tag names now. */
export function listPulls(pending: Pending, machines: Machines): readonly HostLine[] {
  const rebuilt = pending.updates.find((update) => update.axis === 'tag');
  if (rebuilt === undefined) return [];
  return joinHosts(pending.hosts, (host) => {
    const entry = machines.entryOf(host, pending);
    const option = machines.platformOption(host, pending);
    const remark = describeRecreation(entry);
    const places = placesOf(pending, entry);
    // nobody knows which containers are of which of several engines: all are made anew after the last pull
    return places.flatMap((place, at) => renderPull({ pending, rebuilt, place, option, remark: at === places.length - 1 ? remark : null }));
  });
}

type Pull = {
  readonly pending: Pending;
  readonly rebuilt: Extract<Update, { axis: 'tag' }>;
  readonly place: Place;
  readonly option: string;
  readonly remark: string | null;
};

/** A layout takes another image under the same name; an archive is written anew, which one command cannot do where it holds several images. */
function renderPull({ pending, rebuilt, place, option, remark }: Pull): readonly Line[] {
  const name = namePulled(isOfPodman(place) ? pending.reference : pending.name, rebuilt);
  if (name === null) return [];
  const program = programOf(place);
  if (program !== null) return [{ text: `${program} pull${option} ${name}`, remark }];
  const location = sanitizeText(place.location, LONGEST_LOCATION);
  if (place.kind === 'oci' && isOneWord(location)) return [{ text: `skopeo copy docker://${name} oci:${location}:${name}`, remark: null }];
  const isArchive = place.kind === 'oci-archive' || place.kind === 'docker-archive';
  return isArchive && location !== '-' ? [{ text: '', remark: `write ${location} again, with ${name} as it is now` }] : [];
}

const LONGEST_LOCATION = 300;

/** A reference with a digest pulls that digest for ever: it is the new one that has to be named. null: a shell would not take it for one word. */
function namePulled(name: string, { candidate }: Pull['rebuilt']): string | null {
  const at = name.indexOf('@');
  const digest = parseDigest(candidate);
  const pulled = at < 0 || digest === null ? name : `${name.slice(0, at)}@${digest}`;
  return isOneWord(pulled) ? pulled : null;
}

const MOST_NAMES = 3;

/** A container keeps the image it was made of. null: there is none. */
export function describeRecreation(entry: ImageEntry | null): string | null {
  const names = (entry?.containers ?? []).map(({ name }) => name);
  return names.length === 0 ? null : `then recreate ${joinNames(names, MOST_NAMES)}`;
}
