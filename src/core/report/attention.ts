import { groupBy } from '../group.ts';
import type { ReasonKind } from '../reason.ts';
import { compareText } from '../reference.ts';
import type { ComparedHost } from './compare-host.ts';
import type { MissingHost } from './missing-hosts.ts';
import { type Attention, ATTENTION_KINDS } from './report.ts';
import type { Unread } from './unread.ts';

/** Lists what a person has to look at: problems of one cause once, whatever many images and hosts have it; what is new apart from what was told. */
export function listAttention(hosts: readonly ComparedHost[], missing: readonly MissingHost[]): readonly Attention[] {
  const parts = [...hosts.flatMap((host) => [...ofImages(host), ...ofPlaces(host)]), ...missing.flatMap((each) => ofUnread(each, null))];
  const groups = groupBy(parts, ({ kind, isNew, group }) => `${kind}\n${isNew}\n${group}`);
  return [...groups.values()]
    .flatMap(([first, ...others]) => (first === undefined ? [] : [join([first, ...others])]))
    .sort(compareAttention);
}

type Part = Omit<Attention, 'images' | 'hosts'> & { readonly group: string; readonly image: string | null; readonly host: string | null };

function ofImages({ host, rows }: ComparedHost): readonly Part[] {
  return rows.flatMap(({ row, problems }) => problems.map((problem) => ({ ...problem, image: row.name, host })));
}

function ofPlaces({ host, unread }: ComparedHost): readonly Part[] {
  return unread.flatMap((each) => ofUnread(each, host));
}

function ofUnread({ message, since, isNew, isTold }: Unread, host: string | null): readonly Part[] {
  const none = { registry: null, reason: null, hold: null, image: null };
  return isTold ? [{ ...none, message, since, isNew, kind: 'unread', group: message, host }] : [];
}

function join(parts: readonly [Part, ...Part[]]): Attention {
  const [{ kind, registry, reason, hold, isNew }] = parts;
  return {
    kind,
    images: distinct(parts.flatMap(({ image }) => image ?? [])),
    hosts: distinct(parts.flatMap(({ host }) => host ?? [])),
    message: joinMessages(distinct(parts.map(({ message }) => message)), reason, registry),
    registry,
    reason,
    hold,
    since: parts.reduce((since, part) => Math.min(since, part.since), Number.POSITIVE_INFINITY),
    isNew,
  };
}

/** Each sentence names what it is about; of several images only what they have in common is told. */
function joinMessages(messages: readonly string[], reason: ReasonKind | null, registry: string | null): string {
  const [first = ''] = messages;
  if (messages.length < 2) return first;
  return reason === null ? first : `${registry ?? 'a registry'}: ${REASON_WORDS[reason]}`;
}

const REASON_WORDS: Readonly<Record<ReasonKind, string>> = {
  unauthorized: 'credentials are missing or refused',
  'not-found-or-private': 'they are missing or private',
  'rate-limited': 'too many requests were made',
  budget: 'the rest of the quota is kept',
  unreachable: 'it could not be reached',
  timeout: 'it did not answer in time',
  tls: 'its TLS certificate or handshake was refused',
  'bad-response': 'its answers were no good',
  'digest-mismatch': 'what it sent is not what was asked for',
  unsupported: 'what it offers cannot be checked',
  offline: 'nothing is asked while offline, and not all is remembered',
  policy: 'it may not be asked, by the configuration or because nothing but the image names it',
  'no-evidence': 'nothing names their base',
  squashed: 'their layers were squashed, so nothing tells their base',
  'ambiguous-tag': 'several tags may be their base',
};

function compareAttention(a: Attention, b: Attention): number {
  return (
    ATTENTION_KINDS.indexOf(a.kind) - ATTENTION_KINDS.indexOf(b.kind) ||
    Number(b.isNew) - Number(a.isNew) ||
    compareText(a.images[0] ?? '', b.images[0] ?? '') ||
    compareText(a.message, b.message) ||
    compareText(a.registry ?? '', b.registry ?? '')
  );
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
