import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listRows, type Listed, NO_ENGINE, tellBase } from '../helpers/base-answers.ts';
import { type App, type Base, makeMoves, referenceOf, startPodmanWorkshop, type Workshop } from '../helpers/base-lab.ts';
import { type Published, readPublished, recordedBase, tellShared } from '../helpers/published.ts';
import { runCli } from '../helpers/run-cli.ts';
import { systemTest } from '../helpers/system.ts';

type Builder = 'podman' | 'buildah' | 'upstream';

const STEPS = ['FROM scratch', 'COPY rootfs /', 'ENV LANG=C', 'RUN echo one > /one', 'CMD ["sh"]'];
const WITHOUT_CMD = STEPS.slice(0, -1);
const APP_STEPS = ['COPY app.txt /app', 'ENV APP=1', 'CMD ["/app"]'];
const ANOTHER_END = [...APP_STEPS.slice(0, -1), 'CMD ["/another"]'];

/** Makes the directory /bin itself, at the time of the build. */
const OTHER_TIMES = STEPS.map((step) => step.replace('rootfs /', 'rootfs/bin/busybox /bin/sh'));

const upstream = (name: string, before: readonly string[], after: readonly string[] | null): Base<Builder> => {
  return { name, builder: 'upstream', before, after };
};
const BASES: readonly Base<Builder>[] = [
  upstream('nothing moved', STEPS, null),
  upstream('two tags', STEPS, null),
  upstream('another CMD', STEPS, [...WITHOUT_CMD, 'CMD ["sh", "-l"]']),
  upstream(
    'a step makes another file',
    STEPS,
    STEPS.map((step) => step.replaceAll('one', 'two')),
  ),
  upstream(
    'the upper layer dropped',
    STEPS,
    STEPS.filter((step) => !step.startsWith('RUN')),
  ),
  upstream('the last step dropped', WITHOUT_CMD, WITHOUT_CMD.slice(0, -1)),
  { ...upstream('built again without cache', OTHER_TIMES, OTHER_TIMES), afterFlags: ['--no-cache'] },
  { ...upstream('built here', STEPS, null), builder: 'podman' },
];

/**
 * An app that `tool` built on a base.
 *
 * `shares`: how much of the base as it is now is in the app. `records`: whether the digest in the app's annotations is the one that the registry
 * knows the base by, as it was then. `from`: which of the app's own steps, counted from 0, says `FROM` and the base's name.
 * `here` and `apart`: what imgupdate says of the base on the machine that built the app, and of the app in a registry.
 */
type Case = {
  readonly tool: 'podman' | 'buildah';
  readonly flags: string;
  readonly base: string;
  readonly shares: string;
  readonly records: 'right' | 'wrong' | 'nothing';
  readonly from: 0 | 2;
  readonly here: string;
  readonly apart: string;
};

