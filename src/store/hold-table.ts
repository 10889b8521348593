import type { KeptHold } from '../check/ports.ts';
import { makeHold } from '../core/hold.ts';
import { CLOCK_TOLERANCE_MS } from './clock.ts';
import type { HoldBatch } from './pending-holds.ts';
import { numberAt, parseOrNull, textAt } from './rows.ts';
import { onDemand, type Database } from './sqlite.ts';

/** What the user holds back. */
export type HoldTable = {
  /** In no order. */
  readonly readAll: () => readonly KeptHold[];
  /** The last word counts, whoever said it: a hold is what a user has just typed. To be called in a transaction. `now`: milliseconds since the epoch. */
  readonly write: (batch: HoldBatch, now: number) => void;
};

/** `onDamage` is called with a sentence about what is not as it was written; it is passed over. */
export function createHoldTable(database: Database, onDamage: (message: string) => void): HoldTable {
  const all = onDemand(
    database,
    "select json_group_array(json_object('pattern', pattern, 'reason', reason, 'until', until, 'heldAt', held_at)) as holds from holds",
  );
  return {
    readAll: () => {
      const json = textAt(all().get(), 'holds');
      const wire = json === null ? null : parseOrNull(json);
      const holds = Array.isArray(wire) ? wire.map(decodeHold) : [null];
      if (holds.includes(null)) onDamage('a remembered hold was damaged: it is ignored');
      return holds.filter((hold) => hold !== null);
    },
    write: (batch, now) => {
      const put = onDemand(database, PUT);
      const remove = onDemand(database, 'delete from holds where pattern = ?');
      for (const [of, kept] of batch) {
        if (kept === null) remove().run(of);
        else put().run(of, kept.hold.reason, kept.hold.until, kept.heldAt, now + CLOCK_TOLERANCE_MS);
      }
    },
  };
}

/** Of two that say it at once each finds a time that is not before its own; one from a future that cannot be is forgotten. */
const PUT = `insert into holds values (?, ?, ?, ?) on conflict do update set reason = excluded.reason, until = excluded.until,
  held_at = iif(holds.held_at <= ?, max(holds.held_at, excluded.held_at), excluded.held_at)`;

/** A row of `pattern, reason, until, heldAt`; null when it is not as it was written. */
function decodeHold(row: unknown): KeptHold | null {
  const [of, heldAt] = [textAt(row, 'pattern'), numberAt(row, 'heldAt')];
  const hold = makeHold(textAt(row, 'reason'), textAt(row, 'until'));
  return of === null || heldAt === null || !hold.ok ? null : { of, hold: hold.value, heldAt };
}
