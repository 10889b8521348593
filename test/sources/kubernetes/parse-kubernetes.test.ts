import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { FileContents, FileReference } from '../../../src/core/file-reference.ts';
import { renderPlatform } from '../../../src/core/platform.ts';
import { renderFamiliar } from '../../../src/core/reference.ts';
import type { Tree } from '../../../src/core/tree.ts';
import { parseKubernetes } from '../../../src/sources/kubernetes/parse-kubernetes.ts';
import { parseTree } from '../../../src/yaml/parse-tree.ts';

const FIXTURES = fileURLToPath(new URL('../../../fixtures/files/kubernetes/', import.meta.url));
const digest = (word: string): string => `sha256:${createHash('sha256').update(word).digest('hex')}`;

function treesOf(text: string, format: 'yaml' | 'json' = 'yaml'): readonly Tree[] {
  const tree = parseTree(text, format);
  if (!tree.ok) throw new Error(`${tree.message} at ${tree.line}:${tree.column}`);
  return tree.documents;
}

const read = (text: string): FileContents => parseKubernetes(treesOf(text), 'k8s.yaml');
const readFixture = (name: string): { text: string; contents: FileContents } => {
  const text = readFileSync(FIXTURES + name, 'utf8');
  return { text, contents: parseKubernetes(treesOf(text, name.endsWith('.json') ? 'json' : 'yaml'), name) };
};
const nameOf = ({ reference }: FileReference): string => (reference.ok ? renderFamiliar(reference.value) : reference.message);
const namesIn = (text: string): string[] => read(text).references.map(nameOf);
const placeOf = ({ place }: FileReference): string => `${place.line}:${place.column}-${place.endLine}:${place.endColumn}`;

describe('a Deployment', () => {
  const { text, contents } = readFixture('deployment.yaml');

  it('names the images of init containers, sidecars and containers, in the order of the file', () => {
    expect(contents.references.map(nameOf)).toEqual([
      'ghcr.io/acme/shop-migrations:2.3.1',
      'cr.fluentbit.io/fluent/fluent-bit:3.1.9',
      `ghcr.io/acme/shop:2.3.1@${digest('shop-index')}`,
      'nginx:latest',
    ]);
    expect(contents.problems).toEqual([]);
  });

  it('shows each image at its place, without its quotes', () => {
    const lines = text.split('\n');
    for (const { place, written } of contents.references) {
      expect(place.path).toBe('deployment.yaml');
      expect(lines[place.line - 1]!.slice(place.column - 1, place.endColumn - 1)).toBe(written);
    }
    expect(contents.references.map(placeOf)).toEqual(['22:18-22:52', '24:19-24:58', '30:19-30:114', '36:18-36:23']);
  });

  it('is held by the comment above the image, or above the list item it is in', () => {
    expect(contents.references.map(({ hold }) => hold)).toEqual([
      null,
      null,
      { reason: 'waits for the new checkout', until: '2027-01-31' },
      { reason: null, until: null },
    ]);
  });

  it('has the platform its node selector asks for', () => {
    expect(contents.references.map(({ platform }) => (platform === null ? null : renderPlatform(platform)))).toEqual(
      Array.from({ length: 4 }, () => 'linux/arm64'),
    );
  });
});

