import { type BaseCrowd, startBaseCrowd } from '../helpers/base-crowd.ts';
import { asked, type Workbench } from './measure.ts';
import { wallOfWarmList } from './tags.ts';
import { bounded, type Row } from './rows.ts';

/** What the bases of images on this machine cost their registry. */
export async function benchLocalBases(bench: Workbench): Promise<readonly Row[]> {
  const crowd = await startBaseCrowd({ images: 100, bases: 10 });
  const home = bench.newHome();
  const list = async (...args: string[]): Promise<Asked> => {
    crowd.registry.forget();
    const { stdout } = await bench.imgupdate(['list', '--json', '-H', crowd.engine.host, ...args], home);
    return { ...asked(crowd.registry), requests: crowd.registry.requests.length, answers: countAnswers(stdout) };
  };
  const cold = await list();
  const warm = await list();
  const refreshed = await list('--refresh');
  crowd.rebuild(3);
  const moved = await list('--refresh');
  const again = await list('--refresh');
  const walls = await wallOfWarmList('  its wall, remembered', crowd, home);
  await crowd.close();
  return [
    bounded('100 images built here on 10 bases, cold', tell(cold), {
      bound: '10 HEAD, 0 GET',
      holds: cold.heads === 10 && cold.gets === 0 && cold.answers === 'current 100',
    }),
    bounded('  again within max-age', `${warm.requests} requests: ${warm.answers}`, {
      bound: '0',
      holds: warm.requests === 0 && warm.answers === 'current 100',
    }),
    bounded('  refreshed', tell(refreshed), { bound: '10 HEAD, 0 GET', holds: refreshed.heads === 10 && refreshed.gets === 0 }),
    bounded('  3 bases moved, refreshed', tell(moved), {
      bound: '10 HEAD, at most 6 GET',
      holds: moved.heads === 10 && moved.gets <= 6 && moved.answers === 'current 70, moved 30',
    }),
    bounded('  refreshed again', tell(again), {
      bound: '10 HEAD, 0 GET',
      holds: again.heads === 10 && again.gets === 0 && again.answers === 'current 70, moved 30',
    }),
    ...walls,
  ];
}

/** Many images on one base ask once. */
export async function benchOneBase(bench: Workbench): Promise<readonly Row[]> {
  const crowd = await startBaseCrowd({ images: 50, bases: 1 });
  await bench.imgupdate(['list', '-H', crowd.engine.host], bench.newHome());
  const { heads, gets, text } = asked(crowd.registry);
  await crowd.close();
  return [bounded('50 images on one base', text, { bound: '1 HEAD, 0 GET', holds: heads === 1 && gets === 0 })];
}

/** What images in a registry cost it whose bases are named by what is recorded there. */
export async function benchRemoteBases(bench: Workbench): Promise<readonly Row[]> {
  const crowd = await startBaseCrowd({ images: 100, bases: 10 });
  const home = bench.newHome();
  const list = (...args: string[]): Promise<Asked> => listTargets(crowd, { bench, home }, args);
  const cold = await list();
  const warm = await list();
  const refreshed = await list('--refresh');
  crowd.rebuild(3);
  const moved = await list('--refresh');
  const again = await list('--refresh');
  await crowd.close();
  return [
    bounded('100 images in a registry on 10 bases, their makers named them, cold', tell(cold), {
      bound: 'at most 120 HEAD, 3 GET an image and 2 a base',
      holds: cold.heads <= 120 && cold.gets <= 320 && cold.answers === 'current 100',
    }),
    bounded('  again within max-age', `${warm.requests} requests: ${warm.answers}`, { bound: '0', holds: warm.requests === 0 }),
    bounded('  refreshed', tell(refreshed), { bound: '110 HEAD, 0 GET', holds: refreshed.heads === 110 && refreshed.gets === 0 }),
    bounded('  3 bases moved, refreshed', tell(moved), {
      bound: 'at most 4 GET a base',
      holds: moved.gets <= 12 && moved.answers === 'current 70, moved 30',
    }),
    bounded('  refreshed again', tell(again), { bound: '110 HEAD, 0 GET', holds: again.heads === 110 && again.gets === 0 }),
  ];
}

type Asked = ReturnType<typeof asked> & { readonly requests: number; readonly answers: string };

const tell = ({ text, answers }: Asked): string => `${text}: ${answers}`;

async function listTargets(
  crowd: BaseCrowd,
  { bench, home }: { readonly bench: Workbench; readonly home: string },
  args: readonly string[],
): Promise<Asked> {
  crowd.registry.forget();
  const { stdout } = await bench.imgupdate(['list', '--json', ...args, ...crowd.targets], home);
  return { ...asked(crowd.registry), requests: crowd.registry.requests.length, answers: countAnswers(stdout) };
}

/** `current 70, moved 30`: the answers about bases; rows without one are the bases themselves. */
function countAnswers(json: string): string {
  const { images } = JSON.parse(json) as {
    readonly images: readonly { readonly base: { readonly status: string; readonly reference: string | null } }[];
  };
  const counts = new Map<string, number>();
  for (const { base } of images) if (base.reference !== null) counts.set(base.status, (counts.get(base.status) ?? 0) + 1);
  return [...counts]
    .sort()
    .map(([status, count]) => `${status} ${count}`)
    .join(', ');
}
