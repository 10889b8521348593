import type { FileReference, RunningImage } from '../core/file-reference.ts';
import { groupBy } from '../core/group.ts';
import { type InstalledImage, makeNamedImage } from '../core/installed.ts';
import { type Platform, renderPlatform } from '../core/platform.ts';
import { type Reason, reason } from '../core/reason.ts';
import { type Reference, renderFamiliar, renderReference } from '../core/reference.ts';
import { sanitizeText } from '../core/text.ts';
import type { TagVerdict } from '../core/verdict.ts';
import type { Settled } from './check-tags.ts';
import type { Subject } from './images-to-check.ts';
import type { SourcePlace } from './report.ts';

/** What files name: one row for all places that name the same for the same platform, run the same, and are held alike. `settled`: nothing has to be asked. */
export type FileSubject = { readonly subject: Subject; readonly settled: Settled | null };

/** Why nothing is said of the base of what a file names. */
export const BASE_UNSOUGHT: Reason = reason(
  'no-evidence',
  'a file names it, and what it is itself built on is not looked into: docker:// before its name does that',
);

/** Makes rows of what files name; `platformOf` says for which platform each is looked at. */
export function listFileSubjects(
  references: readonly FileReference[],
  platformOf: (reference: FileReference) => Platform,
): readonly FileSubject[] {
  const groups = groupBy(references, (each) => keyOf(each, platformOf(each)));
  return [...groups.values()].flatMap((places) => {
    const [first] = places;
    return first === undefined ? [] : [makeSubject(first, places, platformOf(first))];
  });
}

function keyOf({ reference, written, running, hold }: FileReference, platform: Platform): string {
  const name = reference.ok ? renderReference(reference.value) : `${written} ${reference.message}`;
  const runs = running === null ? '' : `${running.by === 'digest' ? `${running.registry}/${running.repository}` : ''}@${running.digest}`;
  return [name, renderPlatform(platform), runs, hold === null ? '' : `${hold.until ?? ''} ${hold.reason ?? ''}`].join('\n');
}

function makeSubject(first: FileReference, places: readonly FileReference[], platform: Platform): FileSubject {
  const sources = places.map(describePlace);
  const common = { platform, containers: [], sources, hold: first.hold };
  if (!first.reference.ok) {
    const message = `${sanitizeText(first.written, LONGEST_NAME)} cannot be told: ${first.reference.message}`;
    const image = makeNamedImage(first.written, platform);
    return {
      subject: { ...common, image, reference: null, text: first.written, name: first.written },
      settled: settle({ kind: 'unknown', reason: reason('unsupported', message), candidate: null, why: first.reference.message }),
    };
  }
  const reference = first.reference.value;
  const image = installedOf(first, reference, platform);
  return {
    subject: { ...common, image, reference, text: renderReference(reference), name: renderFamiliar(reference) },
    settled: null,
  };
}

const LONGEST_NAME = 300;

function settle(verdict: TagVerdict): Settled {
  return { check: { verdict, offered: null, trail: [] }, resolution: null };
}

function describePlace({ kind, place, written, within }: FileReference): SourcePlace {
  return { kind, location: place.path, line: place.line, column: place.column, file: { place, written, within } };
}

/** What is here of it, as far as a file can tell: the digest it is pinned to, or the image that runs. */
function installedOf({ running }: FileReference, reference: Reference, platform: Platform): InstalledImage {
  const image = makeNamedImage(renderReference(reference), platform);
  const { registry, repository, digest } = reference;
  const pinned = digest === null ? [] : [{ registry, repository, digest }];
  if (running === null || isImported(running)) return { ...image, repoDigests: pinned };
  if (running.by === 'config') return { ...image, configDigest: running.digest };
  // whatever repository it was pulled through, a mirror's too: a digest names contents
  return { ...image, contentDigests: [running.digest] };
}

/**
 * containerd names what was imported without a name after the day, and its manifest is one that was made here: no registry has that digest.
 *
 * Source: containerd, cmd/ctr/commands/images/import.go and internal/cri; kind, `kind load`.
 */
function isImported(running: RunningImage): boolean {
  return running.by === 'digest' && /(?:^|\/)import-\d{4}-\d{2}-\d{2}$/.test(running.repository);
}