describe('pods are found', () => {
  it.each([
    ['in a CronJob', 'cronjob.yaml', ['postgres:16.4-alpine', 'quay.io/acme/s3-upload:v1']],
    [
      'in volumes of type image',
      'statefulset-image-volume.yaml',
      ['registry.example:5000/ml/server:1.8', 'quay.io/acme/models/llm:2026-10'],
    ],
    [
      'in kinds that are not of Kubernetes itself',
      'other-kinds.yaml',
      [
        'ghcr.io/acme/shop:2.3.1',
        'gcr.io/knative-samples/helloworld-go:latest',
        'ghcr.io/acme/worker:7',
        'alpine:3.20',
        'golang:1.22',
        'quay.io/buildah/stable:v1.37',
        'docker:27-dind',
        'python:3.12-slim',
        'node:20',
        'busybox:1.36',
        'httpd:2.4',
      ],
    ],
    [
      'in several documents, but not in texts and schemas',
      'several-documents.yaml',
      ['quay.io/prometheus/node-exporter:v1.8.2', 'ghcr.io/acme/once:1'],
    ],
    ['not in a patch of other fields', 'kustomize/replicas.yaml', []],
  ])('%s', (_, name, images) => {
    const { contents } = readFixture(name);
    expect(contents.references.map(nameOf)).toEqual(images);
    expect(contents.problems).toEqual([]);
  });

  it.each([
    ['a list in a list', '{apiVersion: v1, kind: List, items: [{kind: List, items: [{spec: {containers: [{image: a}]}}]}]}', ['a:latest']],
    ['a list without a head', '- {spec: {containers: [{image: a:1}]}}\n- {spec: {containers: [{image: b:1}]}}', ['a:1', 'b:1']],
    ['ephemeral containers', '{kind: Pod, spec: {ephemeralContainers: [{image: "a:1"}]}}', ['a:1']],
    ['steps of what is not Tekton', '{apiVersion: acme.example/v1, kind: Recipe, spec: {steps: [{image: a}]}}', []],
    ['a node, whose status lists what it has', '{kind: Node, status: {images: [{names: [a]}], containers: [{image: a}]}}', []],
    ['an image that is a mapping, as values of charts have it', '{containers: [{image: {repository: a, tag: b}}]}', []],
    ['containers that are no list', '{containers: {image: a}}', []],
    ['items that are no mapping', '{containers: [a, null, [b], 1]}', []],
    ['no image and an empty one', '{containers: [{name: a}, {image: }, {image: ""}]}', []],
    [
      'keys of objects in JavaScript',
      '{__proto__: {containers: [{image: a}]}, constructor: {containers: [{image: b}]}}',
      ['a:latest', 'b:latest'],
    ],
  ])('%s', (_, text, images) => {
    expect(namesIn(text)).toEqual(images);
  });

  it.each([
    ['no reference', 'Nginx:1', 'invalid reference format "Nginx:1": repository name (library/Nginx) must be lowercase'],
    ['a number', '1.10', 'expected a text, got the number 1.10'],
    ['a variable of envsubst', '${IMAGE}', 'has a variable that is filled in only when it is deployed: "${IMAGE}"'],
    ['a variable of Helm', '"{{ .Values.image }}"', 'has a variable that is filled in only when it is deployed: "{{ .Values.image }}"'],
    ['a bare variable', '$IMAGE', 'has a variable that is filled in only when it is deployed: "$IMAGE"'],
    ['a variable in a tag', 'acme/api:$TAG', 'has a variable that is filled in only when it is deployed: "acme/api:$TAG"'],
    ['a word for sed', '__IMAGE__', 'has a variable that is filled in only when it is deployed: "__IMAGE__"'],
    ['a word between signs', '"acme/api:%%TAG%%"', 'has a variable that is filled in only when it is deployed: "acme/api:%%TAG%%"'],
    ['characters a terminal would obey', '"a\\e[2J"', 'invalid reference format "a\ufffd[2J"'],
  ])('and what is %s is told with why', (_, written, message) => {
    const [found] = read(`containers:\n- image: ${written}`).references;
    expect(found?.reference).toMatchObject({ ok: false, message: expect.stringContaining(message) });
    expect(found?.place.line).toBe(2);
  });
});

it('what ko builds is no image that anybody could pull', () => {
  const { references, problems } = read('containers:\n- image: ko://example.com/cmd/controller\n- image: example.com/cmd/webhook\n');
  expect(references.map(nameOf)).toEqual(['example.com/cmd/webhook:latest']);
  expect(problems).toEqual([]);
});

it.each([
  ['monitoring.coreos.com/v1, kind: Prometheus', '{image: "p:3", thanos: {image: "t:1"}, containers: [{name: x}]}', ['p:3', 't:1']],
  ['opentelemetry.io/v1beta1, kind: OpenTelemetryCollector', '{image: "o:1"}', ['o:1']],
  ['opentelemetry.io/v1alpha1, kind: Instrumentation', '{java: {image: "j:1"}, python: {image: "y:1"}}', ['j:1', 'y:1']],
  ['example.com/v1, kind: Thing', '{image: "p:3"}', []],
])('an object of %s names the images its operator runs', (head, spec, images) => {
  expect(namesIn(`{apiVersion: ${head}, spec: ${spec}}`)).toEqual(images);
});

