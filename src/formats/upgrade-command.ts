import type { ImageReport } from '../check/report.ts';
import { sanitizeText } from '../core/text.ts';
import type { EngineOption } from './again.ts';
import { canonicalBaseOf } from './base.ts';
import { isOfPodman, programsOf } from './engine-programs.ts';
import { candidateOf, nameOf, platformOf, sortContainers } from './facts.ts';
import { isOneWord } from './one-word.ts';
import { carriersOf } from './places.ts';
import { renderUpgradeToVersions } from './upgrade-to-versions.ts';

/**
 * Says what to type to have the newer image, or one on the base as it is now: the command first, then which containers have to be made anew from it.
 *
 * Empty when there is nothing to do. The lines are meant for `show`; a first line that is a command can be pasted into a shell.
 */
export function renderUpgrade(image: ImageReport, engines: readonly EngineOption[] = []): readonly string[] {
  return [...renderSame(image, engines), ...renderUpgradeToVersions(image)];
}

/** What brings the present image of the same tag, or of the same base. */
function renderSame(image: ImageReport, engines: readonly EngineOption[]): readonly string[] {
  const name = isSomeOfPodman(image) ? image.reference : nameOf(image);
  if (!isOneWord(name) || image.registry === null) return [];
  const isHere = image.sources.some(({ file }) => file === null);
  if (!isHere && image.tag.verdict.kind === 'rebuilt') return renderPins(image);
  const programs = programsOf(image, engines);
  switch (image.tag.verdict.kind) {
    case 'rebuilt':
      return [...renderPull(image, name, programs), ...renderCarry(image, name), ...renderRecreate(image, () => true)];
    case 'local':
      return isBaseStale(image)
        ? [...renderRebuild(image, name, programs), ...renderRecreate(image, () => true)]
        : renderRecreate(image, (use) => use.outdated);
    case 'current':
    case 'unknown':
    case 'pinned':
    case 'none':
      return [...renderWait(image, name), ...renderRecreate(image, (use) => use.outdated)];
    case 'gone':
      return renderRecreate(image, (use) => use.outdated);
  }
}

function isBaseStale({ base }: ImageReport): boolean {
  return base.verdict.kind === 'moved' || base.verdict.kind === 'gone';
}

/** What was built here is built again. A build keeps to a base that is here already, unless it is told to pull. */
function renderRebuild(image: ImageReport, name: string, programs: readonly string[]): readonly string[] {
  const base = canonicalBaseOf(image) || 'its base';
  if (image.base.verdict.kind === 'gone') return [`build it on another base: ${base} is not published any more for ${platformOf(image)}`];
  const isPinned = (image.base.verdict.reference?.digest ?? null) !== null;
  const where = isPinned
    ? `with the new digest of ${base} in its Dockerfile`
    : `in the folder of its Dockerfile, to have the present ${base}`;
  return [...(programs.length === 0 ? ['docker'] : programs).map((program) => `${program} build --pull -t ${name} .`), where];
}

/** What came from a registry is rebuilt by whoever publishes it, who may be the reader; official images are nobody's own. */
function renderWait(image: ImageReport, name: string): readonly string[] {
  if (!isBaseStale(image)) return [];
  const base = canonicalBaseOf(image) || 'its base';
  const isGone = image.base.verdict.kind === 'gone';
  const wait = isGone
    ? `ask its publisher to build it on another base: ${base} is not published any more for ${platformOf(image)}`
    : `wait for its publisher to build it on the present ${base}, or ask for it`;
  if (isGone || image.reference.includes('@') || image.reference.startsWith('docker.io/library/')) return [wait];
  return [`if it is yours: ${engineOf(image)} build --pull -t ${name} . && ${engineOf(image)} push ${name}`, `if not: ${wait}`];
}

/** A reference with a digest pulls that digest for ever: the pin itself has to change. */
function renderPull(image: ImageReport, name: string, programs: readonly string[]): readonly string[] {
  const at = name.indexOf('@');
  const candidate = candidateOf(image);
  const pulls = programs.map((program) => `${program} pull ${at < 0 || candidate === null ? name : `${name.slice(0, at)}@${candidate}`}`);
  return at < 0 || pulls.length === 0 ? pulls : [...pulls, 'and put the new digest where the old one is written'];
}

/** A layout takes another image under the same name; an archive is written anew, which one command cannot do where it holds several images. */
function renderCarry(image: ImageReport, name: string): readonly string[] {
  const lines = carriersOf(image).map(({ kind, location }) => {
    const place = sanitizeText(location);
    if (kind === 'oci' && isOneWord(place)) return `skopeo copy docker://${name} oci:${place}:${name}`;
    return `write ${place === '-' ? 'the archive' : place} again, with ${name} as it is now`;
  });
  return [...new Set(lines)].slice(0, MOST_PLACES);
}

const MOST_PLACES = 10;

/** What only files name is changed there: a digest is written anew, a tag alone is pulled again by what runs it. */
function renderPins(image: ImageReport): readonly string[] {
  const candidate = candidateOf(image);
  const places = image.sources.flatMap(({ file }) => (file === null ? [] : [file]));
  const lines = places.slice(0, MOST_PLACES).map(({ place, written }) => {
    const where = `${sanitizeText(place.path)}:${place.line}`;
    const isPinned = written.includes('@');
    return isPinned && candidate !== null ? `put ${candidate} into ${where}` : `pull it again where it runs, as ${where} says`;
  });
  const left = places.length - lines.length;
  return left === 0 ? lines : [...lines, `and ${left} more places`];
}

function renderRecreate(image: ImageReport, concerns: (use: ImageReport['containers'][number]) => boolean): readonly string[] {
  const names = sortContainers(image.containers)
    .filter(concerns)
    .map((use) => sanitizeText(use.name));
  return names.length === 0 ? [] : [`recreate ${names.join(', ')}: a container keeps the image it was created from`];
}

function engineOf(image: ImageReport): 'podman' | 'docker' {
  return isSomeOfPodman(image) ? 'podman' : 'docker';
}

/** podman completes short names by its own settings, so it is given whole ones. Source: containers-registries.conf(5), "short-name-mode". */
function isSomeOfPodman({ sources }: ImageReport): boolean {
  return sources.some(isOfPodman);
}
