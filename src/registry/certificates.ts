import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { malformed, parsed, type Parsed } from '../core/parsed.ts';
import { codeOf } from '../errors.ts';

/** What TLS needs to know of a host; `ca` null: the authorities Node trusts anyway. */
export type Certificates = {
  readonly ca: readonly string[] | null;
  readonly pairs: readonly { readonly cert: string; readonly key: string }[];
};

/**
 * Reads a host's certificates from the first of `directories` that has a folder for it: `*.crt` are authorities, `*.cert` and `*.key` of the same name client pairs.
 *
 * Naming authorities replaces Node's own, so those and `extraCaFile` are added. An `extraCaFile` that cannot be read counts for nothing, as for Node, which
 * says so itself.
 * Source: moby, daemon/pkg/registry, registry.go (loadTLSConfig); containers-certs.d(5).
 * @returns a message that names the file when one is missing or unreadable.
 */
export async function readCertificates(host: string, places: CertificatePlaces): Promise<Parsed<Certificates>> {
  try {
    return parsed(await read(host, places));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === UNREADABLE) return malformed(error.message);
    throw error;
  }
}

/** Folders of folders by host, in order of preference, and a file of authorities for every host (`NODE_EXTRA_CA_CERTS`). */
export type CertificatePlaces = { readonly directories: readonly string[]; readonly extraCaFile: string | null };

const UNREADABLE = 'ERR_UNREADABLE_CERTIFICATE';

async function read(host: string, places: CertificatePlaces): Promise<Certificates> {
  const extra = await readExtra(places.extraCaFile);
  const found = await firstFolder(places.directories, host);
  if (found === null) return { ca: extra.length === 0 ? null : [...rootCertificates, ...extra], pairs: [] };
  const { folder, names } = found;
  const authorities = await Promise.all(names.filter((name) => name.endsWith('.crt')).map((name) => readText(join(folder, name))));
  const pairs = await Promise.all(names.filter((name) => name.endsWith('.cert')).map((name) => readPair(folder, name, names)));
  for (const name of names.filter((file) => file.endsWith('.key'))) {
    if (!names.includes(`${stem(name)}.cert`))
      throw unreadable(`no client certificate ${join(folder, `${stem(name)}.cert`)} for its key`, null);
  }
  const own = [...extra, ...authorities];
  return { ca: own.length === 0 ? null : [...rootCertificates, ...own], pairs };
}

async function readExtra(path: string | null): Promise<readonly string[]> {
  if (path === null) return [];
  return readFile(path, 'utf8').then(
    (text) => [text],
    () => [],
  );
}

async function firstFolder(
  directories: readonly string[],
  host: string,
): Promise<{ readonly folder: string; readonly names: readonly string[] } | null> {
  for (const directory of directories) {
    const folder = join(directory, host);
    const names = await readdir(folder).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
      throw unreadable(`cannot read certificates in ${folder}: ${codeOf(error) ?? 'unknown error'}`, error);
    });
    if (names !== null) return { folder, names: names.toSorted() };
  }
  return null;
}

async function readPair(
  folder: string,
  certName: string,
  names: readonly string[],
): Promise<{ readonly cert: string; readonly key: string }> {
  const keyName = `${stem(certName)}.key`;
  if (!names.includes(keyName)) throw unreadable(`no key ${join(folder, keyName)} for its client certificate`, null);
  return { cert: await readText(join(folder, certName)), key: await readText(join(folder, keyName)) };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(`cannot read ${path}: ${codeOf(error) ?? 'unknown error'}`, error);
  }
}

function unreadable(message: string, cause: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code: UNREADABLE });
}

function stem(name: string): string {
  return name.slice(0, name.lastIndexOf('.'));
}