describe('a parameter of a Tekton object', () => {
  const task = (params: string, image: string, group = 'tekton.dev/v1'): string =>
    `apiVersion: ${group}\nkind: Task\nspec:\n  params: ${params}\n  steps:\n  - image: ${image}\n`;
  const UNTOLD = 'has a variable that is filled in only when it is deployed: ';

  it.each([
    ['its default', task('[{name: tag, default: "1.22"}]', 'golang:$(params.tag)'), 'golang:1.22'],
    ['its default, a number', task('[{name: tag, default: 1.20}]', 'golang:$(params.tag)'), 'golang:1.20'],
    [
      'its default, in brackets',
      task('[{name: go.image, default: golang}]', `$(params["go.image"]):$(params['tag'])`),
      `${UNTOLD}"golang:$(params['tag'])"`,
    ],
    ['its value before its default', task('[{name: i, default: a, value: b}]', '$(params.i)'), 'b:latest'],
    ['nothing, without either', task('[{name: i}]', '$(params.i)'), `${UNTOLD}"$(params.i)"`],
    ['nothing, made of another', task('[{name: i, default: a, value: $(tasks.x.results.i)}]', '$(params.i)'), `${UNTOLD}"$(params.i)"`],
    ['nothing of another kind', task('[{name: i, default: a}]', '$(params.i)', 'example.com/v1'), null],
  ])('stands for %s', (_, text, image) => {
    expect(namesIn(text)).toEqual(image === null ? [] : [image]);
  });

  it('of a run stands for its value in the task that is written in it', () => {
    const run =
      '{apiVersion: tekton.dev/v1, kind: TaskRun, spec: {params: [{name: i, value: "b:1"}], taskSpec: {params: [{name: i, default: a}], steps: [{image: $(params.i)}]}}}';
    expect(namesIn(run)).toEqual(['b:1']);
  });

  it('stands for nothing in the object beside it', () => {
    expect(namesIn(`${task('[{name: i, default: a}]', 'x')}---\n${task('[]', '$(params.i)')}`)).toEqual([
      'x:latest',
      `${UNTOLD}"$(params.i)"`,
    ]);
  });
});

it('a kustomization names the images it puts in the place of others, and is said to change files that are told as they are written', () => {
  const { contents } = readFixture('kustomize/kustomization.yaml');
  expect(contents.references.map((found) => `${placeOf(found)} ${found.written} ${nameOf(found)}`)).toEqual([
    '7:11-7:28 ghcr.io/acme/shop ghcr.io/acme/shop:2.3.2',
  ]);
  expect(contents.problems).toEqual([
    {
      kind: 'ignored',
      path: 'kustomize/kustomization.yaml',
      line: 6,
      column: 1,
      message: 'these changes of images were not made: check what is rendered, kubectl kustomize DIR | imgupdate check -f -',
    },
  ]);
  expect(read('apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]').problems).toEqual([]);
});

describe('an image of a kustomization', () => {
  const kustomize = (image: string): string => `{apiVersion: kustomize.config.k8s.io/v1beta1, kind: Kustomization, images: [${image}]}`;

  it.each([
    ['by a new tag', '{name: nginx, newTag: "1.27"}', ['nginx:1.27']],
    ['by a new tag that is a number', '{name: nginx, newTag: 1.30}', ['nginx:1.30']],
    ['by a new name and tag', '{name: controller, newName: quay.io/acme/op, newTag: v1}', ['quay.io/acme/op:v1']],
    ['by a digest', `{name: nginx, digest: ${digest('n')}}`, [`nginx@${digest('n')}`]],
    ['by a tag and a digest', `{name: nginx, newTag: "1", digest: ${digest('n')}}`, [`nginx:1@${digest('n')}`]],
    ['not at all, when it keeps its tag', '{name: nginx, newName: acme/nginx}', []],
    ['not at all, when its name is a pattern', '{name: "*", newTag: v1}', []],
    ['by its new name, whatever pattern it takes the place of', '{name: "acme/.*", newName: acme/all, newTag: v1}', ['acme/all:v1']],
    ['not at all, when a suffix is added to its tag', '{name: nginx, newTag: "1", tagSuffix: -x}', []],
    [
      'as no reference',
      '{name: Nginx, newTag: "1"}',
      ['invalid reference format "Nginx:1": repository name (library/Nginx) must be lowercase'],
    ],
  ])('is told %s', (_, image, expected) => {
    expect(namesIn(kustomize(image))).toEqual(expected);
  });

  it('is held by what stands above it', () => {
    const text =
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Component\nimages:\n  # imgupdate: hold reason="x"\n  - name: a\n    newTag: "1"\n';
    expect(read(text).references).toMatchObject([{ hold: { reason: 'x' }, written: 'a' }]);
  });
});

