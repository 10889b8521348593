/** Clocks of machines that share a home directory differ by some minutes at most; more than that was a wrong clock. */
export const CLOCK_TOLERANCE_MS = 300_000;
