import type { Within } from '../../core/file-reference.ts';
import { sanitizeText } from '../../core/text.ts';
import { entryOf, type Mapping, mappingOf, mappingsOf, textOf } from './fields.ts';

/** An object as people name it. Each text is safe to print and bounded; `workload` is of the object's namespace. */
export type NamedObject = {
  readonly kind: string;
  /** Ends with a `/`; empty where the object has none. */
  readonly namespace: string;
  /** `migrate-*` where Kubernetes makes the end; empty where there is none at all. */
  readonly name: string;
  /** What made the pod that it is, `Deployment web`; null for all else. */
  readonly workload: string | null;
};

/** What Kubernetes admits, or a little more: names are DNS subdomains, those of namespaces and containers labels. Source: RFC 1123; Kubernetes, names. */
const LONGEST = { kind: 63, namespace: 63, name: 253, part: 63 } as const;

/** Reads how an object is named; null for a mapping that is none. `itemKind`: what it is where it does not say so, as items of a PodList do not. */
export function readNamedObject(mapping: Mapping, itemKind: string | null): NamedObject | null {
  const metadata = mappingOf(mapping, 'metadata');
  const kind = textOf(mapping, 'kind') ?? itemKind;
  if (kind === null || kind === '' || (metadata === null && textOf(mapping, 'apiVersion') === null)) return null;
  const namespace = metadata === null ? null : textOf(metadata, 'namespace');
  return {
    kind: sanitizeText(kind, LONGEST.kind),
    namespace: namespace === null || namespace === '' ? '' : `${sanitizeText(namespace, LONGEST.namespace)}/`,
    name: metadata === null ? '' : readName(metadata),
    workload: metadata === null || kind !== 'Pod' ? null : readWorkload(metadata),
  };
}

/** The kind of the items of a list, `Pod` of a PodList, `''` of a List; null for what is none. */
export function itemKindOf(mapping: Mapping): string | null {
  const kind = textOf(mapping, 'kind');
  if (kind?.endsWith(LIST) !== true || entryOf(mapping, 'items') === null) return null;
  return kind.slice(0, -LIST.length);
}

const LIST = 'List';

function readName(metadata: Mapping): string {
  const name = textOf(metadata, 'name');
  if (name !== null && name !== '') return sanitizeText(name, LONGEST.name);
  const prefix = textOf(metadata, 'generateName');
  return prefix === null || prefix === '' ? '' : `${sanitizeText(prefix, LONGEST.name)}*`;
}

/**
 * What is rolled out to have the pod made anew: its controller, and where that is the ReplicaSet of a Deployment, the Deployment, whose name is known by the hash
 * that both have. The node that runs a static pod is none.
 *
 * Source: Kubernetes API v1, OwnerReference; Kubernetes, Deployment ("Pod-template-hash label"); kubelet, mirror pods.
 */
function readWorkload(metadata: Mapping): string | null {
  const owners = mappingsOf(metadata, 'ownerReferences');
  const owner = owners.find((each) => isController(each)) ?? owners[0];
  if (owner === undefined) return null;
  const [kind, name] = [textOf(owner, 'kind') ?? '', textOf(owner, 'name') ?? ''];
  if (kind === '' || name === '' || kind === 'Node') return null;
  const labels = mappingOf(metadata, 'labels');
  const hash = labels === null ? null : (entryOf(labels, 'pod-template-hash')?.value ?? null);
  const suffix = hash?.kind === 'scalar' && hash.text !== '' ? `-${hash.text}` : null;
  const isOfDeployment = kind === 'ReplicaSet' && suffix !== null && name.length > suffix.length && name.endsWith(suffix);
  return isOfDeployment
    ? `Deployment ${sanitizeText(name.slice(0, -suffix.length), LONGEST.name)}`
    : `${sanitizeText(kind, LONGEST.kind)} ${sanitizeText(name, LONGEST.name)}`;
}

function isController(owner: Mapping): boolean {
  const value = entryOf(owner, 'controller')?.value;
  return value?.kind === 'scalar' && value.value === true;
}

/** Says what names an image: an object, and which part of it, `container web`. Null where neither has a name. */
export function describeWithin(object: NamedObject | null, part: string | null): Within | null {
  if (object === null) return part === null ? null : { name: part, workload: null };
  const { kind, namespace, name, workload } = object;
  if (name === '' && part === null) return null;
  const behind = part === null ? '' : `, ${part}`;
  const named = `${kind}${name === '' ? '' : ` ${namespace}${name}`}`;
  if (workload === null) return { name: named + behind, workload: null };
  return { name: `${named} of ${workload}${behind}`, workload: withNamespace(workload, namespace) + behind };
}

/** `Deployment web` and `shop/`: `Deployment shop/web`. */
function withNamespace(workload: string, namespace: string): string {
  const at = workload.indexOf(' ') + 1;
  return workload.slice(0, at) + namespace + workload.slice(at);
}

/** `init container migrate`; null where it has no name. */
export function describePart(noun: string, holder: Mapping): string | null {
  const name = textOf(holder, 'name');
  return name === null || name === '' ? null : `${noun} ${sanitizeText(name, LONGEST.part)}`;
}
