import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredImage } from '../../src/demo/engine-documents.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../helpers/temp.ts';
import { AFTER, BUILT } from './base-world.ts';
import { builtHere, NEWER_OS, onTop, OS, pulled, type ReportWorld, startReportWorld, word } from './report-world.ts';

/**
 * One machine, week after week. In the second week a tag moves, a base moves, a registry cannot be reached, a tag is deleted, and one image is held; in the third
 * some of it is done, and a still newer version comes.
 */

let home: TemporaryDirectory;
let world: ReportWorld;

beforeAll(async () => {
  home = await makeTemporaryDirectory();
  world = await startReportWorld(home.path);
});
afterAll(async () => {
  await world.close();
  await home.remove();
});

/** The sections of a report as text, by title; the headline is ''. */
function sectionsOf(text: string): ReadonlyMap<string, string> {
  const sections = new Map<string, string[]>([['', []]]);
  let title = '';
  for (const line of text.split('\n')) {
    if (TITLES.test(line)) sections.set((title = line.replace(/:$/, '')), []);
    else sections.get(title)?.push(line);
  }
  return new Map([...sections].map(([name, lines]) => [name, lines.join('\n')]));
}

const TITLES =
  /^(?:Needs attention|New since \d+ \w+|Pending|Still pending, oldest first|Done since \d+ \w+|Held|Bases that moved|Rebuild, in this order|Image store|What to type|The report of .*may not have arrived):?$/;

const report = (time: string, ...args: string[]) => world.at(time, ['report', '--refresh', '--host-name', 'build01', ...args]);

async function marked(time: string): Promise<ReadonlyMap<string, string>> {
  const ran = await report(time, '--mark');
  expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
  await expect(world.normalize(ran.stdout)).toMatchFileSnapshot(`transcripts/report-${time.slice(0, 10)}.txt`);
  return sectionsOf(world.normalize(ran.stdout));
}

const [WEB, API, DB, OLD] = ['acme/web', 'acme/api', 'acme/db', 'acme/old'];
const app = { old: onTop(OS, 'app', BUILT), new: onTop(NEWER_OS, 'app', AFTER) };
const top = onTop(app.old, 'top', BUILT);

/** What the machine has: `web` pulled at some time, `app` built on some base. */
function images(web: string, appImage = app.old): readonly StoredImage[] {
  const { registry, other } = world;
  return [
    pulled(`${registry.host}/${WEB}:1`, word(web)),
    pulled(`${registry.host}/${API}:2.3.1`, word('api 2.3.1')),
    pulled(`${registry.host}/${DB}:15.4`, word('db 15.4')),
    pulled(`${registry.host}/${OLD}:3`, word('old')),
    pulled(`${other.host}/tools/ci:latest`, word('ci')),
    pulled(`${registry.host}/acme/os:1`, OS),
    builtHere('acme.local/app:dev', appImage),
    builtHere('acme.local/top:dev', top),
  ];
}

