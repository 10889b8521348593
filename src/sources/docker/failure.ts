import { sanitizeText } from '../../core/text.ts';
import { codeOf, ImgupdateError } from '../../errors.ts';
import type { EngineAddress, EngineEndpoint } from './endpoint.ts';

/** Says why no answer came from an engine, and what to do about it. */
export function engineFailure(endpoint: EngineEndpoint, error: Error): ImgupdateError {
  const where = sanitizeText(endpoint.location, 300);
  const code = codeOf(error) ?? '';
  const explain = CAUSES.get(code);
  if (explain !== undefined)
    return new ImgupdateError('engine-unavailable', explain.message(where, error), { hint: explain.hint, cause: error });
  const detail = sanitizeText(error.message, 300);
  return new ImgupdateError('engine-unavailable', `the connection to the container engine at ${where} failed: ${detail}`, {
    hint: trySsh(endpoint.address) ?? START,
    cause: error,
  });
}

/** What may stand in a command to paste. */
const PLAIN = /^\w[\w.-]*$/;

/** The same connection by hand: whether the host answers, knows the user and has the program. null: there is none to tell. */
function trySsh(address: EngineAddress): string | null {
  if (address.kind !== 'ssh' || ![address.host, address.user ?? 'me'].every((word) => PLAIN.test(word))) return null;
  const { user, host, port, cli } = address;
  return `see what this says: ssh ${port === null ? '' : `-p ${port} `}${user === null ? '' : `${user}@`}${host} ${cli} version`;
}

/** Says that something answers, but not as an engine would. */
export function engineAnswersBadly(endpoint: EngineEndpoint, problem: string): ImgupdateError {
  return new ImgupdateError('engine-unavailable', `the container engine at ${sanitizeText(endpoint.location, 300)} ${problem}`, {
    hint: 'name another engine with -H or --context',
  });
}

const START = 'start it, name another with -H or --context, or name images elsewhere: docker://REF, docker-archive:FILE, oci:FOLDER';
const ACCESS = 'join the group that owns it (docker: usermod -aG docker USER), use a rootless engine, or run this with sudo';
const CERTIFICATES = 'check DOCKER_CERT_PATH and DOCKER_TLS_VERIFY, or the certificates of the docker context';

type Explanation = { readonly message: (where: string, error: Error) => string; readonly hint: string };

const absent: Explanation = { message: (where) => `no container engine answers at ${where}`, hint: START };
const forbidden: Explanation = { message: (where) => `permission denied on the container engine's socket ${where}`, hint: ACCESS };
const stopped: Explanation = {
  message: (where) => `the container engine at ${where} closed the connection before its answer was complete`,
  hint: START,
};
const misbehaved: Explanation = {
  message: (where, error) => `the container engine at ${where} gave ${sanitizeText(error.message, 300)}`,
  hint: 'see whether the engine is overloaded, or raise --timeout',
};
const distrusted: Explanation = {
  message: (where, error) => `the certificate of the container engine at ${where} is not trusted: ${sanitizeText(error.message, 300)}`,
  hint: CERTIFICATES,
};

const CAUSES: ReadonlyMap<string, Explanation> = new Map([
  ...['ENOENT', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTSOCK'].map((code) => [code, absent] as const),
  ...['EACCES', 'EPERM'].map((code) => [code, forbidden] as const),
  ...['ECONNRESET', 'EPIPE'].map((code) => [code, stopped] as const),
  ...['ETIMEDOUT', 'ETOOBIG'].map((code) => [code, misbehaved] as const),
  ...[
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ].map((code) => [code, distrusted] as const),
]);
