/** What ends a run. Everything that concerns one image only is a value, never an error. */
export class ImgupdateError extends Error {
  override readonly name = 'ImgupdateError';
  readonly code: ErrorCode;
  /** One next action for the user, or null. */
  readonly hint: string | null;

  /** `message` starts lowercase, names the subject, says what was expected and what came, and has no full stop. */
  constructor(code: ErrorCode, message: string, options: { hint?: string | null; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? null;
  }
}

/** `usage` exits 64, the others exit 1. `unreadable`: a place with images that is not there, may not be read, or is not what it should be. */
export type ErrorCode = 'usage' | 'engine-unavailable' | 'unreadable' | 'no-such-image' | 'not-the-base' | 'cannot-write';

/** The code of a system error, such as ENOENT; null for an error without one. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
