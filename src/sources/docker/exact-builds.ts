import type { Inventory, Memory } from '../../check/ports.ts';
import { hasSameLayers } from '../../core/image-contents.ts';
import type { BuildRecord, InstalledImage } from '../../core/installed.ts';
import type { Variant } from '../listed/variants.ts';
import { encodeBuild } from './build-facts.ts';
import { decodeFacts, encodeFacts } from './facts.ts';
import type { InstalledVariant, ReadBuild } from './read-build.ts';
import { keyOf } from './read-history.ts';
import type { SavedConfig } from './read-saved-config.ts';
import type { ConfigSaverOptions, SaveConfig } from './save-config.ts';

export type ExactBuildsOptions = ConfigSaverOptions & {
  readonly installed: readonly InstalledVariant[];
  readonly facts: Pick<Memory, 'readFacts' | 'writeFacts'>;
};

/**
 * Adds to what asks an engine how images were made that it can be asked for the history as the config has it: docker is then brought to save the image.
 *
 * That is remembered in place of what was told before, so it happens once in the image's life.
 */
export function withExactBuilds(readBuild: ReadBuild, options: ExactBuildsOptions): Inventory['readBuild'] {
  const findVariant = createFinder(options.installed);
  const running = new Map<string, Promise<BuildRecord | null>>();
  const saver = createLazySaver(options);
  const readExactly = async (image: InstalledImage): Promise<BuildRecord | null> => {
    const told = await readBuild(image);
    const variant = findVariant(image);
    if (variant === undefined || told?.history?.precision === 'exact') return told;
    const saved = await (await saver())(image, variant);
    const exact = saved === null ? null : makeRecord(saved, { image, told });
    if (saved === null || exact === null) return told;
    options.facts.writeFacts(remember(variant, { saved, exact, facts: options.facts }));
    return exact;
  };
  return (image, wanted) => {
    if (wanted === undefined && running.size === 0) return readBuild(image);
    const key = keyOf(image);
    const known = running.get(key) ?? (wanted === 'exact' ? readExactly(image) : null);
    if (known === null) return readBuild(image);
    running.set(key, known);
    return known;
  };
}

/** Looked through when the first is asked for, which in most runs none is. */
function createFinder(installed: readonly InstalledVariant[]): (image: InstalledImage) => Variant | undefined {
  let variants: ReadonlyMap<string, Variant> | null = null;
  return (image) => (variants ??= new Map(installed.map((each) => [keyOf(each.image), each.variant]))).get(keyOf(image));
}

/** Few runs need it. */
function createLazySaver(options: ConfigSaverOptions): () => Promise<SaveConfig> {
  let saver: Promise<SaveConfig> | null = null;
  return () => (saver ??= import('./save-config.ts').then(({ createConfigSaver }) => createConfigSaver(options)));
}

/** null for the config of something else than was listed, and for one that tells no steps. What the engine told of steps is true where it told of as many. */
function makeRecord(
  { config, annotations }: SavedConfig,
  { image, told }: { readonly image: InstalledImage; readonly told: BuildRecord | null },
): BuildRecord | null {
  const { diffIds, history: entries } = config;
  if (entries.length === 0 || image.diffIds === null || !hasSameLayers({ diffIds }, { diffIds: image.diffIds })) return null;
  const isAlike = told?.history?.entries.length === entries.length;
  return { history: { entries, precision: 'exact' }, annotations, ancestors: isAlike ? told.ancestors : [] };
}

type Learned = { readonly saved: SavedConfig; readonly exact: BuildRecord; readonly facts: ExactBuildsOptions['facts'] };

/** The containerd store does not tell the digest of the config, so it is remembered with what an inspection told. */
function remember({ buildKey, factsKey }: Variant, { saved, exact, facts }: Learned): ReadonlyMap<string, string> {
  const text = factsKey === null ? undefined : facts.readFacts([factsKey]).get(factsKey);
  const inspected = text === undefined ? null : decodeFacts(text);
  return new Map([
    ...(buildKey === null ? [] : [[buildKey, encodeBuild(exact)] as const]),
    ...(factsKey === null || inspected === null
      ? []
      : [[factsKey, encodeFacts({ ...inspected, configDigest: saved.configDigest })] as const]),
  ]);
}
