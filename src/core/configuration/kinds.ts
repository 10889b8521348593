import type { QuotaFloor } from '../configuration.ts';
import { parseDuration, renderDuration } from '../duration.ts';
import { FAIL_ON, type FailOn, parseFailOn } from '../fail-on.ts';
import { type Hold, makeHold } from '../hold.ts';
import { parseHost, parseRealmHost } from '../host.ts';
import { malformed, type Parsed, parsed } from '../parsed.ts';
import { compilePattern } from '../pattern.ts';
import { parsePlatform, type Platform, renderPlatform } from '../platform.ts';
import { suggestPlatform } from '../platform-names.ts';
import { parseReference, type Reference, renderFamiliar, withDefaultTag } from '../reference.ts';
import {
  describe,
  flaw,
  found,
  type Kind,
  listKind,
  mapRead,
  pathKind,
  quote,
  type Read,
  readEntries,
  readItems,
  readText,
  textKind,
} from './kind.ts';
import { renderSuggestion } from '../suggest.ts';
import { sanitizeText } from '../text.ts';
import type { Tree } from '../tree.ts';

/** `base,gone`, or a list of such words. */
export const failOnKind: Kind<readonly FailOn[]> = {
  read: (node) => {
    if (node.kind !== 'sequence') return readText(node, parseFailOn);
    const words = readItems(node, (item) => readText(item, (text) => mapParsed(parseFailOn(text), () => text)));
    if (!words.ok) return words;
    const wanted = parseFailOn(words.value.join(','));
    return wanted.ok ? wanted : flaw(wanted.message, node.span.start);
  },
  parse: parseFailOn,
  write: (words) => (words.length === 0 ? ['none'] : FAIL_ON.filter((word) => words.includes(word))),
};

/** One of some words. */
export function wordKind<T extends string>(words: readonly T[]): Kind<T> {
  const parse = (text: string): Parsed<T> => {
    const word = words.find((each) => each === text);
    return word === undefined
      ? malformed(`expected ${words.join(' or ')}, got ${quote(text)}${renderSuggestion(text, words)}`)
      : parsed(word);
  };
  return textKind(parse, (word) => word);
}

/** `90s`, `1h30m`: milliseconds, at least so many. */
export function durationKind(least: 0 | 1): Kind<number> {
  const parse = (text: string): Parsed<number> => {
    const duration = parseDuration(text);
    if (duration === null) return malformed(`expected a duration such as 90s, 15m, 1h or 7d, got ${quote(text)}`);
    return duration < least ? malformed(`expected a duration longer than 0, got ${quote(text)}`) : parsed(duration);
  };
  return textKind(parse, renderDuration);
}

/** `linux/arm64` */
export const platformKind: Kind<Platform> = textKind((text) => {
  const platform = parsePlatform(text);
  if (!platform.ok) return malformed(`expected os/architecture[/variant] such as linux/arm64, got ${quote(text)}`);
  const meant = suggestPlatform(platform.value);
  return meant === null ? platform : malformed(`expected a platform that exists, got ${quote(text)} (did you mean "${meant}"?)`);
}, renderPlatform);

/** As docker would take it, `latest` where neither tag nor digest is written. */
export const referenceKind: Kind<Reference> = textKind(parseTagged, renderFamiliar);

/** The same, several of them. */
export const referencesKind: Kind<readonly Reference[]> = listKind(parseTagged, renderFamiliar);

/** Registries as references name them. */
export const hostsKind: Kind<readonly string[]> = listKind(parseRegistry, (host) => host);

/** Hosts of token servers. */
export const realmsKind: Kind<readonly string[]> = listKind(
  (text) => orElse(parseRealmHost(text), `expected a host such as auth.example.com, got ${quote(text)}`),
  (host) => host,
);

/** A glob over image names, as it was written and as a test. */
export const globKind: Kind<{ readonly glob: string; readonly matches: (reference: Reference) => boolean }> = textKind(
  (text) => {
    if (text.length > LONGEST_GLOB) return malformed(`expected a pattern of at most ${LONGEST_GLOB} characters, got ${text.length}`);
    return mapParsed(compilePattern(text), (matches) => ({ glob: text, matches }));
  },
  ({ glob }) => sanitizeText(glob),
);

/** A name with its tag and digest has at most 460 characters. */
const LONGEST_GLOB = 500;

