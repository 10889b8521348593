import type { StoredContainer, StoredImage, StoreKind } from './engine-documents.ts';

/** The engine that is imitated. */
export const ENGINE_VERSION = '28.0.4';

/** The oldest version of the API it speaks is 1.24. */
export const OLDEST_API_MINOR = 24;

/** The answer to `GET /version`. Source: moby, api/swagger.yaml, SystemVersion (API 1.48). */
export function versionDocument(apiVersion: string): object {
  return {
    Platform: { Name: 'Docker Engine - Community' },
    Components: [{ Name: 'Engine', Version: ENGINE_VERSION, Details: { ApiVersion: apiVersion, Arch: 'amd64', Os: 'linux' } }],
    Version: ENGINE_VERSION,
    ApiVersion: apiVersion,
    MinAPIVersion: `1.${OLDEST_API_MINOR}`,
    Os: 'linux',
    Arch: 'amd64',
  };
}

export type EngineState = {
  /** By which one engine is told from another. */
  readonly id: string;
  readonly images: readonly StoredImage[];
  readonly containers: readonly StoredContainer[];
  /** Registries reached without verified TLS: `host`, `host:port` or CIDR. */
  readonly insecure: readonly string[];
  readonly store: StoreKind;
};

/** The answer to `GET /info`. Source: moby, api/swagger.yaml, SystemInfo (API 1.48). */
export function infoDocument(state: EngineState): object {
  const running = state.containers.filter((container) => container.running).length;
  const hosts = state.insecure.filter((registry) => !registry.includes('/'));
  const networks = state.insecure.filter((registry) => registry.includes('/'));
  const indexes = [indexConfig('docker.io', true), ...hosts.map((host) => indexConfig(host, false))];
  return {
    ID: state.id,
    Containers: state.containers.length,
    ContainersRunning: running,
    ContainersPaused: 0,
    ContainersStopped: state.containers.length - running,
    Images: state.images.length,
    Driver: state.store === 'classic' ? 'overlay2' : 'overlayfs',
    DriverStatus: state.store === 'classic' ? [['Backing Filesystem', 'extfs']] : [['driver-type', 'io.containerd.snapshotter.v1']],
    OSType: 'linux',
    Architecture: 'x86_64',
    Name: 'demo',
    ServerVersion: ENGINE_VERSION,
    IndexServerAddress: 'https://index.docker.io/v1/',
    RegistryConfig: {
      InsecureRegistryCIDRs: ['::1/128', '127.0.0.0/8', ...networks],
      IndexConfigs: Object.fromEntries(indexes.map((index) => [index.Name, index])),
      Mirrors: [],
    },
    SecurityOptions: ['name=seccomp,profile=builtin'],
    Warnings: null,
  };
}

const indexConfig = (name: string, secure: boolean) => ({ Name: name, Mirrors: [], Secure: secure, Official: name === 'docker.io' });
