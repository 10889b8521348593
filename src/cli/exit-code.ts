import type { ErrorCode } from '../errors.ts';

/** The whole table of exit codes. 2 and 3 are given by no error of Node itself, so each means one thing only. */
export const EXIT = {
  ok: 0,
  untrustworthy: 1,
  stale: 2,
  incomplete: 3,
  usage: 64,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_ERROR: Record<ErrorCode, ExitCode> = {
  usage: EXIT.usage,
  'engine-unavailable': EXIT.untrustworthy,
  unreadable: EXIT.untrustworthy,
  'no-such-image': EXIT.untrustworthy,
  'not-the-base': EXIT.untrustworthy,
  'cannot-write': EXIT.untrustworthy,
};

/** The code a run ends with that was ended by an error. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  return BY_ERROR[code];
}
