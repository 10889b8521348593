import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listRows, type Listed, NO_ENGINE, tellBase } from '../helpers/base-answers.ts';
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
import { runCli } from '../helpers/run-cli.ts';
import { systemTest } from '../helpers/system.ts';
import { makeTemporaryDirectory } from '../helpers/temp.ts';

type Builder = 'classic' | 'BuildKit';

/** The upper layer is made in another second than what is below: engines tell the times of steps in seconds. */
const STEPS = ['FROM scratch', 'COPY rootfs /', 'ENV LANG=C', 'RUN /bin/busybox sleep 1; echo one > /one', 'CMD ["sh"]'];
const OTHER_FILE = STEPS.map((step) => step.replaceAll('one', 'two'));
const WITHOUT_UPPER_LAYER = STEPS.filter((step) => !step.startsWith('RUN'));
const APP_STEPS = ['COPY app.txt /app', 'ENV APP=1', 'CMD ["/app"]'];

const BASES: readonly Base<Builder>[] = [
  { name: 'classic base that stays', builder: 'classic', before: STEPS, after: null },
  { name: 'classic base with another file', builder: 'classic', before: STEPS, after: OTHER_FILE },
  { name: 'BuildKit base that stays', builder: 'BuildKit', before: STEPS, after: null },
  { name: 'BuildKit base with another file', builder: 'BuildKit', before: STEPS, after: OTHER_FILE },
  { name: 'base of this machine', builder: 'classic', before: STEPS, after: OTHER_FILE, local: true },
];
const APPS: readonly App<Builder>[] = [
  { name: 'classic app', builder: 'classic', base: 'classic base with another file', steps: APP_STEPS },
  { name: 'BuildKit app', builder: 'BuildKit', base: 'BuildKit base with another file', steps: APP_STEPS },
  { name: 'app of this machine', builder: 'classic', base: 'base of this machine', steps: APP_STEPS, local: true },
];

/** An app made in some way, what is said of its base, and which one that is; null: none is named. */
type Way = { readonly make: (name: string) => Promise<void>; readonly told: string; readonly base: string | null };

/** Ways that have a base of their own, `base of` and their name, and what builds it. */
const OWN_BASES: Readonly<Record<string, Builder>> = {
  'an app on what moved elsewhere': 'BuildKit',
  'an app on what was pulled again': 'BuildKit',
  'an app on two tags, of which one moved': 'BuildKit',
  'an app on two tags, which both moved': 'BuildKit',
  'an app on layers compressed by gzip -1': 'classic',
  'an app on layers compressed by gzip -9': 'classic',
  'an app on layers compressed by zstd': 'classic',
};
const baseOf = (name: string): string => `base of ${name}`;

