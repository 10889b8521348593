import { reason, type Reason } from '../core/reason.ts';
import { sanitizeText } from '../core/text.ts';
import { isMetadataHost } from './address.ts';
import type { Place } from './places.ts';
import { METADATA } from './transport.ts';

/**
 * Says why a place may not be contacted, before its name is looked up; null when it may.
 *
 * A file of a checkout may name any host. Metadata services are known by every spelling a URL takes for their address (`2852039166`, `[::ffff:a9fe:a9fe]`).
 * Source: WHATWG URL Standard, "host parsing".
 */
export function refuseContact(place: Place, onlyHosts: ReadonlySet<string> | null): Reason | null {
  const { registry } = place;
  if (onlyHosts !== null && !onlyHosts.has(registry)) {
    return reason(
      'policy',
      `${registry} is not among the hosts that may be contacted (allowHosts); add it there, or give --allow-host ${registry}`,
    );
  }
  const base = place.location ?? `https://${registry}`;
  const hostname = URL.canParse(base) ? new URL(base).hostname : null;
  return hostname !== null && isMetadataHost(hostname) ? reason('policy', `${sanitizeText(registry, 120)} ${METADATA}`) : null;
}
