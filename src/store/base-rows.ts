import type { BaseVersion } from '../core/base/version.ts';
import { parseDigest, type Digest } from '../core/digest.ts';
import { numberAt, parseOrNull, textAt } from './rows.ts';

/** A version without what it is made of, which is kept in another row. `row`: null in a build note. */
export type VersionRow = {
  readonly row: number | null;
  readonly contentsRow: number;
  readonly version: Omit<BaseVersion, 'contents'>;
};

const COLUMNS = {
  id: 'id',
  registry: 'registry',
  repository: 'repository',
  tag: 'tag',
  platform: 'platform',
  topDigest: 'top_digest',
  manifestDigest: 'manifest_digest',
  configDigest: 'config_digest',
  contentsRow: 'contents',
  firstSeen: 'first_seen',
  lastSeen: 'last_seen',
} as const;

/** Rows of versions as one JSON text: many rows in one answer. */
export const VERSIONS_AS_JSON = `json_group_array(json_object(${Object.entries(COLUMNS)
  .map(([name, column]) => `'${name}', ${column}`)
  .join(', ')}) order by id) as versions`;

/** The columns of the version in a build note. */
export const NOTED_VERSION = Object.entries(COLUMNS)
  .map(([name, column]) => (column === 'id' ? 'null as id' : `${column} as ${name}`))
  .join(', ');

/** A row of `versions`; null for each that is not as it was written. */
export function decodeVersions(row: unknown): readonly (VersionRow | null)[] {
  const json = textAt(row, 'versions');
  if (json === '[]') return [];
  const versions = json === null ? null : parseOrNull(json);
  return Array.isArray(versions) ? versions.map(decodeVersion) : [null];
}

/** A row of a version's columns; null when it is not as it was written. */
export function decodeVersion(row: unknown): VersionRow | null {
  const [registry, repository, platform] = [textAt(row, 'registry'), textAt(row, 'repository'), textAt(row, 'platform')];
  const [contentsRow, firstSeen, lastSeen] = [numberAt(row, 'contentsRow'), numberAt(row, 'firstSeen'), numberAt(row, 'lastSeen')];
  const topDigest = digestAt(row, 'topDigest');
  const manifestDigest = digestAt(row, 'manifestDigest');
  const configDigest = digestAt(row, 'configDigest');
  if (registry === null || repository === null || platform === null) return null;
  if (contentsRow === null || firstSeen === null || lastSeen === null) return null;
  if (topDigest === undefined || manifestDigest === undefined || configDigest === undefined) return null;
  const tag = textAt(row, 'tag');
  const version = { repository: { registry, repository }, tag, platform, topDigest, manifestDigest, configDigest, firstSeen, lastSeen };
  return { row: numberAt(row, 'id'), contentsRow, version };
}

/** null: it was not known; undefined: it is none. */
function digestAt(row: unknown, column: string): Digest | null | undefined {
  const text = textAt(row, column);
  return text === null ? null : (parseDigest(text) ?? undefined);
}

/** The columns of a version from `registry` to `last_seen`, as they are stored. */
export function versionColumns(version: BaseVersion, contentsRow: number): readonly (string | number | null)[] {
  const { repository, tag, platform, topDigest, manifestDigest, configDigest, firstSeen, lastSeen } = version;
  const place = [repository.registry, repository.repository, tag, platform];
  return [...place, topDigest, manifestDigest, configDigest, contentsRow, firstSeen, lastSeen];
}
