import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Checkout, makeWord, startCheckout } from './check-world.ts';

const old = makeWord('old');
const now = makeWord('now');

let world: Checkout;
beforeAll(async () => {
  world = await startCheckout();
  world.registry.put('base/node', '20', old);
  world.registry.put('base/node', '20', now);
});
afterAll(() => world.close());

type Pod = { readonly name: string; readonly digest: string; readonly owner?: object };

/** A pod as `kubectl get pods -o json` prints it. */
const makePod = ({ name, digest, owner }: Pod): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    labels: { 'pod-template-hash': '6c9f' },
    name,
    namespace: 'shop',
    ...(owner === undefined ? {} : { ownerReferences: [owner] }),
  },
  spec: { containers: [{ image: `${world.registry.host}/base/node:20`, name: 'web' }], nodeSelector: { 'kubernetes.io/arch': 'amd64' } },
  status: { containerStatuses: [{ imageID: `${world.registry.host}/base/node@${digest}`, name: 'web' }] },
});

const check = async (pods: readonly Pod[], ...args: readonly string[]) => {
  const stdin = JSON.stringify({ apiVersion: 'v1', items: pods.map(makePod), kind: 'List' }, null, 4);
  const { exitCode, stdout, stderr } = await world.run(['check', ...args, '-f', '-'], { stdin });
  const normalize = (text: string): string => text.replaceAll(world.registry.host, 'R').replace(/\b[a-f0-9]{12}\b/g, 'SHORT');
  return { exitCode, stdout: normalize(stdout), stderr: normalize(stderr) };
};

const replicas = { controller: true, kind: 'ReplicaSet', name: 'web-6c9f' };
const PODS: readonly Pod[] = [
  { name: 'web-6c9f-a', digest: old.digest, owner: replicas },
  { name: 'web-6c9f-b', digest: now.digest, owner: replicas },
  { name: 'web-6c9f-c', digest: old.digest, owner: replicas },
  { name: 'shell', digest: old.digest },
];

it('says of what kubectl prints which pods run an older image, those of one Deployment in one line', async () => {
  expect(await check(PODS)).toEqual({
    exitCode: 2,
    stdout: [
      '-:24:35: error: R/base/node:20 (Deployment shop/web, container web, 2 pods) was rebuilt for linux/amd64 (SHORT -> SHORT); roll it out again to run the present one [stale/rebuilt]',
      '-:128:35: error: R/base/node:20 (Pod shop/shell, container web) was rebuilt for linux/amd64 (SHORT -> SHORT); roll it out again to run the present one [stale/rebuilt]',
      '',
    ].join('\n'),
    stderr: expect.stringMatching(/^2 images in 1 file: 3 errors, 1 current\nE: 1 image fails /) as string,
  });
});

it('names every single pod in JSON', async () => {
  const { stdout } = await check(PODS, '--json');
  const document = JSON.parse(stdout) as {
    check: { findings: { within: string | null }[] };
    images: { tag: { status: string }; sources: { within: string | null }[] }[];
  };
  const old = [
    'Pod shop/web-6c9f-a of Deployment web, container web',
    'Pod shop/web-6c9f-c of Deployment web, container web',
    'Pod shop/shell, container web',
  ];
  expect(document.check.findings.map(({ within }) => within)).toEqual(old);
  expect(document.images.map(({ tag, sources }) => [tag.status, sources.map(({ within }) => within)])).toEqual([
    ['rebuilt', old],
    ['current', ['Pod shop/web-6c9f-b of Deployment web, container web']],
  ]);
});

it('says of a compose file which service runs it', async () => {
  await world.write({ 'compose.yaml': `services:\n  db:\n    platform: linux/amd64\n    image: R/base/node:20@${old.digest}\n` });
  const { stdout } = await world.check('-f', 'compose.yaml');
  expect(stdout).toBe(
    'compose.yaml:4:12: error: R/base/node:20 (service db) was rebuilt for linux/amd64 (SHORT -> SHORT); pin it to R/base/node:20@sha256:DIGEST [stale/rebuilt]\n',
  );
});