describe('three weeks of a machine', () => {
  it('the first report tells all that is pending, and has nothing to compare with', async () => {
    const { registry, other } = world;
    registry.put(WEB, '1', word('web'));
    for (const tag of ['2.3.1', '2.4.0']) registry.put(API, tag, word(`api ${tag}`));
    for (const tag of ['15.4', '15.14']) registry.put(DB, tag, word(`db ${tag}`));
    registry.put(OLD, '3', word('old'));
    registry.put('acme/os', '1', OS);
    other.put('tools/ci', 'latest', word('ci'));
    await world.setImages(images('web'));

    const sections = await marked('2026-11-02T07:00');
    expect(sections.get('')).toMatch(/^First report on build01: 2 updates pending\.$/m);
    expect([...sections.keys()]).toContain('Pending');
    expect(sections.get('Pending')).toMatch(/acme\/api:2\.3\.1[^]*2\.4\.0 \(minor\)/);
    expect(sections.get('Pending')).toMatch(/acme\/db:15\.4[^]*15\.14/);
    expect(sections.get('Pending')).not.toContain(WEB);
    expect(sections.has('Needs attention')).toBe(false);
    expect([...sections.keys()].filter((title) => /New since|Done since|Still pending/.test(title))).toEqual([]);
  });

  it('a preview moves nothing, however often it is looked at', async () => {
    const [one, two] = [await report('2026-11-03T07:00'), await report('2026-11-03T07:00')];
    expect(one).toEqual(two);
    expect([...sectionsOf(one.stdout).keys()]).toContain('Still pending, oldest first');
    expect(sectionsOf(one.stdout).has('New since 2 Nov')).toBe(false);
  });

  it('nothing is printed when nothing has changed, and the mark moves', async () => {
    expect(await report('2026-11-04T07:00', '--if-changed', '--mark')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('the second week tells what moved, what is gone, what could not be reached, and what is held', async () => {
    world.registry.put(WEB, '1', word('web rebuilt', AFTER));
    world.registry.put('acme/os', '1', NEWER_OS);
    world.registry.remove(OLD, '3');
    world.other.setReachable(false);
    expect(
      await world.at('2026-11-08T12:00', ['hold', `${world.registry.host}/${DB}`, '--until', '2026-11-20', '--reason', 'wait for the fix']),
    ).toMatchObject({ exitCode: 0 });

    const sections = await marked('2026-11-09T07:00');
    const fresh = sections.get('New since 4 Nov') ?? '';
    expect(fresh).toContain('registry.example/acme/web:1');
    expect(fresh).toContain('acme.local/app:dev');
    expect(fresh).not.toContain(API);
    expect(sections.get('Still pending, oldest first')).toMatch(/acme\/api:2\.3\.1[^]*since 2 Nov/);
    expect(sections.get('Still pending, oldest first')).not.toContain(DB);
    expect(sections.get('Held')).toMatch(/acme\/db:15\.4[^]*2026-11-20[^]*wait for the fix/);
    const attention = sections.get('Needs attention') ?? '';
    expect(attention).toMatch(/acme\/old:3/);
    expect(attention).toMatch(/other\.example/);
    expect(sections.get('Bases that moved')).toContain('acme/os:1');
    const order = sections.get('Rebuild, in this order') ?? '';
    expect(order).toContain('acme.local/app:dev');
    expect(order.indexOf('acme.local/app:dev')).toBeLessThan(order.indexOf('acme.local/top:dev'));
  });

  it('the third week tells what was done, what came back, and a version that is still newer', async () => {
    world.other.setReachable(true);
    world.registry.put(API, '2.5.0', word('api 2.5.0'));
    await world.setImages([...images('web', app.new).slice(1), pulled(`${world.registry.host}/${WEB}:1`, word('web rebuilt', AFTER))]);

    const sections = await marked('2026-11-16T07:00');
    const done = sections.get('Done since 9 Nov') ?? '';
    expect(done).toContain('registry.example/acme/web:1');
    expect(done).toContain('acme.local/app:dev');
    expect(sections.get('New since 9 Nov')).toMatch(/acme\/api:2\.3\.1[^]*2\.5\.0 \(minor\)/);
    expect(sections.get('Needs attention')).toContain('acme/old:3');
    expect(sections.get('Needs attention')).not.toContain('other.example');
    expect(sections.get('Held')).toContain('acme/db:15.4');
  });

  it('a hold that has ended needs attention, and its image is pending again', async () => {
    const sections = sectionsOf(world.normalize((await report('2026-11-23T07:00')).stdout));
    expect(sections.get('Needs attention')).toMatch(/acme\/db/);
    expect(sections.has('Held')).toBe(false);
    expect(sections.get('New since 16 Nov') ?? sections.get('Still pending, oldest first')).toContain('acme/db:15.4');
  });

  it('can be compared with an older week, a day, and a document', async () => {
    const older = sectionsOf((await report('2026-11-17T07:00', '--since', '10d')).stdout);
    expect([...older.keys()].some((title) => title === 'New since 4 Nov')).toBe(true);
    const day = sectionsOf((await report('2026-11-17T07:00', '--since', '2026-11-10')).stdout);
    expect([...day.keys()].some((title) => title === 'New since 9 Nov')).toBe(true);
    const list = await world.at('2026-11-17T07:00', ['list', '--refresh', '--json', '-o', 'json=now.json']);
    expect(list.exitCode).toBe(0);
    const { stdout } = await report('2026-11-17T07:00', '--since', 'now.json');
    expect([...sectionsOf(stdout).keys()].filter((title) => /^(?:New|Done) since/.test(title))).toEqual([]);
  });
});
