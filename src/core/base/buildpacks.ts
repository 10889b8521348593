import { type Digest, parseDigest } from '../digest.ts';
import { isJsonObject, type JsonObject, readList, readText } from '../documents-wire.ts';
import { parseJson } from '../json.ts';
import { parseReference, type Reference, withDefaultTag } from '../reference.ts';
import { sanitizeText } from '../text.ts';
import { type Findings, makeClaim, NOTHING_FOUND } from './claim.ts';

const LABEL = 'io.buildpacks.lifecycle.metadata';

/** Every layer of every buildpack is listed in it: some tens of kilobytes in large images. */
const MAX_LABEL = 1024 * 1024;

/** More mirrors than anyone has. */
const MAX_MIRRORS = 16;

/**
 * What Cloud Native Buildpacks recorded of an image's run image: its name, its digest or id, and which layer is its topmost.
 *
 * `runImage.image` has the name since Platform API 0.12, `stack.runImage.image` before; `runImage.reference` is an image id where a daemon was exported to, else
 * `repository@digest`, which names no tag and so serves as the name only where there is none. A mirror is used where the name is missing.
 * The label is passed on to images built on such an image: it does not count when a layer it does not list lies on top.
 * Source: buildpacks/spec, platform.md, `io.buildpacks.lifecycle.metadata`; buildpacks/lifecycle, platform/files/layers_metadata.go.
 */
export function findBuildpacks(labels: ReadonlyMap<string, string>, diffIds: readonly Digest[]): Findings {
  const text = labels.get(LABEL);
  if (text === undefined) return NOTHING_FOUND;
  if (text.length > MAX_LABEL) return rejected(`expected at most ${MAX_LABEL} characters, got ${text.length}`);
  const json = parseJson(text);
  if (!json.ok) return rejected(json.message);
  const metadata = isJsonObject(json.value) ? json.value : {};
  const runImage = objectIn(metadata, 'runImage');

  const topLayer = readText(runImage, 'topLayer');
  if (topLayer === null) return rejected('it does not name the topmost layer of the run image');
  const position = diffIds.findIndex((diffId) => diffId === topLayer);
  if (position === -1)
    return rejected(`this image has no layer ${sanitizeText(topLayer, 100)}, which it says is the topmost of the run image`);
  const top = diffIds.at(-1);
  if (top !== undefined && !text.includes(top))
    return rejected('it does not list the topmost layer of this image, so it tells of an image below');

  const recorded = readRecorded(readText(runImage, 'reference'));
  const reference = firstName([...namesIn(runImage), ...namesIn(objectIn(objectIn(metadata, 'stack'), 'runImage'))]) ?? recorded.reference;
  const claim = makeClaim('buildpacks', `label ${LABEL}`, {
    reference,
    digests: [...new Set([recorded.digest, reference?.digest ?? null].filter((digest) => digest !== null))],
    imageId: recorded.imageId,
    boundary: { history: null, layers: position + 1, strength: 'exact' },
  });
  return { claims: [claim], rejected: [] };
}

type Recorded = { readonly reference: Reference | null; readonly digest: Digest | null; readonly imageId: Digest | null };

/** An image id, with or without its algorithm, or `repository@digest`. */
function readRecorded(text: string | null): Recorded {
  const imageId = parseDigest(text) ?? parseDigest(`sha256:${text ?? ''}`);
  const parsed = text === null || imageId !== null ? null : parseReference(text);
  const reference = parsed?.ok === true ? withDefaultTag(parsed.value) : null;
  return { reference, digest: reference?.digest ?? null, imageId };
}

function namesIn(runImage: JsonObject): readonly string[] {
  const mirrors = (readList(runImage, 'mirrors') ?? []).slice(0, MAX_MIRRORS);
  return [readText(runImage, 'image'), ...mirrors].filter((name) => typeof name === 'string');
}

function firstName(names: readonly string[]): Reference | null {
  for (const name of names) {
    const reference = parseReference(name);
    if (reference.ok) return withDefaultTag(reference.value);
  }
  return null;
}

function objectIn(wire: JsonObject, key: string): JsonObject {
  const value = wire[key];
  return isJsonObject(value) ? value : {};
}

function rejected(why: string): Findings {
  return { claims: [], rejected: [{ source: 'buildpacks', where: `label ${LABEL}`, why }] };
}
