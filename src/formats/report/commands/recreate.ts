import type { Report } from '../../../core/report/report.ts';
import { sanitizeText } from '../../../core/text.ts';
import { joinNames } from './join-names.ts';
import { type HostLine, type IsOnHost, joinAlike } from './lines.ts';

const LONGEST_NAME = 300;

/** The containers that run an older image than their name has here; not those whose image is pulled now, of which that is said there. */
export function listRecreations({ hosts }: Pick<Report, 'hosts'>, isPulled: IsOnHost): readonly HostLine[] {
  const lines = hosts.flatMap(({ name: host, document }) =>
    document.images.flatMap((image) => {
      const old = image.containers.filter(({ outdated }) => outdated);
      if (old.length === 0 || isPulled(host, image)) return [];
      const names = joinNames(
        old.map(({ name }) => name),
        MOST_NAMES,
      );
      return [{ text: `${names}: of ${sanitizeText(image.name, LONGEST_NAME)} as it is here now`, remark: null, hosts: [host] }];
    }),
  );
  return joinAlike(lines);
}

const MOST_NAMES = 3;
