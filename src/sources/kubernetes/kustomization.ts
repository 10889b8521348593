import type { Within } from '../../core/file-reference.ts';
import { entryOf, type Mapping, mappingsOf } from './fields.ts';
import { NO_PARAMETERS } from './parameters.ts';
import type { ImageHolder } from './read-image.ts';

export const KUSTOMIZE = 'kustomize.config.k8s.io';

/**
 * The images a kustomization puts in the place of others, where it says them in full: `{ name: web, newName: ghcr.io/acme/web, newTag: 2.1 }`. They stand where
 * their name does.
 *
 * Without a new tag or digest they keep that of the file they are in, which tells it; and a name may be a pattern of many.
 * Source: kubernetes-sigs/kustomize, api/types/image.go.
 */
export function imagesOfKustomization(kustomization: Mapping, within: Within | null): readonly ImageHolder[] {
  return mappingsOf(kustomization, 'images').flatMap((holder) => {
    const [tag, digest] = [textOf(holder, 'newTag'), textOf(holder, 'digest')];
    if ((tag === '' && digest === '') || textOf(holder, 'tagSuffix') !== '') return [];
    const key = textOf(holder, 'newName') === '' ? ('name' as const) : ('newName' as const);
    if (key === 'name' && PATTERN.test(textOf(holder, key))) return [];
    const suffix = (tag === '' ? '' : `:${tag}`) + (digest === '' ? '' : `@${digest}`);
    return [{ holder, within, key, suffix, platform: null, imageId: null, parameters: NO_PARAMETERS }];
  });
}

const PATTERN = /[*+?()[\]{}|^$\\]/;

/** As it is written, numbers too; empty where there is none. */
function textOf(mapping: Mapping, key: string): string {
  const value = entryOf(mapping, key)?.value;
  return value?.kind === 'scalar' && value.value !== null ? value.text : '';
}
