/** What the services of a project may have in all, so that neither aliases, includes nor `extends` make much of little. */
export const MOST_PARTS = 1_000_000;

export const TOO_MANY_PARTS = `expected at most ${MOST_PARTS} parts in all services, with what aliases, includes and extends repeat`;
