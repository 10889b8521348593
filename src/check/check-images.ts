import type { Platform } from '../core/platform.ts';
import { createAnswers } from './answers.ts';
import { checkTags, type TagCheckOptions } from './check-tags.ts';
import { createChainsHere, describeImage } from './describe-image.ts';
import { listSubjects, type Matches } from './images-to-check.ts';
import type { ImageSource, Memory, Registry } from './ports.ts';
import type { CheckReport } from './report.ts';

/** What a check needs from outside. `openRegistry` is called only when something has to be asked, with what the engine says of registries. */
export type CheckPorts = {
  readonly source: ImageSource;
  readonly memory: Memory;
  readonly openRegistry: (insecureRegistries: readonly string[]) => Promise<Registry>;
  readonly now: () => number;
  readonly signal: AbortSignal;
};

export type CheckOptions = TagCheckOptions & {
  /** Also images without a name. */
  readonly all: boolean;
  /** Which rows are wanted; null for all. */
  readonly matches: Matches | null;
  /** Overrides every image's own platform. */
  readonly platform: Platform | null;
};

/**
 * Checks the images of a source: gathers facts through the ports, lets core decide, returns values.
 *
 * Each distinct tag is asked for once however many images carry it; an image that needs no question costs none; whatever one registry does, the answers about
 * the others stand.
 * @throws ImgupdateError when the source cannot be read; the signal's reason when aborted.
 */
export async function checkImages(ports: CheckPorts, options: CheckOptions): Promise<CheckReport> {
  const inventory = await ports.source.list({
    all: options.all,
    signal: ports.signal,
    onProgress: (done, total) => options.onProgress({ done, total, subject: 'images' }),
  });
  const subjects = listSubjects(inventory, options);
  const lazyRegistry = createLazyRegistry(() => ports.openRegistry(inventory.insecureRegistries));
  const answers = createAnswers({ ...ports, openRegistry: lazyRegistry.get }, options);
  try {
    const settled = await checkTags(subjects, { answers, openRegistry: lazyRegistry.get }, options);
    const here = createChainsHere(inventory.images);
    const registry = await lazyRegistry.opened();
    return {
      generatedAt: ports.now(),
      images: subjects.map((subject) => describeImage(subject, settled.get(subject) ?? null, here)),
      registries: registry?.usage() ?? [],
      warnings: [...inventory.warnings, ...(registry?.warnings() ?? [])],
    };
  } finally {
    await (await lazyRegistry.opened())?.close();
  }
}

/** Opens the registry client at the first question, once. */
function createLazyRegistry(open: () => Promise<Registry>) {
  let opening: Promise<Registry> | null = null;
  return {
    get: (): Promise<Registry> => (opening ??= open()),
    opened: async (): Promise<Registry | null> => (opening === null ? null : await opening),
  };
}
