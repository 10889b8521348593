import type { Digest } from '../core/digest.ts';
import { parseReference, renderFamiliar } from '../core/reference.ts';
import { descriptor } from './blobs.ts';
import { platformFields, type ImageDocument, type ImageOrIndex } from './images.ts';

/** An image of an embedded store. */
export type StoredImage = {
  /** The image for the platform that was pulled. */
  readonly image: ImageDocument;
  /** What its tag named at the registry: an index, or the image itself. */
  readonly target: ImageOrIndex;
  /** As docker prints them: `nginx:1.27`, `ghcr.io/acme/api:2.3.1`. */
  readonly tags: readonly string[];
  /** What pulls and pushes left: `nginx@sha256:...`. */
  readonly repoDigests: readonly string[];
  /** The image of this store that the classic builder made it of, whose history begins its own. */
  readonly parent?: StoredImage;
};

export type StoredContainer = {
  readonly name: string;
  readonly running: boolean;
  readonly image: StoredImage;
  /** The name it was created with. */
  readonly reference: string;
  /** RFC 3339 UTC. */
  readonly created: string;
};

/** `classic`: graph drivers, as in Engine 28 without further setting; `containerd`: the image store of Engine 29. */
export type StoreKind = 'classic' | 'containerd';

/**
 * What an answer depends on beside the image: the store, the API version that is spoken (`48` of 1.48), and whether manifests were asked for.
 * Source: moby, api/docs/CHANGELOG.md: manifests since 1.47 in lists and 1.48 of one image, descriptors since 1.48.
 */
export type View = { readonly store: StoreKind; readonly apiMinor: number; readonly manifests: boolean };

/** The digest an engine calls the image's id. */
export function engineId(stored: StoredImage, store: StoreKind): Digest {
  return store === 'classic' ? stored.image.config.digest : stored.target.digest;
}

/**
 * An element of `GET /images/json`.
 * Source: moby, api/swagger.yaml, ImageSummary (API 1.48).
 */
export function imageSummary(stored: StoredImage, view: View): object {
  return {
    Containers: -1,
    Created: Date.parse(stored.image.created) / 1000,
    ...targetDescriptor(stored, view),
    Id: engineId(stored, view.store),
    Labels: Object.keys(stored.image.labels).length === 0 ? null : stored.image.labels,
    ...(view.apiMinor >= 47 ? manifestList(stored, view) : {}),
    ParentId: parentId(stored, view.store),
    RepoDigests: repoDigests(stored, view.store),
    RepoTags: stored.tags,
    SharedSize: -1,
    Size: unpackedSize(stored.image),
  };
}

/**
 * The answer to `GET /images/{name}/json`.
 * Source: moby, api/swagger.yaml, ImageInspect (API 1.48).
 */
export function imageInspect(stored: StoredImage, view: View): object {
  const { image } = stored;
  const { architecture, os, variant, 'os.version': osVersion } = platformFields(image.platform);
  return {
    Id: engineId(stored, view.store),
    RepoTags: stored.tags,
    RepoDigests: repoDigests(stored, view.store),
    Parent: parentId(stored, view.store),
    Comment: '',
    Created: image.created,
    DockerVersion: '',
    Author: '',
    Config: { Env: null, Cmd: null, Labels: image.labels },
    Architecture: architecture,
    ...(variant === undefined ? {} : { Variant: variant }),
    Os: os,
    ...(osVersion === undefined ? {} : { OsVersion: osVersion }),
    Size: unpackedSize(image),
    GraphDriver: { Data: null, Name: view.store === 'classic' ? 'overlay2' : 'overlayfs' },
    RootFS: { Type: 'layers', Layers: image.layers.map((layer) => layer.diffId) },
    Metadata: { LastTagTime: '0001-01-01T00:00:00Z' },
    ...targetDescriptor(stored, view),
    ...(view.apiMinor >= 48 ? manifestList(stored, view) : {}),
  };
}

/**
 * An element of `GET /containers/json`; `isCurrent`: the name it was created with still names its image.
 * Source: moby, api/swagger.yaml, ContainerSummary (API 1.48); daemon/list.go: a name that moved on is replaced by the id.
 */