const LAYERS_OF_ITS_OWN = { records: 'wrong', from: 0 } as const;
const ONE_LAYER = { records: 'right', from: 2 } as const;
const CASES: readonly Case[] = [
  {
    tool: 'podman',
    flags: '',
    base: 'nothing moved',
    shares: 'layers 2 of 2, steps 4 of 4',
    ...LAYERS_OF_ITS_OWN,
    here: 'current, high',
    apart: 'current, high',
  },
  {
    tool: 'podman',
    flags: '',
    base: 'another CMD',
    shares: 'layers 2 of 2, steps 3 of 4',
    ...LAYERS_OF_ITS_OWN,
    here: 'moved/metadata-only, certain',
    apart: 'moved/metadata-only, high',
  },
  {
    tool: 'podman',
    flags: '',
    base: 'a step makes another file',
    shares: 'layers 1 of 2, steps 2 of 4',
    ...LAYERS_OF_ITS_OWN,
    here: 'moved/layers-differ, certain',
    apart: 'moved/layers-differ, high',
  },
  {
    tool: 'podman',
    flags: '',
    base: 'the upper layer dropped',
    shares: 'layers 1 of 1, steps 2 of 3',
    ...LAYERS_OF_ITS_OWN,
    here: 'moved/upper-layers-removed, certain',
    apart: 'moved/upper-layers-removed, high',
  },
  {
    tool: 'podman',
    flags: '',
    base: 'the last step dropped',
    shares: 'layers 1 of 1, steps 2 of 2',
    ...LAYERS_OF_ITS_OWN,
    here: 'moved/upper-layers-removed, certain',
    apart: 'moved/upper-layers-removed, high',
  },
  {
    tool: 'podman',
    flags: '',
    base: 'built again without cache',
    shares: 'layers 0 of 2, steps 0 of 4',
    ...LAYERS_OF_ITS_OWN,
    here: 'moved/layers-differ, certain',
    apart: 'moved/layers-differ, high',
  },
  {
    tool: 'podman',
    flags: '--layers=false',
    base: 'nothing moved',
    shares: 'layers 2 of 2, steps 4 of 4',
    ...ONE_LAYER,
    here: 'current, certain',
    apart: 'current, certain',
  },
  {
    tool: 'podman',
    flags: '--layers=false',
    base: 'the last step dropped',
    shares: 'layers 1 of 1, steps 2 of 2',
    ...ONE_LAYER,
    here: 'moved/upper-layers-removed, certain',
    apart: 'moved/upper-layers-removed, certain',
  },
  {
    tool: 'podman',
    flags: '--layers=false',
    base: 'built here',
    shares: 'layers 2 of 2, steps 4 of 4',
    ...ONE_LAYER,
    records: 'wrong',
    here: 'current, certain',
    apart: 'current, high',
  },
  {
    tool: 'podman',
    flags: '--squash',
    base: 'the last step dropped',
    shares: 'layers 1 of 1, steps 2 of 2',
    ...ONE_LAYER,
    here: 'moved/upper-layers-removed, certain',
    apart: 'moved/upper-layers-removed, certain',
  },
  {
    tool: 'podman',
    flags: '--squash-all',
    base: 'nothing moved',
    shares: 'layers 0 of 2, steps 0 of 4',
    ...ONE_LAYER,
    here: 'current, certain',
    apart: 'current, certain',
  },
  {
    tool: 'podman',
    flags: '--squash-all',
    base: 'the last step dropped',
    shares: 'layers 0 of 1, steps 0 of 2',
    ...ONE_LAYER,
    here: 'moved/upper-layers-removed, certain',
    apart: 'moved/upper-layers-removed, certain',
  },
  {
    tool: 'podman',
    flags: '--format docker',
    base: 'nothing moved',
    shares: 'layers 2 of 2, steps 4 of 4',
    records: 'nothing',
    from: 0,
    here: 'current, high',
    apart: 'current, high',
  },
  {
    tool: 'podman',
    flags: '--format docker',
    base: 'the last step dropped',
    shares: 'layers 1 of 1, steps 2 of 2',
    records: 'nothing',
    from: 0,
    here: 'moved/upper-layers-removed, certain',
    apart: 'moved/upper-layers-removed, high',
  },
  {
    tool: 'podman',
    flags: '--format docker --squash-all',
    base: 'another CMD',
    shares: 'layers 0 of 2, steps 0 of 4',
    records: 'nothing',
    from: 2,
    here: 'unknown/squashed',
    apart: 'unknown/squashed',
  },
  {
    tool: 'buildah',
    flags: '',
    base: 'nothing moved',
    shares: 'layers 2 of 2, steps 4 of 4',
    ...ONE_LAYER,
    here: 'current, certain',
    apart: 'current, certain',
  },
  {
    tool: 'buildah',
    flags: '--layers',
    base: 'the upper layer dropped',
    shares: 'layers 1 of 1, steps 2 of 3',
    ...LAYERS_OF_ITS_OWN,
    here: 'moved/upper-layers-removed, certain',
    apart: 'moved/upper-layers-removed, high',
  },
  {
    tool: 'buildah',
    flags: '--squash',
    base: 'the upper layer dropped',
    shares: 'layers 0 of 1, steps 0 of 3',
    ...ONE_LAYER,
    here: 'moved/upper-layers-removed, certain',
    apart: 'moved/upper-layers-removed, certain',
  },
  {
    tool: 'buildah',
    flags: '--format docker',
    base: 'another CMD',
    shares: 'layers 2 of 2, steps 3 of 4',
    records: 'nothing',
    from: 2,
    here: 'moved/metadata-only, certain',
    apart: 'moved/metadata-only, high',
  },
  {
    tool: 'buildah',
    flags: '--timestamp 0',
    base: 'nothing moved',
    shares: 'layers 2 of 2, steps 4 of 4',
    ...ONE_LAYER,
    here: 'current, certain',
    apart: 'current, certain',
  },
  {
    tool: 'buildah',
    flags: '--timestamp 0 --format docker',
    base: 'nothing moved',
    shares: 'layers 2 of 2, steps 4 of 4',
    records: 'nothing',
    from: 2,
    here: 'current, high',
    apart: 'current, high',
  },
];

