import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ImageOrIndex, makeIndex } from '../../src/demo/images.ts';
import { ask } from '../helpers/ask.ts';
import { HTPASSWD_USER, type RunningRegistry, startDockerRegistry } from '../helpers/docker-registry.ts';
import { type Publisher, startPublisher } from '../helpers/publisher.ts';
import { systemTest } from '../helpers/system.ts';
import { makeTemporaryDirectory } from '../helpers/temp.ts';
import {
  APP_STEPS,
  ARM64,
  attest,
  BASE_STEPS,
  BEFORE,
  build,
  type Image,
  MOVES,
  named,
  NO_ENGINE,
  onlyImage,
  purl,
  readJson,
} from './base-world.ts';

/** The same on the registry that most registries are made of: distribution 2.8. */
const base = build(BASE_STEPS, { at: BEFORE });
const onArm = (word: string) => build([`ADD ${word} /`], { at: BEFORE, platform: ARM64 });
const ofBoth = (word: string) => makeIndex({ children: [base, onArm(word)] });

systemTest('bases at a registry of distribution', ['docker-registry', 'skopeo'], () => {
  let registry: RunningRegistry;
  let locked: RunningRegistry;
  let publisher: Publisher;
  beforeAll(async () => {
    [registry, locked, publisher] = await Promise.all([startDockerRegistry(), startDockerRegistry({ htpasswd: true }), startPublisher()]);
  });
  afterAll(() => Promise.all([registry.stop(), locked.stop(), publisher.close()]));

  const publish = (name: string, image: ImageOrIndex): Promise<void> => publisher.publish(`${registry.host}/${name}`, image);
  const look = async (name: string, ...args: string[]): Promise<Image> =>
    onlyImage(await readJson(['list', `docker://${registry.host}/${name}`, ...args], NO_ENGINE));
  const remove = async (repository: string, digest: string): Promise<void> => {
    const { status } = await ask(`${registry.url}/v2/${repository}/manifests/${digest}`, { method: 'DELETE' });
    expect(status).toBe(202);
  };

  it('move, by digest of a manifest or of an index, by name, and by provenance', async () => {
    const before = ofBoth('arm');
    await publish('node:20', before);
    const name = `${registry.host}/node:20`;
    const image = build(APP_STEPS, { from: base });
    await publish('app:manifest', build(APP_STEPS, { from: base, annotations: named(name, base.digest) }));
    await publish('app:index', makeIndex({ children: [image], annotations: named(name, before.digest) }));
    await publish('app:name', build(APP_STEPS, { from: base, annotations: named(name) }));
    await publish('app:provenance', attest(image, [{ uri: purl(name), digest: before.digest }]));
    const answers = async () => {
      const tags = ['manifest', 'index', 'name', 'provenance'];
      const found = await Promise.all(tags.map((tag) => look(`app:${tag}`)));
      return found.map((each) => [each.base.status, each.base.kind]);
    };
    expect(await answers()).toEqual(Array(4).fill(['current', null]));

    await publish('node:20', ofBoth('newer arm'));
    expect(await answers()).toEqual(Array(4).fill(['current', null]));

    for (const [kind, now] of Object.entries(MOVES)) {
      await publish('node:20', makeIndex({ children: [now, onArm('arm')] }));
      expect(await answers()).toEqual(Array(4).fill(['moved', kind]));
    }
    await publish('node:20', makeIndex({ children: [onArm('arm')] }));
    expect(await answers()).toEqual(Array(4).fill(['gone', null]));
  }, 120_000);

  it('are compared with the image itself when the recorded version was deleted, and gone when the tag was', async () => {
    const now = MOVES['layers-differ'];
    await publish('deleted:20', base);
    await publish('app:deleted', build(APP_STEPS, { from: base, annotations: named(`${registry.host}/deleted:20`, base.digest) }));
    await publish('deleted:20', now);
    expect((await look('app:deleted')).base).toMatchObject({ status: 'moved', confidence: 'certain' });
    await remove('deleted', base.digest);
    const without = (await look('app:deleted')).base;
    expect(without).toMatchObject({ status: 'moved', kind: 'layers-differ' });
    expect(without.confidence).not.toBe('certain');
    expect(without.notes.join()).toContain(`the recorded digest ${base.digest} could not be used`);
    await remove('deleted', now.digest);
    expect(await look('app:deleted')).toMatchObject({ verdict: 'stale', base: { status: 'gone', reason: null } });
  });

  it('behind a password are open without it, and told with it', async () => {
    const name = `${locked.host}/node:20`;
    await publisher.publish(name, base, HTPASSWD_USER);
    await publish('app:locked', build(APP_STEPS, { from: base, annotations: named(name, base.digest) }));
    expect((await look('app:locked')).base).toMatchObject({ status: 'unknown', reason: { kind: 'policy' } });
    expect((await look('app:locked', '--allow-host', locked.host)).base).toMatchObject({
      status: 'unknown',
      reason: { kind: 'not-found-or-private' },
    });

    const home = await makeTemporaryDirectory();
    await mkdir(join(home.path, '.docker'));
    const auth = Buffer.from(`${HTPASSWD_USER.username}:${HTPASSWD_USER.password}`).toString('base64');
    await writeFile(join(home.path, '.docker/config.json'), JSON.stringify({ auths: { [locked.host]: { auth } } }));
    const args = ['list', `docker://${registry.host}/app:locked`, '--allow-host', locked.host];
    const { images } = await readJson(args, { ...NO_ENGINE, home: home.path });
    expect(images[0]?.base).toMatchObject({ status: 'current', confidence: 'certain' });
    await home.remove();
  });
});
