import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type App, type Base, makeMoves, referenceOf, startDockerWorkshop, type Workshop } from '../helpers/base-lab.ts';
import { type Published, readPublished, tellShared } from '../helpers/published.ts';
import { listRows, type Listed, NO_ENGINE, tellBase } from '../helpers/base-answers.ts';
import { systemTest } from '../helpers/system.ts';
import { makeTemporaryDirectory } from '../helpers/temp.ts';

type Builder = 'classic' | 'BuildKit';

/** The upper layer is made in another second than what is below: engines tell the times of steps in seconds. */
const STEPS = ['FROM scratch', 'COPY rootfs /', 'ENV LANG=C', 'RUN /bin/busybox sleep 1; echo one > /one', 'CMD ["sh"]'];
const WITHOUT_CMD = STEPS.slice(0, -1);
const APP_STEPS = ['COPY app.txt /app', 'ENV APP=1', 'CMD ["/app"]'];
/** Makes the directory /bin itself, at the time of the build. */
const OTHER_TIMES = STEPS.map((step) => step.replace('rootfs /', 'rootfs/bin/busybox /bin/sh'));
const OTHER_FILE = STEPS.map((step) => step.replaceAll('one', 'two'));

const WITHOUT_UPPER_LAYER = STEPS.filter((step) => !step.startsWith('RUN'));

/** What happens to a base after an app was built on it. */
const MOVES: Readonly<Record<string, Pick<Base<Builder>, 'before' | 'after' | 'afterFlags'>>> = {
  'nothing moved': { before: STEPS, after: null },
  'another CMD': { before: STEPS, after: [...STEPS.slice(0, -1), 'CMD ["sh", "-l"]'] },
  'a step makes another file': { before: STEPS, after: OTHER_FILE },
  'the upper layer dropped': { before: STEPS, after: WITHOUT_UPPER_LAYER },
  'the last step dropped': { before: WITHOUT_CMD, after: WITHOUT_CMD.slice(0, -1) },
  'a layer added': { before: STEPS, after: [...STEPS, 'RUN echo three > /three'] },
  'built again without cache': { before: OTHER_TIMES, after: OTHER_TIMES, afterFlags: ['--no-cache'] },
};

/**
 * What imgupdate says of an app on a base that moved so: on the machine that built both, and where no more is known than the two images and their names.
 *
 * `shares`: how much of the base as it is now is in the app.
 */
type Case = { readonly builder: Builder; readonly move: string; readonly shares: string; readonly here: string; readonly apart: string };

const CASES: readonly Case[] = [
  { builder: 'classic', move: 'nothing moved', shares: 'layers 2 of 2, steps 4 of 4', here: 'current, medium', apart: 'current, medium' },
  {
    builder: 'classic',
    move: 'another CMD',
    shares: 'layers 2 of 2, steps 3 of 4',
    here: 'moved/metadata-only, high',
    apart: 'moved/metadata-only, medium',
  },
  {
    builder: 'classic',
    move: 'a step makes another file',
    shares: 'layers 1 of 2, steps 2 of 4',
    here: 'moved/layers-differ, certain',
    apart: 'moved/layers-differ, high',
  },
  {
    builder: 'classic',
    move: 'the upper layer dropped',
    shares: 'layers 1 of 1, steps 2 of 3',
    here: 'moved/upper-layers-removed, certain',
    apart: 'moved/upper-layers-removed, medium',
  },
  // the two images are those that they would be had nothing moved
  {
    builder: 'classic',
    move: 'the last step dropped',
    shares: 'layers 1 of 1, steps 2 of 2',
    here: 'moved/upper-layers-removed, certain',
    apart: 'current, medium',
  },
  {
    builder: 'classic',
    move: 'a layer added',
    shares: 'layers 2 of 3, steps 4 of 5',
    here: 'moved/layers-differ, certain',
    apart: 'moved/layers-differ, high',
  },
  {
    builder: 'classic',
    move: 'built again without cache',
    shares: 'layers 0 of 2, steps 0 of 4',
    here: 'moved/layers-differ, certain',
    apart: 'moved/layers-differ, high',
  },
  { builder: 'BuildKit', move: 'nothing moved', shares: 'layers 2 of 2, steps 4 of 4', here: 'current, medium', apart: 'current, medium' },
  {
    builder: 'BuildKit',
    move: 'another CMD',
    shares: 'layers 2 of 2, steps 3 of 4',
    here: 'moved/metadata-only, high',
    apart: 'moved/metadata-only, medium',
  },
  {
    builder: 'BuildKit',
    move: 'a step makes another file',
    shares: 'layers 1 of 2, steps 1 of 4',
    here: 'moved/layers-differ, certain',
    apart: 'moved/layers-differ, high',
  },
  {
    builder: 'BuildKit',
    move: 'the upper layer dropped',
    shares: 'layers 1 of 1, steps 1 of 3',
    here: 'moved/upper-layers-removed, certain',
    apart: 'moved/upper-layers-removed, medium',
  },
  {
    builder: 'BuildKit',
    move: 'the last step dropped',
    shares: 'layers 1 of 1, steps 1 of 2',
    here: 'moved/upper-layers-removed, certain',
    apart: 'moved/upper-layers-removed, medium',
  },
  {
    builder: 'BuildKit',
    move: 'a layer added',
    shares: 'layers 2 of 3, steps 4 of 5',
    here: 'moved/layers-differ, certain',
    apart: 'moved/layers-differ, high',
  },
  {
    builder: 'BuildKit',
    move: 'built again without cache',
    shares: 'layers 0 of 2, steps 0 of 4',
    here: 'moved/layers-differ, certain',
    apart: 'moved/layers-differ, high',
  },
];

