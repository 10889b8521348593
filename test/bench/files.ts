import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeImage, makeLayer } from '../../src/demo/images.ts';
import { type EmbeddedRegistry, startRegistry } from '../../src/demo/registry-server.ts';
import { asked, type Measured, type Workbench } from './measure.ts';
import { bounded, ms, type Row, told } from './rows.ts';

const BASES = 10;

/** What a checkout of Dockerfiles costs the registry of its bases, and this machine. */
export async function benchFiles(bench: Workbench): Promise<readonly Row[]> {
  const registry = await startBases();
  const check = checkIn(bench, registry);
  const [few, many] = [1_000, 4_000].map((count) => makeCheckout(bench, { registry, count }));
  const home = bench.newHome();
  const cold = await check(few ?? '', home);
  const coldText = asked(registry);
  const warm = await check(few ?? '', home);
  const warmText = asked(registry);
  await check(many ?? '', home);
  const more = await check(many ?? '', home);
  const pinned = makeCheckout(bench, { registry, count: 1_000, pins: registry.pins });
  registry.rebuild(3);
  await check(pinned, bench.newHome());
  const moved = asked(registry);
  await registry.close();
  const growth = (more.cpuMs - warm.cpuMs) / 3_000 / (warm.cpuMs / 1_000);
  return [
    bounded('1,000 Dockerfiles on 10 bases, cold', coldText.text, {
      bound: '10 HEAD, 0 GET',
      holds: coldText.heads === 10 && coldText.gets === 0,
    }),
    bounded('  again within max-age', `${registry.requests.length === 0 ? 0 : warmText.heads + warmText.gets} requests`, {
      bound: '0',
      holds: warmText.heads + warmText.gets === 0,
    }),
    told('  its CPU and memory, cold', `${ms(cold.cpuMs)}, ${Math.round(cold.peakBytes / 1e6)} MB`),
    bounded('  CPU of each of 3,000 more', `${growth.toFixed(2)} x that of the first 1,000`, {
      bound: 'at most 1.2',
      holds: growth <= 1.2,
    }),
    bounded('  all pinned, 3 bases moved, cold', moved.text, {
      bound: '10 HEAD, at most 6 GET',
      holds: moved.heads === 10 && moved.gets <= 6,
    }),
  ];
}

/** What one large file takes, beside one of a tenth of it. */
export async function benchLargeFiles(bench: Workbench): Promise<readonly Row[]> {
  const registry = await startBases();
  const check = checkIn(bench, registry);
  const home = bench.newHome();
  const kinds: readonly (readonly [string, string, (size: number) => string, readonly [number, number]])[] = [
    [
      'a Dockerfile of 50,000 lines',
      'Dockerfile',
      (lines) => `FROM ${registry.host}/base/node-0:20\n${'RUN make all && \\\n    make install\n'.repeat(lines / 2)}`,
      [5_000, 50_000],
    ],
    ['a manifest of 10 MB in YAML', 'pods.yaml', (pods) => makePods(registry.host, pods, 'yaml'), [2_400, 24_000]],
    ['5,000 pods as kubectl prints them in JSON', 'pods.json', (pods) => makePods(registry.host, pods, 'json'), [500, 5_000]],
  ];
  const rows: Row[] = [];
  for (const [what, name, make, [small, large]] of kinds) {
    const [one, ten] = [small, large].map((size) => {
      const folder = bench.newHome();
      const text = make(size);
      writeFileSync(join(folder, name), text);
      return { path: join(folder, name), bytes: text.length };
    });
    await check(one?.path ?? '', home);
    const before = await check(one?.path ?? '', home);
    const after = await check(ten?.path ?? '', home);
    const ratio = after.cpuMs / before.cpuMs;
    rows.push(
      bounded(
        what,
        `${ms(after.cpuMs)} CPU, ${Math.round(after.peakBytes / 1e6)} MB for ${((ten?.bytes ?? 0) / 1e6).toFixed(1)} MB; ${ratio.toFixed(1)} x a tenth of it`,
        {
          bound: 'at most 12 x',
          holds: ratio <= 12,
        },
      ),
    );
  }
  await registry.close();
  return rows;
}

type Bases = EmbeddedRegistry & { readonly pins: readonly string[]; readonly rebuild: (count: number) => void };

async function startBases(): Promise<Bases> {
  const registry = await startRegistry({ quota: { limit: 5_000, windowSeconds: 21_600 } });
  const put = (base: number, word: string): string => {
    const created = '2026-11-01T08:00:00Z';
    const image = makeImage({ layers: [makeLayer({ files: { word: `${word} ${base}` }, created })], created });
    registry.put(`base/node-${base}`, '20', image);
    return image.digest;
  };
  const pins = Array.from({ length: BASES }, (_, base) => put(base, 'node'));
  return {
    ...registry,
    pins,
    rebuild: (count) => {
      for (let base = 0; base < count; base += 1) put(base, 'newer node');
    },
  };
}

function checkIn(bench: Workbench, registry: EmbeddedRegistry): (path: string, home: string) => Promise<Measured> {
  return (path, home) => {
    registry.forget();
    return bench.imgupdate(['check', '--exit-zero', '-qq', '-f', path], home);
  };
}

type CheckoutOptions = { readonly registry: EmbeddedRegistry; readonly count: number; readonly pins?: readonly string[] };

function makeCheckout(bench: Workbench, { registry, count, pins }: CheckoutOptions): string {
  const folder = bench.newHome();
  for (let file = 0; file < count; file += 1) {
    const base = file % BASES;
    const pin = pins === undefined ? '' : `@${pins[base]}`;
    const path = join(folder, `services/${file}/Dockerfile`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `FROM ${registry.host}/base/node-${base}:20${pin}\nWORKDIR /srv\nCOPY . .\nRUN npm ci\nCMD ["node", "."]\n`);
  }
  return folder;
}

function makePods(host: string, count: number, format: 'yaml' | 'json'): string {
  const item = (pod: number) => {
    const image = `${host}/base/node-${pod % BASES}:20`;
    return { pod: `web-${pod}`, image };
  };
  const pods = Array.from({ length: count }, (_, pod) => item(pod));
  if (format === 'json') {
    const items = pods.map(({ pod, image }) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: pod, namespace: 'shop', labels: { app: 'web', hash: 'x'.repeat(3_000) } },
      spec: {
        containers: [{ name: 'web', image, env: Array.from({ length: 40 }, (_, n) => ({ name: `SETTING_${n}`, value: 'some value' })) }],
      },
    }));
    return JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 4);
  }
  return pods
    .map(
      ({ pod, image }) =>
        `---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: ${pod}\n  labels: { app: web }\n  annotations:\n    note: "${'x'.repeat(200)}"\nspec:\n  containers:\n    - name: web\n      image: ${image}\n      env:\n        - { name: A, value: "1" }\n`,
    )
    .join('');
}
