import { malformed, type Parsed, parsed } from '../../core/parsed.ts';
import { sanitizeText } from '../../core/text.ts';

/** Whom a message is to or from. `name`: as a person reads it, printable; null where only the address is known. */
export type Mailbox = { readonly name: string | null; readonly address: string };

/** Reads one address as a person writes it: `root`, `ops@example.org`, `Ops <ops@example.org>`; gives it back without the blanks around it. */
export function readMailAddress(text: string): Parsed<string> {
  const mailbox = parseMailbox(text);
  return mailbox.ok ? parsed(text.trim()) : mailbox;
}

/** Source: RFC 5321, section 4.5.3.1; a name is cut by every reader of mail long before this. */
const LONGEST = { address: 254, local: 64, name: 200 } as const;

/** What no line of a header has: controls, line ends of every kind, what hides or reorders text. */
const isPrintable = (text: string): boolean => sanitizeText(text) === text;

/**
 * Parses an address, with a name before it or without; what it gives can be written into a header.
 *
 * The domain may be missing, as in crontab's MAILTO: the mail system of the machine adds its own. No lists, comments, routes, quoted local parts; a domain that
 * is not ASCII is written in Punycode, as most servers want it.
 * Source: RFC 5322, section 3.4 (mailbox) and 3.2.3 (dot-atom); RFC 5321, section 4.1.2.
 */
export function parseMailbox(text: string): Parsed<Mailbox> {
  const problem = `expected an address such as root, ops@example.org or "Ops <ops@example.org>", got "${sanitizeText(text, 80)}"`;
  const trimmed = text.trim();
  if (!isPrintable(trimmed) || trimmed.length > LONGEST.address + LONGEST.name + 3) return malformed(problem);
  const open = trimmed.lastIndexOf('<');
  const isNamed = open !== -1 && trimmed.endsWith('>');
  const address = isNamed ? trimmed.slice(open + 1, -1) : trimmed;
  const name = isNamed ? readName(trimmed.slice(0, open).trim()) : '';
  if (name === null || !isAddress(address)) return malformed(problem);
  return parsed({ name: name === '' ? null : name, address });
}

/** `"Ops, Berlin"` or `Ops`; null for what may not stand without quotes. */
function readName(text: string): string | null {
  if (text.length > LONGEST.name) return null;
  if (text.length >= 2 && text.startsWith('"') && text.endsWith('"')) {
    const inside = text.slice(1, -1);
    return QUOTED.test(inside) ? inside.replace(/\\(["\\])/g, '$1') : null;
  }
  return /[<>"@,;]/.test(text) ? null : text;
}

/** Between the quotes. */
const QUOTED = /^(?:[^"\\]|\\["\\])*$/;

const DOT_ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}))*$/;

/** Not `|program`, `/file` or `-option`: sendmail has taken such recipients for what they look like. */
const IS_NO_PERSON = /^[|/-]/;

function isAddress(text: string): boolean {
  const at = text.lastIndexOf('@');
  const local = at === -1 ? text : text.slice(0, at);
  if (text.length > LONGEST.address || local.length > LONGEST.local) return false;
  if (IS_NO_PERSON.test(local) || !DOT_ATOM.test(local)) return false;
  return at === -1 || isDomain(text.slice(at + 1));
}

/** Whether a text can stand behind an `@`: labels of letters, digits and hyphens. */
export function isDomain(text: string): boolean {
  return text.length <= 253 && DOMAIN.test(text) && !/-(?:\.|$)/.test(text);
}
