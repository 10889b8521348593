import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type App,
  type Base,
  type Compression,
  makeMoves,
  nextSecond,
  referenceOf,
  startDockerWorkshop,
  type Workshop,
} from '../helpers/base-lab.ts';
import { type Published, readPublished, tellShared } from '../helpers/published.ts';
import { systemTest } from '../helpers/system.ts';

type Builder = 'classic' | 'BuildKit';

const STEPS = ['FROM scratch', 'COPY rootfs /', 'ENV LANG=C', 'RUN echo one > /one', 'CMD ["sh"]'];
const WITHOUT_CMD = STEPS.slice(0, -1);
const APP_STEPS = ['COPY app.txt /app', 'ENV APP=1', 'CMD ["/app"]'];
/** Makes the directory /bin itself, at the time of the build. */
const OTHER_TIMES = STEPS.map((step) => step.replace('rootfs /', 'rootfs/bin/sh /bin/sh'));
const OTHER_FILE = STEPS.map((step) => step.replaceAll('one', 'two'));

const WITHOUT_UPPER_LAYER = STEPS.filter((step) => !step.startsWith('RUN'));

/** What happens to a base after an app was built on it. */
const MOVES: Readonly<Record<string, Pick<Base<Builder>, 'before' | 'after' | 'afterFlags'>>> = {
  'nothing moved': { before: STEPS, after: null },
  'another CMD': { before: STEPS, after: [...WITHOUT_CMD, 'CMD ["sh", "-l"]'] },
  'a step makes another file': { before: STEPS, after: OTHER_FILE },
  'the upper layer dropped': { before: STEPS, after: WITHOUT_UPPER_LAYER },
  'the last step dropped': { before: WITHOUT_CMD, after: WITHOUT_CMD.slice(0, -1) },
  'a layer added': { before: STEPS, after: [...STEPS, 'RUN echo three > /three'] },
  'built again without cache': { before: OTHER_TIMES, after: OTHER_TIMES, afterFlags: ['--no-cache'] },
};

/** `shares`: how much of the base as it is now is in an app on the base as it was. */
type Case = { readonly builder: Builder; readonly move: string; readonly shares: string };

const CASES: readonly Case[] = [
  { builder: 'classic', move: 'nothing moved', shares: 'layers 2 of 2, steps 4 of 4' },
  { builder: 'classic', move: 'another CMD', shares: 'layers 2 of 2, steps 3 of 4' },
  { builder: 'classic', move: 'a step makes another file', shares: 'layers 1 of 2, steps 2 of 4' },
  { builder: 'classic', move: 'the upper layer dropped', shares: 'layers 1 of 1, steps 2 of 3' },
  { builder: 'classic', move: 'the last step dropped', shares: 'layers 1 of 1, steps 2 of 2' },
  { builder: 'classic', move: 'a layer added', shares: 'layers 2 of 3, steps 4 of 5' },
  { builder: 'classic', move: 'built again without cache', shares: 'layers 0 of 2, steps 0 of 4' },
  { builder: 'BuildKit', move: 'nothing moved', shares: 'layers 2 of 2, steps 4 of 4' },
  { builder: 'BuildKit', move: 'another CMD', shares: 'layers 2 of 2, steps 3 of 4' },
  { builder: 'BuildKit', move: 'a step makes another file', shares: 'layers 1 of 2, steps 1 of 4' },
  { builder: 'BuildKit', move: 'the upper layer dropped', shares: 'layers 1 of 1, steps 1 of 3' },
  { builder: 'BuildKit', move: 'the last step dropped', shares: 'layers 1 of 1, steps 1 of 2' },
  { builder: 'BuildKit', move: 'a layer added', shares: 'layers 2 of 3, steps 4 of 5' },
  { builder: 'BuildKit', move: 'built again without cache', shares: 'layers 0 of 2, steps 0 of 4' },
];

const baseOf = (builder: Builder, move: string): string => `base ${builder}, ${move}`;
const appOf = (builder: Builder, move: string): string => `app ${builder}, ${move}`;
const NAMED = CASES.map((made) => [`${made.builder}, ${made.move}`, made] as const);

