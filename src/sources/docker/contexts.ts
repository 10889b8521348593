import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { sanitizeText } from '../../core/text.ts';
import { codeOf, ImgupdateError } from '../../errors.ts';
import type { EngineTls } from './endpoint.ts';
import { fieldsOf, textOf, type Fields } from '../fields.ts';

/** A docker context's engine. */
export type DockerContext = { readonly host: string; readonly tls: EngineTls | null };

/**
 * Reads a context of the docker command line by its name.
 *
 * `CONFIG/contexts/meta/SHA256(name)/meta.json` holds the address, `CONFIG/contexts/tls/SHA256(name)/docker/` the certificates.
 * Source: docker/cli, cli/context/store.
 * @throws ImgupdateError 'usage' when there is no such context; the message names those there are.
 */
export async function readContext(configDirectory: string, name: string): Promise<DockerContext> {
  const id = createHash('sha256').update(name).digest('hex');
  const path = join(configDirectory, 'contexts', 'meta', id, 'meta.json');
  const text = await readText(path);
  if (text === null) throw await unknownContext(configDirectory, name);
  const endpoint = fieldsOf(fieldsOf(parseFields(text).get('Endpoints')).get('docker'));
  const host = textOf(endpoint.get('Host'));
  if (host === null) {
    throw new ImgupdateError(
      'usage',
      `the docker context "${sanitizeText(name, 100)}" names no engine: ${path} was expected to have Endpoints.docker.Host`,
    );
  }
  const tls = await readTls(join(configDirectory, 'contexts', 'tls', id, 'docker'), endpoint.get('SkipTLSVerify') !== true);
  return { host, tls };
}

/**
 * Reads `ca.pem`, `cert.pem` and `key.pem` of a directory; null when none is there and certificates are to be verified.
 * @throws ImgupdateError 'engine-unavailable' when one cannot be read.
 */
export async function readTls(directory: string, verify: boolean): Promise<EngineTls | null> {
  const [ca, cert, key] = await Promise.all(['ca.pem', 'cert.pem', 'key.pem'].map((name) => readText(join(directory, name))));
  const tls = { ca: ca ?? null, cert: cert ?? null, key: key ?? null, verify };
  return verify && tls.ca === null && tls.cert === null && tls.key === null ? null : tls;
}

/** The context `docker context use` chose; null when none, or when config.json cannot be read: docker then uses the default too. */
export async function readCurrentContext(configDirectory: string): Promise<string | null> {
  const text = await readFile(join(configDirectory, 'config.json'), 'utf8').catch(() => '');
  return textOf(parseFields(text).get('currentContext'));
}

async function unknownContext(configDirectory: string, name: string): Promise<ImgupdateError> {
  const names = ['default', ...(await listContexts(configDirectory))].map((known) => sanitizeText(known, 100));
  return new ImgupdateError(
    'usage',
    `no docker context is named "${sanitizeText(name, 100)}": there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`,
    { hint: "name one of them with --context, or choose it with 'docker context use'; DOCKER_CONTEXT and config.json name one too" },
  );
}

async function listContexts(configDirectory: string): Promise<readonly string[]> {
  const meta = join(configDirectory, 'contexts', 'meta');
  const ids = await readdir(meta).catch(() => []);
  const names = await Promise.all(
    ids.map(async (id) => textOf(parseFields(await readFile(join(meta, id, 'meta.json'), 'utf8').catch(() => '')).get('Name'))),
  );
  return names.filter((name) => name !== null).sort();
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new ImgupdateError(
      'engine-unavailable',
      `cannot read ${sanitizeText(path)}: ${typeof code === 'string' ? code : 'unknown error'}`,
      { cause: error },
    );
  }
}

/** The fields of a JSON object; none when the text is no such thing. */
function parseFields(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return fieldsOf(null);
  }
}
