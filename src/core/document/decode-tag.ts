import type { ImageEntry } from '../document.ts';
import type { Download } from '../layers.ts';
import { TAG_STATUSES } from '../verdict.ts';
import { decodeReason } from './decode-reason.ts';
import { field, orNull, readCount, readDigest, readEach, readText, readTime, readWord, type Spot } from './spot.ts';

/** Reads the answer about a tag. */
export function decodeTag(tag: Spot): ImageEntry['tag'] {
  const status = readWord(field(tag, 'status'), TAG_STATUSES);
  return {
    status,
    digests: readEach(field(tag, 'digests'), (digest) => readDigest(digest) ?? ''),
    candidate: orNull(field(tag, 'candidate'), readDigest),
    candidateCreated: orNull(field(tag, 'candidateCreated'), readTime),
    download: orNull(field(tag, 'download'), decodeDownload),
    why: readText(field(tag, 'why')),
    reason: decodeReason(field(tag, 'reason'), status),
    checkedAt: orNull(field(tag, 'checkedAt'), readTime),
  };
}

function decodeDownload(download: Spot): Download {
  return {
    bytes: readCount(field(download, 'bytes')),
    layers: readCount(field(download, 'layers')),
    totalLayers: readCount(field(download, 'totalLayers')),
  };
}