systemTest('bases of images that docker made in many ways', ['dockerd', 'docker', 'docker-registry', 'skopeo', 'busybox'], () => {
  let workshop: Workshop<Builder>;
  let listed: Listed;
  const published = new Map<string, Published>();
  const publishedAs = (name: string): Published => published.get(name)!;
  const at = (name: string): string => referenceOf(workshop, name);
  const command = (...args: readonly string[]): Promise<string> => workshop.engine.command(args);

  beforeAll(async () => {
    workshop = await startDockerWorkshop();
    const own = Object.entries(OWN_BASES).map(([name, builder]): Base<Builder> => {
      return { name: baseOf(name), builder, before: STEPS, after: null };
    });
    await makeMoves(workshop, [...BASES, ...own], APPS, async () => {
      await nextSecond();
      for (const [name, { make }] of Object.entries(WAYS)) await make(name);
    });
    for (const name of ['classic app', ...Object.keys(WAYS)]) published.set(name, await readPublished(at(name)));
    listed = await listRows(['-H', workshop.engine.host]);
  });
  afterAll(() => workshop.close());

  const build = async (builder: Builder, name: string, steps: readonly string[], context = name): Promise<void> => {
    await workshop.builders[builder]({ reference: at(name), steps, context: await workshop.makeContext(context) });
  };

  /** Publishes another image under tags of a base, of which this engine does not hear. */
  const moveElsewhere = async (name: string, steps: readonly string[], tags: readonly string[]): Promise<void> => {
    await build('BuildKit', `next ${name}`, steps, name);
    for (const tag of tags) await workshop.copy(`docker://${at(`next ${name}`)}`, `docker://${tag}`);
    await workshop.remove([at(`next ${name}`)]);
  };

  const buildStages = (builder: Builder, name: string, stages: { readonly first: string; readonly last: string }): Promise<void> =>
    build(builder, name, [
      `FROM ${at(stages.first)} AS tools`,
      'RUN echo tools > /tools',
      `FROM ${at(stages.last)}`,
      'COPY --from=tools /tools /tools',
    ]);

  const buildOnOwnBase = (name: string): Promise<void> => build(OWN_BASES[name]!, name, [`FROM ${at(baseOf(name))}`, ...APP_STEPS]);

  const buildOnTags = async (name: string, moving: readonly string[]): Promise<void> => {
    await buildOnOwnBase(name);
    await command('tag', at(baseOf(name)), `${at(baseOf(name))}.2`);
    await command('push', '--quiet', `${at(baseOf(name))}.2`);
    await moveElsewhere(baseOf(name), OTHER_FILE, moving);
  };

  const buildOnRecompressed = async (name: string, compression: Compression): Promise<void> => {
    await buildOnOwnBase(name);
    published.set(`${baseOf(name)}, before`, await readPublished(at(baseOf(name))));
    await workshop.recompress(at(baseOf(name)), compression);
    published.set(baseOf(name), await readPublished(at(baseOf(name))));
  };

  const WAYS: Readonly<Record<string, Way>> = {
    'a committed container': {
      make: async (name) => {
        await command('create', '--name', 'to-commit', '--network', 'none', at('classic app'));
        await command('cp', `${await workshop.makeContext(name)}/app.txt`, 'to-commit:/new');
        await command('commit', 'to-commit', at(name));
        await command('rm', 'to-commit');
        await command('push', '--quiet', at(name));
      },
      told: 'current, medium',
      base: 'classic app',
    },
    'an imported container': {
      make: async (name) => {
        const file = `${await workshop.makeContext(name)}.tar`;
        await command('create', '--name', 'to-export', '--network', 'none', at('classic app'));
        await command('export', '--output', file, 'to-export');
        await command('rm', 'to-export');
        await command('import', file, at(name));
        await command('push', '--quiet', at(name));
      },
      told: 'unknown/squashed',
      base: null,
    },
    'another name of an app': {
      make: async (name) => {
        await command('tag', at('BuildKit app'), at(name));
        await command('push', '--quiet', at(name));
      },
      told: 'moved/layers-differ, certain',
      base: 'BuildKit base with another file',
    },
    'classic stages, of which the first moved': {
      make: (name) => buildStages('classic', name, { first: 'classic base with another file', last: 'classic base that stays' }),
      told: 'current, medium',
      base: 'classic base that stays',
    },
    'BuildKit stages, of which the first moved': {
      make: (name) => buildStages('BuildKit', name, { first: 'BuildKit base with another file', last: 'BuildKit base that stays' }),
      told: 'current, medium',
      base: 'BuildKit base that stays',
    },
    'BuildKit stages, of which the last moved': {
      make: (name) => buildStages('BuildKit', name, { first: 'BuildKit base that stays', last: 'BuildKit base with another file' }),
      told: 'moved/layers-differ, certain',
      base: 'BuildKit base with another file',
    },
    'a stage built on a stage': {
      make: (name) => {
        const first = [`FROM ${at('BuildKit base with another file')} AS one`, 'RUN echo tools > /tools'];
        return build('BuildKit', name, [...first, 'FROM one', ...APP_STEPS]);
      },
      told: 'moved/layers-differ, certain',
      base: 'BuildKit base with another file',
    },
    'an app on an app whose base moved': {
      make: (name) => build('BuildKit', name, [`FROM ${at('classic app')}`, 'RUN echo more > /more']),
      told: 'current, medium',
      base: 'classic app',
    },
    'an app on what moved elsewhere': {
      make: async (name) => {
        await buildOnOwnBase(name);
        await moveElsewhere(baseOf(name), OTHER_FILE, [at(baseOf(name))]);
      },
      told: 'moved/layers-differ, certain',
      base: 'base of an app on what moved elsewhere',
    },
    'an app on what was pulled again': {
      make: async (name) => {
        await buildOnOwnBase(name);
        await moveElsewhere(baseOf(name), WITHOUT_UPPER_LAYER, [at(baseOf(name))]);
        await workshop.pull(at(baseOf(name)));
      },
      told: 'moved/upper-layers-removed, certain',
      base: 'base of an app on what was pulled again',
    },
    'an app on two tags, of which one moved': {
      make: (name) => buildOnTags(name, [at(baseOf(name))]),
      told: 'unknown/ambiguous-tag',
      base: null,
    },
    'an app on two tags, which both moved': {
      make: (name) => buildOnTags(name, [at(baseOf(name)), `${at(baseOf(name))}.2`]),
      told: 'moved/layers-differ, certain',
      base: 'base of an app on two tags, which both moved',
    },
    'an app on layers compressed by gzip -1': {
      make: (name) => buildOnRecompressed(name, { format: 'gzip', level: 1 }),
      told: 'current, medium',
      base: 'base of an app on layers compressed by gzip -1',
    },
    'an app on layers compressed by gzip -9': {
      make: (name) => buildOnRecompressed(name, { format: 'gzip', level: 9 }),
      told: 'current, medium',
      base: 'base of an app on layers compressed by gzip -9',
    },
    'an app on layers compressed by zstd': {
      make: (name) => buildOnRecompressed(name, { format: 'zstd', level: 3 }),
      told: 'current, certain',
      base: 'base of an app on layers compressed by zstd',
    },
  };

  // names of the cases have to be known before the workshop is there
  const NAMES = Object.keys(WAYS);

  test.each(NAMES)('%s: what is said of its base', (name) => {
    const row = listed.rows.get(at(name))!;
    const { told, base } = WAYS[name]!;
    expect.soft(tellBase(row), row.base.why).toBe(told);
    expect.soft(row.base.reference).toBe(base === null ? null : at(base));
  });

  test('a base that only this machine has is what its name is here, and no one is asked for it', async () => {
    const [app, base] = [at('app of this machine'), at('base of this machine')];
    expect(tellBase(listed.rows.get(app)!), 'the tag left no name behind').toBe('unknown/no-evidence');
    const { document, rows } = await listRows(['-H', workshop.engine.host, app, '--base', base]);
    expect(tellBase(rows.get(app)!)).toBe('moved/layers-differ, high');
    expect(document.registries).toEqual([]);
  });

  describe('what was made', () => {
    test('a committed container has all of its image, and a layer more', () => {
      const [made, of] = [publishedAs('a committed container'), publishedAs('classic app')];
      expect(tellShared(made, of)).toBe('layers 3 of 3, steps 7 of 7');
      expect([made.diffIds.length, made.history.length]).toEqual([4, 8]);
    });

    test('an imported container has one layer, and nothing of its image', () => {
      const [made, of] = [publishedAs('an imported container'), publishedAs('classic app')];
      expect(tellShared(made, of)).toBe('layers 0 of 3, steps 0 of 7');
      expect(made.history).toMatchObject([{ comment: 'Imported from -' }]);
    });

    test.each([
      ['gzip -1', false],
      ['gzip -9', false],
      ['zstd', true],
    ])('a base compressed by %s has other layers and another manifest of the same contents', (compression, reworded) => {
      const name = `an app on layers compressed by ${compression}`;
      const [was, now] = [publishedAs(`${baseOf(name)}, before`), publishedAs(baseOf(name))];
      expect(tellShared(publishedAs(name), now)).toBe('layers 2 of 2, steps 4 of 4');
      expect(now.layers.filter((layer) => was.layers.includes(layer))).toEqual([]);
      expect(now.digest).not.toBe(was.digest);
      // a config in the words of OCI says the same otherwise, so even the image id is another
      expect(now.imageId !== was.imageId).toBe(reworded);
    });
  });

  test('a base that was recorded after the build decides what two images cannot: it lost its last step', async () => {
    const home = await makeTemporaryDirectory();
    const [base, app, steps] = [at('recorded base'), at('app with a recorded base'), WITHOUT_UPPER_LAYER.slice(0, -1)];
    const ask = async (options: { readonly home?: string }): Promise<string> => {
      const { rows } = await listRows(['-H', workshop.engine.host, app, '--base', base, '--refresh'], options);
      return tellBase(rows.get(app)!);
    };
    try {
      await build('classic', 'recorded base', [...steps, 'RUN /bin/busybox sleep 1; echo one > /one']);
      await nextSecond();
      await build('classic', 'app with a recorded base', [`FROM ${base}`, ...APP_STEPS], 'recorded base');
      const recorded = await runCli(['base', 'record', '-H', workshop.engine.host, app, base], { home: home.path });
      expect(recorded).toMatchObject({ exitCode: 0 });
      await build('classic', 'recorded base', steps);
      await workshop.remove([app, base]);
      await command('image', 'prune', '--force');
      await workshop.pull(app);
      expect(await ask({}), 'of a machine that remembers nothing').toBe('current, medium');
      expect(await ask({ home: home.path })).toBe('moved/upper-layers-removed, certain');
    } finally {
      await home.remove();
    }
  });

  test('what was seen before decides what two images cannot: a base that lost its last step, and got it back', async () => {
    const home = await makeTemporaryDirectory();
    const [base, more] = [at('seen base'), WITHOUT_UPPER_LAYER.slice(0, -1)];
    const ask = async (app: string) => {
      const { rows } = await listRows(['-H', NO_ENGINE, `docker://${at(app)}`, '--base', base, '--refresh'], { home: home.path });
      return rows.get(at(app))!;
    };
    try {
      await build('classic', 'seen base', more);
      await build('classic', 'first seen app', [`FROM ${base}`, ...APP_STEPS], 'seen base');
      expect(tellBase(await ask('first seen app'))).toBe('current, medium');
      await build('classic', 'seen base', [...more, 'RUN echo one > /one']);
      await build('classic', 'second seen app', [`FROM ${base}`, ...APP_STEPS], 'seen base');
      expect(tellBase(await ask('second seen app'))).toBe('current, medium');
      expect(tellBase(await ask('first seen app'))).toBe('moved/layers-differ, certain');
      await build('classic', 'seen base', more);
      const taken = await ask('second seen app');
      expect(tellBase(taken)).toBe('moved/rolled-back, certain');
      expect(tellBase(await ask('first seen app'))).toBe('current, medium');
    } finally {
      await home.remove();
    }
  });
});
