/**
 * The path of an entry within its archive: `./a//b/../c` is `a/c`, `/etc/passwd` is `etc/passwd`, as tools extract them.
 *
 * @returns null for what leads out of the archive or names nothing in it.
 */
export function cleanPath(name: string): string | null {
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.length === 0 ? null : parts.join('/');
}

/** Where a symbolic link leads within its archive, from the folder it is in; null for one that leads out, as every absolute one does. */
export function resolveLink(path: string, target: string): string | null {
  return target.startsWith('/') ? null : cleanPath(`${path}/../${target}`);
}
