import type { Document, RegistryEntry, WarningEntry } from './document.ts';
import { decodeImage } from './document/decode-image.ts';
import { decodeStore } from './document/decode-store.ts';
import {
  type Fault,
  field,
  orNull,
  readCount,
  readEach,
  readName,
  readNumber,
  readText,
  readTime,
  refuse,
  type Spot,
} from './document/spot.ts';
import { malformed, type Parsed, parsed } from './parsed.ts';

/**
 * Reads a document that `--json` printed: `images[3].tag.status: expected one of current, rebuilt, ..., got "x"`.
 *
 * What is not known is left out, as later programs add fields; what was added to the first documents may be missing. Everything else is as
 * `document.schema.json` says. A list has at most 200,000 entries; work grows with the size of the document only, however deep it is.
 */
export function decodeDocument(value: unknown): Parsed<Document> {
  const fault: Fault = { message: null };
  const whole: Spot = { value, above: null, step: '', fault };
  checkVersion(whole);
  const document = decodeWhole(whole);
  return fault.message === null ? parsed(document) : malformed(fault.message);
}

/** Fields may be added to a version, so the number is another one only where readers have to know of it. */
function checkVersion(whole: Spot): void {
  const version = field(whole, 'schemaVersion');
  if (version.value === 1) return;
  const isLater = typeof version.value === 'number' && version.value > 1;
  refuse(
    version,
    isLater ? '1, which is all that this version of imgupdate knows' : '1, as in documents that imgupdate prints with --json',
  );
}

function decodeWhole(whole: Spot): Document {
  const [host, ignored, store] = [field(whole, 'host'), field(whole, 'ignored'), field(whole, 'store')];
  return {
    schemaVersion: 1,
    generatedAt: readTime(field(whole, 'generatedAt')),
    ...(host.value === undefined ? {} : { host: readName(host) }),
    images: readEach(field(whole, 'images'), decodeImage),
    registries: readEach(field(whole, 'registries'), decodeRegistry),
    warnings: readEach(field(whole, 'warnings'), decodeWarning),
    ...(ignored.value === undefined ? {} : { ignored: readEach(ignored, readText) }),
    ...(store.value === undefined ? {} : { store: orNull(store, decodeStore) }),
  };
}

function decodeRegistry(use: Spot): RegistryEntry {
  return {
    registry: readName(field(use, 'registry')),
    requests: readCount(field(use, 'requests')),
    counted: readCount(field(use, 'counted')),
    limit: orNull(field(use, 'limit'), readCount),
    remaining: orNull(field(use, 'remaining'), readCount),
    windowSeconds: orNull(field(use, 'windowSeconds'), readNumber),
  };
}

function decodeWarning(warning: Spot): WarningEntry {
  return {
    code: readName(field(warning, 'code')),
    message: readText(field(warning, 'message')),
    image: orNull(field(warning, 'image'), readText),
  };
}