describe('a platform', () => {
  const platformIn = (spec: string): string | null => {
    const { platform } = read(`{spec: {${spec}, containers: [{image: a}]}}`).references[0]!;
    return platform === null ? null : renderPlatform(platform);
  };

  it.each([
    ['nodeSelector: {kubernetes.io/arch: amd64}', 'linux/amd64'],
    ['nodeSelector: {beta.kubernetes.io/arch: arm64}', 'linux/arm64'],
    ['nodeSelector: {kubernetes.io/arch: amd64}, os: {name: windows}', 'windows/amd64'],
    ['nodeSelector: {kubernetes.io/arch: amd64, kubernetes.io/os: windows}', 'windows/amd64'],
    ['nodeSelector: {kubernetes.io/os: linux}', null],
    ['nodeSelector: {kubernetes.io/arch: "../../x"}', null],
    ['nodeSelector: {disk: ssd}', null],
  ])('%s is %s', (spec, platform) => {
    expect(platformIn(spec)).toBe(platform);
  });
});

describe.each(['pods.json', 'pods.yaml'])('%s, as kubectl prints pods', (name) => {
  const { contents } = readFixture(name);

  it('tells of each container what it runs', () => {
    const told = new Map(
      contents.references.map((reference) => {
        const { running } = reference;
        const what =
          running === null
            ? null
            : running.by === 'config'
              ? running.digest
              : `${running.registry}/${running.repository}@${running.digest}`;
        return [`${nameOf(reference)} at ${reference.place.line}`, what];
      }),
    );
    expect([...told].map(([key, what]) => [key.replace(/ at .*/, ''), what]).sort()).toEqual(
      [
        ['nginx:1.27', `docker.io/library/nginx@${digest('nginx-index')}`],
        // The same name in two lists: an init container and a container.
        ['ghcr.io/acme/setup:4', `ghcr.io/acme/setup@${digest('setup-index')}`],
        ['ghcr.io/acme/shop:2.3.1', `ghcr.io/acme/shop@${digest('shop-index')}`],
        ['busybox:latest', `docker.io/library/busybox@${digest('busybox-index')}`],
        ['nginx:1.27', `mirror.example:5000/hub/nginx@${digest('nginx-index')}`],
        ['acme/app:dev', digest('app-config')],
        ['acme/tool:dev', `docker.io/library/import-2026-11-02@${digest('tool-index')}`],
        ['haproxy:2.8', `docker.io/library/haproxy@${digest('haproxy-index')}`],
        ['acme/built:3', digest('built-config')],
        ['quay.io/openshift/dns:4.16', `quay.io/openshift/dns@${digest('dns-manifest')}`],
        ['quay.io/openshift/cli:4.16', digest('cli-config')],
        // Still being pulled, and not in the status yet.
        ['nginx:1.28', null],
        ['nginx:1.26', null],
      ].sort(),
    );
    expect(contents.problems).toEqual([]);
  });
});

