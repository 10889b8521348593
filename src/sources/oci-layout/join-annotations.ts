import { BASE_DIGEST, BASE_NAME, findAnnotations } from '../../core/base/annotations.ts';

type Annotations = ReadonlyMap<string, string>;

/** The annotations at each place of a layout that tells of an image; null where there is no such place. */
export type LayoutAnnotations = {
  readonly manifest: Annotations;
  /** Of the index the image is in, and of the descriptor in it. */
  readonly index: Annotations | null;
  readonly descriptor: Annotations | null;
  /** Of the descriptor in index.json. */
  readonly entry: Annotations;
};

/**
 * The annotations of an image's manifest, with what says most of its base: the index and its descriptor, as in a registry, where these are read first; the
 * manifest; index.json.
 */
export function joinAnnotations({ manifest, index, descriptor, entry }: LayoutAnnotations): Annotations {
  const groups = [
    [descriptor, index],
    [manifest, null],
    [entry, null],
  ] as const;
  const [nearer, farther] = groups.find(
    ([near, far]) => findAnnotations({ manifest: null, descriptor: near, index: far }).claims.length > 0,
  ) ?? [null, null];
  if (nearer === null && farther === null) return manifest;
  const [chosen, other] = textOf(nearer, BASE_NAME) !== '' || textOf(farther, BASE_NAME) === '' ? [nearer, farther] : [farther, nearer];
  const name = textOf(chosen, BASE_NAME);
  const digest = textOf(chosen, BASE_DIGEST) || (textOf(other, BASE_NAME) === name ? textOf(other, BASE_DIGEST) : '');
  const others = [...manifest].filter(([key]) => key !== BASE_NAME && key !== BASE_DIGEST);
  const base = [[BASE_NAME, name] as const, [BASE_DIGEST, digest] as const].filter(([, text]) => text !== '');
  return new Map([...others, ...base]);
}

function textOf(annotations: Annotations | null, key: string): string {
  return (annotations?.get(key) ?? '').trim();
}
