import { sanitizeText } from '../../core/text.ts';
import type { ListedImage } from '../listed/listed-image.ts';
import type { EngineEndpoint } from './endpoint.ts';
import { isRefusal, type Engine } from './engine.ts';
import { engineAnswersBadly } from './failure.ts';
import { decodeContainers, decodeImages, decodeInfo, type EngineInfo, type ListedContainer } from './wire.ts';

/** Takes one sentence for the user. */
export type Warn = (message: string) => void;

/** Reads `/info`; an engine that keeps it to itself costs a warning. */
export async function readInfo(engine: Engine, warn: Warn): Promise<EngineInfo> {
  try {
    return decodeInfo(await engine.info());
  } catch (error) {
    if (!isRefusal(error)) throw error;
    warn(`what the engine says of itself is not known: ${sanitizeText(error.message, 300)}`);
    return decodeInfo(null);
  }
}

/**
 * Reads `/images/json`.
 * @throws ImgupdateError 'engine-unavailable' when the engine gives no list: without it there is nothing to do.
 */
export async function readImages(engine: Engine, endpoint: EngineEndpoint): Promise<readonly ListedImage[]> {
  try {
    const images = decodeImages(await engine.images());
    if (images !== null) return images;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw engineAnswersBadly(endpoint, `does not list its images: ${sanitizeText(error.message, 300)}`);
  }
  throw engineAnswersBadly(endpoint, 'does not list its images: GET /images/json was answered with something other than a list');
}

/** Reads `/containers/json`; an engine that keeps it to itself costs a warning, and null is told. */
export async function readContainers(engine: Engine, warn: Warn): Promise<readonly ListedContainer[] | null> {
  try {
    const containers = decodeContainers(await engine.containers());
    if (containers !== null) return containers;
    warn('containers are not known: GET /containers/json was answered with something other than a list');
  } catch (error) {
    if (!isRefusal(error)) throw error;
    warn(`containers are not known: ${sanitizeText(error.message, 300)}`);
  }
  return null;
}
