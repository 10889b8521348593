import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Pair = { cert: string; key: string; ca: string };

/** A certificate authority in a temporary folder, made with the openssl binary. */
export type Authority = {
  folder: string;
  ca: string;
  /** A certificate for 127.0.0.1, localhost and registry.example. `days` below 0: it has expired. */
  issue: (name: string, days?: number, names?: string) => Pair;
  remove: () => void;
};

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout'] as const;

export function createAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'imgupdate-ca-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  openssl('req', '-x509', ...NEW_KEY, 'ca.key', '-out', 'ca.crt', '-days', '30', '-subj', '/CN=Test CA');
  const ca = readFileSync(join(folder, 'ca.crt'), 'utf8');
  writeFileSync(join(folder, 'index.txt'), '');
  writeFileSync(
    join(folder, 'ca.cnf'),
    `[ca]\ndefault_ca=d\n[d]\ndatabase=${folder}/index.txt\nnew_certs_dir=${folder}\nrand_serial=yes\nunique_subject=no\ndefault_md=sha256\npolicy=p\ncopy_extensions=copy\n[p]\ncommonName=supplied\n`,
  );
  return {
    folder,
    ca,
    issue: (name, days = 30, names = 'IP:127.0.0.1,DNS:localhost,DNS:registry.example') => {
      openssl(
        ...['req', '-new', ...NEW_KEY, `${name}.key`, '-out', `${name}.csr`],
        ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`],
      );
      const validity = days < 0 ? ['-startdate', '20200101000000Z', '-enddate', '20200102000000Z'] : ['-days', String(days)];
      openssl(
        'ca',
        '-batch',
        '-config',
        'ca.cnf',
        '-cert',
        'ca.crt',
        '-keyfile',
        'ca.key',
        '-in',
        `${name}.csr`,
        '-out',
        `${name}.crt`,
        '-notext',
        ...validity,
      );
      return { cert: readFileSync(join(folder, `${name}.crt`), 'utf8'), key: readFileSync(join(folder, `${name}.key`), 'utf8'), ca };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
