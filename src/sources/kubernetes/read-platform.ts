import { normalizePlatform, type Platform } from '../../core/platform.ts';
import { type Mapping, mappingOf, textOf } from './fields.ts';

/**
 * The platform a pod asks its node to have; null where its node selector names no architecture.
 *
 * Source: Kubernetes, well-known labels (`kubernetes.io/arch`, `kubernetes.io/os`, values as GOARCH and GOOS); API v1, PodSpec (`os.name`).
 */
export function readPlatform(pod: Mapping): Platform | null {
  const selector = mappingOf(pod, 'nodeSelector');
  if (selector === null) return null;
  const architecture = textOf(selector, 'kubernetes.io/arch') ?? textOf(selector, 'beta.kubernetes.io/arch');
  if (architecture === null || !NAME.test(architecture)) return null;
  const system = mappingOf(pod, 'os');
  const os = textOf(selector, 'kubernetes.io/os') ?? (system === null ? null : textOf(system, 'name')) ?? 'linux';
  return NAME.test(os) ? normalizePlatform({ os, architecture }) : null;
}

const NAME = /^[a-z0-9_]{1,32}$/;
