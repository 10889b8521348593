import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runOrThrow } from './processes.ts';
import { makeTemporaryDirectory } from './temp.ts';

/** Key and certificate, PEM. */
export type Certificate = { readonly key: string; readonly cert: string };

/** Makes a self-signed certificate for this machine, good for a day, or one that was good until yesterday. */
export async function makeCertificate(
  options: { readonly names?: readonly string[]; readonly expired?: boolean } = {},
): Promise<Certificate> {
  const directory = await makeTemporaryDirectory();
  const [key, request, cert] = ['key.pem', 'request.pem', 'cert.pem'].map((name) => join(directory.path, name)) as [string, string, string];
  const names = options.names ?? ['IP:127.0.0.1', 'DNS:localhost'];
  const subject = ['-subj', '/CN=imgupdate test', '-addext', `subjectAltName=${names.join(',')}`];
  const days = options.expired === true ? '-1' : '1';
  try {
    await runOrThrow('openssl', ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', request, ...subject]);
    await runOrThrow('openssl', ['x509', '-req', '-in', request, '-signkey', key, '-days', days, '-copy_extensions', 'copy', '-out', cert]);
    return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  } finally {
    await directory.remove();
  }
}
