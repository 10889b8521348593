import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startService } from '../../helpers/processes.ts';
import { makeTemporaryDirectory } from '../../helpers/temp.ts';
import type { Pair } from './certificates.ts';

export type RealRegistry = {
  /** `127.0.0.1:41234` */
  readonly host: string;
  /** `HEAD /v2/acme/app/manifests/1`, each request that it answered, in order. */
  readonly requests: () => string[];
  readonly stop: () => Promise<void>;
};

export type RealOptions = {
  readonly tls?: Pair;
  /** Only who shows a certificate of this authority, a PEM text, is answered. */
  readonly clientCa?: string;
  /** The registry it is a pull-through cache of. */
  readonly remoteUrl?: string;
};

/** Starts a docker-registry (distribution 2.8) on a free port of 127.0.0.1. Source: distribution, docs/content/about/configuration.md. */
export async function startRealRegistry(options: RealOptions = {}): Promise<RealRegistry> {
  const directory = await makeTemporaryDirectory();
  const at = (name: string): string => join(directory.path, name);
  await mkdir(at('data'));
  await writeFile(at('cert.pem'), options.tls?.cert ?? '');
  await writeFile(at('key.pem'), options.tls?.key ?? '');
  await writeFile(at('client-ca.pem'), options.clientCa ?? '');
  const clientcas = options.clientCa === undefined ? {} : { clientcas: [at('client-ca.pem')] };
  const tls = options.tls === undefined ? {} : { tls: { certificate: at('cert.pem'), key: at('key.pem'), ...clientcas } };
  // JSON is YAML
  const config = {
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: false } },
    storage: { filesystem: { rootdirectory: at('data') } },
    http: { addr: '127.0.0.1:0', ...tls },
    ...(options.remoteUrl === undefined ? {} : { proxy: { remoteurl: options.remoteUrl } }),
  };
  await writeFile(at('config.yml'), JSON.stringify(config));
  const service = await startService('docker-registry', ['serve', at('config.yml')], { ready: (output) => LISTENING.test(output) });
  return {
    host: `127.0.0.1:${LISTENING.exec(service.output())?.[1]}`,
    requests: () => [...service.output().matchAll(ACCESS)].map((match) => `${match[1]} ${match[2]?.replace(/\?.*$/, '')}`),
    stop: async () => {
      await service.stop();
      await directory.remove();
    },
  };
}

const LISTENING = /listening on 127\.0\.0\.1:(\d+)/;

/** A line of the access log, in Apache's combined format. */
const ACCESS = /"(GET|HEAD|PUT|POST|PATCH) (\S+) HTTP\/[\d.]+" \d{3}/g;
