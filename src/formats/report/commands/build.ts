import type { ImageEntry } from '../../../core/document.ts';
import type { Rebuild, Report } from '../../../core/report/report.ts';
import { sanitizeText } from '../../../core/text.ts';
import { isOneWord } from '../../one-word.ts';
import { type HostLine, type IsOnHost, joinHosts, type Line } from './lines.ts';
import { isOfPodman, type Machines, type Place, placesOf, programOf } from './machines.ts';
import { describeRecreation } from './pull.ts';

const LONGEST_NAME = 300;

/**
 * What builds the images again that stand on bases that moved, in the order of the report, each in the folder of its Dockerfile.
 *
 * A build keeps to a base that is here, unless it is told to pull. What is built on an image of the same list, or
 * on one that no registry has, must not pull: only this machine has its new base. What is pulled somebody has built already.
 * Source: docker buildx build, `--pull`; podman-build(1).
 */
export function listBuilds(
  { rebuilds, bases }: Pick<Report, 'rebuilds' | 'bases'>,
  { machines, isPulled }: { readonly machines: Machines; readonly isPulled: IsOnHost },
): readonly HostLine[] {
  const gone = new Set(bases.filter(({ kind }) => kind === 'gone').map(({ name }) => name));
  const built = new Set<string>();
  return rebuilds.flatMap((rebuild) => {
    const pulls = rebuild.because === 'moved' && !rebuild.isBaseLocal && !built.has(rebuild.base);
    const isGone = gone.has(rebuild.base) && !built.has(rebuild.base);
    built.add(rebuild.name);
    const building = rebuild.hosts.filter((host) => !isPulled(host, rebuild));
    // what is pushed by one the others pull
    const isPush = !isGone && building.some((host) => isPublished(machines.entryOf(host, rebuild)));
    const hosts = isPush ? building.slice(0, 1) : building;
    return joinHosts(hosts, (host) => {
      const entry = machines.entryOf(host, rebuild);
      if (isGone) return [tellGone(rebuild)];
      const options = `${pulls ? ' --pull' : ''}${machines.platformOption(host, rebuild)}`;
      const places = placesOf(rebuild, entry).filter((place) => programOf(place) !== null);
      // what is published is built and pushed once, whatever many engines have it
      const builders = places.length === 0 ? [DOCKER] : isPublished(entry) ? places.slice(0, 1) : places;
      return builders.flatMap((place) => renderBuild({ rebuild, entry, place, options }));
    });
  });
}

/** What builds what nothing but files name. */
const DOCKER: Place = { kind: 'docker-daemon', location: '/var/run/docker.sock' };

function tellGone({ name, base }: Rebuild): Line {
  return {
    text: '',
    remark: `${sanitizeText(name, LONGEST_NAME)}: build it on another base, ${sanitizeText(base, LONGEST_NAME)} is gone`,
  };
}

type Build = { readonly rebuild: Rebuild; readonly entry: ImageEntry | null; readonly place: Place; readonly options: string };

function isPublished(entry: ImageEntry | null): boolean {
  return entry !== null && entry.tag.status !== 'local';
}

/** What came from a registry is built by whoever publishes it, and that may be the reader. */
function renderBuild({ rebuild, entry, place, options }: Build): readonly Line[] {
  const name = isOfPodman(place) ? rebuild.reference : rebuild.name;
  const program = programOf(place);
  if (program === null || !isOneWord(name) || name.includes('@')) return [];
  const isPush = isPublished(entry);
  const at = rebuild.base.indexOf('@');
  const remarks = [
    ...(isPush ? ['if it is yours'] : []),
    ...(at < 0 ? [] : [`with the new digest of ${sanitizeText(rebuild.base.slice(0, at), LONGEST_NAME)} in its Dockerfile`]),
    ...[describeRecreation(entry)].filter((text) => text !== null),
  ];
  return [
    {
      text: `${program} build${options} -t ${name} .${isPush ? ` && ${program} push ${name}` : ''}`,
      remark: remarks.length === 0 ? null : remarks.join('; '),
    },
  ];
}
