import type { ContainerEntry, ImageEntry, SourceEntry } from '../document.ts';
import type { Hold } from '../hold.ts';
import { OVERALLS } from '../verdict.ts';
import { decodeBase } from './decode-base.ts';
import { decodeNewer } from './decode-newer.ts';
import { decodeTag } from './decode-tag.ts';
import {
  field,
  lateField,
  orNull,
  readCount,
  readDigest,
  readEach,
  readFlag,
  readName,
  readOrdinal,
  readText,
  readTime,
  readWord,
  type Spot,
} from './spot.ts';

/** Reads one image of a document. */
export function decodeImage(image: Spot): ImageEntry {
  const [host, expired] = [field(image, 'host'), field(image, 'expired')];
  return {
    ...(host.value === undefined ? {} : { host: readName(host) }),
    reference: readName(field(image, 'reference')),
    name: readName(field(image, 'name')),
    platform: readName(field(image, 'platform')),
    imageId: orNull(field(image, 'imageId'), readDigest),
    created: orNull(field(image, 'created'), readTime),
    size: orNull(field(image, 'size'), readCount),
    verdict: readWord(field(image, 'verdict'), OVERALLS),
    tag: decodeTag(field(image, 'tag')),
    newer: decodeNewer(field(image, 'newer')),
    base: decodeBase(field(image, 'base')),
    containers: readEach(field(image, 'containers'), decodeContainer),
    held: orNull(field(image, 'held'), decodeHold),
    ...(expired.value === undefined ? {} : { expired: readEach(expired, decodeHold) }),
    sources: readEach(field(image, 'sources'), decodeSource),
  };
}

function decodeContainer(container: Spot): ContainerEntry {
  return {
    name: readText(field(container, 'name')),
    running: readFlag(field(container, 'running')),
    outdated: readFlag(field(container, 'outdated')),
  };
}

function decodeHold(hold: Spot): Hold {
  return { reason: orNull(field(hold, 'reason'), readText), until: orNull(field(hold, 'until'), readText) };
}

function decodeSource(source: Spot): SourceEntry {
  return {
    kind: readText(field(source, 'kind')),
    location: readText(field(source, 'location')),
    line: orNull(field(source, 'line'), readOrdinal),
    column: orNull(field(source, 'column'), readOrdinal),
    within: orNull(lateField(source, 'within', null), readText),
  };
}
