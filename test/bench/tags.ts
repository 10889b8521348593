import { type Crowd, startCrowd } from '../helpers/crowd.ts';
import { runOrThrow } from '../helpers/processes.ts';
import { runCli } from '../helpers/run-cli.ts';
import { asked, bareNode, ENVIRONMENTS, isInstalled, medians, median, time, timedList, type Workbench } from './measure.ts';
import { bounded, ms, ratioToNode, type Row, told } from './rows.ts';

const RUNS = 15;

/** What a start takes beside bare node. */
export async function benchStart({ newHome }: Workbench): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const home = newHome();
  for (const [name, env] of ENVIRONMENTS()) {
    const [bare = 1, version = 0] = await medians(RUNS, [() => bareNode(env), () => runCli(['--version'], { home, env })]);
    const expected = { bound: 'at most 1.5 x', holds: version <= 1.5 * bare };
    rows.push(bounded(`imgupdate --version, ${name}`, ratioToNode(version, bare), expected));
  }
  return rows;
}

/** What 200 tags cost at first, again, and after some of them moved. */
export async function benchTags(bench: Workbench): Promise<readonly Row[]> {
  const crowd = await startCrowd({ tags: 200, repositories: 100 });
  const home = bench.newHome();
  const list = (...args: string[]): Promise<unknown> => bench.imgupdate(['list', '-H', crowd.engine.host, ...args], home);
  await list();
  const { tokens, challenges } = crowd.registry.counts();
  const { heads, gets, text } = asked(crowd.registry);
  const isIdeal = heads === 200 && gets === 0 && tokens <= 2 && challenges <= 1;
  const cold = bounded('200 tags in 100 repositories, cold', text, { bound: '200 HEAD, 0 GET, 2 tokens, 1 challenge', holds: isIdeal });

  crowd.registry.forget();
  const walls = await wallOfWarmList('  its wall', crowd, home);
  const again = crowd.registry.requests.length;
  const warm = bounded('the same again within max-age', `${again} requests`, { bound: '0', holds: again === 0 });

  crowd.rebuild(10);
  crowd.registry.forget();
  await list('--refresh');
  const rebuilt = asked(crowd.registry);
  crowd.registry.forget();
  await list('--refresh');
  const refreshed = asked(crowd.registry);
  await crowd.close();
  return [
    cold,
    warm,
    ...walls,
    bounded('10 of them rebuilt', rebuilt.text, { bound: 'at most 20 GET', holds: rebuilt.gets <= 20 }),
    bounded('  refreshed again', refreshed.text, { bound: '0 GET', holds: refreshed.gets === 0 }),
  ];
}

/** What a list takes of which everything is remembered, beside bare node. */
export async function wallOfWarmList(what: string, crowd: Pick<Crowd, 'engine'>, home: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [name, env] of ENVIRONMENTS()) {
    const [bare = 1, warm = 0] = await medians(RUNS, [() => bareNode(env), () => timedList(crowd.engine.host, home, env)]);
    rows.push(bounded(`${what}, ${name}`, ratioToNode(warm, bare), { bound: 'at most 3 x', holds: warm <= 3 * bare }));
  }
  return rows;
}

/** What a cold list waits for where every answer takes its time, beside as few round trips as can be, and beside skopeo. */
export async function benchLatency(bench: Workbench): Promise<readonly Row[]> {
  const latencyMs = 50;
  const crowd = await startCrowd({ tags: 200, repositories: 100, latencyMs });
  const [bare = 1, wall = 0] = await medians(5, [() => bareNode(), () => timedList(crowd.engine.host, bench.newHome())]);
  // a list of tags for each repository, of which two may be asked for at a time; the tags are asked beside them
  const ideal = (3 + 100 / 2) * latencyMs;
  const beside = wall - bare;
  const row = bounded(
    '200 tags at 50 ms a response, cold',
    `${ms(beside)} beside the start of node = ${(beside / ideal).toFixed(2)} x ideal (${ms(ideal)})`,
    { bound: 'at most 1.5 x', holds: beside <= 1.5 * ideal },
  );
  const peers = (await isInstalled('skopeo', '--version')) ? [await benchSkopeo(crowd, wall)] : [];
  await crowd.close();
  return [row, ...peers];
}

async function benchSkopeo({ registry }: Crowd, wall: number): Promise<Row> {
  registry.forget();
  const images = 20;
  const names = Array.from({ length: images }, (_, number) => `docker://${registry.host}/acme/app-${number % 100}:v${number}`);
  const skopeo = await time(async () => {
    for (const name of names) await runOrThrow('skopeo', ['inspect', '--tls-verify=false', name]);
  });
  const { manifestHeads, manifestGets, tokens, total } = registry.counts();
  const perImage = (value: number): string => String(value / images);
  return told(
    `the same by skopeo inspect, a process an image (${images} measured)`,
    `${ms(skopeo / images)} an image = ${(skopeo / images / (wall / 200)).toFixed(0)} x imgupdate; ${perImage(total)} requests an image: ${perImage(manifestHeads)} HEAD, ${perImage(manifestGets)} GET, ${perImage(tokens)} tokens`,
  );
}

/** Many images of one name ask once. */
export async function benchOneName(bench: Workbench): Promise<readonly Row[]> {
  const crowd = await startCrowd({ tags: 60, repositories: 1, sameName: true });
  await bench.imgupdate(['list', '-H', crowd.engine.host], bench.newHome());
  const { heads, text } = asked(crowd.registry);
  await crowd.close();
  return [bounded('60 images of one repo:tag', text, { bound: '1 HEAD', holds: heads === 1 })];
}

/** Memory and time of thousands of images. */
export async function benchMany(bench: Workbench): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const walls: number[] = [];
  for (const tags of [2_500, 5_000, 10_000]) {
    const crowd = await startCrowd({ tags, repositories: tags / 2 });
    const home = bench.newHome();
    const list = () => bench.imgupdate(['list', '-H', crowd.engine.host], home);
    const { peakBytes: cold } = await list();
    const peaks: number[] = [];
    const times: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) times.push(await time(async () => peaks.push((await list()).peakBytes)));
    walls.push(median(times));
    const warm = Math.max(...peaks);
    const expected = { bound: 'under 300 MB', holds: Math.max(cold, warm) < 300_000_000 };
    rows.push(bounded(`${tags} images: peak memory, cold and warm`, `${megabytes(cold)}, ${megabytes(warm)}`, expected));
    await crowd.close();
  }
  const [small = 1, middle = 1, large = 1] = walls;
  const result = `${walls.map(ms).join(', ')}: ${(middle / small).toFixed(2)} x and ${(large / middle).toFixed(2)} x`;
  const expected = { bound: 'linear: about 2 x', holds: large / middle < 2.6 };
  return [...rows, bounded('  wall of 2,500, 5,000, 10,000 images, remembered', result, expected)];
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
