import { DEFAULT_FAIL_ON } from '../fail-on.ts';

/** What counts where neither flag, environment nor file says anything. Times in milliseconds. */
export const STANDARD = {
  failOn: DEFAULT_FAIL_ON,
  onUnknown: 'fail',
  strict: false,
  maxAge: 3_600_000,
  timeout: 15_000,
  jobs: 16,
} as const;
