import type { ImageReport } from '../check/report.ts';
import { groupBy } from '../core/group.ts';
import type { Reason, ReasonKind } from '../core/reason.ts';
import { sanitizeText } from '../core/text.ts';
import { reasonOf } from './facts.ts';

const MOST_LINES = 5;
const LONGEST_MESSAGE = 240;

/**
 * Says once per registry and reason why images could not be checked, and what to do about it.
 *
 * Example: `W: ghcr.io/acme/api:2.3.1: not found or private; run 'docker login ghcr.io'`,
 * `W: quay.io: 12 images not checked: rate limited; ...`. Five lines at most, the largest groups first.
 */
export function renderHints(images: readonly ImageReport[], verb: 'list' | 'demo' = 'list'): readonly string[] {
  const groups = groupByCause(images);
  const hidden = groups.slice(MOST_LINES).reduce((sum, group) => sum + group.images.length, 0);
  const lines = groups.slice(0, MOST_LINES).map(renderGroup);
  return hidden === 0 ? lines : [...lines, `W: and ${hidden} more (imgupdate ${verb} --filter status=unknown)`];
}

type Group = { readonly registry: string; readonly reason: Reason; readonly images: readonly ImageReport[] };

function groupByCause(images: readonly ImageReport[]): readonly Group[] {
  const failed = images.flatMap((image) => {
    const reason = reasonOf(image);
    return reason === null ? [] : [{ image, reason, registry: sanitizeText(image.registry ?? '') }];
  });
  const groups = [...groupBy(failed, ({ registry, reason }) => `${registry} ${reason.kind}`).values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ registry: first.registry, reason: first.reason, images: group.map(({ image }) => image) }];
  });
  return groups.sort((a, b) => b.images.length - a.images.length);
}

function renderGroup({ registry, reason, images: [first, ...others] }: Group): string {
  const words = WORDS[reason.kind];
  const message = sanitizeText(reason.message, LONGEST_MESSAGE);
  const cause = words.says ?? message;
  const action = words.todo(registry, reason);
  const subject =
    first === undefined || others.length > 0
      ? `${registry === '' ? 'images' : registry}: ${others.length + 1} images not checked`
      : sanitizeText(first.reference);
  return `W: ${subject}: ${cause}${action === null || cause.includes(action) ? '' : `; ${action}`}`;
}

/** `says` null: the message itself says what happened. */
type Words = { readonly says: string | null; readonly todo: (registry: string, reason: Reason) => string | null };

const login = (registry: string) => `run 'docker login${registry === 'docker.io' ? '' : ` ${registry}`}'`;
const retry = (_: string, reason: Reason) => (reason.retryAt === null ? null : `it will answer again at ${sanitizeText(reason.retryAt)}`);
const nothing = () => null;

const WORDS: Readonly<Record<ReasonKind, Words>> = {
  unauthorized: { says: 'the credentials were refused', todo: login },
  'not-found-or-private': { says: 'not found or private', todo: login },
  'rate-limited': { says: 'rate limited', todo: retry },
  budget: {
    says: "its tag moved, and too little of the registry's quota is left to see for which platforms",
    todo: () => "run 'imgupdate limits'",
  },
  unreachable: { says: null, todo: nothing },
  timeout: { says: null, todo: () => 'try a longer --timeout' },
  tls: { says: null, todo: (registry) => `if you trust it, put its CA into /etc/docker/certs.d/${registry}/ca.crt` },
  'bad-response': { says: null, todo: nothing },
  'digest-mismatch': { says: null, todo: nothing },
  unsupported: { says: null, todo: nothing },
  offline: { says: 'not remembered from an earlier run', todo: () => 'run without --offline' },
  policy: { says: null, todo: nothing },
  'no-evidence': { says: null, todo: nothing },
  squashed: { says: null, todo: nothing },
  'ambiguous-tag': { says: null, todo: nothing },
};
