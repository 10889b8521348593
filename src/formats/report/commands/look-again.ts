import type { Attention, Report } from '../../../core/report/report.ts';
import type { ReasonKind } from '../../../core/reason.ts';
import { isOneWord, quoteWord } from '../../one-word.ts';
import { type HostLine, joinAlike, type Line } from './lines.ts';

const DAY_MS = 24 * 3_600_000;

/** For how long a hold is proposed to be set again. */
const HOLD_DAYS = 30;

/** What to type about what needs attention: to log in, to hold back again, to see more. */
export function listLooks({ attention, onlyNew, generatedAt }: Pick<Report, 'attention' | 'onlyNew' | 'generatedAt'>): readonly HostLine[] {
  const until = new Date(generatedAt + HOLD_DAYS * DAY_MS).toISOString().slice(0, 10);
  return joinAlike(
    attention
      .filter(({ isNew }) => isNew || !onlyNew)
      .flatMap((each) => renderLooks(each, until).map((line) => ({ ...line, hosts: each.hosts }))),
  );
}

function renderLooks(attention: Attention, until: string): readonly Line[] {
  const names = attention.images.filter(isOneWord);
  switch (attention.kind) {
    case 'gone':
      return names.map((name) => ({ text: `imgupdate policy ${name}`, remark: 'shows which tags there are' }));
    case 'base-gone':
    case 'unsure':
      return names.map((name) => ({ text: `imgupdate show ${name}`, remark: 'shows how that is known' }));
    case 'unchecked':
      return renderUnchecked(attention.registry, attention.reason);
    case 'unread':
      return [];
    case 'expired-hold':
      // one hold of several images is of a repository or a pattern, and only its own name ends it
      if (attention.images.length > 1)
        return [{ text: 'imgupdate showhold', remark: 'shows how it was held, to hold or unhold it by that name' }];
      return names.flatMap((name) => [
        { text: `imgupdate hold ${name} --until ${until}${renderReason(attention)}`, remark: 'to hold it back again' },
        { text: `imgupdate unhold ${name}`, remark: 'or no longer' },
      ]);
  }
}

/** What it was held for, in a word that a shell takes; '' where there is none. */
function renderReason({ hold }: Attention): string {
  const reason = hold?.reason == null ? null : quoteWord(hold.reason);
  return reason === null ? '' : ` --reason ${reason}`;
}

function renderUnchecked(registry: string | null, reason: ReasonKind | null): readonly Line[] {
  if (reason === 'budget') return [{ text: 'imgupdate limits', remark: 'shows when there is more quota' }];
  if (reason !== 'unauthorized' && reason !== 'not-found-or-private') return [];
  if (registry === null || !isOneWord(registry)) return [];
  return [{ text: registry === 'docker.io' ? 'docker login' : `docker login ${registry}`, remark: null }];
}
