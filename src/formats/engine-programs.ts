import type { ImageReport, SourcePlace } from '../check/report.ts';
import type { EngineOption } from './again.ts';
import { quoteWord } from './one-word.ts';

/**
 * What reaches the images of each engine and storage a row is in, each once: `docker`, `docker -H ssh://build01`, `podman --root /srv/storage`; empty for a row that is
 * in none.
 *
 * `engines`: as they were named; where none was, docker and podman themselves choose as it was chosen here.
 */
export function programsOf({ sources }: Pick<ImageReport, 'sources'>, engines: readonly EngineOption[]): readonly string[] {
  const places = sources.filter(({ file, kind }) => file === null && (kind === 'docker-daemon' || kind === 'containers-storage'));
  return [...new Set(places.map((place) => (place.kind === 'docker-daemon' ? reachEngine(place, engines) : reachStorage(place))))];
}

/** Whether podman keeps what is at a place. */
export function isOfPodman({ kind, location, file }: SourcePlace): boolean {
  return file === null && (kind === 'containers-storage' || location.includes('podman'));
}

/** The name of a context is known only as long as there is one. */
function reachEngine(place: SourcePlace, engines: readonly EngineOption[]): string {
  const program = isOfPodman(place) ? 'podman' : 'docker';
  const location = quoteWord(place.location);
  const [engine, ...others] = engines;
  if (engine === undefined || location === null) return program;
  if (program === 'podman') return `podman --url ${location}`;
  const named = others.length === 0 ? quoteWord(engine.value) : null;
  return named === null ? `docker -H ${location}` : `docker ${engine.flag} ${named}`;
}

/** Where the containers tools keep their storage unless they are told otherwise. Source: containers-storage.conf(5). */
const USUAL_ROOT = /^\/var\/lib\/containers\/storage$|\/\.local\/share\/containers\/storage$/;

function reachStorage({ location }: SourcePlace): string {
  const root = USUAL_ROOT.test(location) ? null : quoteWord(location);
  return root === null ? 'podman' : `podman --root ${root}`;
}
