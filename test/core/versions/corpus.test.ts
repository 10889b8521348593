import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decideNewer, type NewerDecision } from '../../../src/core/versions/decide-newer.ts';
import { planVersions } from '../../../src/core/versions/plan-versions.ts';
import { STANDARD_POLICY } from '../../../src/core/versions/policy.ts';
import { tabulateVersions } from '../../../src/core/versions/tabulate.ts';
import { readRows, readTags, TAG_LISTS, type CorpusRow } from './corpus.ts';

const NAMES = readdirSync(TAG_LISTS)
  .filter((file) => file.endsWith('.tags'))
  .map((file) => file.slice(0, -'.tags'.length));

describe.each(NAMES)('in a repository as of %s', (name) => {
  const tags = readTags(name);
  const rows = readRows(name);

  it('the expectations are about tags that are there, and each is written once', () => {
    expect(rows.length).toBeGreaterThan(0);
    const named = rows.flatMap(({ line, newest, variant, never }) => [line, newest, variant, ...never].filter((text) => text !== null));
    expect(named.map((text) => text.split(' ')[0]).filter((tag) => !tags.includes(tag!))).toEqual([]);
    const written = rows.map(({ installed, policy }) => JSON.stringify([installed, policy]));
    expect(written).toEqual([...new Set(written)]);
  });

  it.each(rows)('$installed $title', (row) => {
    expect(decide(tags, row)).toEqual(told(row));
  });

  it.each(rows)('$installed: the order of the list changes nothing', (row) => {
    const inOrder = decide(tags, row);
    expect(decide([...tags].reverse(), row)).toEqual(inOrder);
    expect(decide(shuffled(tags), row)).toEqual(inOrder);
  });

  it.each(rows)('$installed: the tags that are asked for suffice', (row) => {
    const plan = planVersions(row.installed);
    if (row.kind === 'untracked' && plan.kind === 'untracked') return;
    const asked = plan.kind === 'follow' ? tags.filter((tag) => plan.prefix === null || isAskedFor(tag, plan.prefix)) : [];
    expect(decide(asked, row)).toEqual(decide(tags, row));
  });

  it.each(rows.filter(({ never }) => never.length > 0))('$installed is not offered $never, and a rule says why', (row) => {
    const table = tabulateVersions(row.installed, factsOf(tags), { ...STANDARD_POLICY, ...row.policy });
    const told = row.never.map((tag) => table.find((version) => version.tag === tag) ?? { tag, kind: 'missing', rule: null, why: '' });
    expect(told.filter(({ kind, rule, why }) => kind !== 'rejected' || rule === null || why === '')).toEqual([]);
  });
});

/** Where a registry lists in lexical order, of a prefix only those pages are asked for whose tags go on with a digit. */
function isAskedFor(tag: string, prefix: string): boolean {
  return tag.startsWith(prefix) && /^\d/.test(tag.slice(prefix.length));
}

type Told = { readonly kind: string; readonly line: string | null; readonly newest: string | null; readonly variant: string | null };

function decide(tags: readonly string[], { installed, policy }: CorpusRow): Told {
  const { verdict, variant } = decideNewer(installed, factsOf(tags), { ...STANDARD_POLICY, ...policy });
  const versions = verdict.kind === 'available' ? verdict : { line: null, newest: null };
  return { kind: verdict.kind, line: write(versions.line), newest: write(versions.newest), variant: write(variant) };
}

function told({ kind, line, newest, variant }: CorpusRow): Told {
  return { kind, line, newest, variant };
}

function write(version: NewerDecision['variant']): string | null {
  return version === null ? null : `${version.tag} ${version.level ?? 'same'}`;
}

const factsOf = (tags: readonly string[]) => ({ tags, firstSeen: () => null, now: Date.parse('2026-11-20T10:00:00Z') });

/** Another order, the same one in every run. */
function shuffled(tags: readonly string[]): readonly string[] {
  return tags
    .map((tag, place) => ({ tag, at: (place * 7_919) % tags.length }))
    .sort((a, b) => a.at - b.at || (a.tag < b.tag ? 1 : -1))
    .map(({ tag }) => tag);
}
