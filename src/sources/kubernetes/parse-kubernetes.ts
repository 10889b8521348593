import { comparePlaces, type FileContents, type FileProblem, type FileReference } from '../../core/file-reference.ts';
import type { Position, Tree } from '../../core/tree.ts';
import { entryOf, type Mapping, mappingOf, mappingsOf, textOf } from './fields.ts';
import { imagesOfKustomization, KUSTOMIZE } from './kustomization.ts';
import { describePart, describeWithin, itemKindOf, type NamedObject, readNamedObject } from './named-object.ts';
import { NO_PARAMETERS, type Parameters, withParameters } from './parameters.ts';
import { findImageId, POD_LISTS, type PodStatus, readPodStatus } from './pod-status.ts';
import { type ImageHolder, readImage } from './read-image.ts';
import { readPlatform } from './read-platform.ts';

const MAX_REFERENCES = 100_000;

/** Hold no pods: what runs, what a person noted. Not walked. */
const PASSED_OVER: ReadonlySet<string> = new Set(['metadata', 'status']);

/** Most mappings have none of these, and need no closer look. */
const HOLDERS: ReadonlySet<string> = new Set([...POD_LISTS.keys(), 'volumes']);

/** What the parts of an object are called. */
const NOUNS: ReadonlyMap<string, string> = new Map([
  ['containers', 'container'],
  ['initContainers', 'init container'],
  ['ephemeralContainers', 'ephemeral container'],
  ['volumes', 'volume'],
  ['steps', 'step'],
  ['sidecars', 'sidecar'],
  ['stepTemplate', 'step template'],
]);

const TEKTON = 'tekton.dev';

/**
 * What else is a container, by API group: in lists, and alone.
 *
 * Source: Tekton, pipeline v1 (Task); Argo Workflows, v1alpha1 (Template); Prometheus Operator, monitoring v1 (Prometheus, Alertmanager, ThanosRuler);
 * OpenTelemetry Operator (OpenTelemetryCollector, Instrumentation).
 */
const CONTAINERS_OF_GROUPS: ReadonlyMap<string, { readonly lists: readonly string[]; readonly single: readonly string[] }> = new Map([
  [TEKTON, { lists: ['steps', 'sidecars'], single: ['stepTemplate'] }],
  ['argoproj.io', { lists: ['sidecars'], single: ['container', 'script'] }],
  ['monitoring.coreos.com', { lists: [], single: ['spec', 'thanos'] }],
  ['opentelemetry.io', { lists: [], single: ['spec', 'java', 'nodejs', 'python', 'dotnet', 'go', 'nginx', 'apacheHttpd'] }],
]);

/**
 * Finds the images of all pods that Kubernetes objects describe, in the order of the file.
 *
 * Pods are found by their shape, wherever they are: a list of `containers`, `initContainers` or `ephemeralContainers`, and volumes of type `image`. So pods,
 * what makes them (Deployment, CronJob, PodTemplate, kinds of others such as Rollout or ScaledJob), and lists of all these, as `kubectl get -o json` prints
 * them, are read alike. A definition of a kind has no pods, nor has a status; but what a status says of a pod's containers is told with their references.
 *
 * Images of a kustomization are told where it says them in full; in a Tekton object parameters stand for their values or defaults.
 *
 * Each node is looked at once, however many aliases lead to it, so the time is linear in the text. Of more than 100,000 references the rest is left out, and said.
 * Source: Kubernetes API v1, PodSpec, PodStatus, ImageVolumeSource.
 */
export function parseKubernetes(documents: readonly Tree[], path: string): FileContents {
  const references: FileReference[] = [];
  const problems: FileProblem[] = documents.flatMap((document) => flawOf(document, path));
  const seen = new Set<Tree>();
  const waiting: Visit[] = documents.map((node) => ({ ...OUTSIDE, node })).reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next.node)) continue;
    seen.add(next.node);
    const visit = enter(next);
    for (const image of imagesIn(visit)) {
      const { reference, problems: flaws } = readImage(image, path);
      problems.push(...flaws);
      if (reference !== null) references.push(reference);
    }
    if (references.length > MAX_REFERENCES) {
      problems.push(tooMany(path, visit.node.span.start));
      break;
    }
    // The last one in is the first one out.
    for (const inner of nextOf(visit).reverse()) waiting.push(inner);
  }
  return {
    references: references.sort((a, b) => comparePlaces(a.place, b.place)).slice(0, MAX_REFERENCES),
    problems,
  };
}

type Visit = {
  readonly node: Tree;
  /** Of the object's API. */
  readonly group: string;
  /** What the node is in, or is. */
  readonly object: NamedObject | null;
  /** What objects are that do not say their kind; null where each has to say it. */
  readonly itemKind: string | null;
  /** Of the pod whose spec the node is. */
  readonly status: PodStatus | null;
  /** Of what the node is in. */
  readonly parameters: Parameters;
};

