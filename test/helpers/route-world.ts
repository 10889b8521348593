import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ask } from './ask.ts';
import { startDockerWorkshop, type Workshop } from './base-lab.ts';
import { type RunningRegistry, startDockerRegistry } from './docker-registry.ts';
import { type RunningEngine, startDockerd, startPodmanService } from './engines.ts';
import { baseEnvironment, runOrThrow } from './processes.ts';
import { makeTemporaryDirectory } from './temp.ts';

/**
 * One set of images, built once by real tools: in a registry, in a Docker daemon, in podman's store, and in files that real tools wrote.
 *
 * `names`: whole, by the word that says what became of the image.
 */
export type RouteWorld = {
  readonly registry: RunningRegistry;
  readonly docker: RunningEngine;
  readonly podman: RunningEngine;
  readonly names: Readonly<Record<ImageName, string>>;
  /** Where the same images are, in the words of the command line. */
  readonly routes: Readonly<Record<Route, readonly string[]>>;
  /** The path of a file in the directory of the files. */
  readonly at: (name: string) => string;
  /** Copies with skopeo, from place to place in its words. */
  readonly copy: Workshop<never>['copy'];
  readonly close: () => Promise<void>;
};

/**
 * - `current`, `current again`: one image of two names, made by docker's classic builder; its label names a base, which stays
 * - `behind`: made by BuildKit; its label names a base that moves
 * - `commented`, `commented behind`: made by buildah, whose steps say in a comment what they are FROM; the base of the second one moves
 * - `in docker types`: published as docker pushes it, so that a tool that writes OCI makes it another config document
 * - `rebuilt`: its tag moves
 * - `gone`: its tag, which named an index, is deleted
 * - `baseless`: nothing tells its base, which was never published
 * - `local`: never in any registry
 * - `unreachable`: its registry does not answer any more
 */
export const IMAGE_NAMES = [
  'current',
  'current again',
  'behind',
  'commented',
  'commented behind',
  'in docker types',
  'rebuilt',
  'gone',
  'baseless',
  'local',
  'unreachable',
] as const;
export type ImageName = (typeof IMAGE_NAMES)[number];

export const ROUTES = [
  'dockerd',
  'podman socket',
  'containers-storage',
  'docker save',
  'podman save',
  'podman save --format oci-archive',
  'skopeo copy to oci',
  'skopeo copy to oci-archive',
] as const;
export type Route = (typeof ROUTES)[number];

/** The programs it takes. */
export const ROUTE_PROGRAMS = ['dockerd', 'docker', 'podman', 'buildah', 'skopeo', 'docker-registry'] as const;

