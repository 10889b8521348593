import { parseDigest, type Digest } from '../../core/digest.ts';
import type { Platform } from '../../core/platform.ts';
import { sanitizeText } from '../../core/text.ts';
import { wholeSeconds } from '../../core/whole-seconds.ts';
import { countOf, fieldsOf, labelsOf, listOf, platformOf, textOf, textsOf, type Fields } from '../fields.ts';
import type { Identity, InspectedImage, ListedImage, ListedManifest, PodmanDetails } from '../listed/listed-image.ts';

/** What `GET /info` says that matters here. */
export type EngineInfo = {
  readonly containerdStore: boolean;
  readonly insecureRegistries: readonly string[];
  /** Of the machine the engine runs on. */
  readonly platform: Platform | null;
  /** The engine's own id with the name of its machine: of two machines that were copied from one the id alone is the same. */
  readonly identity: string | null;
};

/** An entry of `GET /containers/json`. `image` is the name it was created with, or the image's id where the name has moved on. */
export type ListedContainer = {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  readonly running: boolean;
  readonly manifestDigest: Digest | null;
};

/**
 * Decodes `GET /info`.
 * podman names parts of registries there too (`quay.io/team`, `*.example.com`); trust in a part is not trust in the whole, so they are left out.
 * Source: Engine API, SystemInfo; podman, pkg/api/handlers/compat/info.go; moby, daemon/containerd: the driver-type of its snapshotters.
 */
export function decodeInfo(document: unknown): EngineInfo {
  const info = fieldsOf(document);
  const status = listOf(info.get('DriverStatus')).map((pair) => listOf(pair));
  const registries = fieldsOf(info.get('RegistryConfig'));
  const id = textOf(info.get('ID'));
  const hosts = [...fieldsOf(registries.get('IndexConfigs'))]
    .filter(([host, config]) => fieldsOf(config).get('Secure') === false && !/[/*]/.test(host))
    .map(([host]) => host);
  return {
    containerdStore: status.some(([key, value]) => key === 'driver-type' && value === 'io.containerd.snapshotter.v1'),
    insecureRegistries: [...new Set([...textsOf(registries.get('InsecureRegistryCIDRs')), ...hosts])].sort(),
    platform: platformOf(info, 'info'),
    identity: id === null ? null : sanitizeText(`${id} ${textOf(info.get('Name')) ?? ''}`, 300),
  };
}

/**
 * Decodes `GET /images/json`; null when it is no list. Entries without an id are left out.
 * Source: Engine API, ImageSummary and ImageManifestSummary.
 */
export function decodeImages(document: unknown): readonly ListedImage[] | null {
  if (!Array.isArray(document)) return null;
  return document.map(decodeListedImage).filter((image) => image !== null);
}

function decodeListedImage(document: unknown): ListedImage | null {
  const image = fieldsOf(document);
  const id = textOf(image.get('Id'));
  if (id === null) return null;
  const manifests = image.get('Manifests');
  return {
    id: canonicalId(id),
    names: textsOf(image.get('RepoTags')).filter((name) => !name.includes('<none>')),
    digests: textsOf(image.get('RepoDigests')).filter((name) => !name.includes('<none>')),
    created: countOf(image.get('Created')),
    size: countOf(image.get('Size')),
    labels: labelsOf(image.get('Labels')),
    target: parseDigest(fieldsOf(image.get('Descriptor')).get('digest')),
    manifests: Array.isArray(manifests) ? manifests.map(decodeManifest).filter((manifest) => manifest !== null) : null,
    podman: decodePodmanDetails(image),
  };
}

/** Source: podman, pkg/domain/entities, ImageSummary. */
function decodePodmanDetails(image: Fields): PodmanDetails {
  const parentId = textOf(image.get('ParentId'));
  return {
    parentId: parentId === null ? null : canonicalId(parentId),
    formerNames: textsOf(image.get('History')),
    manifestDigest: parseDigest(image.get('Digest')),
    dangling: image.get('Dangling') === true,
  };
}

function decodeManifest(document: unknown): ListedManifest | null {
  const manifest = fieldsOf(document);
  const data = fieldsOf(manifest.get('ImageData'));
  const digest = parseDigest(manifest.get('ID') ?? manifest.get('Id') ?? fieldsOf(manifest.get('Descriptor')).get('digest'));
  const platform = platformOf(fieldsOf(data.get('Platform')), 'wire');
  if (manifest.get('Kind') !== 'image' || digest === null || platform === null) return null;
  return {
    digest,
    platform,
    available: manifest.get('Available') === true,
    size: countOf(fieldsOf(manifest.get('Size')).get('Total')),
    identity: decodeIdentity(data.get('Identity') ?? manifest.get('Identity')),
  };
}

/** Decodes `GET /images/{id}/json`. Source: Engine API, ImageInspect. */
export function decodeImage(document: unknown): InspectedImage {
  const image = fieldsOf(document);
  const created = textOf(image.get('Created'));
  const layers = fieldsOf(image.get('RootFS')).get('Layers');
  const diffIds = listOf(layers)
    .map(parseDigest)
    .filter((digest) => digest !== null);
  return {
    facts: {
      platform: platformOf(image, 'inspect'),
      created: created === null ? null : wholeSeconds(created),
      diffIds: diffIds.length === listOf(layers).length && diffIds.length > 0 ? diffIds : null,
      labels: labelsOf(fieldsOf(image.get('Config')).get('Labels')),
      configDigest: null,
    },
    identity: decodeIdentity(image.get('Identity')),
  };
}

function decodeIdentity(document: unknown): Identity | null {
  const identity = fieldsOf(document);
  const pulledFrom = listOf(identity.get('Pull'))
    .map((pull) => textOf(fieldsOf(pull).get('Repository')))
    .filter((repository) => repository !== null);
  const built = listOf(identity.get('Build')).length > 0;
  return pulledFrom.length === 0 && !built ? null : { pulledFrom, built };
}

/** Decodes `GET /containers/json`. Source: Engine API, ContainerSummary. */
export function decodeContainers(document: unknown): readonly ListedContainer[] | null {
  if (!Array.isArray(document)) return null;
  return document.map(decodeContainer).filter((container) => container !== null);
}

const UP: ReadonlySet<unknown> = new Set(['running', 'paused', 'restarting']);

function decodeContainer(document: unknown): ListedContainer | null {
  const container = fieldsOf(document);
  const id = textOf(container.get('Id'));
  const imageId = textOf(container.get('ImageID'));
  if (id === null || imageId === null) return null;
  // The other names are those that links of other containers give it: `/web/db`.
  const names = textsOf(container.get('Names')).map((name) => name.replace(/^\//, ''));
  return {
    id,
    name: names.find((name) => !name.includes('/')) ?? names[0] ?? id.slice(0, 12),
    image: textOf(container.get('Image')) ?? '',
    imageId: canonicalId(imageId),
    running: UP.has(container.get('State')),
    manifestDigest: parseDigest(fieldsOf(container.get('ImageManifestDescriptor')).get('digest')),
  };
}

/** The name of `GET /containers/{id}/json` that the container was created with; null when it says none. */
export function decodeContainerImage(document: unknown): string | null {
  return textOf(fieldsOf(fieldsOf(document).get('Config')).get('Image'));
}

/** podman leaves out the algorithm in places. */
function canonicalId(id: string): string {
  return /^[a-f0-9]{64}$/.test(id) ? `sha256:${id}` : id;
}
