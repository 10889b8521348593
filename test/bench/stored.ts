import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startRegistry } from '../../src/demo/registry-server.ts';
import { startCrowd } from '../helpers/crowd.ts';
import { makeStoredCrowd, STORED_FORMS, writeLargeArchive, writeStored } from '../helpers/stored-crowd.ts';
import { asked, time, type Workbench } from './measure.ts';
import { bounded, ms, type Row, told } from './rows.ts';

const IMAGES = 500;

/** What 500 images cost wherever they are: the registry, the clock and memory. */
export async function benchStored(bench: Workbench): Promise<readonly Row[]> {
  const registry = await startRegistry({ quota: { limit: 10 * IMAGES, windowSeconds: 21_600 } });
  const images = makeStoredCrowd({ images: IMAGES, bases: 10, registry: registry.host });
  for (const { name, image } of images) registry.put(name.slice(registry.host.length + 1, -':1'.length), '1', image);
  const rows: Row[] = [];
  for (const form of STORED_FORMS) {
    const target = await writeStored(form, bench.newHome(), images);
    const home = bench.newHome();
    registry.forget();
    const cold = await bench.imgupdate(['list', '-qq', target], home);
    const first = asked(registry);
    registry.forget();
    let warm = cold;
    const wall = await time(async () => {
      warm = await bench.imgupdate(['list', '-qq', target], home);
    });
    const again = registry.requests.length;
    // docker's classic store keeps no manifests: only the config tells whether the tag names the image
    const most = form.startsWith('docker save') ? IMAGES : 0;
    rows.push(
      bounded(`500 images, ${form}, cold`, `${first.text}; again: ${again}`, {
        bound: `500 HEAD, at most ${most} GET; again 0`,
        holds: first.heads === IMAGES && first.gets <= most && again === 0,
      }),
      told('  again: wall, CPU, peak memory', `${ms(wall)}, ${ms(warm.cpuMs)}, ${Math.round(warm.peakBytes / 1e6)} MB`),
    );
  }
  await registry.close();
  return rows;
}

/** What it costs that several engines have the same images. */
export async function benchEngines(bench: Workbench): Promise<readonly Row[]> {
  const crowd = await startCrowd({ tags: 200, repositories: 100 });
  const other = await crowd.startAnother();
  await bench.imgupdate(['list', '-qq', '-H', crowd.engine.host, '-H', other.host], bench.newHome());
  const { heads, gets, text } = asked(crowd.registry);
  await other.close();
  await crowd.close();
  return [bounded('200 tags on two engines, cold', text, { bound: '200 HEAD, 0 GET', holds: heads === 200 && gets === 0 })];
}

/** How much memory an archive takes that is larger than it. */
export async function benchLargeArchives(bench: Workbench): Promise<readonly Row[]> {
  const folder = bench.newHome();
  const rows: Row[] = [];
  for (const [what, content, gzip] of [
    ['plain', 'hole', false],
    ['gzip', 'noise', true],
    ['gzip of zeros', 'hole', true],
  ] as const) {
    const path = join(folder, 'large.tar');
    await writeLargeArchive(path, { bytes: 2 * 1024 ** 3, content, gzip, name: 'localhost/large:1' });
    const { peakBytes, cpuMs } = await bench.imgupdate(['list', '-qq', `docker-archive:${path}`], bench.newHome());
    rmSync(path);
    const peak = Math.round(peakBytes / 1e6);
    rows.push(
      bounded(`a docker-archive of 2 GiB, ${what}: peak memory`, `${peak} MB, ${ms(cpuMs)} CPU`, {
        bound: 'at most 100 MB',
        holds: peak <= 100,
      }),
    );
  }
  return rows;
}