/** `true`, or a mapping of `reason` and `until`. */
export const holdKind: Kind<Hold> = {
  read: (node) => {
    if (node.kind === 'scalar' && node.value === true) return found({ reason: null, until: null });
    if (node.kind !== 'mapping') {
      return flaw(`expected true, or a mapping with reason and until, got ${describe(node)}`, node.span.start);
    }
    const texts = readTexts(node, ['reason', 'until'], parsed);
    if (!texts.ok) return texts;
    const [reason, until] = ['reason', 'until'].map((name) => texts.value.get(name) ?? null);
    const hold = makeHold(reason ?? null, until ?? null);
    const place = node.entries.find(({ key }) => key === 'until')?.value ?? node;
    return hold.ok ? found(hold.value) : flaw(hold.message, place.span.start);
  },
  parse: null,
  write: ({ reason, until }) =>
    reason === null && until === null ? true : { ...(reason === null ? {} : { reason }), ...(until === null ? {} : { until }) },
};

/** A mapping of `cert` and `key`, or the path of a file that holds both. */
export const clientCertKind: Kind<{ readonly cert: string; readonly key: string }> = {
  read: (node, surroundings) => {
    if (node.kind !== 'mapping') return mapRead(pathKind.read(node, surroundings), (path) => ({ cert: path, key: path }));
    const paths = readTexts(node, ['cert', 'key'], surroundings.resolvePath);
    if (!paths.ok) return paths;
    const [cert, key] = [paths.value.get('cert'), paths.value.get('key')];
    return cert === undefined || key === undefined ? flaw('expected both cert and key', node.span.start) : found({ cert, key });
  },
  parse: null,
  write: ({ cert, key }) => (cert === key ? cert : { cert, key }),
};

/** `http(s)://HOST[:PORT][/PATH]`, without a slash at its end. */
export const mirrorKind: Kind<string> = textKind(
  (text) => {
    const address = text.length <= LONGEST_ADDRESS && URL.canParse(text) ? new URL(text) : null;
    const isFitting =
      address !== null &&
      ['http:', 'https:'].includes(address.protocol) &&
      `${address.username}${address.password}${address.search}` === '';
    if (!isFitting || address.hash !== '' || /[?#\\]/.test(text)) {
      return malformed(`expected an address such as https://mirror.example.com/docker-hub, got ${quote(text)}`);
    }
    return parsed(`${address.origin}${address.pathname.replace(/(?<!\/)\/+$/, '')}`);
  },
  (address) => address,
);

const LONGEST_ADDRESS = 2048;

/** A number of pulls, or a part of the quota: `20%`. */
export const floorKind: Kind<QuotaFloor> = {
  read: (node) => {
    const expected = `expected a number of pulls, or a part such as "20%", got ${describe(node)}`;
    if (node.kind !== 'scalar') return flaw(expected, node.span.start);
    if (typeof node.value === 'number' && Number.isSafeInteger(node.value) && node.value >= 0)
      return found({ remaining: node.value, fraction: 0 });
    const percent = typeof node.value === 'string' ? /^(\d{1,3})%$/.exec(node.value)?.[1] : undefined;
    return percent === undefined || Number(percent) > 100
      ? flaw(expected, node.span.start)
      : found({ remaining: 0, fraction: Number(percent) / 100 });
  },
  parse: null,
  write: ({ remaining, fraction }) => (fraction === 0 ? remaining : `${Math.round(fraction * 100)}%`),
};

function parseTagged(text: string): Parsed<Reference> {
  return mapParsed(parseReference(text), withDefaultTag);
}

function parseRegistry(text: string): Parsed<string> {
  return orElse(parseHost(text), `expected a registry such as ghcr.io or registry.example.com:5000, got ${quote(text)}`);
}

/** A mapping of texts that may have no other keys. */
function readTexts(node: Tree, names: readonly string[], parse: (text: string) => Parsed<string>): Read<ReadonlyMap<string, string>> {
  const entries = readEntries(node);
  if (!entries.ok) return entries;
  const texts = new Map<string, string>();
  for (const { key, keySpan, value } of entries.value) {
    if (!names.includes(key)) {
      return flaw(`expected ${names.join(' and ')}, got "${sanitizeText(key, 80)}"${renderSuggestion(key, names)}`, keySpan.start);
    }
    const text = readText(value, parse);
    if (!text.ok) return text;
    texts.set(key, text.value);
  }
  return found(texts);
}

function mapParsed<T, U>(value: Parsed<T>, change: (value: T) => U): Parsed<U> {
  return value.ok ? parsed(change(value.value)) : value;
}

function orElse<T>(value: T | null, message: string): Parsed<T> {
  return value === null ? malformed(message) : parsed(value);
}
