import { entryOf, type Mapping, mappingOf, mappingsOf, type Scalar, textOf } from './fields.ts';

/** The lists of containers a pod has, and where its status tells what each of them runs. Source: Kubernetes API v1, PodSpec and PodStatus. */
export const POD_LISTS: ReadonlyMap<string, string> = new Map([
  ['initContainers', 'initContainerStatuses'],
  ['containers', 'containerStatuses'],
  ['ephemeralContainers', 'ephemeralContainerStatuses'],
]);

/** What a pod runs: imageIDs by list and name of container. */
export type PodStatus = ReadonlyMap<string, Scalar>;

/** Reads the status of an object; null when it is no pod with a status. */
export function readPodStatus(object: Mapping): PodStatus | null {
  const status = mappingOf(object, 'status');
  if (status === null) return null;
  const found = new Map<string, Scalar>();
  for (const [list, statuses] of POD_LISTS) {
    for (const container of mappingsOf(status, statuses)) {
      const name = textOf(container, 'name');
      const imageId = entryOf(container, 'imageID')?.value;
      if (name !== null && imageId?.kind === 'scalar') found.set(keyOf(list, name), imageId);
    }
  }
  return found.size === 0 ? null : found;
}

/** The imageID of a container; null where the status has none. */
export function findImageId(status: PodStatus | null, list: string, container: Mapping): Scalar | null {
  const name = textOf(container, 'name');
  return name === null ? null : (status?.get(keyOf(list, name)) ?? null);
}

/** No list has a space in its name. */
function keyOf(list: string, name: string): string {
  return `${list} ${name}`;
}
