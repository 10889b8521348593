import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type App, type Base, makeMoves, referenceOf, startDockerWorkshop, type Workshop } from '../helpers/base-lab.ts';
import { type Published, readPublished, tellShared } from '../helpers/published.ts';
import { systemTest } from '../helpers/system.ts';

type Builder = 'classic' | 'BuildKit';

const STEPS = ['FROM scratch', 'COPY rootfs /', 'ENV LANG=C', 'RUN echo one > /one', 'CMD ["sh"]'];
const WITHOUT_CMD = STEPS.slice(0, -1);
const APP_STEPS = ['COPY app.txt /app', 'ENV APP=1', 'CMD ["/app"]'];
/** Makes the directory /bin itself, at the time of the build. */
const OTHER_TIMES = STEPS.map((step) => step.replace('rootfs /', 'rootfs/bin/sh /bin/sh'));
const OTHER_FILE = STEPS.map((step) => step.replaceAll('one', 'two'));

/** What happens to a base after an app was built on it. */
const MOVES: Readonly<Record<string, Pick<Base<Builder>, 'before' | 'after' | 'afterFlags'>>> = {
  'nothing moved': { before: STEPS, after: null },
  'another CMD': { before: STEPS, after: [...WITHOUT_CMD, 'CMD ["sh", "-l"]'] },
  'a step makes another file': { before: STEPS, after: OTHER_FILE },
  'the upper layer dropped': { before: STEPS, after: STEPS.filter((step) => !step.startsWith('RUN')) },
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
      await commit(appOf('classic', 'another CMD'), 'a committed container');
      await exportAndImport(appOf('classic', 'another CMD'), 'an imported container');
    });
    for (const { name } of [...bases, ...apps]) published.set(name, await readPublished(at(name)));
    for (const name of ['a committed container', 'an imported container']) published.set(name, await readPublished(at(name)));
  });
  afterAll(() => workshop.close());

  /** Makes an image of a container of another image, with a file in it that is new. */
  async function commit(of: string, name: string): Promise<void> {
    const { command } = workshop.engine;
    await command(['create', '--name', 'to-commit', '--network', 'none', at(of)]);
    await command(['cp', `${await workshop.makeContext(name)}/app.txt`, 'to-commit:/new']);
    await command(['commit', 'to-commit', at(name)]);
    await command(['push', '--quiet', at(name)]);
    await command(['rm', 'to-commit']);
  }

  async function exportAndImport(of: string, name: string): Promise<void> {
    const { command } = workshop.engine;
    const file = `${await workshop.makeContext(name)}.tar`;
    await command(['create', '--name', 'to-export', '--network', 'none', at(of)]);
    await command(['export', '--output', file, 'to-export']);
    await command(['import', file, at(name)]);
    await command(['push', '--quiet', at(name)]);
    await command(['rm', 'to-export']);
  }

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
  });
});