describe('a status', () => {
  const pod = (imageId: string, name = 'web'): FileContents =>
    read(`{kind: Pod, spec: {containers: [{name: web, image: a}]}, status: {containerStatuses: [{name: ${name}, imageID: ${imageId}}]}}`);

  it.each([
    ['of another container', digest('x'), 'other'],
    ['that is null', 'null', 'web'],
    ['that is empty', '""', 'web'],
    ['that is a mapping', '{}', 'web'],
  ])('%s tells nothing', (_, imageId, name) => {
    const { references, problems } = pod(imageId, name);
    expect(references[0]?.running).toBeNull();
    expect(problems).toEqual([]);
  });

  it.each(['nginx:1.27', 'containerd://nonsense', '"sha256:123"', '42', '"a\\e[2J"'])(
    'with the imageID %s is said not to be understood',
    (imageId) => {
      const { references, problems } = pod(imageId);
      expect(references[0]?.running).toBeNull();
      expect(problems).toMatchObject([
        { kind: 'ignored', line: 1, message: expect.stringMatching(/^imageID "[^\x1b]*" is not understood: /) },
      ]);
    },
  );
});

it('says which annotation is none', () => {
  const { references, problems } = read('containers:\n- name: a\n  # imgupdate: hold until=soon\n  image: a');
  expect(references[0]?.hold).toBeNull();
  expect(problems).toEqual([
    { kind: 'ignored', path: 'k8s.yaml', line: 4, column: 3, message: 'expected "until" to be a date such as 2026-12-15, got "soon"' },
  ]);
});

it('says which document is no object', () => {
  expect(read('kind: Pod\n---\njust text\n').problems).toEqual([
    { kind: 'unread', path: 'k8s.yaml', line: 3, column: 1, message: 'expected a Kubernetes object, got a string' },
  ]);
});

describe('hostile trees', () => {
  const span = { start: { line: 1, column: 1 }, end: { line: 1, column: 2 } };
  const text = (value: string): Tree => ({ kind: 'scalar', value, text: value, span, tag: null });
  const mapping = (fields: Readonly<Record<string, Tree>>): Tree => ({
    kind: 'mapping',
    entries: Object.entries(fields).map(([key, value]) => ({ key, keySpan: span, value, comments: [] })),
    span,
    tag: null,
  });
  const list = (items: readonly Tree[]): Tree => ({ kind: 'sequence', items, span, tag: null });

  it('are walked once where aliases lead to the same node, though they would be endless', () => {
    let tree = mapping({ containers: list([mapping({ image: text('a:1') })]) });
    for (let level = 0; level < 200; level += 1) tree = list([tree, tree, tree]);
    expect(parseKubernetes([tree], 'k8s.yaml').references.map(nameOf)).toEqual(['a:1']);
  });

  it('are walked to any depth', () => {
    let tree = mapping({ containers: list([mapping({ image: text('a:1') })]) });
    for (let level = 0; level < 200_000; level += 1) tree = level % 2 === 0 ? list([tree]) : mapping({ a: tree });
    expect(parseKubernetes([tree], 'k8s.yaml').references).toHaveLength(1);
  });

  it('are read up to 100,000 images, and it is said that there are more', () => {
    const pods = Array.from({ length: 100_002 }, () => mapping({ spec: mapping({ containers: list([mapping({ image: text('a:1') })]) }) }));
    const { references, problems } = parseKubernetes([list(pods)], 'k8s.yaml');
    expect(references).toHaveLength(100_000);
    expect(problems.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([
      'unread: names more than 100000 images; those behind here were not read',
    ]);
  });

  it('take four times as long when they are four times as large, not sixteen', () => {
    const pod = (index: number): Tree => {
      const containers = list([mapping({ name: text('web'), image: text(`a:${index}`) })]);
      const statuses = list([mapping({ name: text('web'), imageID: text(digest('a')) })]);
      return mapping({ spec: mapping({ containers }), status: mapping({ containerStatuses: statuses }) });
    };
    const timeOf = (count: number): number => {
      const tree = mapping({ items: list(Array.from({ length: count }, (_, index) => pod(index))) });
      const times = [1, 2, 3].map(() => {
        const start = process.cpuUsage();
        expect(parseKubernetes([tree], 'k8s.yaml').references).toHaveLength(count);
        return process.cpuUsage(start).user;
      });
      return Math.min(...times);
    };
    timeOf(2_000);
    expect(timeOf(20_000) / timeOf(5_000)).toBeLessThan(10);
  });
});
