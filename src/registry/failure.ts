import { errors } from 'undici';
import type { ReasonKind } from '../core/reason.ts';
import { sanitizeText } from '../core/text.ts';

/**
 * Why no usable answer came from a host. `message` is a predicate that follows the host's name.
 *
 * `retryable`: another try may go well. `plainHttp`: TLS was answered with something else. `answered`: bytes of an HTTP answer came.
 */
export type Failure = {
  readonly kind: ReasonKind;
  readonly message: string;
  readonly retryable: boolean;
  readonly plainHttp: boolean;
  readonly answered: boolean;
};

/** Makes a failure that no other try will mend. */
export function failure(kind: ReasonKind, message: string, more: Partial<Failure> = {}): Failure {
  return { kind, message, retryable: false, plainHttp: false, answered: false, ...more };
}

/** Where a request was when it failed. */
export type Phase = 'connect' | 'headers' | 'body';

type Row = readonly [code: string, kind: ReasonKind, message: string];

/** Source: Node.js, errors (common system errors, OpenSSL); OpenSSL, x509_vfy.h. */
const ROWS: readonly Row[] = [
  ['ECONNREFUSED', 'unreachable', 'refused the connection'],
  ['ENOTFOUND', 'unreachable', 'has no address'],
  ['EAI_AGAIN', 'unreachable', 'could not be looked up: the name server did not answer'],
  ['EHOSTUNREACH', 'unreachable', 'cannot be reached: no route to the host'],
  ['ENETUNREACH', 'unreachable', 'cannot be reached: no network'],
  ['EADDRNOTAVAIL', 'unreachable', 'cannot be reached: its address is not usable from here'],
  ['ETIMEDOUT', 'timeout', 'did not accept the connection in time'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout', 'did not accept the connection in time'],
  ['CERT_HAS_EXPIRED', 'tls', 'presented an expired certificate'],
  ['CERT_NOT_YET_VALID', 'tls', 'presented a certificate that is not valid yet'],
  ['CERT_REVOKED', 'tls', 'presented a revoked certificate'],
  [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'tls',
    'presented a self-signed certificate; expected one from a known authority, or its own authority in certs.d',
  ],
  [
    'SELF_SIGNED_CERT_IN_CHAIN',
    'tls',
    'presented a certificate of an unknown authority; expected a known one, or that authority in certs.d',
  ],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'tls',
    'presented a certificate of an unknown authority; expected a known one, or that authority in certs.d',
  ],
  [
    'UNABLE_TO_GET_ISSUER_CERT',
    'tls',
    'presented a certificate of an unknown authority; expected a known one, or that authority in certs.d',
  ],
  [
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'tls',
    'presented a certificate of an unknown authority; expected a known one, or that authority in certs.d',
  ],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', 'presented a certificate for another name'],
  ['ERR_INTERNAL_ADDRESS', 'bad-response', 'resolves to a private address, where a registry on a public address may not send us'],
  ['ERR_METADATA_ADDRESS', 'policy', "resolves to a cloud's metadata service or to a link-local address, never a registry"],
  ['ERR_OUTSIDE_ADDRESS', 'unreachable', 'resolves to an address outside of the networks that may be asked without verified TLS'],
  ['UND_ERR_HEADERS_OVERFLOW', 'bad-response', 'sent more than 16 KiB of headers'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'bad-response', 'sent another number of bytes than it announced'],
  ['UND_ERR_PRX_TLS', 'tls', 'cannot be reached through the proxy: its TLS certificate is not valid'],
];

const RESET_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET']);

/**
 * Classifies what undici or Node threw, by its code and never by its text.
 *
 * An answer that stops in its body is `bad-response`, and may go well another time.
 */
export function classifyError(error: unknown, phase: Phase): Failure {
  const code = errorCode(error);
  const plainHttp = phase === 'connect' && (code === 'EPROTO' || code === 'ECONNRESET' || code.startsWith('ERR_SSL_'));
  if (RESET_CODES.has(code)) {
    if (phase === 'body') return failure('bad-response', 'cut its answer short', { retryable: true, answered: true });
    return failure('unreachable', `closed the connection without an answer (${code})`, { retryable: true, plainHttp });
  }
  const row = ROWS.find(([known]) => known === code);
  if (row !== undefined) return failure(row[1], `${row[2]} (${code})`);
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code.includes('CERT')) {
    return failure('tls', `did not complete the TLS handshake (${code})`, { plainHttp });
  }
  if (error instanceof errors.HTTPParserError) return failure('bad-response', 'sent something that is no HTTP answer', { answered: true });
  return failure('unreachable', `could not be asked (${code === '' ? describe(error) : code})`);
}

/** The first code on an error, the errors it aggregates, or its cause; empty when there is none. */
function errorCode(error: unknown): string {
  for (let current = error, depth = 0; depth < 4 && typeof current === 'object' && current !== null; depth++) {
    if ('code' in current && typeof current.code === 'string') return sanitizeText(current.code, 64);
    if ('errors' in current && Array.isArray(current.errors) && current.errors.length > 0) {
      const errors: readonly unknown[] = current.errors;
      current = errors[0];
    } else if ('cause' in current) {
      current = current.cause;
    } else {
      return '';
    }
  }
  return '';
}

function describe(error: unknown): string {
  return error instanceof Error ? sanitizeText(error.message, 120) : 'unknown error';
}
