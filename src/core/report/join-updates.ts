import { groupBy } from '../group.ts';
import { renderOffer } from './offers.ts';
import type { Update } from './report.ts';

/** What makes updates alike: that the same is offered, whatever is installed. */
export function keyOfUpdate(update: Update): string {
  return `${update.axis} ${renderOffer([update], '')}`;
}

/** Makes one of the updates that are alike, in the order of the first of each; what differs in them is not told. */
export function joinUpdates(updates: readonly Update[]): readonly Update[] {
  if (updates.length < 2) return updates;
  return [...groupBy(updates, keyOfUpdate).values()].flatMap(([first, ...others]) => {
    if (first === undefined || others.length === 0) return first ?? [];
    return [join(first, [first, ...others])];
  });
}

function join(first: Update, alike: readonly Update[]): Update {
  switch (first.axis) {
    case 'tag': {
      const tags = alike.filter((each) => each.axis === 'tag');
      return { ...first, installed: agree(tags.map(({ installed }) => installed)) };
    }
    case 'newer':
      return first;
    case 'base': {
      const bases = alike.filter((each) => each.axis === 'base');
      return {
        ...first,
        movement: agree(bases.map(({ movement }) => movement)),
        installed: agree(bases.map(({ installed }) => installed)),
        confidence: agree(bases.map(({ confidence }) => confidence)),
        versionsBehind: agree(bases.map(({ versionsBehind }) => versionsBehind)),
      };
    }
  }
}

/** What all say; null where they differ. */
function agree<T>(values: readonly T[]): T | null {
  const [first = null] = values;
  return first !== null && values.every((value) => value === first) ? first : null;
}
