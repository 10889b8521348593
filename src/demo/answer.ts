/** What a server sends back. A list of values becomes as many header lines. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array;
};

/** An answer with its length announced. */
export function answer(status: number, headers: Answer['headers'] = {}, body: Uint8Array | string = ''): Answer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return {
    status,
    headers: { ...headers, ...(status === 204 || status === 304 ? {} : { 'content-length': `${bytes.length}` }) },
    body: bytes,
  };
}

/** An answer that is a JSON document. */
export function jsonAnswer(status: number, value: unknown, headers: Answer['headers'] = {}): Answer {
  return answer(status, { 'content-type': 'application/json', ...headers }, JSON.stringify(value));
}

/**
 * A registry's error document: `{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}`.
 * Source: OCI distribution-spec v1.1, "Error Codes".
 */
export function errorAnswer(status: number, error: { readonly code: string; readonly message: string; readonly detail?: unknown }): Answer {
  return jsonAnswer(status, { errors: [error] });
}

/** The same answer with some headers more. */
export function withHeaders(original: Answer, headers: Answer['headers']): Answer {
  return { ...original, headers: { ...original.headers, ...headers } };
}

/** The same answer with some headers less; names in lowercase. */
export function withoutHeaders(original: Answer, names: readonly string[]): Answer {
  return { ...original, headers: Object.fromEntries(Object.entries(original.headers).filter(([name]) => !names.includes(name))) };
}
