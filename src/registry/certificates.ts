import { X509Certificate } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext, rootCertificates } from 'node:tls';
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
 * The file of authorities that is `named` counts beside those, the client pair that is `named` instead of them.
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

/** Folders of folders by host, in order of preference, a file of authorities for every host (`NODE_EXTRA_CA_CERTS`), and what is named for this host alone. */
export type CertificatePlaces = {
  readonly directories: readonly string[];
  readonly extraCaFile: string | null;
  readonly named: NamedCertificates;
};

/** Absolute paths of PEM files that the configuration names for a host. */
export type NamedCertificates = {
  readonly ca: string | null;
  readonly clientCert: { readonly cert: string; readonly key: string } | null;
};

const UNREADABLE = 'ERR_UNREADABLE_CERTIFICATE';

async function read(host: string, places: CertificatePlaces): Promise<Certificates> {
  const { named } = places;
  const [extra, namedAuthorities, namedPairs] = await Promise.all([
    readExtra(places.extraCaFile),
    named.ca === null ? [] : readAuthorities(named.ca),
    named.clientCert === null ? null : readNamedPair(named.clientCert),
  ]);
  const folder = await readFolder(host, places.directories);
  const own = [...extra, ...folder.authorities, ...namedAuthorities];
  return { ca: own.length === 0 ? null : [...rootCertificates, ...own], pairs: namedPairs ?? folder.pairs };
}

type Pair = { readonly cert: string; readonly key: string };

async function readFolder(
  host: string,
  directories: readonly string[],
): Promise<{ readonly authorities: readonly string[]; readonly pairs: readonly Pair[] }> {
  const found = await firstFolder(directories, host);
  if (found === null) return { authorities: [], pairs: [] };
  const { folder, names } = found;
  const authorities = await Promise.all(names.filter((name) => name.endsWith('.crt')).map((name) => readText(join(folder, name))));
  const pairs = await Promise.all(names.filter((name) => name.endsWith('.cert')).map((name) => readPair(folder, name, names)));
  for (const name of names.filter((file) => file.endsWith('.key'))) {
    if (!names.includes(`${stem(name)}.cert`))
      throw unreadable(`no client certificate ${join(folder, `${stem(name)}.cert`)} for its key`, null);
  }
  return { authorities, pairs };
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

async function readPair(folder: string, certName: string, names: readonly string[]): Promise<Pair> {
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

/** The file is named to be used, so one that Node would pass over in silence is a mistake. */
async function readAuthorities(path: string): Promise<readonly string[]> {
  const text = await readNamed(path);
  const certificates = text.split(CERTIFICATE_END).slice(0, -1);
  if (certificates.length === 0) throw unreadable(`${path} has no certificate in it; expected a PEM file of authorities`, null);
  for (const [index, certificate] of certificates.entries()) {
    if (!isCertificate(`${certificate}${CERTIFICATE_END}\n`))
      throw unreadable(
        `cannot read certificate ${index + 1} of ${certificates.length} in ${path}; expected a PEM file of authorities`,
        null,
      );
  }
  return [text];
}

const CERTIFICATE_END = '-----END CERTIFICATE-----';

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

async function readNamedPair(paths: { readonly cert: string; readonly key: string }): Promise<readonly Pair[]> {
  const [cert, key] = await Promise.all([readNamed(paths.cert), readNamed(paths.key)]);
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw unreadable(`cannot use the client certificate ${paths.cert} with the key ${paths.key}: ${codeOf(error) ?? 'not PEM'}`, error);
  }
  return [{ cert, key }];
}

/** Whole collections of authorities have 250 kB. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Reads a file that anybody may have named: no device, no pipe that keeps one waiting, nothing without end. */
async function readNamed(path: string): Promise<string> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw unreadable(`cannot read ${path}: no regular file`, null);
      if (stats.size > MOST_BYTES)
        throw unreadable(`cannot read ${path}: it has ${stats.size} bytes where at most ${MOST_BYTES} are read`, null);
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (codeOf(error) === UNREADABLE) throw error;
    throw unreadable(`cannot read ${path}: ${codeOf(error) ?? 'unknown error'}`, error);
  }
}

function unreadable(message: string, cause: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code: UNREADABLE });
}

function stem(name: string): string {
  return name.slice(0, name.lastIndexOf('.'));
}
