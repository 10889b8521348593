import type { Platform } from '../core/platform.ts';
import { compareText, type Reference } from '../core/reference.ts';
import { type FileSubject, listFileSubjects } from './file-subjects.ts';
import type { Subject } from './images-to-check.ts';
import type { FileInventory } from './ports.ts';
import type { Rules } from './image-rules.ts';
import type { RegistryTarget } from './registry-targets.ts';
import type { Stock } from './stock.ts';
import type { BuildTie } from './tie-build.ts';

/** Everything that may be looked at, and what is wanted of it. */
export type Choice = {
  readonly files: FileInventory | null;
  readonly stock: Pick<Stock, 'list'>;
  /** Images in registries. */
  readonly targets: readonly Reference[];
  /** Overrides every other one. */
  readonly platform: Platform | null;
  /** For what names none. */
  readonly machinePlatform: Platform;
};

/** What is looked at: rows of a store, rows of files, images in registries; `ignored`: those that the configuration leaves out. */
export type Chosen = {
  readonly installed: readonly Subject[];
  readonly named: readonly FileSubject[];
  readonly references: readonly Reference[];
  readonly ignored: readonly Reference[];
};

/** What becomes rows, once targets are read. `images`: those of `installed` and `targets`, whose bases are looked for. */
export type Rows = Pick<Chosen, 'installed' | 'named'> & {
  readonly targets: readonly RegistryTarget[];
  readonly images: readonly Subject[];
  readonly tie: BuildTie | null;
};

/** Chooses what is looked at. A platform that the configuration gives an image comes before its own, and after the one that is asked for. */
export function chooseSubjects({ files, stock, ...wanted }: Choice, rules: Rules): Chosen {
  const platformFor = (reference: Reference | null): Platform | null => wanted.platform ?? rules.of(reference).platform;
  const installed = stock.list(platformFor);
  const named = listFileSubjects(
    files?.references ?? [],
    ({ reference, platform }) => platformFor(reference.ok ? reference.value : null) ?? platform ?? wanted.machinePlatform,
  );
  const ignored: Reference[] = [];
  const isWanted = (reference: Reference | null): boolean => {
    if (reference === null || !rules.of(reference).ignore) return true;
    ignored.push(reference);
    return false;
  };
  return {
    installed: installed.filter(({ reference }) => isWanted(reference)),
    named: named.filter(({ subject }) => isWanted(subject.reference)),
    references: wanted.targets.filter(isWanted),
    ignored,
  };
}

/** By reference; what has the same keeps its order. */
export function sortSubjects(subjects: readonly Subject[]): readonly Subject[] {
  return [...subjects].sort((a, b) => compareText(a.text, b.text));
}
