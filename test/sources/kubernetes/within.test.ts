import { expect, it } from 'vitest';
import type { Within } from '../../../src/core/file-reference.ts';
import { parseKubernetes } from '../../../src/sources/kubernetes/parse-kubernetes.ts';
import { parseTree } from '../../../src/yaml/parse-tree.ts';

function withinIn(text: string): readonly (Within | null)[] {
  const tree = parseTree(text, 'yaml');
  if (!tree.ok) throw new Error(tree.message);
  return parseKubernetes(tree.documents, 'k8s.yaml').references.map(({ within }) => within);
}
const namesIn = (text: string): readonly (string | undefined)[] => withinIn(text).map((within) => within?.name);

const pod = (metadata: string, containers = '[{name: web, image: a}]'): string =>
  `{apiVersion: v1, kind: Pod, metadata: ${metadata}, spec: {containers: ${containers}}}`;
const owned = (owners: string, hash = '{pod-template-hash: 6c9f, app: web}'): string =>
  pod(`{name: web-6c9f-x2kq9, namespace: shop, labels: ${hash}, ownerReferences: ${owners}}`);
const template = (kind: string, metadata: string, spec: string): string =>
  `{apiVersion: apps/v1, kind: ${kind}, metadata: ${metadata}, spec: {template: {metadata: {labels: {}}, spec: ${spec}}}}`;

it.each([
  ['a pod and its container', pod('{name: web-1, namespace: shop}'), ['Pod shop/web-1, container web']],
  ['a pod of no namespace', pod('{name: web-1}'), ['Pod web-1, container web']],
  ['a container without a name', pod('{name: web-1}', '[{image: a}]'), ['Pod web-1']],
  [
    'each kind of container',
    template('Deployment', '{name: web}', '{initContainers: [{name: migrate, image: a}], containers: [{name: web, image: b}]}'),
    ['Deployment web, init container migrate', 'Deployment web, container web'],
  ],
  ['a debugger', pod('{name: p}', '[], ephemeralContainers: [{name: debug, image: a}]'), ['Pod p, ephemeral container debug']],
  ['a volume', pod('{name: p}', '[], volumes: [{name: model, image: {reference: a}}]'), ['Pod p, volume model']],
  [
    'a CronJob',
    '{kind: CronJob, metadata: {name: nightly, namespace: shop}, spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: job, image: a}]}}}}}}',
    ['CronJob shop/nightly, container job'],
  ],
  [
    'a job that gets its name later',
    '{kind: Job, metadata: {generateName: migrate-}, spec: {containers: [{name: job, image: a}]}}',
    ['Job migrate-*, container job'],
  ],
  [
    'each object of a List',
    `{apiVersion: v1, kind: List, metadata: {name: no}, items: [${pod('{name: a}')}, ${pod('{name: b}')}]}`,
    ['Pod a, container web', 'Pod b, container web'],
  ],
  [
    'items of a PodList, which do not say their kind',
    '{apiVersion: v1, kind: PodList, metadata: {}, items: [{metadata: {name: a, namespace: shop}, spec: {containers: [{name: web, image: a}]}}]}',
    ['Pod shop/a, container web'],
  ],
  [
    'an object in another',
    `{apiVersion: x/v1, kind: Object, metadata: {name: outer}, spec: {manifest: ${pod('{name: inner}')}}}`,
    ['Pod inner, container web'],
  ],
  ['what is no object', '{containers: [{name: web, image: a}]}', ['container web']],
  ['no name at all', '{containers: [{image: a}]}', [undefined]],
  [
    'an object without a name',
    '{apiVersion: v1, kind: Pod, spec: {containers: [{image: a}, {name: b, image: b}]}}',
    [undefined, 'Pod, container b'],
  ],
  ['a kustomization', '{apiVersion: kustomize.config.k8s.io/v1beta1, kind: Kustomization, images: [{name: a, newTag: "2"}]}', [undefined]],
  [
    'a step of Tekton',
    '{apiVersion: tekton.dev/v1, kind: Task, metadata: {name: build}, spec: {steps: [{name: compile, image: a}], stepTemplate: {image: b}}}',
    ['Task build, step compile', 'Task build, step template'],
  ],
  [
    'a template of Argo',
    '{apiVersion: argoproj.io/v1alpha1, kind: Workflow, metadata: {generateName: ci-}, spec: {templates: [{name: build, container: {image: a}}]}}',
    ['Workflow ci-*, template build'],
  ],
  [
    'an operator',
    '{apiVersion: monitoring.coreos.com/v1, kind: Prometheus, metadata: {name: k8s}, spec: {image: a, thanos: {image: b}}}',
    ['Prometheus k8s', 'Prometheus k8s, thanos'],
  ],
])('%s says what names the image', (_, text, names) => {
  expect(namesIn(text)).toEqual(names);
});

it.each([
  [
    'the Deployment of its ReplicaSet',
    '[{kind: ReplicaSet, name: web-6c9f, controller: true}]',
    'Pod shop/web-6c9f-x2kq9 of Deployment web, container web',
    'Deployment shop/web, container web',
  ],
  [
    'a StatefulSet, the controller among its owners',
    '[{kind: Other, name: x}, {kind: StatefulSet, name: db, controller: true}]',
    'Pod shop/web-6c9f-x2kq9 of StatefulSet db, container web',
    'StatefulSet shop/db, container web',
  ],
  [
    'a ReplicaSet of another hash, as it is',
    '[{kind: ReplicaSet, name: web-77aa, controller: true}]',
    'Pod shop/web-6c9f-x2kq9 of ReplicaSet web-77aa, container web',
    'ReplicaSet shop/web-77aa, container web',
  ],
  ['not its node', '[{kind: Node, name: worker-1, controller: true}]', 'Pod shop/web-6c9f-x2kq9, container web', null],
  ['no owner', '[]', 'Pod shop/web-6c9f-x2kq9, container web', null],
  ['owners that are none', '[a, {kind: ReplicaSet}, 1]', 'Pod shop/web-6c9f-x2kq9, container web', null],
])('a pod says what made it: %s', (_, owners, name, workload) => {
  expect(withinIn(owned(owners))).toEqual([{ name, workload }]);
});

it('a hash of digits alone is one, too', () => {
  const [within] = withinIn(owned('[{kind: ReplicaSet, name: web-123456, controller: true}]', '{pod-template-hash: 123456}'));
  expect(within?.workload).toBe('Deployment shop/web, container web');
});

it('names that a terminal would obey, or that are endless, are shown short and plain', () => {
  const long = 'x'.repeat(1e6);
  const metadata = `{name: "a\\e[2J\\n${long}", namespace: ${long}, ownerReferences: [{kind: ${long}, name: ${long}}]}`;
  const [within] = withinIn(pod(metadata, `[{name: "${long}", image: a}]`));
  expect(within?.name).toMatch(/^Pod x+…\/a\ufffd\[2J\ufffdx+… of x+… x+…, container x+…$/);
  expect(within?.name.length).toBeLessThan(800);
  expect(within?.workload?.length).toBeLessThan(800);
});
