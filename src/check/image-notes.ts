import type { ImageTraces } from '../core/base/gather.ts';
import { isSilent } from '../core/base/silent.ts';
import { isJsonObject } from '../core/documents-wire.ts';
import type { InstalledImage } from '../core/installed.ts';
import { parseJson } from '../core/json.ts';
import { renderPlatform } from '../core/platform.ts';
import { renderRepository } from '../core/reference.ts';
import type { OwnPlace } from './own-documents.ts';
import type { Memory } from './ports.ts';

/**
 * What was found out about images and stays true, so that it need not be found out again.
 *
 * - silent: an image says nothing of its base, and never will; so how it was made is read again only where something is known from elsewhere
 * - read: all that its registry records of it was read, so it can be looked at again without a request
 */
export type ImageNotes = {
  /** Looks up what was noted of these before, and forgets what it knows of others. */
  readonly recall: (images: readonly InstalledImage[]) => void;
  readonly isSilent: (image: InstalledImage) => boolean;
  readonly isRead: (image: InstalledImage, place: OwnPlace) => boolean;
  /** Notes an image if it is silent. */
  readonly learnSilence: (image: InstalledImage, traces: ImageTraces) => void;
  readonly learnRead: (image: InstalledImage, place: OwnPlace) => void;
  /** Remembers what was learned. */
  readonly keep: () => void;
};

type Note = { readonly silent: boolean; readonly read: string | null };

const NO_NOTE: Note = { silent: false, read: null };

export function createImageNotes(memory: Pick<Memory, 'readFacts' | 'writeFacts'>): ImageNotes {
  const learned = new Map<string, Note>();
  let asked: ReadonlySet<string> = new Set();
  let known: ReadonlyMap<string, string> = new Map();
  const noteOf = (image: InstalledImage): Note => {
    const key = keyOf(image);
    return learned.get(key) ?? decodeNote(known.get(key));
  };
  const learn = (image: InstalledImage, parts: Partial<Note>): void => void learned.set(keyOf(image), { ...noteOf(image), ...parts });
  return {
    recall: (images) => {
      const keys = images.map(keyOf);
      const kept = keys.flatMap((key) => (known.has(key) ? [[key, known.get(key) ?? ''] as const] : []));
      known = new Map([...kept, ...memory.readFacts(keys.filter((key) => !asked.has(key)))]);
      asked = new Set(keys);
    },
    isSilent: (image) => noteOf(image).silent,
    isRead: (image, place) => noteOf(image).read === placeKey(place),
    learnSilence: (image, traces) => {
      if (!noteOf(image).silent && isSilent(traces)) learn(image, { silent: true });
    },
    learnRead: (image, place) => {
      if (noteOf(image).read !== placeKey(place)) learn(image, { read: placeKey(place) });
    },
    keep: () => {
      if (learned.size === 0) return;
      const facts = new Map([...learned].map(([key, note]) => [key, JSON.stringify(note)]));
      memory.writeFacts(facts);
      known = new Map([...known, ...facts]);
      learned.clear();
    },
  };
}

/**
 * The number goes up when a note comes to mean another thing. Places tell more or less of one image: engines and layouts, a layout by itself and an engine with it,
 * and of what is carried each its own manifest and index.
 */
function keyOf({ imageId, platform, origin, fingerprint, contentDigests }: InstalledImage): string {
  const digests = origin.kind === 'carried' ? contentDigests : [];
  return ['image-note:2:' + imageId, renderPlatform(platform), origin.kind, fingerprint ?? '-', ...digests].join(' ');
}

const placeKey = ({ repository, digest }: OwnPlace): string => `${renderRepository(repository)}@${digest}`;

function decodeNote(text: string | undefined): Note {
  if (text === undefined) return NO_NOTE;
  if (text === SILENT) return { silent: true, read: null };
  const json = parseJson(text);
  if (!json.ok || !isJsonObject(json.value)) return NO_NOTE;
  const { silent, read } = json.value;
  return { silent: silent === true, read: typeof read === 'string' ? read : null };
}

/** The usual note, which is not worth parsing ten thousand times. */
const SILENT = JSON.stringify({ ...NO_NOTE, silent: true });
