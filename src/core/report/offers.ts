import { sanitizeText } from '../text.ts';
import { VERSION_LEVELS, type VersionLevel } from '../verdict.ts';
import type { Update } from './report.ts';

/** How many versions that were offered once are remembered of an image as long as it is behind. */
const MOST_EARLIER = 20;

/** Longer than any reference that parses. */
const LONGEST_PART = 800;

/**
 * Says in one text what is offered on one axis, so that it is known again, and can be told again where it cannot be checked; parts are set apart by blanks.
 *
 * `sha256:9d1e...` of a tag, `node:20-slim>sha256:77ab...` of a base, `1.27.5:patch 1.29.3:minor 1.27.4` of versions: what was offered before comes last.
 */
export function renderOffer(updates: readonly Update[], before: string): string {
  const parts = [...new Set(updates.map(renderPart))];
  const now = new Set(updates.map(identify));
  const earlier = updates.some(({ axis }) => axis === 'newer') ? before.split(' ').map(identifyPart) : [];
  return [...parts, ...earlier.filter((tag) => tag !== '' && !now.has(tag)).slice(0, MOST_EARLIER)].join(' ');
}

/** Whether something is offered that was not: another digest, another version. */
export function isMoreThan(updates: readonly Update[], before: string): boolean {
  const known = new Set(before.split(' ').map(identifyPart));
  return updates.some((update) => !known.has(identify(update)));
}

/** The updates of one axis as an offer tells them; digests of what was installed then are not in it. */
export function readOffer(axis: Update['axis'], offer: string): readonly Update[] {
  return offer.split(' ').flatMap((part) => readPart(axis, part));
}

/** The tags of versions that were offered at some time. */
export function tagsOfOffer(offer: string): readonly string[] {
  return offer
    .split(' ')
    .map(identifyPart)
    .filter((tag) => tag !== '');
}

/** What was told of one axis, in words: `1.27.5 (patch), 1.29.3 (minor)`, `rebuilt`, `base node:20-slim moved`. */
export function describeOffer(updates: readonly Update[]): string {
  return [...new Set(updates.map(describePart))].join(', ');
}

function renderPart(update: Update): string {
  switch (update.axis) {
    case 'tag':
      return identify(update);
    case 'newer':
      return `${identify(update)}:${update.level}`;
    case 'base':
      return `${clean(update.base ?? '')}>${identify(update)}`;
  }
}

/** What makes an offer another one. */
function identify(update: Update): string {
  switch (update.axis) {
    case 'tag':
      return clean(update.candidate);
    case 'newer':
      return clean(update.tag);
    case 'base':
      return clean(update.candidate ?? '');
  }
}

/** The same of a part of a text: the tag before its level, the digest behind the base. */
function identifyPart(part: string): string {
  const behind = part.slice(part.indexOf('>') + 1);
  return readLevel(behind) === null ? behind : behind.slice(0, behind.lastIndexOf(':'));
}

function readPart(axis: Update['axis'], part: string): readonly Update[] {
  switch (axis) {
    case 'tag':
      return [{ axis, kind: 'rebuilt', installed: null, candidate: part, created: null }];
    case 'newer': {
      const level = readLevel(part);
      return level === null ? [] : [{ axis, kind: 'version', tag: identifyPart(part), level, digest: null }];
    }
    case 'base': {
      const base = part.includes('>') ? part.slice(0, part.indexOf('>')) : '';
      const candidate = identifyPart(part);
      const facts = { movement: null, installed: null, confidence: null, versionsBehind: null };
      return [{ axis, kind: 'moved', base: base === '' ? null : base, candidate: candidate === '' ? null : candidate, ...facts }];
    }
  }
}

function readLevel(part: string): VersionLevel | null {
  const word = part.slice(part.lastIndexOf(':') + 1);
  return part.includes(':') ? (VERSION_LEVELS.find((level) => level === word) ?? null) : null;
}

function describePart(update: Update): string {
  switch (update.axis) {
    case 'tag':
      return 'rebuilt';
    case 'newer':
      return `${sanitizeText(update.tag, LONGEST_PART)} (${update.level})`;
    case 'base':
      return `base ${sanitizeText(update.base ?? 'of unknown name', LONGEST_PART)} moved`;
  }
}

/** No tag, digest or reference has a blank or `>`; what is none of those still has to stay one part. */
function clean(text: string): string {
  return sanitizeText(text, LONGEST_PART).replace(/[\s>]/g, '_');
}
