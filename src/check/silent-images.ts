import type { ImageTraces } from '../core/base/gather.ts';
import { isSilent } from '../core/base/silent.ts';
import type { InstalledImage } from '../core/installed.ts';
import { renderPlatform } from '../core/platform.ts';
import type { Memory } from './ports.ts';
import type { BaseReport } from './report.ts';

/**
 * Images that say nothing of their base. They never will, so how they were made is not read again unless something is known from elsewhere; and where nothing
 * is, they all have one answer, which is decided once.
 */
export type SilentImages = {
  /** Looks up which of these were found to be silent before. */
  readonly recall: (images: readonly InstalledImage[]) => void;
  readonly has: (image: InstalledImage) => boolean;
  /** Notes an image if it is silent. */
  readonly learn: (image: InstalledImage, traces: ImageTraces) => void;
  /** Remembers what was learned. */
  readonly keep: () => void;
  /** The answer for all of them; `decide` makes it, once. */
  readonly answer: (decide: () => Promise<BaseReport>) => Promise<BaseReport>;
};

export function createSilentImages(memory: Pick<Memory, 'readFacts' | 'writeFacts'>): SilentImages {
  const learned = new Map<string, string>();
  let known: ReadonlyMap<string, string> = new Map();
  let answer: Promise<BaseReport> | null = null;
  return {
    recall: (images) => {
      known = memory.readFacts(images.map(keyOf));
    },
    has: (image) => known.has(keyOf(image)) || learned.has(keyOf(image)),
    learn: (image, traces) => {
      if (!known.has(keyOf(image)) && isSilent(traces)) learned.set(keyOf(image), 'true');
    },
    keep: () => {
      if (learned.size > 0) memory.writeFacts(new Map(learned));
      learned.clear();
    },
    answer: (decide) => (answer ??= decide()),
  };
}

/** The number goes up when to be silent comes to mean another thing. */
const keyOf = ({ imageId, platform }: InstalledImage): string => `silent-image:1:${imageId} ${renderPlatform(platform)}`;
