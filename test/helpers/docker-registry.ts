import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate } from './certificate.ts';
import { startService } from './processes.ts';
import { makeTemporaryDirectory } from './temp.ts';
import type { TokenServer } from './token-server.ts';

/** The one user a registry with a password file knows. */
export const HTPASSWD_USER = { username: 'tester', password: 'correct horse' } as const;

export type RunningRegistry = {
  /** `http://127.0.0.1:41234` */
  readonly url: string;
  /** `127.0.0.1:41234` */
  readonly host: string;
  readonly pid: number;
  readonly output: () => string;
  readonly stop: () => Promise<void>;
};

export type DockerRegistryOptions = {
  readonly tls?: Certificate;
  /** Its tokens are asked for, and trusted. */
  readonly token?: TokenServer;
  /** Asks HTPASSWD_USER for the password. */
  readonly htpasswd?: boolean;
};

/** Starts the docker-registry of this machine (distribution 2.8) on a free port of 127.0.0.1, with an empty store of its own. */
export async function startDockerRegistry(options: DockerRegistryOptions = {}): Promise<RunningRegistry> {
  const directory = await makeTemporaryDirectory();
  const at = (name: string): string => join(directory.path, name);
  await mkdir(at('data'));
  await writeFile(at('htpasswd'), `${HTPASSWD_USER.username}:${BCRYPT_OF_PASSWORD}\n`);
  await writeFile(at('key.pem'), options.tls?.key ?? '');
  await writeFile(at('cert.pem'), options.tls?.cert ?? '');
  await writeFile(at('roots.pem'), options.token?.certificate ?? '');
  // JSON is YAML
  const config = {
    version: 0.1,
    log: { level: 'info' },
    storage: { filesystem: { rootdirectory: at('data') }, delete: { enabled: true } },
    http: { addr: '127.0.0.1:0', ...(options.tls === undefined ? {} : { tls: { certificate: at('cert.pem'), key: at('key.pem') } }) },
    ...authSection(options, at),
  };
  await writeFile(at('config.yml'), JSON.stringify(config));
  const service = await startService('docker-registry', ['serve', at('config.yml')], { ready: (output) => LISTENING.test(output) });
  const host = `127.0.0.1:${LISTENING.exec(service.output())?.[1]}`;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${host}`,
    host,
    pid: service.pid,
    output: service.output,
    stop: async () => {
      await service.stop();
      await directory.remove();
    },
  };
}

const LISTENING = /listening on 127\.0\.0\.1:(\d+)/;

const BCRYPT_OF_PASSWORD = '$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2';

function authSection(options: DockerRegistryOptions, at: (name: string) => string): object {
  if (options.token !== undefined) {
    const { realm, service, issuer } = options.token;
    return { auth: { token: { realm, service, issuer, rootcertbundle: at('roots.pem') } } };
  }
  return options.htpasswd === true ? { auth: { htpasswd: { realm: 'test', path: at('htpasswd') } } } : {};
}