/** Makes it all: the images, their places, and then what becomes of their tags. */
export async function startRouteWorld(): Promise<RouteWorld> {
  const directory = await makeTemporaryDirectory();
  const started = [startDockerWorkshop(), startDockerd(), startPodmanService(), startDockerRegistry()] as const;
  const [workshop, docker, podman, dead] = await Promise.all(started);
  const close = async (): Promise<void> => {
    await Promise.all([workshop.close(), docker.stop(), podman.stop(), dead.stop()]);
    await directory.remove();
  };
  const at = (name: string): string => join(directory.path, name);
  const { registry, copy } = workshop;
  const places = { registry, docker, podman, names: nameImages(registry.host, dead.host), at, copy };
  try {
    const routes = await furnish(places, makeMakers(workshop, at('buildah')));
    await dead.stop();
    return { ...places, routes, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function furnish(places: Places, makers: Makers): Promise<RouteWorld['routes']> {
  const { registry, docker, podman, names, at, copy } = places;
  const [staying, moving] = [`${registry.host}/base/staying:1`, `${registry.host}/base/moving:1`];
  await buildImages(makers, names, { staying, moving });
  await copy(`docker://${names.current}`, `docker://${names['current again']}`);
  await copy(`docker://${registry.host}/made/local:1`, `docker-archive:${at('local.tar')}:${names.local}`);

  const pulled = IMAGE_NAMES.filter((name) => name !== 'local').map((name) => names[name]);
  for (const reference of pulled) {
    await docker.command(['pull', '--quiet', reference]);
    await podman.command(['pull', '--quiet', '--tls-verify=false', reference]);
  }
  for (const engine of [docker, podman]) await engine.command(['load', '--quiet', '--input', at('local.tar')]);
  const routes = await writeRoutes(places);

  await makers.classic(names.rebuilt, [...BASE, 'COPY app.txt /newer']);
  await makers.BuildKit(moving, [...BASE, 'COPY app.txt /newer']);
  await deleteTag(registry, names.gone);
  return routes;
}

function nameImages(registry: string, dead: string): Record<ImageName, string> {
  const named = (name: string): string => `${registry}/acme/${name.replaceAll(' ', '-')}:1`;
  return {
    current: named('current'),
    'current again': `${registry}/acme/current:again`,
    behind: named('behind'),
    commented: named('commented'),
    'commented behind': named('commented behind'),
    'in docker types': named('in docker types'),
    rebuilt: named('rebuilt'),
    gone: named('gone'),
    baseless: named('baseless'),
    local: 'localhost/acme/local:1',
    unreachable: `${dead}/acme/unreachable:1`,
  };
}

type Make = (reference: string, steps: readonly string[]) => Promise<void>;
type Makers = Readonly<Record<'classic' | 'unpublished' | 'unconverted' | 'BuildKit' | 'buildah' | 'buildahIndex', Make>>;

/**
 * Each builds an image and publishes it, but `unpublished`.
 *
 * But for `unconverted`, Docker's types become OCI's in the registry, before anyone pulls: so the config document is one that no tool has a reason to write anew, and the manifest has
 * no annotations, which not every way keeps.
 */
function makeMakers(workshop: Workshop<'classic' | 'BuildKit'>, store: string): Makers {
  const buildah = async (args: readonly string[]): Promise<void> => {
    const place = ['--root', join(store, 'root'), '--runroot', join(store, 'run'), '--storage-driver', 'vfs'];
    await mkdir(store, { recursive: true });
    await runOrThrow('buildah', [...place, ...args], { env: { ...baseEnvironment(), HOME: store } });
  };
  const byDocker =
    (builder: 'classic' | 'BuildKit'): Make =>
    async (reference, steps) => {
      await workshop.builders[builder]({ reference, steps, context: await workshop.makeContext(reference) });
      await workshop.copy(`docker://${reference}`, `docker://${reference}`, '--format', 'oci');
    };
  const byBuildah = async (reference: string, steps: readonly string[], flags: readonly string[]): Promise<void> => {
    const context = await workshop.makeContext(reference);
    await writeFile(`${context}.Dockerfile`, `${steps.join('\n')}\n`);
    const build = ['build', '--quiet', '--isolation', 'chroot', '--tls-verify=false', '--file', `${context}.Dockerfile`];
    await buildah([...build, ...flags, context]);
  };
  return {
    classic: byDocker('classic'),
    unpublished: async (reference, steps) => {
      await workshop.builders.classic({ reference, steps, context: await workshop.makeContext(reference), local: true });
    },
    unconverted: async (reference, steps) => {
      await workshop.builders.BuildKit({ reference, steps, context: await workshop.makeContext(reference) });
    },
    BuildKit: byDocker('BuildKit'),
    buildah: async (reference, steps) => {
      await byBuildah(reference, steps, ['--layers', '--format', 'docker', '--tag', reference]);
      await buildah(['push', '--quiet', '--tls-verify=false', reference]);
      await workshop.copy(`docker://${reference}`, `docker://${reference}`, '--format', 'oci');
    },
    buildahIndex: async (reference, steps) => {
      await byBuildah(reference, steps, ['--platform', 'linux/amd64,linux/arm64', '--manifest', reference]);
      await buildah(['manifest', 'push', '--quiet', '--all', '--tls-verify=false', reference, `docker://${reference}`]);
    },
  };
}

const BASE = ['FROM scratch', 'COPY rootfs /', 'ENV LANG=C', 'COPY app.txt /base', 'CMD ["sh"]'];

async function buildImages(
  makers: Makers,
  names: RouteWorld['names'],
  bases: { readonly staying: string; readonly moving: string },
): Promise<void> {
  await makers.classic(bases.staying, BASE);
  await makers.BuildKit(bases.moving, BASE);
  const app = ['COPY app.txt /app', 'ENV APP=1'];
  const labelled = (base: string): string[] => [`FROM ${base}`, ...app, `LABEL org.opencontainers.image.base.name=${base}`, 'CMD ["/app"]'];
  await makers.classic(names.current, labelled(bases.staying));
  await makers.BuildKit(names.behind, labelled(bases.moving));
  await makers.buildah(names.commented, [`FROM ${bases.staying}`, ...app]);
  await makers.buildah(names['commented behind'], [`FROM ${bases.moving}`, ...app]);
  await makers.unconverted(names['in docker types'], labelled(bases.staying));
  await makers.classic(names.rebuilt, labelled(bases.staying));
  await makers.buildahIndex(names.gone, ['FROM scratch', ...app]);
  await makers.unpublished('nowhere:1', BASE);
  await makers.classic(names.baseless, ['FROM nowhere:1', ...app]);
  await makers.BuildKit(names.unreachable, [...BASE, ...app]);
  await makers.BuildKit(names.local.replace('localhost/acme', `${dirname(dirname(bases.staying))}/made`), labelled(bases.staying));
}

type Places = Omit<RouteWorld, 'routes' | 'close'>;

/** Has each tool write the files of its route, of the images as they are now. */
async function writeRoutes({ docker, podman, names, at, copy }: Places): Promise<RouteWorld['routes']> {
  const all = IMAGE_NAMES.map((name) => names[name]);
  await docker.command(['save', '--output', at('docker-save.tar'), ...all]);
  await podman.command(['save', '--quiet', '--multi-image-archive', '--output', at('podman-save.tar'), ...all]);
  const storage = dirname(podman.socketPath);
  const stored = `containers-storage:[vfs@${join(storage, 'root')}+${join(storage, 'run')}]`;
  const saved: string[] = [];
  const copied: string[] = [];
  for (const [position, reference] of all.entries()) {
    // an archive of OCI has the one name by which the image was saved
    const archive = at(`podman-save-${position}.tar`);
    await podman.command(['save', '--quiet', '--format', 'oci-archive', '--output', archive, reference]);
    saved.push(`oci-archive:${archive}`);
  }
  for (const [position, reference] of all.entries()) {
    const source = reference === names.local ? `${stored}${reference}` : `docker://${reference}`;
    await copy(source, `oci:${at('layout')}:${reference}`);
    await copy(source, `oci-archive:${at(`skopeo-${position}.tar`)}:${reference}`);
    copied.push(`oci-archive:${at(`skopeo-${position}.tar`)}`);
  }
  return {
    dockerd: ['-H', docker.host],
    'podman socket': ['-H', podman.host],
    'containers-storage': [stored],
    'docker save': [`docker-archive:${at('docker-save.tar')}`],
    'podman save': [`docker-archive:${at('podman-save.tar')}`],
    'podman save --format oci-archive': saved,
    'skopeo copy to oci': [`oci:${at('layout')}`],
    'skopeo copy to oci-archive': copied,
  };
}

async function deleteTag(registry: RunningRegistry, reference: string): Promise<void> {
  const [, repository, tag] = /^[^/]+\/(.+):([^:]+)$/.exec(reference) ?? [];
  const manifests = `${registry.url}/v2/${repository}/manifests`;
  const answer = await ask(`${manifests}/${tag}`, { headers: { accept: 'application/vnd.oci.image.index.v1+json' } });
  const deleted = await ask(`${manifests}/${String(answer.headers['docker-content-digest'])}`, { method: 'DELETE' });
  if (deleted.status !== 202) throw new Error(`${reference} was not deleted: ${deleted.status} ${deleted.body}`);
}