systemTest('bases below what docker built', ['dockerd', 'docker', 'docker-registry', 'skopeo', 'busybox'], () => {
  let workshop: Workshop<Builder>;
  const published = new Map<string, Published>();
  const publishedAs = (name: string): Published => published.get(name)!;
  const at = (name: string): string => referenceOf(workshop, name);

  beforeAll(async () => {
    workshop = await startDockerWorkshop();
    const bases = CASES.map(({ builder, move }): Base<Builder> => ({ name: baseOf(builder, move), builder, ...MOVES[move]! }));
    const apps = CASES.map(({ builder, move }): App<Builder> => {
      return { name: appOf(builder, move), builder, base: baseOf(builder, move), steps: APP_STEPS };
    });
    await makeMoves(workshop, bases, apps, async () => {
      for (const [name, make] of Object.entries(SPECIAL)) await make(name);
    });
    for (const { name } of [...bases, ...apps]) published.set(name, await readPublished(at(name)));
    for (const name of Object.keys(SPECIAL)) published.set(name, await readPublished(at(name)));
  });
  afterAll(() => workshop.close());

  const build = async (builder: Builder, name: string, steps: readonly string[], context = name): Promise<void> => {
    await workshop.builders[builder]({ reference: at(name), steps, context: await workshop.makeContext(context) });
  };

  /** Another image is published under the tag, and this engine does not hear of it. */
  const moveElsewhere = async (name: string, steps: readonly string[]): Promise<void> => {
    await nextSecond();
    await build('BuildKit', `next ${name}`, steps, name);
    await workshop.copy(`docker://${at(`next ${name}`)}`, `docker://${at(name)}`);
    await workshop.remove([at(`next ${name}`)]);
  };

  /** Apps that are not made of a base alone, by their names. */
  const SPECIAL: Readonly<Record<string, (name: string) => Promise<void>>> = {
    'a committed container': async (name) => {
      const { command } = workshop.engine;
      await command(['create', '--name', 'to-commit', '--network', 'none', at(appOf('classic', 'another CMD'))]);
      await command(['cp', `${await workshop.makeContext(name)}/app.txt`, 'to-commit:/new']);
      await command(['commit', 'to-commit', at(name)]);
      await command(['rm', 'to-commit']);
      await command(['push', '--quiet', at(name)]);
    },
    'an imported container': async (name) => {
      const { command } = workshop.engine;
      const file = `${await workshop.makeContext(name)}.tar`;
      await command(['create', '--name', 'to-export', '--network', 'none', at(appOf('classic', 'another CMD'))]);
      await command(['export', '--output', file, 'to-export']);
      await command(['rm', 'to-export']);
      await command(['import', file, at(name)]);
      await command(['push', '--quiet', at(name)]);
    },
    'another name of an app': async (name) => {
      await workshop.engine.command(['tag', at(appOf('BuildKit', 'another CMD')), at(name)]);
      await workshop.engine.command(['push', '--quiet', at(name)]);
    },
    'classic stages, of which the first moved': (name) => buildStages('classic', name, 'a step makes another file', 'nothing moved'),
    'BuildKit stages, of which the first moved': (name) => buildStages('BuildKit', name, 'a step makes another file', 'nothing moved'),
    'BuildKit stages, of which the last moved': (name) => buildStages('BuildKit', name, 'nothing moved', 'another CMD'),
    'a stage built on a stage': async (name) => {
      const steps = [`FROM ${at(baseOf('BuildKit', 'another CMD'))} AS one`, 'RUN echo tools > /tools', 'FROM one', ...APP_STEPS];
      await build('BuildKit', name, steps);
    },
    'on an app whose base moved': (name) =>
      build('BuildKit', name, [`FROM ${at(appOf('BuildKit', 'a step makes another file'))}`, 'RUN echo more > /more']),
    'on a base that moved elsewhere': async (name) => {
      await build('BuildKit', `base ${name}`, STEPS);
      await build('BuildKit', name, [`FROM ${at(`base ${name}`)}`, ...APP_STEPS]);
      await moveElsewhere(`base ${name}`, OTHER_FILE);
    },
    'on a base that was pulled again': async (name) => {
      await build('BuildKit', `base ${name}`, STEPS);
      await build('BuildKit', name, [`FROM ${at(`base ${name}`)}`, ...APP_STEPS]);
      await moveElsewhere(`base ${name}`, WITHOUT_UPPER_LAYER);
      await workshop.pull(at(`base ${name}`));
    },
    'on one of two tags, of which one moved': (name) => buildOnTags(name, [at(`base ${name}`)]),
    'on one of two tags, which both moved': (name) => buildOnTags(name, [at(`base ${name}`), `${at(`base ${name}`)}.2`]),
    'on a base compressed by gzip -1': (name) => buildOnRecompressed(name, { format: 'gzip', level: 1 }),
    'on a base compressed by gzip -9': (name) => buildOnRecompressed(name, { format: 'gzip', level: 9 }),
    'on a base compressed by zstd': (name) => buildOnRecompressed(name, { format: 'zstd', level: 3 }),
  };

  const buildStages = (builder: Builder, name: string, first: string, last: string): Promise<void> =>
    build(builder, name, [
      `FROM ${at(baseOf(builder, first))} AS tools`,
      'RUN echo tools > /tools',
      `FROM ${at(baseOf(builder, last))}`,
      'COPY --from=tools /tools /tools',
    ]);

  const buildOnTags = async (name: string, moving: readonly string[]): Promise<void> => {
    const base = at(`base ${name}`);
    await build('BuildKit', `base ${name}`, STEPS);
    await workshop.engine.command(['tag', base, `${base}.2`]);
    await workshop.engine.command(['push', '--quiet', `${base}.2`]);
    await build('BuildKit', name, [`FROM ${base}`, ...APP_STEPS]);
    await nextSecond();
    await build('BuildKit', `next ${name}`, OTHER_FILE);
    for (const tag of moving) await workshop.copy(`docker://${at(`next ${name}`)}`, `docker://${tag}`);
    await workshop.remove([at(`next ${name}`)]);
  };

  const buildOnRecompressed = async (name: string, compression: Compression): Promise<void> => {
    await build('classic', `base ${name}`, STEPS);
    published.set(`base ${name}, before`, await readPublished(at(`base ${name}`)));
    await build('classic', name, [`FROM ${at(`base ${name}`)}`, ...APP_STEPS]);
    await workshop.recompress(at(`base ${name}`), compression);
    published.set(`base ${name}`, await readPublished(at(`base ${name}`)));
  };

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

    test('a committed container has all of its image, and a layer more', () => {
      const [made, of] = [publishedAs('a committed container'), publishedAs(appOf('classic', 'another CMD'))];
      expect(tellShared(made, of)).toBe('layers 3 of 3, steps 7 of 7');
      expect([made.diffIds.length, made.history.length]).toEqual([4, 8]);
    });

    test('an imported container has one layer, and nothing of its image', () => {
      const [made, of] = [publishedAs('an imported container'), publishedAs(appOf('classic', 'another CMD'))];
      expect(tellShared(made, of)).toBe('layers 0 of 3, steps 0 of 7');
      expect(made.history).toMatchObject([{ comment: 'Imported from -' }]);
    });

    test.each([
      ['gzip -1', false],
      ['gzip -9', false],
      ['zstd', true],
    ])('a base compressed by %s: other layers and another manifest of the same contents', (compression, reworded) => {
      const name = `on a base compressed by ${compression}`;
      const [was, now] = [publishedAs(`base ${name}, before`), publishedAs(`base ${name}`)];
      expect(tellShared(publishedAs(name), now)).toBe('layers 2 of 2, steps 4 of 4');
      expect(now.layers.filter((layer) => was.layers.includes(layer))).toEqual([]);
      expect(now.digest).not.toBe(was.digest);
      // a config in the words of OCI says the same otherwise, so even the image id is another
      expect(now.imageId !== was.imageId).toBe(reworded);
    });
  });
});
