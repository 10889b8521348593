import type { StoredPlace } from '../../check/ports.ts';
import { ImgupdateError } from '../../errors.ts';
import type { StoredFiles } from '../stored/stored-files.ts';
import { type LayoutContents, type LayoutOptions, readLayout } from './read-layout.ts';
import { readIndexFile } from './require-layout.ts';

/** `pause`: long enough for a file that is being written to be whole. */
export type SteadyOptions = LayoutOptions & { readonly pause: () => Promise<void> };

/**
 * Reads a layout, and once more after a pause where something did not fit and index.json has changed: tools write it last, so as long as it is the same, so is all
 * that it leads to. An archive does not change.
 * @throws ImgupdateError as `readLayout` does
 */
export async function readSteadily(place: StoredPlace, files: StoredFiles, options: SteadyOptions): Promise<LayoutContents> {
  const first = await readOnce(place, files, options);
  if (place.transport !== 'oci' || fits(first)) return valueOf(first);
  await options.pause();
  if (await isUnchanged(first.bytes, place, files)) return valueOf(first);
  const second = await readOnce(place, files, options);
  return fits(second) ? valueOf(second) : blameChange(second);
}

type Reading = { readonly bytes: Uint8Array | null; readonly result: LayoutContents | ImgupdateError };

async function readOnce(place: StoredPlace, files: StoredFiles, options: LayoutOptions): Promise<Reading> {
  let bytes: Uint8Array | null = null;
  try {
    bytes = await readIndexFile(place, files);
    return { bytes, result: await readLayout(place, bytes, files, options) };
  } catch (error) {
    if (error instanceof ImgupdateError) return { bytes, result: error };
    throw error;
  }
}

function fits({ result }: Reading): boolean {
  return !(result instanceof ImgupdateError) && result.failures.length === 0;
}

function valueOf({ result }: Reading): LayoutContents {
  if (result instanceof ImgupdateError) throw result;
  return result;
}

async function isUnchanged(bytes: Uint8Array | null, place: StoredPlace, files: StoredFiles): Promise<boolean> {
  const again = await readIndexFile(place, files).catch((error: unknown) => {
    if (error instanceof ImgupdateError) return null;
    throw error;
  });
  return bytes === null || again === null ? bytes === again : Buffer.compare(bytes, again) === 0;
}

const CHANGED = 'it changed while it was read: try again when nothing writes to it';

function blameChange({ result }: Reading): LayoutContents {
  if (result instanceof ImgupdateError) throw new ImgupdateError(result.code, result.message, { hint: CHANGED, cause: result.cause });
  return { ...result, failures: result.failures.map((failure) => ({ ...failure, hint: CHANGED })) };
}