/** Apps built again on another tag of their base, in part from the cache. */
const FROM_CACHE = ['app with a step more', 'app with another end', 'app with another end, in docker format'];

const nameOf = ({ tool, flags, base }: Case): string => `${[tool, flags].join(' ').trim()}, ${base}`;
const NAMED = CASES.map((made) => [nameOf(made), made] as const);

systemTest(
  'bases below what podman and buildah built',
  ['podman', 'buildah', 'dockerd', 'docker', 'docker-registry', 'skopeo', 'busybox'],
  () => {
    let workshop: Workshop<Builder>;
    let here: Listed;
    let apart: Listed;
    /** Digests of the bases as they were when the apps were built on them. */
    const before = new Map<string, string>();
    const published = new Map<string, Published>();
    const publishedAs = (name: string): Published => published.get(name)!;

    beforeAll(async () => {
      workshop = await startPodmanWorkshop();
      const apps = NAMED.map(([name, { tool, flags, base }]): App<Builder> => {
        return { name, builder: tool, base, steps: APP_STEPS, flags: flags.split(' ').filter((flag) => flag !== '') };
      });
      await makeMoves(workshop, BASES, apps, async () => {
        for (const { name } of BASES) before.set(name, (await readPublished(referenceOf(workshop, name))).digest);
        await buildOnCached('app with a step more', { more: [...APP_STEPS, 'ENV MORE=1'], flags: [] });
        await buildOnCached('app with another end', { more: ANOTHER_END, flags: [] });
        await buildOnCached('app with another end, in docker format', { more: ANOTHER_END, flags: ['--format', 'docker'] });
      });
      await workshop.copy(`docker://${referenceOf(workshop, 'another CMD')}`, `docker://${referenceOf(workshop, 'two tags')}.2`);
      here = await listRows(['-H', workshop.engine.host]);
      apart = await listRows(['-H', NO_ENGINE, ...apps.map(({ name }) => `docker://${referenceOf(workshop, name)}`)]);
      for (const { name } of [...BASES, ...apps]) published.set(name, await readPublished(referenceOf(workshop, name)));
    });
    afterAll(() => workshop.close());

    /** On two tags of one base, the second time from the cache. */
    const buildOnCached = async (
      name: string,
      recipe: { readonly more: readonly string[]; readonly flags: readonly string[] },
    ): Promise<void> => {
      const [base, context] = [referenceOf(workshop, 'two tags'), await workshop.makeContext(name)];
      await workshop.pull(base);
      await workshop.engine.command(['tag', base, `${base}.2`]);
      const build = (steps: readonly string[]): Promise<void> =>
        workshop.builders.podman({ reference: referenceOf(workshop, name), steps, context, flags: recipe.flags });
      await build([`FROM ${base}`, ...APP_STEPS]);
      await build([`FROM ${base}.2`, ...recipe.more]);
    };

    describe('what the builders leave in an image', () => {
      test.each(NAMED)('%s: its layers and steps of the base', (name, { base, shares }) => {
        expect(tellShared(publishedAs(name), publishedAs(base))).toBe(shares);
      });

      test.each(NAMED)('%s: annotations that name the base', (name, { base, records }) => {
        const [told, digest] = [recordedBase(publishedAs(name), 'name'), recordedBase(publishedAs(name), 'digest')];
        expect(told).toBe(records === 'nothing' ? null : referenceOf(workshop, base));
        expect(digest === null ? 'nothing' : digest === before.get(base) ? 'right' : 'wrong').toBe(records);
      });

      test.each(NAMED)('%s: one step of its own that says FROM and the name', (name, { base, from }) => {
        const own = publishedAs(name).history.slice(-APP_STEPS.length);
        const naming = `FROM ${referenceOf(workshop, base)}`;
        expect(own.map(({ comment }) => comment === naming)).toEqual([0, 1, 2].map((step) => step === from));
      });

      test.each(NAMED.filter(([, { flags }]) => flags.includes('--timestamp')))(
        '%s: steps of its own that are of 1970',
        (name, { base }) => {
          const times = publishedAs(name).history.map(({ created }) => created);
          const those = publishedAs(base).history.map(({ created }) => created);
          expect(times).toEqual([...those, ...APP_STEPS.map(() => '1970-01-01T00:00:00Z')]);
        },
      );
    });

    describe('what imgupdate says of the base', () => {
      const sourceOf = (records: Case['records']): string => (records === 'nothing' ? 'from-comment' : 'annotation');

      test.each(NAMED)('%s: on the machine that built the app', (name, { base, here: told, records }) => {
        const row = here.rows.get(referenceOf(workshop, name))!;
        expect(tellBase(row), row.base.why).toBe(told);
        expect(row.base.reference).toBe(referenceOf(workshop, base));
        expect(row.base.evidence[0]).toBe(sourceOf(records));
      });

      test.each(NAMED)('%s: of the app in a registry, without an engine', (name, { base, apart: told, records }) => {
        const row = apart.rows.get(referenceOf(workshop, name))!;
        expect(tellBase(row), row.base.why).toBe(told);
        expect(row.base.reference).toBe(referenceOf(workshop, base));
        expect(row.base.evidence[0]).toBe(sourceOf(records));
        if (records === 'right') expect(row.base.recorded).toBe(before.get(base));
      });

      test('show says what names the base, what of it does not count, and what was asked', async () => {
        const ran = await runCli(['show', '-H', workshop.engine.host, referenceOf(workshop, 'podman, another CMD')]);
        const base = referenceOf(workshop, 'another CMD');
        expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
        expect(ran.stdout).toContain(`annotation org.opencontainers.image.base.name of the manifest -> ${base}`);
        expect(ran.stdout).toContain(`comment FROM of a history step -> ${base}, its first 4 steps (exact) [from-comment]`);
        expect(ran.stdout).toMatch(/the recorded digest sha256:[a-f0-9]{64} could not be used/);
        expect(ran.stdout).toContain(`HEAD ${base} -> ${publishedAs('another CMD').digest}`);
      });

      test.each(FROM_CACHE)('%s from the cache: the tag it is built on now is nowhere in it', async (name) => {
        const { annotations, history } = await readPublished(referenceOf(workshop, name));
        const told = JSON.stringify([annotations, history]);
        expect(told).toContain(`FROM ${referenceOf(workshop, 'two tags')}"`);
        expect(told).not.toContain(`${referenceOf(workshop, 'two tags')}.2`);
      });

      test.each(FROM_CACHE)('%s from the cache: of several tags of the base none is trusted', (name) => {
        const row = here.rows.get(referenceOf(workshop, name))!;
        expect(tellBase(row), row.base.why).toBe('unknown/ambiguous-tag');
      });
    });
  },
);
