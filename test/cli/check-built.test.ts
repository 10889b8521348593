import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedEngine, startEngine } from '../../src/demo/engine-server.ts';
import { AFTER, APP_STEPS, BASE_STEPS, BEFORE, build, builtHere } from './base-world.ts';
import { type Checkout, startCheckout } from './check-world.ts';

/** An image and the Dockerfile it was built from. */
let world: Checkout;
let engine: EmbeddedEngine;
const base = build(BASE_STEPS, { at: BEFORE });
const moved = build(['ADD rootfs /', 'ENV LANG=C', 'RUN install newer tools', 'CMD ["sh"]'], { at: AFTER });
const app = build(APP_STEPS, { from: base });

beforeEach(async () => {
  world = await startCheckout();
  world.registry.put('base/node', '20', base);
  world.registry.put('acme/app', '1', app);
  engine = await startEngine({ images: [builtHere('app:dev', app)] });
  await world.write({ 'app/Dockerfile': 'FROM R/base/php:8 AS build\nFROM R/base/node:20\nCOPY app /srv\n' });
  world.registry.put('base/php', '8', build(['ADD php /']));
});
afterEach(() => Promise.all([world.close(), engine.close()]));

const target = (): string => `docker://${world.registry.host}/acme/app:1`;

describe('an image and the Dockerfile it was built from', () => {
  it('is checked against what its last stage stands on, and told at that line', async () => {
    expect(await world.check('-f', 'app/Dockerfile', target())).toMatchObject({ exitCode: 0 });
    world.registry.put('base/node', '20', moved);
    const ran = await world.check('--refresh', '-f', 'app/Dockerfile', target());
    expect(ran).toMatchObject({ exitCode: 2 });
    expect(ran.stdout).toMatch(
      /^app\/Dockerfile:2:6: error: R\/acme\/app:1 stands on an outdated base: R\/base\/node:20 moved \(layers-differ\); .*\[stale\/base\]\n$/,
    );
  });

  it('has the Dockerfile for evidence, whether it lies in a registry or in an engine', async () => {
    world.registry.put('base/node', '20', moved);
    for (const args of [[target()], ['-H', engine.host, 'app:dev']]) {
      const ran = await world.run(['check', '--json', '-f', 'app/Dockerfile', ...args]);
      expect(ran.exitCode).toBe(2);
      const { images } = JSON.parse(ran.stdout) as { images: { name: string; base: { status: string; evidence: string[] } }[] };
      expect(images.find(({ name }) => name.includes('app'))?.base).toMatchObject({
        status: 'moved',
        evidence: expect.arrayContaining(['dockerfile']) as string[],
      });
    }
  });

  it('is built on another stage with --target', async () => {
    const { stdout } = await world.run(['check', '--json', '-f', 'app/Dockerfile', '--target', 'build', target()]);
    const { images } = JSON.parse(stdout) as { images: { name: string; base: { reference: string | null } }[] };
    expect(images.map(({ name }) => name.slice(name.indexOf('/') + 1))).toEqual(['acme/app:1', 'base/php:8']);
    expect(images[0]?.base.reference).toMatch(/base\/php:8$/);
  });

  it('is not tied to one of several Dockerfiles, which is said', async () => {
    await world.write({ 'b/Dockerfile': 'FROM R/base/php:8\n' });
    const { stderr } = await world.check('-f', 'app/Dockerfile', '-f', 'b/Dockerfile', target());
    expect(stderr).toMatch(/^W: no image is taken for what a Dockerfile builds/m);
  });
});
