import { type BaseClaim, makeClaim } from '../core/base/claim.ts';
import type { Hold } from '../core/hold.ts';
import type { FileInventory } from './ports.ts';
import type { Subject } from './images-to-check.ts';
import type { SourcePlace } from './report.ts';

/** What the Dockerfile an image is built from says of its base; `place` is where, `hold` what stands above it, ended or not. */
export type BuildTie = { readonly claim: BaseClaim; readonly place: SourcePlace; readonly hold: Hold | null };

/** What came of it; `loose` says why nothing is tied though images and Dockerfiles were named. */
export type TiedBuild = { readonly tie: BuildTie | null; readonly loose: string | null };

/**
 * Ties the one Dockerfile that was named to the one image that is looked at beside it: that image was built from it.
 *
 * `images`: the rows that are not of files. One image may have many rows.
 */
export function tieBuild(builds: FileInventory['builds'], images: readonly Subject[]): TiedBuild {
  const distinct = new Set(images.map(({ image }) => image.imageId));
  if (builds.length === 0 || distinct.size === 0) return { tie: null, loose: null };
  const [build] = builds;
  if (build === undefined || builds.length > 1 || distinct.size > 1) {
    return { tie: null, loose: SEVERAL };
  }
  const { base, path } = build;
  if (base.kind === 'untold') return { tie: null, loose: `${path} does not tell what is built from it: ${base.message}` };
  const place = base.kind === 'reference' ? base.reference.place : base.place;
  const source = {
    kind: 'dockerfile',
    location: path,
    line: place.line,
    column: place.column,
    file: { place, written: base.kind === 'reference' ? base.reference.written : 'scratch', within: null },
  };
  const where = `${path}:${place.line}`;
  if (base.kind === 'scratch')
    return { tie: { claim: makeClaim('dockerfile', where, { says: 'scratch' }), place: source, hold: null }, loose: null };
  const { reference } = base.reference;
  if (!reference.ok) return { tie: null, loose: `${where} does not tell what is built from it: ${reference.message}` };
  const { digest } = reference.value;
  const claim = makeClaim('dockerfile', where, { reference: reference.value, digests: digest === null ? [] : [digest] });
  return { tie: { claim, place: source, hold: base.reference.hold }, loose: null };
}

const SEVERAL = 'no image is taken for what a Dockerfile builds, for there are several of one or the other: name one of each to have that';
