import { parseReference } from './reference.ts';

/** Reads a registry by its name, as a reference would have it (`ghcr.io`, `[::1]:5000`), Docker Hub by any of its own; null for what is none. */
export function parseHost(name: string): string | null {
  if (name === 'registry-1.docker.io') return 'docker.io';
  if (name.includes('/')) return null;
  const reference = parseReference(`${name}/a/b`);
  if (!reference.ok) return null;
  const isHost = reference.value.repository === 'a/b';
  return isHost ? reference.value.registry : null;
}

/** Reads the host of a token server, with a port or not; that of https is left out. null for what is none. */
export function parseRealmHost(text: string): string | null {
  const address = `https://${text}/`;
  if (text === '' || /[/?#@\\]/.test(text) || !URL.canParse(address)) return null;
  const { pathname, host } = new URL(address);
  return pathname === '/' && host !== '' ? host : null;
}