export function containerSummary(container: StoredContainer, id: string, view: View & { readonly isCurrent: boolean }): object {
  const imageId = engineId(container.image, view.store);
  return {
    Id: id,
    Names: [`/${container.name}`],
    Image: view.isCurrent ? container.reference : imageId,
    ImageID: imageId,
    ...manifestDescriptor(container, view),
    Command: '/bin/true',
    Created: Date.parse(container.created) / 1000,
    Ports: [],
    Labels: container.image.image.labels,
    State: container.running ? 'running' : 'exited',
    Status: container.running ? 'Up 3 days' : 'Exited (0) 3 days ago',
    HostConfig: { NetworkMode: 'bridge' },
    NetworkSettings: { Networks: {} },
    Mounts: [],
  };
}

/**
 * The answer to `GET /containers/{id}/json`.
 * Source: moby, api/swagger.yaml, ContainerInspectResponse (API 1.48).
 */
export function containerInspect(container: StoredContainer, id: string, view: View): object {
  return {
    Id: id,
    Created: container.created,
    Path: '/bin/true',
    Args: [],
    State: { Status: container.running ? 'running' : 'exited', Running: container.running, Paused: false, ExitCode: 0 },
    Image: engineId(container.image, view.store),
    Name: `/${container.name}`,
    Driver: view.store === 'classic' ? 'overlay2' : 'overlayfs',
    Platform: 'linux',
    ...manifestDescriptor(container, view),
    Config: { Image: container.reference, Labels: container.image.image.labels },
  };
}

/** The containerd store keeps it to itself. */
function parentId(stored: StoredImage, store: StoreKind): string {
  return stored.parent === undefined || store === 'containerd' ? '' : engineId(stored.parent, store);
}

/** In the classic store only pulls and pushes leave digests; the containerd store has one for each name, wherever the image came from. */
function repoDigests(stored: StoredImage, store: StoreKind): string[] {
  if (store === 'classic') return [...stored.repoDigests];
  const named = stored.tags.flatMap((tag) => {
    const reference = parseReference(tag);
    return reference.ok ? [renderFamiliar({ ...reference.value, tag: null, digest: stored.target.digest })] : [];
  });
  return [...new Set([...named, ...stored.repoDigests.filter((name) => name.endsWith(`@${stored.target.digest}`))])];
}

/** Source: moby, api/types/image/manifest.go. */
function manifestSummaries(stored: StoredImage): object[] {
  const children = stored.target.kind === 'index' ? stored.target.children.filter((child) => child.kind === 'image') : [stored.target];
  return children.map((child) => {
    const isHere = child.digest === stored.image.digest;
    return {
      ID: child.digest,
      Descriptor: { ...descriptor(child), platform: platformFields(child.platform) },
      Available: isHere,
      Size: { Content: isHere ? packedSize(child) : 0, Total: isHere ? packedSize(child) + unpackedSize(child) : 0 },
      Kind: child.attests === null ? 'image' : 'attestation',
      ...(child.attests === null
        ? { ImageData: { Platform: platformFields(child.platform), Size: { Unpacked: isHere ? unpackedSize(child) : 0 }, Containers: [] } }
        : { AttestationData: { For: child.attests } }),
    };
  });
}

function targetDescriptor(stored: StoredImage, view: View): object {
  return view.store === 'containerd' && view.apiMinor >= 48 ? { Descriptor: descriptor(stored.target) } : {};
}

function manifestList(stored: StoredImage, view: View): object {
  return view.store === 'containerd' && view.manifests ? { Manifests: manifestSummaries(stored) } : {};
}

function manifestDescriptor(container: StoredContainer, view: View): object {
  if (view.store === 'classic' || view.apiMinor < 48) return {};
  const { image } = container.image;
  return { ImageManifestDescriptor: { ...descriptor(image), platform: platformFields(image.platform) } };
}

const unpackedSize = (image: ImageDocument): number => image.layers.reduce((sum, layer) => sum + layer.unpackedBytes, 0);

const packedSize = (image: ImageDocument): number =>
  image.layers.reduce((sum, layer) => sum + layer.bytes.length, image.bytes.length + image.config.bytes.length);