const baseOf = (builder: Builder, move: string): string => `base ${builder}, ${move}`;
const appOf = (builder: Builder, move: string): string => `app ${builder}, ${move}`;
const NAMED = CASES.map((made) => [`${made.builder}, ${made.move}`, made] as const);

systemTest('bases below what docker built', ['dockerd', 'docker', 'docker-registry', 'skopeo', 'busybox'], () => {
  let workshop: Workshop<Builder>;
  let here: Listed;
  let pulled: Listed;
  const published = new Map<string, Published>();
  const publishedAs = (name: string): Published => published.get(name)!;
  const at = (name: string): string => referenceOf(workshop, name);

  beforeAll(async () => {
    workshop = await startDockerWorkshop();
    const bases = CASES.map(({ builder, move }): Base<Builder> => ({ name: baseOf(builder, move), builder, ...MOVES[move]! }));
    const apps = CASES.map(({ builder, move }): App<Builder> => {
      return { name: appOf(builder, move), builder, base: baseOf(builder, move), steps: APP_STEPS };
    });
    await makeMoves(workshop, bases, apps);
    for (const { name } of [...bases, ...apps]) published.set(name, await readPublished(at(name)));
    here = await listRows(['-H', workshop.engine.host]);
    const all = await workshop.engine.command(['images', '--quiet', '--no-trunc']);
    await workshop.remove(['--force', ...new Set(all.trim().split('\n'))]);
    for (const { name } of apps) await workshop.pull(at(name));
    const images = apps.map(({ name, base }) => ({ match: at(name), base: at(base) }));
    const config = `${await workshop.makeContext('settings')}/settings.json`;
    await writeFile(config, JSON.stringify({ images }));
    pulled = await listRows(['-H', workshop.engine.host, '--config', config]);
  });
  afterAll(() => workshop.close());

  describe('what the builders leave in an image', () => {
    test.each(NAMED)('%s: its layers and steps of the base', (_, { builder, move, shares }) => {
      expect(tellShared(publishedAs(appOf(builder, move)), publishedAs(baseOf(builder, move)))).toBe(shares);
    });

    test('classic: every step has a time of its own', () => {
      const times = publishedAs(appOf('classic', 'nothing moved')).history.map(({ created }) => created);
      expect(new Set(times).size).toBe(times.length);
    });

    test('BuildKit: the steps of one build have the time of its first layer in common, but for layers that take longer', () => {
      const [copy, env, run, cmd, ...own] = publishedAs(appOf('BuildKit', 'nothing moved')).history.map(({ created }) => created);
      expect([env, cmd]).toEqual([run, run]);
      expect(copy).not.toBe(run);
      expect(new Set(own).size).toBe(1);
    });
  });

  describe('what imgupdate says of the base', () => {
    test.each(NAMED)('%s: on the machine that built both', (_, { builder, move, here: told }) => {
      const row = here.rows.get(at(appOf(builder, move)))!;
      expect(tellBase(row), row.base.why).toBe(told);
      expect(row.base.reference).toBe(at(baseOf(builder, move)));
      expect(row.base.evidence).toContain(builder === 'classic' ? 'parent-chain' : 'local-image');
    });

    test.each(NAMED)('%s: of images in a registry, without an engine', async (_, { builder, move, apart }) => {
      const [app, base] = [at(appOf(builder, move)), at(baseOf(builder, move))];
      const { rows } = await listRows(['-H', NO_ENGINE, `docker://${app}`, '--base', base]);
      expect(tellBase(rows.get(app)!)).toBe(apart);
      expect(rows.get(app)!.base).toMatchObject({ reference: base, evidence: ['flag'] });
    });

    test.each(NAMED)('%s: on a machine that pulled the app alone, and is told its base', (_, { builder, move, apart }) => {
      const [app, base] = [at(appOf(builder, move)), at(baseOf(builder, move))];
      const row = pulled.rows.get(app)!;
      expect(tellBase(row), row.base.why).toBe(apart);
      expect(row.base).toMatchObject({ reference: base, evidence: ['config'] });
    });

    test('an app that was pulled, without a word on its base: nothing is said', async () => {
      const { rows } = await listRows(['-H', workshop.engine.host]);
      const told = NAMED.map(([, { builder, move }]) => tellBase(rows.get(at(appOf(builder, move)))!));
      expect(new Set(told)).toEqual(new Set(['unknown/no-evidence']));
    });

    test('asked for the second time, the registry has each tag named by one HEAD and lists those of the image, and gives no manifest', async () => {
      const home = await makeTemporaryDirectory();
      try {
        const args = ['-H', workshop.engine.host, at(appOf('BuildKit', 'another CMD')), '--base', at(baseOf('BuildKit', 'another CMD'))];
        await listRows(args, { home: home.path });
        const { document, rows } = await listRows([...args, '--refresh'], { home: home.path });
        // two HEADs, a list, and one that finds that the registry speaks no TLS
        expect(document.registries).toMatchObject([{ registry: workshop.registry.host, requests: 4, counted: 0 }]);
        expect([...rows.values()].map(tellBase)).toEqual(['moved/metadata-only, medium']);
      } finally {
        await home.remove();
      }
    });
  });
});
