import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCrowd } from '../helpers/crowd.ts';
import { asked, median, time, type Workbench } from './measure.ts';
import { bounded, ms, type Row, told } from './rows.ts';

const IMAGES = 5_000;
const TURNS = 3;

/** Bytes a message may have before readers of mail cut it. */
const MOST_OF_MAIL = 100_000;

const FORMATS = ['text', 'markdown', 'html', 'eml', 'atom', 'json', 'prom', 'slack'] as const;

/** What a report of 5,000 images takes of which everything is remembered, beside a list of them: wall, memory, bytes of each format; and a fleet of three. */
export async function benchReport(bench: Workbench): Promise<readonly Row[]> {
  const crowd = await startCrowd({ tags: IMAGES, repositories: IMAGES / 2 });
  const home = bench.newHome();
  const here = ['-H', crowd.engine.host];
  await bench.imgupdate(['list', ...here], home);
  const cold = asked(crowd.registry);
  crowd.registry.forget();
  await bench.imgupdate(['report', ...here, '--mark'], home);
  const asking = crowd.registry.requests.length;
  crowd.rebuild(IMAGES / 10);
  await bench.imgupdate(['list', ...here, '--refresh'], home);
  crowd.registry.forget();

  const lists: number[] = [];
  const reports: number[] = [];
  const peaks: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    lists.push(await time(() => bench.imgupdate(['list', ...here], home)));
    reports.push(await time(async () => peaks.push((await bench.imgupdate(['report', ...here], home)).peakBytes)));
  }
  const sizes: string[] = [];
  let mail = 0;
  let document = '';
  for (const format of FORMATS) {
    const { stdout } = await bench.imgupdate(['report', ...here, '--format', format, '--to', 'root'], home);
    sizes.push(`${format} ${kilobytes(Buffer.byteLength(stdout))}`);
    if (format === 'eml') mail = Buffer.byteLength(stdout);
    if (format === 'json') document = stdout;
  }
  const requests = crowd.registry.requests.length;
  await crowd.close();
  const [list, report] = [median(lists), median(reports)];
  return [
    bounded(`${IMAGES} images: asked of the registry by list, and by the report after it`, `${cold.text}; ${asking}`, {
      bound: '0 more',
      holds: asking === 0,
    }),
    bounded('  500 of them rebuilt, all remembered: asked by reports in all formats', `${requests} requests`, {
      bound: '0',
      holds: requests === 0,
    }),
    bounded('  wall of a report, beside a list of the same', `${ms(report)} = ${(report / list).toFixed(2)} x list (${ms(list)})`, {
      bound: 'at most 2 x',
      holds: report <= 2 * list,
    }),
    told('  peak memory', `${Math.round(Math.max(...peaks) / 1e6)} MB`),
    bounded('  size', sizes.join(', '), { bound: 'eml under 100 kB', holds: mail < MOST_OF_MAIL }),
    await benchFleet(bench, document),
  ];
}

async function benchFleet(bench: Workbench, document: string): Promise<Row> {
  const home = bench.newHome();
  const folder = mkdtempSync(join(home, 'fleet-'));
  const paths = ['build01', 'build02', 'edge'].map((name) => join(folder, `${name}.json`));
  for (const path of paths) {
    const host = path.slice(folder.length + 1, -'.json'.length);
    writeFileSync(path, document.replace(/"host": "[^"]*"/, `"host": "${host}"`));
  }
  let peak = 0;
  const walls: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    walls.push(await time(async () => (peak = (await bench.imgupdate(['report', ...paths], home)).peakBytes)));
  }
  return told(`  three machines with ${IMAGES} images each on one page`, `${ms(median(walls))}, ${Math.round(peak / 1e6)} MB`);
}

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(bytes < 100_000 ? 1 : 0)} kB`;
