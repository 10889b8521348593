import { parseDigest } from '../../core/digest.ts';
import type { RunningImage } from '../../core/file-reference.ts';
import { malformed, type Parsed, parsed } from '../../core/parsed.ts';
import { parseReference } from '../../core/reference.ts';
import { sanitizeText } from '../../core/text.ts';

/** Dockershim and cri-dockerd say which of the two they tell; other runtimes do not. */
const PREFIX = /^docker(?:-pullable)?:\/\//;
const BARE_HEX = /^[a-f0-9]{64}$/;

/**
 * Reads the imageID of a container's status; null while there is none, because the image is still to be pulled.
 *
 * - containerd and newer CRI-O: `docker.io/library/nginx@sha256:...`, the first repository digest, of an index where the tag names one; `sha256:...`, the digest
 *   of the image's config, where it was loaded and not pulled
 * - older CRI-O: 64 digits, the digest of the config
 * - dockershim and cri-dockerd: `docker-pullable://nginx@sha256:...`, familiar names; `docker://sha256:...` where there is no repository digest
 *
 * The repository is the one that the runtime tells: a mirror's, or one that the image was loaded under, need not be that of the pod's reference.
 * Source: Kubernetes API v1, ContainerStatus; kubelet, kuberuntime toKubeContainerStatus(); containerd internal/cri, toCRIContainerStatus(); CRI-O
 * server/container_status.go; cri-dockerd core/convert.go, toPullableImageID().
 */
export function parseImageId(text: string): Parsed<RunningImage | null> {
  if (text === '') return parsed(null);
  const id = text.replace(PREFIX, '');
  const config = parseDigest(BARE_HEX.test(id) ? `sha256:${id}` : id);
  if (config !== null) return parsed({ by: 'config', digest: config });
  const reference = parseReference(id);
  if (!reference.ok || reference.value.digest === null) {
    return malformed(`imageID "${sanitizeText(text, 100)}" is not understood: expected a digest, or a repository with a digest`);
  }
  const { registry, repository, digest } = reference.value;
  return parsed({ by: 'digest', registry, repository, digest });
}
