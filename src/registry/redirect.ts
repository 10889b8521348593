import { sanitizeText } from '../core/text.ts';
import { isMetadataHost } from './address.ts';

/** What to do about an answer: nothing, go to another URL, or refuse to. `message` is a predicate that follows the host's name. */
export type RedirectDecision =
  | { readonly kind: 'none' }
  | { readonly kind: 'follow'; readonly url: URL; readonly sameOrigin: boolean }
  | { readonly kind: 'refuse'; readonly message: string };

const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

const MAX_REDIRECTS = 5;

/**
 * Decides whether a redirect is followed: at most 5 in a row, to http(s) only, never from https to http, never from a public host to an internal one,
 * never to a metadata service.
 *
 * `isInternal` tells by name or address; names that only resolve to internal addresses are caught when they are connected to.
 * Source: OCI distribution-spec v1.1, "Redirects"; RFC 9110 section 15.4.
 */
export function decideRedirect(answer: {
  readonly from: URL;
  readonly status: number;
  readonly location: string | null;
  readonly followed: number;
  readonly isInternal: (hostname: string) => boolean;
}): RedirectDecision {
  const { from, status, location, followed, isInternal } = answer;
  if (!REDIRECT_STATUSES.has(status)) return { kind: 'none' };
  if (location === null || !URL.canParse(location, from.href)) return refuse(`redirected (${status}) without saying where to`);
  if (followed >= MAX_REDIRECTS) return refuse(`redirected more than ${MAX_REDIRECTS} times`);
  const url = new URL(location, from);
  const target = sanitizeText(url.host, 120);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refuse('redirected to something that is no http(s) URL');
  if (url.username !== '' || url.password !== '') return refuse(`redirected to ${target} with a login in the URL`);
  if (from.protocol === 'https:' && url.protocol === 'http:') return refuse(`redirected from https to http, at ${target}`);
  if (isMetadataHost(url.hostname) && url.hostname !== from.hostname) return refuse(`redirected to a link-local address, ${target}`);
  if (isInternal(url.hostname) && !isInternal(from.hostname)) return refuse(`redirected from a public to a private address, ${target}`);
  return { kind: 'follow', url, sameOrigin: url.origin === from.origin };
}

function refuse(message: string): RedirectDecision {
  return { kind: 'refuse', message };
}