const OUTSIDE = { group: '', object: null, itemKind: null, status: null, parameters: NO_PARAMETERS } as const;

/** What the node says of itself counts for what is in it. */
function enter(visit: Visit): Visit {
  const { node } = visit;
  if (node.kind !== 'mapping') return visit;
  const group = groupOf(node) ?? visit.group;
  const object = readNamedObject(node, visit.itemKind) ?? visit.object;
  return { ...visit, group, object, parameters: group === TEKTON ? withParameters(node, visit.parameters) : visit.parameters };
}

function imagesIn({ node, group, object, status, parameters }: Visit): readonly ImageHolder[] {
  if (node.kind !== 'mapping') return [];
  const known = CONTAINERS_OF_GROUPS.get(group);
  if (group !== KUSTOMIZE && known === undefined && !node.entries.some(({ key }) => HOLDERS.has(key))) return [];
  if (group === KUSTOMIZE) return imagesOfKustomization(node, describeWithin(object, null));
  const common = { suffix: '', platform: readPlatform(node), parameters };
  const withinOf = (key: string, holder: Mapping) => describeWithin(object, describePart(NOUNS.get(key) ?? key, holder));
  const inPods = [...POD_LISTS.keys()].flatMap((list) =>
    mappingsOf(node, list).map((holder) => ({
      holder,
      ...common,
      within: withinOf(list, holder),
      key: 'image' as const,
      imageId: findImageId(status, list, holder),
    })),
  );
  const others = [
    ...(known?.lists ?? []).flatMap((list) => mappingsOf(node, list).map((holder) => ({ holder, within: withinOf(list, holder) }))),
    ...(known?.single ?? []).flatMap((key) => {
      const holder = mappingOf(node, key);
      // an Argo template has a name, and one container that has none
      const part = describePart('template', node) ?? (key === 'spec' ? null : (NOUNS.get(key) ?? key));
      return holder === null ? [] : [{ holder, within: describeWithin(object, part) }];
    }),
  ].map((each) => ({ ...each, ...common, key: 'image' as const, imageId: null }));
  const volumes = mappingsOf(node, 'volumes').flatMap((volume) => {
    const holder = mappingOf(volume, 'image');
    return holder === null ? [] : [{ holder, ...common, within: withinOf('volumes', volume), key: 'reference' as const, imageId: null }];
  });
  return [...inPods, ...others, ...volumes];
}

function nextOf({ node, group, object, itemKind, parameters }: Visit): Visit[] {
  const common = { group, object, status: null, parameters };
  switch (node.kind) {
    case 'scalar':
      return [];
    case 'sequence':
      return node.items.map((item) => ({ ...common, node: item, itemKind }));
    case 'mapping': {
      if (isDefinition(node)) return [];
      const status = entryOf(node, 'spec') === null ? null : readPodStatus(node);
      const listed = itemKindOf(node);
      return node.entries
        .filter(({ key }) => !PASSED_OVER.has(key))
        .map(({ key, value }) =>
          listed !== null && key === 'items'
            ? { ...common, node: value, object: null, itemKind: listed }
            : { ...common, node: value, itemKind: null, status: key === 'spec' ? status : null },
        );
    }
  }
}

/** Its schema describes objects, and is none. */
function isDefinition(mapping: Mapping): boolean {
  return textOf(mapping, 'kind') === 'CustomResourceDefinition';
}

/** `tekton.dev` of `tekton.dev/v1`; null in what is no object. */
function groupOf(mapping: Mapping): string | null {
  const apiVersion = textOf(mapping, 'apiVersion');
  return apiVersion === null ? null : apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));
}

/** An empty document is none. */
function flawOf(document: Tree, path: string): readonly FileProblem[] {
  if (document.kind === 'mapping') return groupOf(document) === KUSTOMIZE ? flawOfKustomization(document, path) : [];
  if (document.kind === 'sequence' || document.value === null) return [];
  const { line, column } = document.span.start;
  return [{ kind: 'unread', path, line, column, message: `expected a Kubernetes object, got a ${typeof document.value}` }];
}

/** What it changes in other files is told there as it is written. Source: kubernetes-sigs/kustomize, ImageTagTransformer. */
function flawOfKustomization(kustomization: Mapping, path: string): readonly FileProblem[] {
  const images = entryOf(kustomization, 'images');
  if (images === null || mappingsOf(kustomization, 'images').length === 0) return [];
  const { line, column } = images.keySpan.start;
  const message = 'these changes of images were not made: check what is rendered, kubectl kustomize DIR | imgupdate check -f -';
  return [{ kind: 'ignored', path, line, column, message }];
}

function tooMany(path: string, { line, column }: Position): FileProblem {
  return { kind: 'unread', path, line, column, message: `names more than ${MAX_REFERENCES} images; those behind here were not read` };
}
